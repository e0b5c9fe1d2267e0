"""Thai made regular, once for the whole project, with the way back to the source.

The rules are rows of data/normalise.tsv. They are tried in order, and again until nothing changes, so that normalising twice is normalising once.
Text that is regular already is its own source and costs one look per rule. pythainlp's normalize is not used: it squeezes the double spaces that are
our clause cues, drops marks of PDF text and takes 20 s for 20,000 tone marks (DEPENDENCIES §4).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from pipeline.errors import ResourceError
from pipeline.ingest.damage import drop_twins, page_edits, pages, place_of, recode, with_scores
from pipeline.ingest.sign_marks import marks_for_signs, unclear_signs
from pipeline.ingest.words import word_across
from pipeline.records import Block, BlockKind, NormalText, Report
from pipeline.resources import load_table
from pipeline.spans import MappedText

# Rounds until nothing changes. Two are the rule; the most that a search over damaged texts needed was four.
MAX_ROUNDS = 12

Edit = tuple[int, int, str]  # start, end, what stands there instead
Finder = Callable[[str], Iterable[Edit]]


@dataclass(frozen=True, slots=True)
class NormaliseRule:
    """One way in which text becomes regular; see the head of data/normalise.tsv."""

    id: str
    kind: str
    pattern: str
    replacement: str
    example: str
    becomes: str
    counter_example: str
    source: str


def normalise(report: Report) -> NormalText:
    """The normalised text and blocks of a report; each character leads back to `Report.raw`.

    Blocks in which nothing is left are dropped, those that hold only words of an icon font become furniture.
    """
    before = report.text.text
    work = Work(before)
    _regular(work)
    here = work.mapped()
    edits: list[Edit] = []
    guessed: list[tuple[str, str]] = []
    for first, after in pages(report.blocks):
        repairs = _page_edits(report.blocks[first:after], before, here)
        edits += repairs
        guessed += [("guessed", place_of(report.blocks[first]))] if repairs else []
    if work.apply(edits):
        _regular(work)
        here = work.mapped()
    blocks, damage, notes = with_scores(here.text, tuple(_map_blocks(report.blocks, here)))
    signs = [("signs", example) for example in unclear_signs(here.text)]
    return NormalText(here.compose(report.text), blocks, damage, (*notes, *guessed, *signs))


def _page_edits(blocks: tuple[Block, ...], before: str, here: MappedText) -> list[Edit]:
    """The repairs of one page, in the text that is regular already."""
    return page_edits(here.text, before, [(here.text_span(block.span), block.span) for block in blocks])


def _map_blocks(blocks: Iterable[Block], here: MappedText) -> Iterator[Block]:
    """The blocks at their places in the normalised text."""
    for block in blocks:
        span = here.text_span(block.span)
        text = span.slice(here.text)
        if not text.strip():
            continue
        kind = BlockKind.FURNITURE if _is_residue(text) else block.kind
        column, row = _normal(block.column_header), _normal(block.row_header)
        if (span, kind, column, row) == (block.span, block.kind, block.column_header, block.row_header):
            yield block
        else:
            yield replace(block, span=span, kind=kind, column_header=column, row_header=row)


@cache
def _normal(text: str) -> str:
    """A header's text, normalised; the same few stand above many cells."""
    return normalise_text(text).text


def normalise_text(text: str) -> MappedText:
    """`text` made regular; where nothing changes it is its own source.

    >>> normalise_text("น้ําดื่ม ๕\\u00a0ขวด").text
    'น้ำดื่ม ๕ ขวด'
    """
    work = Work(text)
    _regular(work)
    return work.mapped()


def _regular(work: Work) -> None:
    """Applies the rules until nothing changes: until each has looked at the text since the last one that changed it."""
    finders = (drop_twins, recode, marks_for_signs, *_finders(), _compose_letters)
    idle = 0
    for _ in range(MAX_ROUNDS):
        for finder in finders:
            idle = 0 if work.apply(finder(work.text)) else idle + 1
            if idle >= len(finders):
                return


