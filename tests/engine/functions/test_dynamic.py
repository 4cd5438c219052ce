"""Arrays and bags. Cases of Microsoft Learn's pages of Kusto's functions, e.g. "array_slice()", "zip()"."""

from __future__ import annotations

import pytest

from tests.engine.functions.harness import B, Case, D, I, R, T, cases, check

BAG = '{"a":1,"b":{"c":2,"d":3}}'

EVERY = [
    cases("json_or_text", (T,), D, ('{"a": 1}', '{"a":1}'), ("plain", '"plain"'), ("", None), ("[1]", "[1]")),
    cases("array_length", (D,), I, ("[1,null,3]", 3), ("[]", 0), ("{}", None), ('"x"', None)),
    cases(
        "array_slice",
        (D, I, I),
        D,
        ("[1,2,3]", 1, 2, "[2,3]"),
        ("[1,2,3,4,5]", 2, -1, "[3,4,5]"),
        ("[1,2,3,4,5]", -3, -2, "[3,4]"),
        ("[1,2]", 5, 9, "[]"),
        ("[1,2]", 1, 0, "[]"),
    ),
    cases("array_concat", (D, D), D, ("[1]", "[2,3]", "[1,2,3]"), ("[1]", None, "[1]"), (None, None, "[]")),
    cases(
        "array_sort",
        (D, B),
        D,
        ("[1,null,4,5,2,3,1,null,1]", False, "[1,1,1,2,3,4,5,null,null]"),
        ('["b","A","a"]', False, '["A","a","b"]'),
        ("[3,1,2]", True, "[3,2,1]"),
    ),
    cases("array_reverse", (D,), D, ("[1,2]", "[2,1]")),
    cases("array_join", (D, T), T, ('[1,"a",true]', "->", "1->a->true"), ("[]", ",", "")),
    cases("array_sum", (D,), R, ("[1,2.5]", 3.5), ('[1,"a"]', None)),
    cases("array_has", (D, T), B, ('["a",1]', "a", True), ('["a",1]', "A", False), ('["a",1]', "1", True)),
    cases("array_has_folded", (D, T), B, ('["a"]', "A", True), ('["a"]', "b", False)),
    cases("array_index_of", (D, T), I, ('["a","b","a"]', "a", 0), ('["a"]', "z", -1)),
    cases("array_flatten", (D,), D, ("[[1,2],3,[4]]", "[1,2,3,4]")),
    cases(
        "array_flat_set", (D,), D, ('[["A1","A2"],["A2","C1"],null]', '["A1","A2","C1"]'), ("[1,1,true]", "[1,true]")
    ),
    cases("array_union", (D, D), D, ("[1,2]", "[2,3]", "[1,2,3]"), ("[1]", '"x"', None)),
    cases("array_difference", (D, D), D, ("[1,2,2,3]", "[2]", "[1,3]")),
    cases("array_intersection", (D, D), D, ("[1,2,2,3]", "[2,3,4]", "[2,3]")),
    cases("array_jaccard", (D, D), R, ("[1,2,3]", "[1,2,3,4]", 0.75), ("[]", "[]", None)),
    cases("array_same_elements", (D, D), B, ("[1,2,2]", "[2,1]", True), ("[1]", "[2]", False)),
    cases(
        "array_zip",
        (D, D),
        D,
        ("[1,2]", '["a"]', '[[1,"a"],[2,null]]'),
        ('{"p":1,"q":2}', "[5]", '[[{"p":1},5],[{"q":2},null]]'),
        (None, "[5]", "[[null,5]]"),
        (None, None, None),
    ),
    cases("array_is_empty", (D,), B, ("[]", True), ("{}", True), ("[1]", False), ('""', False)),
    cases(
        "array_range", (I, I, I), D, (1, 7, 3, "[1,4,7]"), (5, 1, -2, "[5,3,1]"), (1, 0, 1, "[]"), (0, 1 << 40, 1, None)
    ),
    cases("array_range", (R, R, R), D, (0.0, 1.0, 0.5, "[0.0,0.5,1.0]"), (0.0, 1.0, 0.0, None)),
    cases(
        "array_series", (D, I, D), D, ("[[1,5]]", 3, "0", "[0,5,0]"), (None, 1, None, "[null]"), ("[]", -1, "0", None)
    ),
    cases("array_times", (D,), D, ("[0]", '["1970-01-01T00:00:00.0000000Z"]'), ('["x"]', None)),
    cases("array_iff", (D, D, D), D, ("[true,false,null]", "[1,2,3]", '"x"', '[1,"x",null]')),
    cases("bag_entries", (D,), D, ('{"a":1}', '[["a",1]]'), ("[1]", "[1]")),
    cases("bag_has", (D, T), B, (BAG, "a", True), (BAG, "c", False), ("[]", "a", None)),
    cases("bag_without", (D, D), D, (BAG, '["a","$.b.c","z"]', '{"b":{"d":3}}')),
    cases("bag_without_empty", (D,), D, ('{"a":"","b":null,"c":0}', '{"c":0}')),
    cases("bag_with_prefix", (D, T), D, ('{"a":1}', "x_", '{"x_a":1}')),
    cases("bag_of_bags", (D,), D, ('[{"a":1},{"a":2,"b":3},5]', '{"a":1,"b":3}')),
    cases("bag_zip", (D, D), D, ('["a","b"]', "[1]", '{"a":1,"b":null}')),
]


@pytest.mark.parametrize("some", EVERY, ids=lambda some: some[0].name)
def test_cases(some: list[Case]) -> None:
    check(some)
