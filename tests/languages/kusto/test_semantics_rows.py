"""Operators of rows, case by case.

Microsoft Learn: "join operator" and the page of each flavour, "lookup operator", "union operator",
"mv-expand operator", "mv-apply operator",
"parse operator", "parse-kv operator", "top operator", "partition operator", "bag_unpack plugin",
"range operator", "getschema operator", "Window functions".
"""

from __future__ import annotations

import pytest

from tests.languages.kusto.running import column, loaded, run

X = "let X = datatable(Key: string, Value1: long)['a', 1, 'b', 2, 'b', 3, 'c', 4];"
Y = "let Y = datatable(Key: string, Value2: long)['b', 10, 'c', 20, 'c', 30, 'd', 40];"


def joined(kind: str) -> set[tuple[object, ...]]:
    return {tuple(row.values()) for row in run(f"{X} {Y} X | join {kind} Y on Key")}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # innerunique is the default: one left row of each key
        ("", {("b", 2, "b", 10), ("c", 4, "c", 20), ("c", 4, "c", 30)}),
        ("kind=innerunique", {("b", 2, "b", 10), ("c", 4, "c", 20), ("c", 4, "c", 30)}),
        ("kind=inner", {("b", 3, "b", 10), ("b", 2, "b", 10), ("c", 4, "c", 20), ("c", 4, "c", 30)}),
        (
            "kind=leftouter",
            {("a", 1, "", None), ("b", 3, "b", 10), ("b", 2, "b", 10), ("c", 4, "c", 20), ("c", 4, "c", 30)},
        ),
        (
            "kind=rightouter",
            {("", None, "d", 40), ("b", 3, "b", 10), ("b", 2, "b", 10), ("c", 4, "c", 20), ("c", 4, "c", 30)},
        ),
        (
            "kind=fullouter",
            {
                ("a", 1, "", None),
                ("", None, "d", 40),
                ("b", 3, "b", 10),
                ("b", 2, "b", 10),
                ("c", 4, "c", 20),
                ("c", 4, "c", 30),
            },
        ),
        ("kind=leftanti", {("a", 1)}),
        ("kind=anti", {("a", 1)}),
        ("kind=rightanti", {("d", 40)}),
        ("kind=leftsemi", {("b", 2), ("b", 3), ("c", 4)}),
        ("kind=rightsemi", {("b", 10), ("c", 20), ("c", 30)}),
    ],
)
def test_join(kind, expected):
    """The example of all join pages."""
    assert joined(kind) == expected


def test_names_of_both_sides():
    (found,) = run("print a = 1, b = 2 | join kind=inner (print a = 1, b = 3, b1 = 4) on a")
    assert found == {"a": 1, "b": 2, "a1": 1, "b1": 3, "b11": 4}


def test_join_of_other_names_and_conditions():
    found = run(
        "print x = 1, y = 'a' | join kind=inner (print z = 1, w = 'a') on $left.x == $right.z, $right.w == $left.y"
    )
    assert found == [{"x": 1, "y": "a", "z": 1, "w": "a"}]


def test_lookup_does_not_repeat_the_key():
    found = {tuple(row.values()) for row in run(f"{X} {Y} X | lookup Y on Key")}
    assert found == {("a", 1, None), ("b", 2, 10), ("b", 3, 10), ("c", 4, 20), ("c", 4, 30)}
    found = {tuple(row.values()) for row in run(f"{X} {Y} X | lookup kind=inner Y on Key")}
    assert ("a", 1, None) not in found


def test_union():
    query = "let A = datatable(x: long, y: string)[1, 'a']; let B = datatable(x: long, z: real)[2, 0.5];"
    assert sorted(run(f"{query} union A, B"), key=lambda row: row["x"]) == [
        {"x": 1, "y": "a", "z": None},
        {"x": 2, "y": "", "z": 0.5},
    ]
    assert sorted(column(f"{query} union kind=inner A, B")) == [1, 2]
    assert sorted(column(f"{query} A | union withsource=S B | project S")) == ["A", "B"]


def test_union_of_other_kinds_makes_columns_of_each():
    """union page: "Source columns types mismatch" (int and long are one kind here)."""
    query = "let A = view () { print x = 1 }; let B = view () { print x = 'a' };"
    assert sorted(run(f"{query} union A, B"), key=str) == [
        {"x_long": 1, "x_string": ""},
        {"x_long": None, "x_string": "a"},
    ]


