"""Scalar functions, case by case.

Microsoft Learn: the page of each function, e.g. "tostring()", "extract()", "datetime_diff()", "ipv4_is_private()";
"Numerical operators", "Datetime / timespan arithmetic", "The dynamic data type".
"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.languages.kusto.running import compiled, folded, loaded, run, value


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


WHEN = {"at": at(2026, 3, 4, 13, 14, 15)}


@pytest.mark.parametrize(
    ("expression", "row", "expected"),
    [
        # Conversions
        ("tostring(n)", {"n": 7}, "7"),
        ("tostring(b)", {"b": True}, "true"),
        ("tostring(at)", WHEN, "2026-03-04T13:14:15.0000000Z"),
        ("tostring(at - datetime(2026-03-03))", WHEN, "1.13:14:15"),
        ("tostring(d)", {"d": {"a": [1, "x"]}}, '{"a":[1,"x"]}'),
        ("tostring(d.a)", {"d": {"a": "x"}}, "x"),
        ("toint(s)", {"s": "42"}, 42),
        ("toint(s)", {"s": "0x1F"}, 31),
        ("toint(s)", {"s": "x"}, None),
        ("tolong(r)", {"r": -2.7}, -2),
        ("toint(d.a)", {"d": {"a": "7"}}, 7),
        ("toint(d.a)", {"d": {"a": 7.9}}, 7),
        ("todouble(s)", {"s": "1.5e3"}, 1500.0),
        ("tobool(s)", {"s": "TRUE"}, True),
        ("tobool(n)", {"n": 0}, False),
        ("todatetime(s)", {"s": "2026-03-04 13:14:15"}, at(2026, 3, 4, 13, 14, 15)),
        ("todatetime(s)", {"s": "03/04/2026"}, at(2026, 3, 4)),
        ("totimespan(s) == 90m", {"s": "01:30:00"}, True),
        ("gettype(d.a)", {"d": {"a": 1}}, "long"),
        ("gettype(d.b)", {"d": {"a": 1}}, "null"),
        # Arithmetic
        ("n / 2", {"n": 5}, 2),
        ("n / 2.0", {"n": 5}, 2.5),
        ("n % 3", {"n": 5}, 2),
        ("n / m", {"n": 5, "m": 0}, None),
        ("-n", {"n": 5}, -5),
        ("1h / 1m", {"n": 5}, 60.0),
        ("(n * 1h) == 5h", {"n": 5}, True),
        ("at - 1d == datetime(2026-03-03 13:14:15)", WHEN, True),
        ("d.a + 1", {"d": {"a": 2}}, 3.0),
        # Texts
        ("strcat(s, '-', n)", {"s": "a", "n": 1}, "a-1"),
        ("strcat_delim('|', s, n)", {"s": "a", "n": 1}, "a|1"),
        ("substring(s, 1, 2)", {"s": "123456"}, "23"),
        ("substring(s, -2)", {"s": "123456"}, "56"),
        ("indexof(s, 'cde')", {"s": "abcdefg"}, 2),
        ("indexof(s, 'z')", {"s": "abc"}, -1),
        ("countof(s, 'a')", {"s": "abcabc"}, 2),
        ("countof(s, '[a-c]', 'regex')", {"s": "abcabc"}, 6),
        ("extract(@'x=([0-9]+)', 1, s)", {"s": "a, x=45|w"}, "45"),
        ("extract(@'x=([0-9]+)', 1, s, typeof(long))", {"s": "x=45"}, 45),
        ("trim(@'[^\\w]+', s)", {"s": "-  te st1 // $"}, "te st1"),
        ("trim_start('https://', s)", {"s": "https://a.example"}, "a.example"),
        ("replace_string(s, 'a', 'b')", {"s": "aXa"}, "bXb"),
        ("replace_regex(s, @'is (\\d+)', @'was: \\1')", {"s": "Number is 1"}, "Number was: 1"),
        ("replace(@'b+', 'x', s)", {"s": "abbb"}, "ax"),
        ("reverse(s)", {"s": "abc"}, "cba"),
        ("strcmp(s, 'b')", {"s": "a"}, -1),
        ("strrep(s, 3, '.')", {"s": "a"}, "a.a.a"),
        ("base64_decode_tostring(s)", {"s": "S3VzdG8="}, "Kusto"),
        ("base64_encode_tostring(s)", {"s": "Kusto"}, "S3VzdG8="),
        ("url_decode(s)", {"s": "a%20b"}, "a b"),
        ("tohex(n)", {"n": 256}, "100"),
        ("hash_md5(s)", {"s": "World"}, "f5a7924e621e84c9280a9a27e1bcb7f6"),
        ("extract_json('$.a.b', s)", {"s": '{"a": {"b": "x"}}'}, "x"),
        # Times
        ("bin(at, 1h)", WHEN, at(2026, 3, 4, 13)),
        ("startofday(at)", WHEN, at(2026, 3, 4)),
        ("startofday(at, -1)", WHEN, at(2026, 3, 3)),
        ("startofweek(at)", WHEN, at(2026, 3, 1)),  # Sunday
        ("startofmonth(at, 1)", WHEN, at(2026, 4, 1)),
        ("startofyear(at)", WHEN, at(2026, 1, 1)),
        ("endofday(at)", WHEN, dt.datetime(2026, 3, 4, 23, 59, 59, 999999, dt.UTC)),
        ("dayofweek(at) == 3d", WHEN, True),
        ("hourofday(at)", WHEN, 13),
        ("getmonth(at)", WHEN, 3),
        ("datetime_part('day', at)", WHEN, 4),
        ("datetime_diff('day', at, datetime(2026-03-03 23:00))", WHEN, 1),
        ("datetime_diff('hour', datetime(2026-03-04 14:00), at)", WHEN, 1),
        ("datetime_diff('month', at, datetime(2025-12-31))", WHEN, 3),
        ("datetime_diff('year', datetime(2017-01-01), datetime(2000-12-31))", WHEN, 17),
        ("datetime_diff('quarter', datetime(2017-07-01), datetime(2017-03-30))", WHEN, 2),
        ("datetime_diff('minute', datetime(2017-10-30 23:05:01), datetime(2017-10-30 23:00:59))", WHEN, 5),
        ("datetime_add('month', 1, datetime(2026-01-31))", WHEN, at(2026, 2, 28)),
        ("datetime_add('hour', -1, at)", WHEN, at(2026, 3, 4, 12, 14, 15)),
        ("format_datetime(at, 'yyyy-MM-dd HH:mm')", WHEN, "2026-03-04 13:14"),
        ("make_datetime(2026, 3, 4)", WHEN, at(2026, 3, 4)),
        ("unixtime_seconds_todatetime(n)", {"n": 1546300800}, at(2019, 1, 1)),
        ("unixtime_milliseconds_todatetime(n)", {"n": 1546300800000}, at(2019, 1, 1)),
        # Choices
        ("iff(n > 1, s, u)", {"n": 2, "s": "x", "u": "y"}, "x"),
        ("case(n == 1, 'one', n == 2, 'two', 'many')", {"n": 3}, "many"),
        ("max_of(n, 3, m)", {"n": 2, "m": 9}, 9),
        ("min_of(n, 3)", {"n": 2}, 2),
        ("column_ifexists('s', 'none')", {"s": "x"}, "x"),
        ("column_ifexists('Nothing', 'none')", {"s": "x"}, "none"),
        # Arrays and bags
        ("array_length(d)", {"d": [1, 2]}, 2),
        ("array_length(d)", {"d": {"a": 1}}, None),
        ("tostring(d[0])", {"d": ["a", "b"]}, "a"),
        ("tostring(d[-1])", {"d": ["a", "b"]}, "b"),
        ("tostring(d['a b'])", {"d": {"a b": "x"}}, "x"),
        ("tostring(d.a.b[1])", {"d": {"a": {"b": [1, 2]}}}, "2"),
        ("strcat_array(d, '->')", {"d": [1, "a"]}, "1->a"),
        ("set_has_element(d, 'a')", {"d": ["a"]}, True),
        ("array_index_of(d, 'b')", {"d": ["a", "b"]}, 1),
        ("bag_has_key(d, 'a')", {"d": {"a": 1}}, True),
        ("tostring(parse_json(s).a)", {"s": '{"a": "x"}'}, "x"),
        ("tostring(parse_json(s))", {"s": "no json"}, "no json"),
        ("tostring(s.a)", {"s": '{"a": "x"}'}, "x"),  # a text whose member is asked for is read as JSON
        # Addresses
        ("ipv4_is_private(s)", {"s": "192.168.2.1"}, True),
        ("ipv4_is_private(s)", {"s": "208.1.2.3"}, False),
        ("ipv4_is_private(s)", {"s": "x"}, None),
        ("ipv4_is_in_range(s, '192.168.1.0/24')", {"s": "192.168.1.7"}, True),
        ("ipv4_is_in_any_range(s, '10.0.0.0/8', '192.168.0.0/16')", {"s": "192.168.1.7"}, True),
        ("ipv4_is_match(s, '192.168.1.0', 24)", {"s": "192.168.1.7"}, True),
        ("ipv4_compare(s, '192.168.1.9')", {"s": "192.168.1.7"}, -1),
        ("parse_ipv4(s)", {"s": "127.0.0.1"}, 2130706433),
        ("has_ipv4(s, '127.0.0.1')", {"s": "05:04:54 127.0.0.1 GET"}, True),
        ("tostring(parse_url(s).Host)", {"s": "https://a.example/x"}, "a.example"),
        ("tostring(parse_path(s).Filename)", {"s": "C:\\a\\b.exe"}, "b.exe"),
        ("tostring(parse_command_line(s, 'windows')[1])", {"s": 'x "a b"'}, "a b"),
    ],
)
def test_a_function(expression, row, expected):
    assert value(expression, row) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("split('a_b_c', '_')", ["a", "b", "c"]),
        ("split('a_b', '_', 1)", ["b"]),
        ("extract_all(@'([a-z])(\\d)', 'a1b2')", [["a", "1"], ["b", "2"]]),
        ("pack_array(1, 'a', 2.5)", [1, "a", 2.5]),
        ("bag_pack('a', 1, 'b', 'x')", {"a": 1, "b": "x"}),
        ("bag_merge(dynamic({'a': 1}), dynamic({'a': 2, 'b': 3}))", {"a": 1, "b": 3}),
        ("bag_keys(dynamic({'a': 1, 'b': 2}))", ["a", "b"]),
        ("bag_remove_keys(dynamic({'a': 1, 'b': 2}), dynamic(['a']))", {"b": 2}),
        ("bag_set_key(dynamic({'a': 1}), 'b', 2)", {"b": 2, "a": 1}),
        ("array_concat(dynamic([1]), dynamic([2]))", [1, 2]),
        ("array_slice(dynamic([1, 2, 3, 4]), 1, 2)", [2, 3]),
        ("array_sort_asc(dynamic([3, 1]))", [1, 3]),
        ("set_union(dynamic([1, 2]), dynamic([2, 3]))", [1, 2, 3]),
        ("set_intersect(dynamic([1, 2]), dynamic([2, 3]))", [2]),
        ("set_difference(dynamic([1, 2]), dynamic([2]))", [1]),
        ("range(1, 10, 4)", [1, 5, 9]),
        ("zip(dynamic([1, 2]), dynamic(['a', 'b']))", [[1, "a"], [2, "b"]]),
        ("array_iff(dynamic([true, false]), 1, 2)", [1, 2]),
        ("parse_csv('a,b')", ["a", "b"]),
        ("parse_xml('<a><b>1</b></a>')", {"a": {"b": "1"}}),
        ("todynamic('[1]')", [1]),
    ],
)
def test_a_function_that_gives_a_dynamic(expression, expected):
    assert loaded(folded(expression)) == expected


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("'a' \"b\" @'\\c'", "ab\\c"),
        ("'it\\'s'", "it's"),
        ("'\\u00e4\\t'", "ä\t"),
        ("@'it''s'", "it's"),
        ("```a\nb```", "a\nb"),
        ("h'secret'", "secret"),
        ("0x10", 16),
        ("1.5e2", 150.0),
        ("long(7)", 7),
        ("real(null)", None),
        ("true", True),
        ("datetime(2026-03-04)", at(2026, 3, 4)),
        ("datetime(2026-03-04T13:14:15.5+01:00)", dt.datetime(2026, 3, 4, 12, 14, 15, 500000, dt.UTC)),
        ("tostring(1.5h)", "01:30:00"),
        ("tostring(time(2.03:04:05))", "2.03:04:05"),
        ("tostring(timespan(3))", "3.00:00:00"),
        ("tostring(90m + 1d)", "1.01:30:00"),
        ("guid(74BE27DE-1E4E-49D9-B579-FE0B331D3642)", "74be27de-1e4e-49d9-b579-fe0b331d3642"),
    ],
)
def test_a_literal(literal, expected):
    assert folded(literal) == expected


def test_what_asks_a_service_finds_nothing_and_says_so():
    found = compiled("T | extend g = geo_info_from_ip_address(s) | invoke FileProfile(s) | where GlobalPrevalence < 5")
    said = " ".join(one.message for one in found.warnings)
    assert "no database of places" in said
    assert "FileProfile asks Microsoft's services" in said
    assert run("T | invoke FileProfile(s) | project GlobalPrevalence", [{"s": "x"}]) == [{"GlobalPrevalence": None}]
    found = compiled("externaldata (a: string, b: long) [@'https://a.example/x.csv'] with (format='csv')")
    assert "externaldata is not fetched" in found.warnings[0].message
