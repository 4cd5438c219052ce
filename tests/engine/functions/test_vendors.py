"""Functions that one vendor's language asked for: arrays and bags, words, formats, calendars, loose values.

What they give is what `ir.functions` says; the vendors' own examples are in the tests of their languages.
"""

from __future__ import annotations

import math
import time

import pytest

from simulator.engine.functions import FUNCTIONS
from tests.engine.functions.harness import (
    IS,
    RS,
    SPAN,
    TIME,
    TS,
    B,
    Case,
    D,
    Grouped,
    I,
    R,
    T,
    cases,
    check,
    check_aggregates,
)
from tests.engine.functions.test_basics import at

ARRAYS = [
    *cases("json_or_text", (T,), D, ("[1, 2]", "[1,2]"), ("word", '"word"'), ("  ", None), ("null", None)),
    *cases("array_length", (D,), I, ("[1,2]", 2), ("[]", 0), ("{}", None), ("7", None)),
    *cases(
        "array_slice",
        (D, I, I),
        D,
        ("[1,2,3]", 1, 2, "[2,3]"),
        ("[1,2,3]", -2, -1, "[2,3]"),
        ("[1]", 3, 4, "[]"),
        ("{}", 0, 1, None),
    ),
    *cases("array_concat", (D, D), D, ("[1]", "[1,2]", "[1,1,2]"), ("[1]", None, "[1]"), ("[1]", "7", "[1]")),
    *cases(
        "array_sort",
        (D, B),
        D,
        ('[3,"b",null,1,"a",true]', False, '[1,3,true,"a","b",null]'),
        ("[1,3,null,2]", True, "[3,2,1,null]"),
    ),
    *cases("array_reverse", (D,), D, ("[1,2]", "[2,1]"), ("1", None)),
    *cases("array_join", (D, T), T, ('["a",1,true]', "-", "a-1-true"), ("[]", "-", "")),
    *cases("array_sum", (D,), R, ("[1,2.5]", 3.5), ("[]", 0.0), ('[1,"2"]', None), ("[true]", None)),
    *cases("array_has", (D, T), B, ('["a",1]', "1", True), ('["a"]', "A", False)),
    *cases("array_has_folded", (D, T), B, ('["a"]', "A", True), ("{}", "a", None)),
    *cases("array_index_of", (D, T), I, ('["a","b","b"]', "b", 1), ("[]", "b", -1)),
    *cases("array_flatten", (D,), D, ("[[1,2],3,[]]", "[1,2,3]")),
    *cases("array_flat_set", (D,), D, ("[[2,1],2,null]", "[2,1]")),
    *cases("array_union", (D, D), D, ("[2,1,2]", "[3,1]", "[2,1,3]"), ("[1]", "1", None)),
    *cases("array_difference", (D, D), D, ("[2,1,2,3]", "[3]", "[2,1]")),
    *cases("array_intersection", (D, D), D, ("[2,1,2]", "[1,2]", "[2,1]")),
    *cases("array_jaccard", (D, D), R, ("[1,2,2]", "[2,3]", 1 / 3), ("[]", "[]", None)),
    *cases("array_same_elements", (D, D), B, ("[1,2,2]", "[2,1]", True), ("[1]", "[2]", False)),
    *cases(
        "array_zip",
        (D, D),
        D,
        ("[1,2]", '["a"]', '[[1,"a"],[2,null]]'),
        (None, None, None),
        ("[1]", None, "[[1,null]]"),
        ('{"a":1}', "5", '[[{"a":1},5]]'),
    ),
    *cases("array_is_empty", (D,), B, ("[]", True), ("{}", True), ("[1]", False)),
    *cases(
        "array_range",
        (I, I, I),
        D,
        (1, 7, 3, "[1,4,7]"),
        (3, 1, -1, "[3,2,1]"),
        (1, 0, 1, "[]"),
        (1, 9, 0, None),
        (0, 10**9, 1, None),
    ),
    *cases("array_times", (D,), D, ("[0]", '["1970-01-01T00:00:00.0000000Z"]'), ('["x"]', None)),
    *cases(
        "array_iff",
        (D, D, D),
        D,
        ("[true,false,null]", "[1,2,3]", "9", "[1,9,null]"),
        ("[true,true]", "[1]", "9", "[1,null]"),
    ),
    *cases("bag_entries", (D,), D, ('{"a":1,"b":2}', '[["a",1],["b",2]]'), ("[1]", "[1]")),
    *cases("bag_has", (D, T), B, ('{"a":null}', "a", True), ("{}", "a", False), ("[]", "a", None)),
    *cases(
        "bag_without",
        (D, D),
        D,
        ('{"a":1,"b":{"c":2,"d":3}}', '["a","$.b.c"]', '{"b":{"d":3}}'),
        ('{"a":1}', '["$.x.y"]', '{"a":1}'),
    ),
    *cases("bag_without_empty", (D,), D, ('{"a":"","b":null,"c":0}', '{"c":0}')),
    *cases("bag_with_prefix", (D, T), D, ('{"a":1}', "p_", '{"p_a":1}')),
    *cases("bag_of_bags", (D,), D, ('[{"a":1},{"a":2,"b":3},7]', '{"a":1,"b":3}')),
    *cases("bag_zip", (D, D), D, ('["a","b"]', "[1]", '{"a":1,"b":null}'), ('["a"]', "[1,2]", '{"a":1}')),
]

