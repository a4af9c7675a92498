"""Conditions of plays from text, by recursive descent: nothing is ever evaluated but the words that are listed.

A mistake raises `Mistake` with the place; `playbook` adds file and play. What is compared, added and joined is checked
here, so that a condition that parses has a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite

from segtui.decide.playbook_words import (
    COMPARISONS,
    EITHER,
    KEYWORDS,
    OF_FEATURE,
    OF_LEVEL,
    QUANTITIES,
    Has,
    Minus,
    Not,
    Number,
    Of,
    Pair,
    Quantity,
    Tree,
    is_truth,
)  # fmt: skip

LONGEST = 2_000
DEEPEST = 40
"""Brackets, signs and "not" inside each other; also terms in a row, for a row is as deep as it is long."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[^\W\d]\w*)|"(?P<quoted>(?:[^"\\]|\\["\\])*)"
    |(?P<sign><=|>=|==|!=|[-+*/<>()=%]))""",
    re.VERBOSE,
)


class Mistake(Exception):
    """What is wrong with a condition, at which character (from 1), and what to do."""

    def __init__(self, what: str, at: int, hint: str) -> None:
        super().__init__(f"character {at}: {what}. {hint}")
        self.what, self.at, self.hint = what, at, hint


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def condition(source: str) -> Tree:
    """A condition: true or false of a segment. Raises Mistake."""
    tree = expression(source)
    if not is_truth(tree):
        raise Mistake("this is a number, not a condition", 1, "Compare it with something, such as > 100.")
    return tree


def expression(source: str) -> Tree:
    """A condition or a number. Raises Mistake."""
    if len(source) > LONGEST:
        raise Mistake(f"it is longer than {LONGEST:,} characters", LONGEST, "Make two plays of it.")
    return _Parser(_tokens(source)).whole()


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(source) and source[at:].strip():
        match = _TOKEN.match(source, at)
        if match is None:
            place = at + len(source[at:]) - len(source[at:].lstrip())
            closing = (
                "Close the quotation mark" if source[place] == '"' else "Known are < > = ! + - * / % ( ) and words"
            )
            raise Mistake(f"{source[place]!r} cannot be read here", place + 1, f"{closing}.")
        kind = str(match.lastgroup)
        text = match[kind]
        start = match.start(kind) + 1
        if kind == "quoted":
            text, start = re.sub(r"\\(.)", r"\1", text), start - 1
        found.append(_Token(kind, text, start))
        at = match.end()
    return [*found, _Token("end", "", len(source) + 1)]


class _Parser:
    """One pass over the tokens; every method reads one rule of the grammar in `playbook_words`."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        return self._next.kind in ("sign", "word") and self._next.text in texts

    def _expect(self, sign: str, what: str) -> None:
        if not self._is(sign):
            raise self._mistake(f"“{sign}” is missing", f"Write {what}.")
        self._take()

    def _mistake(self, what: str, hint: str, token: _Token | None = None) -> Mistake:
        at = token or self._next
        return Mistake(what, at.at, hint)

    def whole(self) -> Tree:
        tree = self._either()
        if self._next.kind != "end":
            raise self._mistake(f"“{self._next.text}” is one word too many", "Join conditions with and / or.")
        return tree

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._mistake("too much inside each other", "Make it shorter, or two plays of it.")

    def _row(self, signs: tuple[str, ...], part: str, truths: bool) -> Tree:
        """Parts joined by `signs`, from the left."""
        started = self._next
        tree: Tree = getattr(self, part)()
        deep = self._depth
        while self._is(*signs):
            sign = self._take()
            self._deeper()
            self._check(tree, truths, started)
            started = self._next
            right: Tree = getattr(self, part)()
            self._check(right, truths, started)
            tree = Pair(sign.text, tree, right)
        self._depth = deep
        return tree

    def _check(self, tree: Tree, truth: bool, token: _Token) -> None:
        if is_truth(tree) != truth:
            wanted = "a condition, such as size > 100" if truth else "a number"
            raise self._mistake(f"here should be {wanted}", "Put what is compared in brackets.", token)

    def _either(self) -> Tree:
        return self._row(("or",), "_both", truths=True)

    def _both(self) -> Tree:
        return self._row(("and",), "_denial", truths=True)

    def _denial(self) -> Tree:
        if not self._is("not"):
            return self._comparison()
        self._take()
        self._deeper()
        started = self._next
        tree = self._denial()
        self._check(tree, True, started)
        self._depth -= 1
        return Not(tree)

    def _comparison(self) -> Tree:
        started = self._next
        left = self._sum()
        if self._is("="):
            raise self._mistake("“=” compares nothing here", "Write == for “is equal to”.")
        if not self._is(*COMPARISONS):
            return left
        sign = self._take()
        self._check(left, False, started)
        started = self._next
        right = self._sum()
        self._check(right, False, started)
        if self._is(*COMPARISONS):
            raise self._mistake("two comparisons in a row", "Join them: a < b and b < c.")
        return Pair(sign.text, left, right)

    def _sum(self) -> Tree:
        return self._row(("+", "-"), "_product", truths=False)

    def _product(self) -> Tree:
        return self._row(("*", "/"), "_signed", truths=False)

    def _signed(self) -> Tree:
        if not self._is("-"):
            return self._primary()
        self._take()
        self._deeper()
        started = self._next
        tree = self._signed()
        self._check(tree, False, started)
        self._depth -= 1
        return Minus(tree)

    def _primary(self) -> Tree:
        token = self._take()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "sign" and token.text == "(":
            self._deeper()
            tree = self._either()
            self._expect(")", "the closing bracket")
            self._depth -= 1
            return tree
        if token.kind == "word" and token.text in QUANTITIES:
            return Quantity(token.text)
        if token.kind == "word" and (token.text in OF_FEATURE or token.text == "has"):
            return self._function(token)
        raise self._unknown(token)

    def _number(self, token: _Token) -> Tree:
        value = float(token.text)
        if not isfinite(value):
            raise self._mistake("this number is too large", "Write a smaller one.", token)
        if self._is("%"):
            self._take()
            value /= 100
        return Number(value)

    def _function(self, token: _Token) -> Tree:
        function = token.text
        self._expect("(", f"{function}(feature)")
        feature = self._name("a feature")
        level = None
        if function != "has" and self._is("=", "=="):
            self._take()
            level = self._name("a level")
        self._expect(")", "the closing bracket")
        if level is None and function in OF_LEVEL:
            raise self._mistake(f"{function} needs a level", f"Write {function}(feature = level).", token)
        if level is not None and function not in (*OF_LEVEL, *EITHER):
            raise self._mistake(f"{function} takes no level", f"Write {function}(feature).", token)
        return Has(feature) if function == "has" else Of(function, feature, level)

    def _name(self, what: str) -> str:
        token = self._take()
        if token.kind in ("word", "quoted", "number") and not (token.kind == "word" and token.text in KEYWORDS):
            return token.text
        hint = "Put names that are words of this language, or hold blanks or signs, in double quotes."
        raise self._mistake(f"here should be the name of {what}", hint, token)

    def _unknown(self, token: _Token) -> Mistake:
        if token.kind == "end":
            return self._mistake("something is missing at the end", "Finish the condition.", token)
        if token.kind in ("sign", "quoted"):
            hint = "Here belongs a number, a quantity, or a function of a feature such as median(recency)."
            return self._mistake(f"“{token.text}” cannot stand here", hint, token)
        near = get_close_matches(token.text, KEYWORDS, 1)
        known = f"Did you mean “{near[0]}”?" if near else f"Write mean({token.text}) or median({token.text})."
        return self._mistake(f"“{token.text}” is not known", known, token)
