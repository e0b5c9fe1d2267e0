"""Rule patterns: words with gaps and numbers, all found in one pass over a text.

The language of the rule tables, small on purpose: `…` stands for up to 40 characters within the line, `<n>` for a number
in Thai or Arabic digits, a leading `^` for the start of a clause. Everything else is itself; a blank may be any
number of blanks or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import ResourceError
from pipeline.phrases import Phrase, PhraseMatcher, on_boundary
from pipeline.spans import Span

NUMBER = r"[0-9๐-๙](?:[0-9๐-๙,.]*[0-9๐-๙])?"
# 40 characters: the longest stretch between the parts of a cue that still was one statement in the reports of corpus/;
# at 80, "ได้ … แล้ว" began to join two clauses.
GAP = r"[^\n]{0,40}?"
_NUMBER_BEFORE = re.compile(NUMBER + r"\s*\Z")
_PART = re.compile(r"(…|<n>)")
# What may stand between the start of a clause and its first word.
LONGEST_LEAD = 12
_CLAUSE_LEAD = re.compile(r"[\s\-–—•*#o(\"“‘'.:,]*\Z")


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """A rule where it stands in the text."""

    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: str
    at_start: bool
    number_before: bool
    rest: re.Pattern[str]  # from the anchor on


class PatternMatcher:
    """Finds the patterns of a rule table in a text.

    >>> matcher = PatternMatcher([("k1", "ลดลง…จาก <n>"), ("k2", "^เพื่อ")])
    >>> [(m.rule, m.span.start) for m in matcher.find_all("เพื่อให้ขยะลดลงมากจาก ๒๐ ตัน")]
    [('k2', 0), ('k1', 11)]
    """

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        """Compiles `(rule id, pattern)` pairs. Raises ResourceError for a pattern without words."""
        self._compiled: dict[str, _Compiled] = {}
        phrases: list[Phrase] = []
        for rule, pattern in rules:
            compiled, anchor = _compile(rule, pattern)
            self._compiled[rule] = compiled
            phrases.append(Phrase(anchor, rule, boundary=False, spaces=" " in anchor))
        self._matcher = PhraseMatcher(phrases)

    def find_all(self, text: str, starts: frozenset[int] | None = None) -> list[PatternMatch]:
        """Every match, by place. `starts` are the places where clauses start; None: line starts only count for `^`."""
        found = []
        for start, rule in self._matcher.places(text):
            match = self._match(text, start, self._compiled[rule], starts)
            if match is not None:
                found.append(PatternMatch(match, rule))
        found.sort(key=lambda match: (match.span.start, -match.span.end, match.rule))
        return found

    def _match(self, text: str, start: int, rule: _Compiled, starts: frozenset[int] | None) -> Span | None:
        """The place of a rule whose first words stand at `start`; None where the rest of it does not follow."""
        whole = rule.rest.match(text, start)
        if whole is None:
            return None
        if rule.number_before:
            number = _NUMBER_BEFORE.search(text[max(0, start - 24) : start])
            if number is None:
                return None
            start = max(0, start - 24) + number.start()
        span = Span(start, whole.end())
        if not on_boundary(text, span):
            return None
        if rule.at_start and not _starts_clause(text, start, starts):
            return None
        return span


def _starts_clause(text: str, at: int, starts: frozenset[int] | None) -> bool:
    """Whether a clause starts at `at`: one of `starts`, or the line's first word behind its marker."""
    if starts is not None and at in starts:
        return True
    reach = max(0, at - LONGEST_LEAD)
    line = text.rfind("\n", reach, at) + 1
    return (line > 0 or reach == 0) and _CLAUSE_LEAD.match(text[line:at]) is not None


def _compile(rule: str, pattern: str) -> tuple[_Compiled, str]:
    """The compiled pattern and its anchor: the first words in it."""
    at_start = pattern.startswith("^")
    parts = [part for part in _PART.split(pattern.removeprefix("^")) if part.strip()]
    number_before = bool(parts) and parts[0] == "<n>"
    if number_before:
        parts = parts[1:]
    if not parts or parts[0] in {"…", "<n>"}:
        raise ResourceError(f"rule {rule}: the pattern {pattern!r} does not start with words.", "Start it with words.")
    regex = "".join({"…": GAP, "<n>": r"\s*" + NUMBER}.get(part, _literal(part)) for part in parts)
    return _Compiled(rule, at_start, number_before, re.compile(regex, re.IGNORECASE)), parts[0].strip()


def _literal(part: str) -> str:
    return r"\s*".join(re.escape(word) for word in re.split(r"\s+", part))