DAY = 86_400_000_000

SPANS = [
    *cases(
        "parse_span",
        (T,),
        SPAN,
        ("1.02:03:04.5", DAY + 7_384_500_000),
        ("00:01", 60_000_000),
        ("-00:00:01", -1_000_000),
        ("1.5h", 5_400_000_000),
        ("2", 2 * DAY),
        ("10ms", 10_000),
        ("noon", None),
        ("", None),
    ),
    *cases(
        "span_text", (SPAN,), T, (DAY + 7_384_500_000, "1.02:03:04.5000000"), (0, "00:00:00"), (-1_000_000, "-00:00:01")
    ),
    *cases(
        "format_time_letters",
        (TIME, T),
        T,
        (
            at("2026-03-04T13:04:05.678Z"),
            "yyyy-MM-dd HH:mm:ss.fff [h:m:s tt yy M d]",
            "2026-03-04 13:04:05.678 [1:4:5 PM 26 3 4]",
        ),
        (0, "ss.FFF", "00."),
    ),
    *cases(
        "format_span_letters",
        (SPAN, T),
        T,
        (DAY + 3_661_000_000, "d HH:mm:ss", "1 01:01:01"),
        (1_500_000, "s.ff", "1.50"),
    ),
    *cases(
        "time_to_zone",
        (TIME, T),
        TIME,
        (at("2026-07-01T12:00Z"), "Europe/Berlin", at("2026-07-01T14:00Z")),
        (0, "Nowhere/Land", None),
        (0, "../../etc/hosts", None),
    ),
    *cases("time_from_zone", (TIME, T), TIME, (at("2026-01-01T12:00Z"), "Europe/Berlin", at("2026-01-01T11:00Z"))),
]

