"""Eval expressions, as `eval` and `where` have them.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Eval: strings in double quotes, field names
bare or (with other characters than letters, digits and underscores) in single quotes; `.` joins texts. From loosest to
tightest: OR XOR, AND, NOT, comparisons and LIKE and IN, + - ., * / %, unary minus.
"""

from __future__ import annotations

import re

from simulator.languages.spl.ast import Binary, Block, Eval, Function, Name, Number, Text, Unary, Within
from simulator.languages.spl.cursor import Cursor
from simulator.languages.spl.searches import ParseInner

_NUMBER = re.compile(r"(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?(?![\w.]*[A-Za-z_{])")
_PLAIN = re.compile(r"[A-Za-z_][\w:{}@#]*(?:\.[A-Za-z_{][\w:{}@#]*)*|<<\w+>>|\$[\w.]+\$|\d+[A-Za-z_]\w*")
_COMPARE = re.compile(r"==|!=|<>|<=|>=|=|<(?!<)|>")
MAX_DEPTH = 60


class Evaluating:
    """Reads one eval expression."""

    def __init__(self, cursor: Cursor, inner: ParseInner) -> None:
        self.cursor = cursor
        self.inner = inner
        self.depth = 0

    def expression(self) -> Eval:
        """Anything."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.cursor.invalid("this expression is nested too deeply")
        left = self._both()
        while True:
            self.cursor.space()
            at = self.cursor.at
            word = self.cursor.keyword("or", "xor")
            if not word:
                break
            left = Binary(word, left, self._both(), at)
        self.depth -= 1
        return left

    def _both(self) -> Eval:
        left = self._negation()
        while True:
            self.cursor.space()
            at = self.cursor.at
            if not self.cursor.keyword("and"):
                return left
            left = Binary("and", left, self._negation(), at)

    def _negation(self) -> Eval:
        self.cursor.space()
        at = self.cursor.at
        if self.cursor.keyword("not"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.cursor.invalid("this expression is nested too deeply")
            item = self._negation()
            self.depth -= 1
            return Unary("not", item, at)
        return self._comparison()

    def _comparison(self) -> Eval:
        left = self._sum()
        while True:
            self.cursor.space()
            at = self.cursor.at
            if match := self.cursor.match(_COMPARE):
                op = {"==": "=", "<>": "!="}.get(match[0], match[0])
                left = Binary(op, left, self._sum(), at)
            elif self.cursor.keyword("like"):
                left = Binary("like", left, self._sum(), at)
            elif self.cursor.keyword("in"):
                self.cursor.expect("(")
                left = Within(left, self._args(), at)
            elif self.cursor.keyword("not"):
                if not self.cursor.keyword("in"):
                    self.cursor.at = at
                    return left
                self.cursor.expect("(")
                left = Unary("not", Within(left, self._args(), at), at)
            else:
                return left

    def _sum(self) -> Eval:
        left = self._product()
        while self.cursor.peek() in ("+", "-", "."):
            at = self.cursor.at
            op = self.cursor.peek()
            self.cursor.at += 1
            left = Binary(op, left, self._product(), at)
        return left

    def _product(self) -> Eval:
        left = self._single()
        while self.cursor.peek() in ("*", "/", "%"):
            at = self.cursor.at
            op = self.cursor.peek()
            self.cursor.at += 1
            left = Binary(op, left, self._single(), at)
        return left

    def _single(self) -> Eval:
        cursor = self.cursor
        mark = cursor.peek()
        at = cursor.at
        if mark == "(":
            cursor.at += 1
            found = self.expression()
            cursor.expect(")")
            return found
        if mark == "-" or mark == "+":
            cursor.at += 1
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise cursor.invalid("this expression is nested too deeply")
            item = self._single()
            self.depth -= 1
            return Unary("-", item, at) if mark == "-" else item
        if mark == '"':
            quoted = cursor.quoted()
            assert quoted is not None
            return Text(quoted, at)
        if mark == "'":
            return Name(cursor.need_field(), at, quoted=True)
        if block := cursor.block():
            return Block(self.inner(*block), at)
        if match := cursor.match(_NUMBER):
            whole = match[2] is None and "." not in match[1]
            return Number(int(match[0]) if whole else float(match[0]), at)
        match = cursor.match(_PLAIN)
        if match is None:
            raise cursor.invalid(f"expected a value, found {cursor.found()}")
        name = match[0]
        if cursor.peek() == "(":
            cursor.at += 1
            args = self._args()
            if name.lower() == "in" and args:
                return Within(args[0], args[1:], at)
            return Function(name.lower(), args, at)
        return Name(name, at)

    def _args(self) -> tuple[Eval, ...]:
        """Arguments up to and with the closing parenthesis."""
        args: list[Eval] = []
        if self.cursor.take(")"):
            return ()
        while True:
            args.append(self.expression())
            if self.cursor.take(")"):
                return tuple(args)
            if not self.cursor.take(","):
                raise self.cursor.invalid(f"expected ',' or ')', found {self.cursor.found()}")
