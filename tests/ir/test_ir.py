"""The IR's own helpers."""

from simulator.ir import And, Compare, Const, FieldPair, IsNull, Like, Not, Op, Or, Pair, fields_of


def test_the_fields_of_an_expression_are_all_it_reads():
    expr = And((Or((Like("a", ("x",)), IsNull("b"))), Not(FieldPair("c", "d", Pair.EQUALS)), Const(True)))
    assert fields_of(expr) == {"a", "b", "c", "d"}


def test_equal_predicates_are_equal_objects_for_interning():
    assert Compare("n", Op.LT, 3) == Compare("n", Op.LT, 3)
    assert len({Like("a", ("x",)), Like("a", ("x",)), Like("a", ("y",))}) == 2