WORDS = [
    *cases(
        "has_word",
        (T, T),
        B,
        ("run cmd.exe", "cmd", True),
        ("run cmdx", "cmd", False),
        ("a.exe", ".exe", True),
        ("CMD", "cmd", False),
        ("x", "", True),
    ),
    *cases("has_word_prefix", (T, T), B, ("cmdx", "cmd", True), ("xcmd", "cmd", False)),
    *cases("has_word_suffix", (T, T), B, ("xcmd", "cmd", True), ("cmdx", "cmd", False)),
    *cases(
        "has_any_word", (T, D), B, ("run CMD now", '["sh","cmd"]', True), ("run", '["sh"]', False), ("run", "[]", False)
    ),
    *cases("has_all_words", (T, D), B, ("run CMD now", '["now","cmd"]', True), ("run", '["run","sh"]', False)),
    *cases("has_any_index", (T, D), I, ("run cmd", '["sh","cmd"]', 1), ("run", '["sh"]', -1)),
    *cases("null_if_empty", (T,), T, ("", None), ("a", "a")),
    *cases("regex_groups", (T, T), D, ("k=v", "(\\w)=(\\w)", '["k","v"]'), ("x", "y", None)),
    *cases(
        "regex_extract_groups",
        (T, T, D),
        D,
        ("a1b2", "([a-z])([0-9])", "[]", '[["a","1"],["b","2"]]'),
        ("a1b2", "([a-z])([0-9])", "[2]", '["1","2"]'),
        ("a1b2", "[0-9]", "[]", '["1","2"]'),
        ("a", "(?<n>a)", '["n"]', '["a"]'),
        ("x", "(y)", "[]", None),
        ("x", "(", "[]", None),
    ),
    *cases("regex_index", (T, T), I, ("éab", "b", 2), ("x", "y", -1)),
    *cases("regex_quote", (T,), T, ("a", "a")),
    *cases("trim_regex_start", (T, T), T, ("--ab", "-+", "ab"), ("a-", "-", "a-"), ("bba", "a|b+", "a")),
    *cases("trim_regex_end", (T, T), T, ("ab--", "-+", "ab"), ("-a", "-", "-a"), ("ab\n", "b", "ab\n")),
    *cases(
        "substring_either_end",
        (T, I, I),
        T,
        ("abcd", 1, 2, "bc"),
        ("abcd", -2, 1, "c"),
        ("ab", -9, 1, "a"),
        ("ab", 0, -1, ""),
    ),
    *cases(
        "text_index",
        (T, T, I, I, I),
        I,
        ("abcabc", "b", 0, -1, 1, 1),
        ("abcabc", "b", 0, -1, 2, 4),
        ("abcabc", "b", 0, -1, -1, 4),
        ("abcabc", "b", 2, -1, 1, 4),
        ("abcabc", "b", 0, 1, 1, -1),
        ("abc", "x", 0, -1, 1, -1),
        ("abc", "a", 9, -1, 1, -1),
    ),
    *cases("replace_texts", (T, D, D), T, ("abc", '["a","b"]', '["b","x"]', "xxc"), ("abc", '["c"]', "[]", "ab")),
    *cases(
        "translate", (T, T, T), T, ("abc", "xy", "aabbcc", "xxyyyy"), ("", "x", "abc", "abc"), ("a", "", "abc", "bc")
    ),
    *cases(
        "repeat_text",
        (T, I, T),
        T,
        ("ab", 2, "-", "ab-ab"),
        ("ab", 0, "-", ""),
        ("ab", -1, "-", None),
        ("ab", 10**9, "", None),
    ),
    *cases("compare_texts", (T, T), I, ("a", "b", -1), ("a", "a", 0), ("b", "B", 1)),
    *cases("is_ascii", (T,), B, ("a", True), ("é", False)),
    *cases("text_of_code_points", (D,), T, ("[97,233]", "aé"), ("[-1,55296]", ""), ("7", None)),
    *cases(
        "ip_in_any",
        (T, D),
        B,
        ("10.1.2.3", '["192.168.0.0/16","10.0.0.0/8"]', True),
        ("10.1.2.3", "[]", False),
        ("x", '["10.0.0.0/8"]', None),
    ),
    *cases(
        "ip_compare",
        (T, T, I),
        I,
        ("10.0.0.1", "10.0.0.2", 32, -1),
        ("10.0.0.1", "10.0.0.200", 24, 0),
        ("10.1.0.0/16", "10.1.2.3", 32, 0),
        ("x", "10.0.0.1", 32, None),
        ("::1", "::2", 128, -1),
    ),
    *cases("ip_match", (T, T, I), B, ("10.0.0.1", "10.0.0.2", 24, True), ("10.0.0.1", "10.0.0.2", 32, False)),
    *cases(
        "ip_full_version_6",
        (T,),
        T,
        ("2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ("10.0.0.1", "0000:0000:0000:0000:0000:ffff:0a00:0001"),
        ("x", None),
    ),
    *cases(
        "ip_network_version_6",
        (T, I),
        T,
        ("2001:db8::1", 32, "2001:0db8:0000:0000:0000:0000:0000:0000"),
        ("::1", 129, None),
    ),
    *cases("ip_number_of_network", (T, I), I, ("10.1.2.3", 8, 167772160), ("::1", 8, None)),
    *cases("ip_suffix", (T,), I, ("10.0.0.0/8", 8), ("10.0.0.1", 32), ("10.0.0.0/99", None), ("x", None)),
    *cases(
        "has_ip",
        (T, D),
        B,
        ("from 10.0.0.1:80", '["10.0.0.1"]', True),
        ("from 110.0.0.1", '["10.0.0.1"]', False),
        ("10.0.0.1.2", '["10.0.0.1"]', False),
    ),
    *cases("has_ip_prefix", (T, D), B, ("from 10.0.0.1", '["10.0."]', True), ("from 1.10.0.1", '["10.0."]', False)),
]

FORMATS = [
    *cases(
        "url_parts",
        (T,),
        D,
        (
            "https://a:b@h:8/p?x=1&y=#f",
            '{"Scheme":"https","Host":"h","Port":"8","Path":"/p","Username":"a","Password":"b",'
            '"Query Parameters":{"x":"1","y":""},"Fragment":"f"}',
        ),
        ("", None),
        ("no url", None),
        ("http://h:port/", None),
    ),
    *cases("url_query_parts", (T,), D, ("a=1&b=x%20y", '{"Query Parameters":{"a":"1","b":"x y"}}')),
    *cases(
        "path_parts",
        (T,),
        D,
        (
            "C:\\a\\b.txt:s",
            '{"Scheme":"","RootPath":"C:","DirectoryPath":"C:\\\\a","DirectoryName":"a","Filename":"b.txt","Extension":"txt","AlternateDataStreamName":"s"}',
        ),
        ("", None),
    ),
    *cases(
        "command_line_parts",
        (T, T),
        D,
        ('a.exe "b c" d\\e "f\\"g"', "windows", '["a.exe","b c","d\\\\e","f\\"g"]'),
        ("  ", "windows", None),
        ('x ""', "windows", '["x",""]'),
    ),
    *cases("csv_fields", (T,), D, ('a,"b,c",,d', '["a","b,c","","d"]')),
    *cases(
        "xml_to_json",
        (T,),
        D,
        ('<a x="1"><b>t</b><b/></a>', '{"a":{"@x":"1","b":["t",null]}}'),
        ("<a>&lt;&#65;</a>", '{"a":"<A"}'),
        ("<a>", None),
        ("text", None),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", None),
    ),
    *cases("key_values", (T, D), D, ("a=1, b='x, y'", '[",","=","\'","",false]', '{"a":"1","b":"x, y"}')),
    *cases("version_number", (T,), R, ("1", 1e24), ("1.2.3.4.5", None), ("a", None)),
]

LISTS = [
    *cases("only_element", (TS,), T, (["a"], "a"), (["a", "b"], None), ([], None), (None, None)),
    *cases("some", (TS,), TS, (["a"], ["a"]), ([], None), (None, None)),
    *cases(
        "list_between",
        (IS, I, I),
        IS,
        ([1, 2, 3, 4], 1, 2, [2, 3]),
        ([1, 2, 3], -2, -1, [2, 3]),
        ([1], 5, 9, None),
        ([1, 2], 0, -1, None),
        ([1, 2], -1, 1, None),
    ),
    *cases(
        "list_zip_texts",
        (TS, TS, T),
        TS,
        (["a", "b"], ["x"], "-", ["a-x", "b"]),
        (None, ["x"], "-", ["x"]),
        (None, None, "-", None),
    ),
    *cases("list_median", (RS,), R, ([1.0, 9.0, 2.0], 2.0), ([1.0, 2.0], 1.5), ([], None)),
    *cases("list_percentile", (RS, R), R, ([1.0, 2.0, 4.0], 25.0, 1.5), ([1.0], 101.0, None)),
    *cases("list_deviation", (RS,), R, ([1.0, 2.0, 9.0], 1.0), ([], None)),
    *cases("each", (T, TS), IS, ("length", ["a", "bcd"], [1, 3]), ("length", [], None)),
    *cases("dissected", (T, T, T, T), T, ("a-b", "%{x}-%{y}", "y", "", "b"), ("ab", "%{x}-%{y}", "y", "", None)),
]

CALENDARS = [
    *cases(
        "months_between",
        (TIME, TIME),
        I,
        (at("2026-01-15"), at("2026-03-15"), 2),
        (at("2026-01-15"), at("2026-03-14"), 1),
        (at("2026-03-14"), at("2026-01-15"), -1),
        (0, 0, 0),
    ),
    *cases(
        "month_floor",
        (TIME, I),
        TIME,
        (at("2026-03-14"), 3, at("2026-01-01")),
        (at("2026-03-14"), 1, at("2026-03-01")),
        (0, 0, None),
    ),
    *cases(
        "format_time_java",
        (TIME, T),
        T,
        (at("2026-03-04T13:04:05.678Z"), "yyyy-MM-dd'T'HH:mm:ss.SSSX", "2026-03-04T13:04:05.678Z"),
        (0, "EEE EEEE MMM MMMM h a", "Thu Thursday Jan January 12 AM"),
        (0, "n", None),
    ),
    *cases(
        "parse_time_java",
        (T, T),
        TIME,
        ("2026-03-04 13:04", "yyyy-MM-dd HH:mm", at("2026-03-04T13:04Z")),
        ("4 Mar 2026", "d MMM yyyy", at("2026-03-04")),
        ("x", "yyyy", None),
        ("2026-02-30", "yyyy-MM-dd", None),
    ),
]

ANGLES = [
    *cases("cube_root", (R,), R, (-8.0, -2.0), (0.0, 0.0)),
    *cases("hypotenuse", (R, R), R, (3.0, 4.0, 5.0)),
    *cases("sine", (R,), R, (math.pi / 2, 1.0)),
    *cases("cosine", (R,), R, (math.pi, -1.0)),
    *cases("tangent", (R,), R, (math.pi / 4, 1.0)),
    *cases("arc_sine", (R,), R, (1.0, math.pi / 2), (2.0, None)),
    *cases("arc_cosine", (R,), R, (1.0, 0.0), (-2.0, None)),
    *cases("arc_tangent", (R,), R, (1.0, math.pi / 4)),
    *cases("arc_tangent_2", (R, R), R, (1.0, -1.0, 3 * math.pi / 4)),
    *cases("hyperbolic_sine", (R,), R, (0.0, 0.0), (1e4, None)),
    *cases("hyperbolic_cosine", (R,), R, (0.0, 1.0)),
    *cases("hyperbolic_tangent", (R,), R, (0.0, 0.0)),
    *cases("degrees", (R,), R, (math.pi, 180.0)),
    *cases("radians", (R,), R, (180.0, math.pi)),
]

LOOSE = [
    *cases("loose_text", (R,), T, (2.0, "2"), (2.5, "2.5")),
    *cases("loose_text", (I,), T, (7, "7")),
    *cases("loose_text", (TIME,), T, (1_500_000, "1.5"), (2_000_000, "2"), (-500_000, "-0.5")),
    *cases("loose_text", (B,), T, (True, "True"), (False, "False"), (None, None)),
    *cases("loose_text", (TS,), T, (["a", "b"], "a\nb"), ([], None)),
    *cases("loose_number", (T,), R, (" 1.5 ", 1.5), ("x", None), ("", None), ("0x1", None)),
    *cases("loose_number", (SPAN,), R, (1_500_000, 1.5)),
    *cases("loose_number", (B,), R, (True, 1.0)),
    *cases("loose_list", (T,), TS, ("a", ["a"]), (None, None)),
    *cases("loose_list", (TS,), TS, (["a"], ["a"]), ([], None)),
    *cases("loose_truth", (T,), B, ("true", True), ("F", False), ("2", True), ("0", False), ("x", None)),
    *cases("loose_equal", (T, T), B, ("1", "1.0", True), ("a", "A", False)),
    *cases("loose_equal", (TS, T), B, (["x", "2"], "2.0", True), ([], "2", False)),
    *cases("loose_less", (T, T), B, ("9", "10", True), ("9", "10x", False)),
    *cases("loose_add", (T, T), T, ("1", "2.5", "3.5"), ("1", "x", "1x")),
    *cases(
        "loose_like",
        (T, T),
        B,
        ("abc", "a%", True),
        ("abc", "a_c", True),
        ("ABC", "a%", False),
        ("a\nc", "a%c", True),
        ("abc", "b", False),
        ("a[c", "a[%", True),
        ("", "%", True),
        ("aXbXcXdXeXfXg", "a%b%c%d%e%f%g", True),
        ("a*c", "a*c", True),
        ("abc", "a*c", False),
    ),
    *cases("loose_substring", (T, I, I), T, ("abcd", 2, 2, "bc"), ("abcd", -2, 9, "cd")),
    *cases(
        "loose_format",
        (R, T),
        T,
        (255.0, "hex", "0xFF"),
        (12345.678, "commas", "12,345.68"),
        (3661.0, "duration", "01:01:01"),
        (5.0, "binary", "101"),
        (1.0, "else", None),
    ),
    *cases("loose_number_of_base", (T, I), R, ("ff", 16, 255.0), ("0xff", 16, 255.0), ("z", 10, None), ("1", 99, None)),
    *cases(
        "time_of_seconds",
        (R,),
        TIME,
        (1.5, 1_500_000),
        (1e300, None),
        (-1.0, -1_000_000),
        (0.0000005, 0),
        (0.0000015, 2),
    ),
    *cases(
        "loose_shift_time",
        (TIME, T),
        TIME,
        (at("2026-03-04T12:34:56Z"), "-1d@d+8h", at("2026-03-03T08:00Z")),
        (at("2026-03-31"), "-1mon", at("2026-02-28")),
        (at("2026-03-04T12:34:56Z"), "@w0", at("2026-03-01")),
        (0, "x", None),
    ),
    *cases("loose_list_append", (TS, TS), TS, (["a"], ["b"], ["a", "b"]), (None, ["b"], ["b"]), (None, None, None)),
    *cases(
        "loose_list_part",
        (TS, I, I),
        TS,
        (["a", "b", "c"], 0, 1, ["a", "b"]),
        (["a", "b", "c"], -2, -1, ["b", "c"]),
        (["a"], 4, 5, None),
    ),
    *cases("loose_list_find", (TS, T), I, (["a", "bc"], "c", 1), (["a"], "x", None), (["a"], "(", None)),
    *cases("loose_list_keep", (TS, T), TS, (["ab", "ba", "cb"], "a|c", ["ab", "cb"]), (["x"], "a", None)),
    *cases("loose_list_zip", (TS, TS, T), TS, (["a", "b"], ["x"], ",", ["a,x"])),
    *cases("loose_list_range", (R, R, R), TS, (1.0, 4.0, 1.0, ["1", "2", "3"]), (1.0, 0.0, 1.0, None)),
    *cases(
        "loose_substitute",
        (T, T, T, T),
        T,
        ("aXbX", "X", "-", "", "a-bX"),
        ("aXbX", "X", "-", "g", "a-b-"),
        ("aXbX", "(x)", "<\\1>", "ig", "a<X>b<X>"),
        ("aXbX", "X", "-", "2", "aXb-"),
    ),
    *cases(
        "loose_json",
        (T, T),
        T,
        ('{"a":{"b":[{"c":"x"},{"c":"y"}]}}', "a.b{1}.c", "y"),
        ('{"a":{"b":[{"c":"x"},{"c":"y"}]}}', "a.b{}.c", "x"),
        ("no", "a", None),
        ('{"a.b":1}', "a.b", "1"),
    ),
    *cases("loose_json_list", (T, T), TS, ('{"a":[{"c":"x"},{"c":2}]}', "a{}.c", ["x", "2"]), ("{}", "a", None)),
    *cases("loose_xml", (T, T), T, ("<a><b x='1'>t</b></a>", "b", "t"), ("<a/>", "b", None)),
    *cases(
        "loose_first_match",
        (T, T, T),
        T,
        ("abc", "x*\x1ea*", "wildcard", "a*"),
        ("ABC", "a*", "wildcard/fold", "a*"),
        ("10.1.1.1", "10.0.0.0/8", "cidr", "10.0.0.0/8"),
        ("z", "a*", "wildcard", None),
    ),
]

THEMES = {
    "arrays": ARRAYS,
    "spans": SPANS,
    "words": WORDS,
    "formats": FORMATS,
    "lists": LISTS,
    "calendars": CALENDARS,
    "angles": ANGLES,
    "loose": LOOSE,
}


@pytest.mark.parametrize("theme", THEMES)
def test_cases(theme: str) -> None:
    every: list[Case] = THEMES[theme]
    check(every)


AGGREGATES = [
    Grouped("elements", (T,), TS, (("b",), (None,), ("a",)), ["b", "a"]),
    Grouped("elements", (TS,), TS, ((["b", "a"],), (["b"],)), ["b", "a", "b"]),
    Grouped("elements", (T,), TS, (), None),
    Grouped("distinct_elements", (TS,), TS, ((["b", "a"],), (["b"],)), ["a", "b"]),
    Grouped("loose_minimum", (T,), T, (("10",), ("9",)), "9"),
    Grouped("loose_minimum", (T,), T, (("10",), ("9",), ("x",)), "10"),
    Grouped("loose_maximum", (T,), T, (("10",), ("9",)), "10"),
    Grouped("loose_maximum", (T,), T, (), None),
    Grouped("loose_values", (TS,), TS, ((["b", "a"],), (["b"],)), ["a", "b"]),
    Grouped("loose_elements", (TS,), TS, ((["b", "a"],), (["b"],)), ["b", "a", "b"]),
]


@pytest.mark.parametrize("case", AGGREGATES, ids=lambda case: f"{case.name}-{case.kinds[0].value}")
def test_aggregates(case: Grouped) -> None:
    check_aggregates([case])


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("loose_like", ("a" * 20_000, "%a%a%a%a%a%b")),
        ("glob_matches", ("a" * 20_000, "*a*a*a*a*a*b")),
        ("loose_first_match", ("a" * 20_000, "*a*a*a*a*a*b", "wildcard")),
        ("xml_to_json", ("<a " + "x=" * 20_000,)),
        ("loose_xml", ("<b " * 5_000, "b")),
        ("parse_time", ("1" * 5_000, "%Y%f%f%f")),
        ("url_part", ("a:" * 20_000, "host")),
    ],
)
def test_no_text_takes_long(name: str, args: tuple[object, ...]) -> None:
    start = time.process_time()
    FUNCTIONS[name].python(*args)
    assert time.process_time() - start < 1