class Work:
    """A text under repair: each edit moves the places of the characters with it."""

    def __init__(self, text: str) -> None:
        """Starts with `text` as its own source."""
        self.text = text
        self._starts: array[int] | None = None
        self._ends: array[int] | None = None

    def apply(self, edits: Iterable[Edit]) -> bool:
        """Makes the edits, which are in order and do not overlap; whether there was one that changed something."""
        pieces: list[str] = []
        at = 0
        starts, ends = array("q"), array("q")
        for start, end, new in edits:
            start, end, new = _shortest(self.text, start, end, new)
            if start == end and not new:
                continue
            if self._starts is None or self._ends is None:
                self._starts = array("q", range(len(self.text)))
                self._ends = array("q", range(1, len(self.text) + 1))
            pieces += (self.text[at:start], new)
            starts += self._starts[at:start]
            ends += self._ends[at:start]
            place = self._place(start, end)
            starts.extend([place[0]] * len(new))
            ends.extend([place[1]] * len(new))
            at = end
        if not pieces or self._starts is None or self._ends is None:
            return False
        pieces.append(self.text[at:])
        starts += self._starts[at:]
        ends += self._ends[at:]
        self.text, self._starts, self._ends = "".join(pieces), starts, ends
        return True

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """The source place of a stretch; of an insertion that of the character before it, to which it belongs."""
        assert self._starts is not None
        assert self._ends is not None
        if start == end and start:
            start -= 1
        elif start == end:
            end = min(1, len(self.text))
        return self._starts[start], max(self._ends[start:end])

    def mapped(self) -> MappedText:
        """The text with its map."""
        if self._starts is None or self._ends is None:
            return MappedText.identity(self.text)
        return MappedText(self.text, self._starts, self._ends)


def _shortest(text: str, start: int, end: int, new: str) -> Edit:
    """The same edit without what stays at its ends, so that characters keep their own places."""
    keep = min(end - start, len(new))
    front = 0
    while front < keep and text[start + front] == new[front]:
        front += 1
    back = 0
    while back < keep - front and text[end - 1 - back] == new[len(new) - 1 - back]:
        back += 1
    return start + front, end - back, new[front : len(new) - back]


# --- the rules as functions ------------------------------------------------------------------------------------------


@cache
def _finders() -> tuple[Finder, ...]:
    """One function for each rule, those for single characters together in front."""
    rules = load_table("normalise.tsv", NormaliseRule)
    chars = [rule for rule in rules if rule.kind == "char"]
    return (_char_finder(chars), *(make_finder(rule) for rule in rules if rule.kind not in {"char", "line"}))


def make_finder(rule: NormaliseRule) -> Finder:
    """A function from text to the edits that the rule makes. Raises ResourceError for an unknown kind or a broken pattern."""
    if rule.kind == "char":
        return _char_finder([rule])
    try:
        pattern = re.compile(rule.pattern)
    except re.error as error:
        raise ResourceError(f"normalise.tsv, row {rule.id}: {error}.", "Mend the pattern.") from error
    if rule.kind == "regex":
        return lambda text: _apart((_start(m), m.end(), m.expand(rule.replacement)) for m in pattern.finditer(text))
    if rule.kind == "join":
        return lambda text: _joins(text, pattern)
    if rule.kind == "cluster":
        return lambda text: _clusters(text, pattern)
    if rule.kind == "word":
        templates = tuple(template.strip() for template in rule.replacement.split(" / "))
        return lambda text: _apart((_start(m), m.end(), _best(m, templates)) for m in pattern.finditer(text))
    raise ResourceError(f"normalise.tsv, row {rule.id}: unknown kind {rule.kind!r}.", "See the head of the table.")


def _start(match: re.Match[str]) -> int:
    """Where a match begins, with the groups that it looked back on."""
    return min(start for group in range(len(match.groups()) + 1) if (start := match.start(group)) >= 0)