def test_union_of_views_by_pattern():
    query = "let V1 = view () { print x = 1 }; let V2 = view () { print x = 2 }; let W = view () { print x = 3 };"
    assert sorted(column(f"{query} union V*")) == [1, 2]


MV = "datatable(a: int, b: dynamic)[1, dynamic([10, 20]), 2, dynamic(['a', 'b']), 3, dynamic([]), 4, dynamic(null)]"


def test_mv_expand():
    found = [(row["a"], loaded(row["b"])) for row in run(f"{MV} | mv-expand b")]
    assert sorted(found, key=str) == [(1, 10), (1, 20), (2, "a"), (2, "b"), (4, None)]  # an empty array gives no row


def test_mv_expand_of_bags():
    bags = 'datatable(a: int, b: dynamic)[1, dynamic({"p": "a1", "q": "b1"})]'
    assert sorted(column(f"{bags} | mv-expand b | project b")) == ['{"p":"a1"}', '{"q":"b1"}']
    pairs = run(f"{bags} | mv-expand kind=array b | project key = b[0], val = b[1]")
    assert sorted(tuple(map(loaded, row.values())) for row in pairs) == [("p", "a1"), ("q", "b1")]


def test_mv_expand_in_parallel():
    """ "Zipped two columns": what lacks is null."""
    rows = run('print a = 1, b = dynamic({"p": "a", "q": "b"}), c = dynamic([5, 4, 3]) | mv-expand b, c')
    assert {(row["b"], row["c"]) for row in rows} == {('{"p":"a"}', "5"), ('{"q":"b"}', "4"), (None, "3")}


def test_mv_expand_with_kind_and_index():
    rows = run("print x = dynamic(['7', '8', 'z']) | mv-expand with_itemindex=i y = x to typeof(long) | project i, y")
    assert sorted((row["i"], row["y"]) for row in rows) == [(0, 7), (1, 8), (2, None)]
    rows = run("print x = dynamic([1, 2, 3]) | mv-expand x limit 2")
    assert len(rows) == 2


def test_mv_apply():
    query = "datatable(k: string, v: dynamic)['a', dynamic([1, 5, 3]), 'b', dynamic([2]), 'c', dynamic([])]"
    top = run(f"{query} | mv-apply e = v to typeof(long) on (top 1 by e desc) | project k, e")
    assert sorted((row["k"], row["e"]) for row in top) == [("a", 5), ("b", 2)]
    inner = "where e > 2 | summarize s = sum(e), c = count()"
    sums = run(f"{query} | mv-apply e = v to typeof(long) on ({inner}) | project k, s, c")
    assert sorted(tuple(row.values()) for row in sums) == [("a", 8, 2), ("b", 0, 0), ("c", 0, 0)]
    parts = run(
        f"{query} | mv-apply e = v to typeof(long) on (summarize c = count() by big = e > 2) | project k, big, c"
    )
    assert sorted(tuple(row.values()) for row in parts) == [("a", False, 1), ("a", True, 2), ("b", False, 1)]


def test_parse():
    """The page's first example, shortened."""
    text = "Event: Notify (resourceName=Pipe, totalSlices=27, lockTime=02/17/2016 08:40:00, releaseTime=x)"
    query = (
        f"print t = '{text}' | parse t with * 'resourceName=' name ', totalSlices=' slices: long * 'lockTime=' lock ', "
        "releaseTime=' release ')' * | project name, slices, lock, release"
    )
    assert run(query) == [{"name": "Pipe", "slices": 27, "lock": "02/17/2016 08:40:00", "release": "x"}]


def test_parse_where_nothing_fits():
    query = "datatable(t: string)['a=1;', 'a=x;', 'b']"
    rows = run(f"{query} | parse t with 'a=' a: long ';' *")
    assert [(row["t"], row["a"]) for row in rows] == [("a=1;", 1), ("a=x;", None), ("b", None)]
    assert column(f"{query} | parse-where t with 'a=' a: long ';' *") == ["a=1;"]
    assert column(f"{query} | parse t with 'a=' a ';' * | project a") == ["1", "x", ""]


def test_parse_with_a_regular_expression():
    """ "Regex mode with regex flags": `U` makes it ungreedy, `i` bears other cases."""
    text = "Event: Notify (resourceName=Pipe, totalSlices=27, previous, x)"
    greedy = f"print t = '{text}' | parse kind=regex t with * 'resourceName=' name ',' * | project name"
    assert column(greedy) == ["Pipe, totalSlices=27, previous"]
    assert column(greedy.replace("kind=regex", "kind=regex flags=Ui").replace("'resource", "'RESOURCE")) == ["Pipe"]