def _apart(edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits without those that look back into the one before; the next round makes them."""
    done = 0
    for start, end, new in edits:
        if start >= done:
            done = end
            yield start, end, new


def _char_finder(rules: list[NormaliseRule]) -> Finder:
    """Edits of single characters, in one look at the text."""
    table: dict[str, str] = {}
    for rule in rules:
        new = "".join(chr(int(code, 16)) for code in rule.replacement.split())
        for part in rule.pattern.split():
            low, _, high = part.partition("-")
            table.update((chr(code), new) for code in range(int(low, 16), int(high or low, 16) + 1) if chr(code) != new)
    known = frozenset(table)

    def find(text: str) -> Iterator[Edit]:
        present = known.intersection(
            text
        )  # few of the table's thousand are ever there: a small pattern is ten times as fast
        if not present:
            return
        for match in re.finditer("[" + re.escape("".join(sorted(present))) + "]", text):
            yield match.start(), match.end(), table[match.group()]

    return find


_BLANK = re.compile(" ")
_VOWEL_OR_MARK = re.compile(r"[ะาำัิ-ฺเ-ไ็-๎]")


# Words of letter-spaced type that are too short to be known by themselves (ค น), and its numbers (6 6 9).
_SPACED_CLUSTER = r"[^\sัิ-ฺ็-๎][ะาำัิ-ฺ็-๎]*"
_SPACED_WORD = re.compile(rf"(?<![^\s])(?:{_SPACED_CLUSTER} )+{_SPACED_CLUSTER}(?![^\s])")


def _joins(text: str, pattern: re.Pattern[str]) -> Iterator[Edit]:
    """Edits that take the blanks out of letter-spaced lines; letters alone (ก ข ค ง) are a list.

    One long run of single clusters shows that a line is spaced; then its short runs are words too.
    """
    done = 0
    for match in pattern.finditer(text):
        if match.start() < done or not _VOWEL_OR_MARK.search(match.group()):
            continue
        end = text.find("\n", match.end())
        line = max(done, text.rfind("\n", done, match.start()) + 1)
        done = len(text) if end < 0 else end
        for word in _SPACED_WORD.finditer(text, line, done):
            yield from ((blank.start(), blank.end(), "") for blank in _BLANK.finditer(text, word.start(), word.end()))


def _best(match: re.Match[str], templates: tuple[str, ...]) -> str:
    """The template that makes the longest known word around the join, the first when none makes one."""
    text = match.string
    start = _start(match)
    before, after = text[max(0, start - 20) : start], text[match.end() : match.end() + 20]
    scores = [_word_length(before, match, template, after) for template in templates]
    best = max(range(len(templates)), key=lambda n: (scores[n], -n))
    if templates[0] == "=" and (scores[0] or scores[best] < 4):
        best = 0  # the text as it stands ends in a word, or nothing better is sure
    return _expand(match, templates[best])


def _expand(match: re.Match[str], template: str) -> str:
    """The template filled in; "=" is the match itself."""
    return (
        match.string[_start(match) : match.end()]
        if template == "="
        else match.expand(template.replace("{", "").replace("}", ""))
    )


def _word_length(before: str, match: re.Match[str], template: str, after: str) -> int:
    """Length of the longest known word that holds what the template puts in braces, else all up to its blank."""
    middle = _expand(match, template)
    head, _, rest = template.partition("{") if "{" in template else ("", "", template)
    body = rest.partition("}")[0]
    start = len(match.expand(head))
    inner = middle.split(" ")[0] if body in {"=", template} else match.expand(body)
    return word_across(before + middle + after, len(before) + start, len(before) + start + len(inner))


# Order within a syllable: phinthu, vowel (one place), taikhu, tone, thanthakhat, nikhahit and the like, then ำ or า. It
# agrees with canonical order (NFC), so the two do not undo each other.
_RANK = {"ฺ": 0, "ั": 1, "ิ": 1, "ี": 1, "ึ": 1, "ื": 1, "ุ": 1, "ู": 1, "็": 2, "่": 3, "้": 3, "๊": 3, "๋": 3, "์": 4, "ํ": 5, "๎": 5}
_MARKS = frozenset(_RANK)


def _clusters(text: str, pattern: re.Pattern[str]) -> Iterator[Edit]:
    """Edits that put the marks around each match in order."""
    done = 0
    for match in pattern.finditer(text):
        if match.start() < done:
            continue
        start, end = match.start(), match.end()
        while start > done and text[start - 1] in _MARKS:
            start -= 1
        while end < len(text) and (
            text[end] in _MARKS or text[end] == "ำ" or (text[end] == "า" and "ํ" in text[start:end][-3:])
        ):
            end += 1
        done = end
        yield start, end, ordered_marks(text[start:end])


def ordered_marks(run: str) -> str:
    """The marks of one consonant, each once and in order; nikhahit and า made ำ.

    Two different tones or vowels both stay: which of them is wrong cannot be told.

    >>> ordered_marks("ํ้า")
    '้ำ'
    """
    marks = [char for char in dict.fromkeys(run) if char in _MARKS]
    tail = "ำ" if "ำ" in run or ("ํ" in run and "า" in run) else "า" if "า" in run else ""
    if tail == "ำ" and "ํ" in marks:
        marks.remove("ํ")
    return "".join(sorted(marks, key=_RANK.__getitem__)) + tail


# A character that can begin nothing but its own letter: between two of them canonical composition never reaches.
_SEGMENT = re.compile(
    r"[\x00-\x7f\u0e01-\u0e37\u0e3f-\u0e47\u0e4c-\u0e5b][^\x00-\x7f\u0e01-\u0e37\u0e3f-\u0e47\u0e4c-\u0e5b]*|[^\x00-\x7f\u0e01-\u0e37\u0e3f-\u0e47\u0e4c-\u0e5b]+"
)


def _compose_letters(text: str) -> Iterator[Edit]:
    """Edits that bring the text into canonical composition (NFC), letter by letter."""
    if unicodedata.is_normalized("NFC", text):
        return
    for match in _SEGMENT.finditer(text):
        if len(match.group()) > 1 or match.group() > "\u0e5b":
            composed = unicodedata.normalize("NFC", match.group())
            if composed != match.group():
                yield match.start(), match.end(), composed


@cache
def _residues() -> tuple[re.Pattern[str], ...]:
    """The patterns of lines that are no text."""
    return tuple(re.compile(rule.pattern) for rule in load_table("normalise.tsv", NormaliseRule) if rule.kind == "line")


def _is_residue(text: str) -> bool:
    """Whether a block holds nothing but what an icon font or a picture left behind."""
    return len(text) < 200 and any(pattern.fullmatch(text.strip()) for pattern in _residues())