def test_parse_kv():
    query = "print t = 'ThreadId:458745723, Machine:\"Node 001\", Text: x'"
    query += " | parse-kv t as (Text: string, ThreadId: long, Machine: string)"
    (found,) = run(f"{query} with (pair_delimiter=', ', kv_delimiter=':', quote='\"') | project ThreadId, Machine")
    assert found == {"ThreadId": 458745723, "Machine": "Node 001"}


def test_columns():
    table = "datatable(a: long, b: string, ab: real)[1, 'x', 0.5]"
    assert run(f"{table} | project-away a*") == [{"b": "x"}]
    assert run(f"{table} | project-keep a*") == [{"a": 1, "ab": 0.5}]
    assert run(f"{table} | project-rename c = b") == [{"a": 1, "c": "x", "ab": 0.5}]
    assert list(run(f"{table} | project-reorder ab, b")[0]) == ["ab", "b", "a"]
    assert run(f"{table} | extend a = 2, c = a") == [{"a": 2, "b": "x", "ab": 0.5, "c": 1}]
    assert list(run(f"{table} | project a + 1, toupper(b), tostring(ab), strlen(b)")[0]) == [
        "Column1", "Column2", "ab", "strlen_b"
    ]  # fmt: skip
    assert run(f"{table} | getschema | project ColumnName, ColumnType") == [
        {"ColumnName": "a", "ColumnType": "long"},
        {"ColumnName": "b", "ColumnType": "string"},
        {"ColumnName": "ab", "ColumnType": "real"},
    ]


def test_limits():
    table = "range x from 1 to 10 step 1"
    assert column(f"{table} | top 3 by x") == [10, 9, 8]
    assert column(f"{table} | top 3 by x asc") == [1, 2, 3]
    assert len(column(f"{table} | take 4")) == 4
    assert column(f"{table} | sort by x desc | limit 2") == [10, 9]
    assert column(f"{table} | count") == [10]
    assert column("range x from 10 to 1 step -3") == [10, 7, 4, 1]


def test_neighbours():
    table = "datatable(k: string, x: long)['a', 1, 'a', 4, 'b', 9] | sort by x asc"
    rows = run(f"{table} | extend p = prev(x), n = next(x, 1, 0), r = row_number(), s = row_cumsum(x)")
    assert [(row["p"], row["n"], row["r"], row["s"]) for row in rows] == [(None, 4, 1, 1), (1, 9, 2, 5), (4, 0, 3, 14)]
    rows = run(f"{table} | extend r = row_number(1, prev(k) != k), s = row_cumsum(x, prev(k) != k) | project r, s")
    assert [(row["r"], row["s"]) for row in rows] == [(1, 1), (2, 5), (1, 9)]


def test_bag_unpack_gives_the_columns_that_the_query_names():
    query = 'print k = 1, d = dynamic({"Name": "Ann", "Age": 42}) | evaluate bag_unpack(d)'
    assert run(f"{query} | where Name == 'Ann' | project k, Age = toint(Age)") == [{"k": 1, "Age": 42}]
    assert run(f"{query} : (k: long, Name: string, Age: long)") == [{"k": 1, "Name": "Ann", "Age": 42}]


def test_partition():
    query = "datatable(k: string, x: long)['a', 1, 'a', 4, 'b', 9, 'b', 2] | partition by k (top 1 by x desc)"
    assert sorted(tuple(row.values()) for row in run(query)) == [("a", 4), ("b", 9)]


def test_functions_and_names_of_the_query():
    query = """
    let Least = 2;
    let Doubled = (x: long, by: long = 2) { x * by };
    let Over = (Rows: (x: long), least: long) { Rows | where x > least };
    let Numbers = materialize(range x from 1 to 4 step 1);
    Over(Numbers, Least) | extend y = Doubled(x), z = Doubled(x, 10), most = toscalar(Numbers | summarize max(x))
    """
    assert [tuple(row.values()) for row in run(query)] == [(3, 6, 30, 4), (4, 8, 40, 4)]


def test_as_names_rows_for_later():
    assert sorted(column("print x = 1 | as A | union (A | extend x = x + 1)")) == [1, 2]
