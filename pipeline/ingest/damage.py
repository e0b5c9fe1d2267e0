"""Damaged Thai beyond the reach of rules: words repaired by dictionary, pages scored (DOMAIN §6 classes 2, 4 to 9, 14, 15).

Clean text must never be touched: only a page whose own statistics say that a kind of damage befell all of it is repaired, only words that are none
as they stand, and only where one repair is likely. What stays damaged is scored, and callers take nothing from a page at or above `unreadable()`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from pipeline.ingest.decode import find_misreading, is_misreading, undo_edits
from pipeline.ingest.skeleton import skeleton
from pipeline.ingest.words import frequency_of, known_words
from pipeline.records import Block
from pipeline.resources import load_table
from pipeline.spans import Span

Edit = tuple[int, int, str]  # start, end, what stands there instead
# Text without pages is judged in stretches of about a page.
PAGE = 2_000
LONGEST = 18  # letters of the longest word looked for


@dataclass(frozen=True, slots=True)
class DamageLimit:
    """A number of data/damage.tsv."""

    id: str
    value: float
    meaning: str
    clean: str
    damaged: str
    source: str


@cache
def _limits() -> dict[str, float]:
    return {row.id: row.value for row in load_table("damage.tsv", DamageLimit)}


def unreadable() -> float:
    """The score from which on a block is unreadable: nothing may be taken from it.

    >>> 0 < unreadable() < 1
    True
    """
    return _limits()["unreadable"]


@dataclass(frozen=True, slots=True)
class Harm:
    """What befell all of a page."""

    lost_am: bool = False  # class 2: every ำ became า
    all_am: bool = False  # class 4: every า became ำ
    bare_tones: bool = False  # class 6: marks dropped where no upper vowel carries them
    slid: bool = False  # classes 5 and 7: marks slid to the next consonant, blanks inside words

    def __bool__(self) -> bool:
        return self.lost_am or self.all_am or self.bare_tones or self.slid


# --- pages -----------------------------------------------------------------------------------------------------------


def pages(blocks: tuple[Block, ...]) -> list[tuple[int, int]]:
    """The pages as `(first block, block after the last)`: as the locators say, else stretches of about PAGE characters.

    What is left over at the end belongs to the last stretch, so that no page is too short to be judged.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for at in range(1, len(blocks) + 1):
        if at == len(blocks) or _parts(blocks, start, at):
            found.append((start, at))
            start = at
    if len(found) > 1 and not _page_of(blocks[-1].locator) and not _page_of(blocks[found[-1][0] - 1].locator):
        (last, after), (before, _) = found.pop(), found.pop()
        length = blocks[after - 1].span.end - blocks[last].span.start
        found += [(before, after)] if length < PAGE // 2 else [(before, last), (last, after)]
    return found


def _parts(blocks: tuple[Block, ...], start: int, at: int) -> bool:
    """Whether a new page begins with block `at` when the last began with `start`."""
    here, there = _page_of(blocks[at].locator), _page_of(blocks[start].locator)
    if here or there:
        return here != there
    return blocks[at].span.start - blocks[start].span.start >= PAGE


def _page_of(locator: str) -> str:
    """The `page=3` or `slide=2` of a locator, "" where it has none."""
    head = locator.partition(";")[0]
    return head if head.startswith(("page=", "slide=")) else ""


# --- what a page's own statistics say --------------------------------------------------------------------------------

_CONSONANTS = frozenset(map(chr, range(ord("ก"), ord("ฮ") + 1)))
_MARKS = frozenset("\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e")
_THAI = frozenset(map(chr, range(ord("ก"), ord("๛") + 1)))
# Each begins with the character that is searched for and then looks back: a search for it is much quicker.
_STRAY = re.compile(r"[ัิ-ฺ็-๎](?<![ก-ฮัิ-ฺ็-๎].)[ัิ-ฺ็-๎]*")
_BARE_TONE = re.compile(r"[่-๋์](?<=[ก-ฮุู].)")
_SURE_SLID_SITE = re.compile(r"[ัื][่-๋]? (?=[ก-ฮ])")
# What stands where Thai should: lost characters, private use, C1 controls, accented letters and signs of wrong code pages.
_ALIEN = re.compile(r"[\ufffd\ue000-\uf8ff\u0080-\u009f¡-¶¸-ɏ∫∑∏πΩ∂∆√≈≠≤≥ƒ◊ﬁﬂ]")


@lru_cache(maxsize=64)  # what befell a page and its score ask for the same
def _counts(text: str) -> Counter[str]:
    """How often each character stands in a text."""
    return Counter(text)


def _count(counts: Counter[str], letters: frozenset[str]) -> int:
    """How many of the counted characters are among the letters."""
    return sum(counts[letter] for letter in letters & counts.keys())


def find_harm(text: str, raw: str) -> Harm:
    """What befell all of a page, by its statistics; `text` is normalised, `raw` is it before that."""
    limits = _limits()
    counts = _counts(text)
    consonants = _count(counts, _CONSONANTS)
    if consonants < limits["least-consonants"] or score(text) >= limits["unreadable"]:
        return Harm()  # where all marks are gone, or each line is a piece of a word, the dictionary would guess
    am, aa = counts["ำ"], counts["า"]
    bare = len(_BARE_TONE.findall(text))
    return Harm(
        lost_am=aa > 0 and _is_am_lost(text, am, consonants),
        all_am=am > limits["all-am-ratio"] * (aa + 1),
        bare_tones=consonants >= limits["bare-tones-consonants"] and bare < limits["bare-tones"] * consonants,
        slid=len(_SURE_SLID_SITE.findall(raw)) >= limits["slid-sites"],
    )


@dataclass(frozen=True, slots=True)
class LostAmWord:
    """A row of data/lost_am_words.tsv."""

    id: str
    word: str
    meant: str
    example: str
    counter_example: str
    source: str


@cache
def _lost_am_words() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(row.word) for row in load_table("lost_am_words.tsv", LostAmWord)))


def _is_am_lost(text: str, am: int, consonants: int) -> bool:
    """Whether the ำ of a page lost their rings: it has none, or more words that show it than ำ of its own."""
    limits = _limits()
    if am == 0 and consonants >= limits["lost-am-consonants"]:
        return True
    # In a page that holds many, a look at a part shows that none was lost.
    shown = len(_lost_am_words().findall(text)) if am < consonants * limits["am-per-consonant"] else 0
    return shown >= limits["lost-am-words"] and shown >= am


# Lines that end where no word does, or begin so: programs that lay out a page for the screen break them at each mark above a letter.
_TORN = re.compile(r"[ัื]\n|\n[ะาำ]")


def is_torn(text: str) -> bool:
    """Whether many lines of a page end inside a word.

    >>> is_torn("กลุ่\\nมคนร่วมมือกั\\nน\\n" * 9)
    True
    """
    limits = _limits()
    torn = len(_TORN.findall(text))
    return torn >= limits["torn-lines"] and torn >= limits["torn-share"] * (text.count("\n") + 1)


def score(text: str) -> float:
    """How much of a page is damaged beyond repair, 0 to 1: marks gone, marks torn off, or characters that are no Thai at all."""
    return judge(text)[0]


@lru_cache(maxsize=64)  # pages that need no repair are scored twice
def judge(text: str) -> tuple[float, str]:
    """The score of a page and what makes most of it, a row of data/damage_notes.tsv; "" for a page without damage."""
    limits = _limits()
    counts = _counts(text)
    consonants, alien = _count(counts, _CONSONANTS), sum(n for char, n in counts.items() if _ALIEN.match(char))
    if consonants + alien < limits["least-consonants"]:
        return 0.0, ""
    marks = _count(counts, _MARKS)
    stray = sum(map(len, _STRAY.findall(text)))
    scores = {"old-font": alien / (alien + _count(counts, _THAI)), "torn-lines": limits["unreadable"] * is_torn(text)}
    if consonants >= limits["least-consonants"]:
        expected = limits["marks-per-consonant"] * consonants
        scores["no-marks"] = 1 - marks / expected
        allowed = limits["stray-marks"]
        scores["loose-marks"] = (stray / marks - allowed) / (1 - allowed) * 2 if marks else 0.0
    worst = max(scores, key=lambda kind: scores[kind])
    value = round(min(1.0, max(0.0, scores[worst])), 3)
    return value, worst if value else ""


def with_scores(text: str, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], float, list[tuple[str, str]]]:
    """The blocks with the score of the page they stand on, the score of the whole text, weighted by length, and what to tell of it.

    What to tell: `(id of data/damage_notes.tsv, locator)`.
    """
    marked: list[Block] = []
    notes: list[tuple[str, str]] = []
    total = weighed = 0.0
    for first, after in pages(blocks):
        page = "\n".join(block.span.slice(text) for block in blocks[first:after])
        damage, kind = judge(page)
        if damage >= _limits()["unreadable"]:
            notes += [(kind, place_of(block)) for block in blocks[first:after]]
        elif damage >= _limits()["told"]:
            notes.append(("some-" + kind, place_of(blocks[first])))
        marked += [replace(block, damage=damage) if damage else block for block in blocks[first:after]]
        total += len(page)
        weighed += damage * len(page)
    return tuple(marked), round(weighed / total, 3) if total else 0.0, notes


def place_of(block: Block) -> str:
    """The page, slide or line of a block, without the place on it."""
    return block.locator.partition(";")[0]


# --- wrong code page inside a file (class 14) ------------------------------------------------------------------------

_LINES_SHOW = 3  # lines in one code page from which those that do not show theirs are read as they are
# Four characters near each other that Thai text does not hold, or four เธ เน pairs: worth a closer look at the line.
_SUSPECT = re.compile(r"(?:[\u0080-\u009f¡-ÿ∫∑∏πΩ∂∆√≈≠≤≥ƒ◊ﬁﬂŒœŸ⁄\u0100-\u06ff‘’“”‹›€][^\n]{0,3}?){4}|(?:เ[ธน][^\n]){4}")


def recode(text: str) -> Iterator[Edit]:
    """Edits that undo a wrong code page in single lines; each character keeps its own place.

    A line too short or too broken to show its code page by itself is read as most others of the text are.
    """
    at = 0
    lines: list[tuple[int, int, tuple[str, str] | None]] = []
    while match := _SUSPECT.search(text, at):
        start = text.rfind("\n", at, match.start()) + 1 or at
        end = text.find("\n", match.end())
        at = len(text) if end < 0 else end
        lines.append((start, at, find_misreading(text[start:at])))
    known = Counter(found for _, _, found in lines if found).most_common(1)
    usual = known[0][0] if known and known[0][1] >= _LINES_SHOW else None
    for start, end, found in lines:
        line = text[start:end]
        if found is None and usual and is_misreading(line, usual, sure=False):
            found = usual
        if found:
            yield from ((start + a, start + b, new) for a, b, new in undo_edits(line, *found))


# Each Thai letter behind the Western one that has its place in TIS-620 ("âโ¤คÃร"): slides made on a Mac.
_TWIN = re.compile(
    f"[¡-û](?=[ก-๛])(?:{'|'.join(f'(?<={chr(code - 0xD60)})(?={chr(code)})' for code in range(0xE01, 0xE5C))})"
)
_FEWEST_TWINS = 5  # of a text: so many are no chance, as each Thai letter has one twin among a hundred Western letters


def drop_twins(text: str) -> Iterator[Edit]:
    """Edits that take out the Western twins of Thai letters, each right before its letter; none where a text holds few."""
    twins = [match.start() for match in _TWIN.finditer(text)]
    if len(twins) >= _FEWEST_TWINS:
        yield from ((at, at + 1, "") for at in twins)


# --- words by dictionary ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter of the text with the marks on it."""

    start: int
    end: int  # after its marks and the blanks behind them
    letter: str
    marks: str


@dataclass(frozen=True, slots=True)
class _Step:
    """The best way to read a run up to some letter."""

    cost: float
    start: int = 0  # the first letter of the last word
    owed: str = ""  # what slid from the word before to that letter
    word: str = ""  # "" where nothing changes


_UPPER = frozenset("ัิีึื")
_DROPPED = frozenset("็่้๊๋์")
_VOWEL = re.compile(r"[ัิ-ู]")
_LETTERS = re.compile(r"([ก-ฮะาำเ-ไๅๆฯ])([ัิ-ฺ็-๎]*)( ?)")


@cache
def _by_skeleton() -> dict[str, tuple[str, ...]]:
    """The known words by what damage leaves of them; those of one letter (ผู้, ที่) need a vowel on it."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(known_words()):
        if _LETTERS.match(word):
            key = skeleton(word)
            if 2 <= len(key) <= LONGEST or (len(key) == 1 and _VOWEL.search(word)):
                found[key].append(word)
    return {key: tuple(words) for key, words in found.items()}


def repair_words(text: str, harm: Harm) -> list[Edit]:
    """Edits that repair the words of a page of which `harm` befell all; none when too few words ask for it."""
    edits: list[Edit] = []
    repaired = words = 0
    for letters in _runs(text, blanks=harm.slid):
        for start, after, word in _read(letters, harm):
            words += 1
            if word:
                repaired += 1
                edits += _word_edits(text, letters[start:after], word)
    limits = _limits()
    enough = repaired >= limits["least-repairs"] and repaired >= limits["least-repair-share"] * words
    return edits if enough else []


def _runs(text: str, *, blanks: bool) -> Iterator[list[_Letter]]:
    """Stretches of Thai letters; over single blanks where `blanks` may stand inside words."""
    run: list[_Letter] = []
    end = 0
    for match in _LETTERS.finditer(text):
        if run and match.start() != end:
            yield run
            run = []
        letter = match.group(1)
        run.append(_Letter(match.start(), match.end() if blanks else match.end(2), letter, match.group(2)))
        end = run[-1].end
    if run:
        yield run


def _read(letters: list[_Letter], harm: Harm) -> list[tuple[int, int, str]]:
    """The words of a run as `(first letter, letter after the last, repaired word or "")`: the fewest words, sound ones first.

    Marks of a word's last letter may have slid to the first one of the next word (ไมพ่ บ is ไม่พบ).
    """
    flow = "".join("า" if item.letter == "ำ" else item.letter for item in letters)
    index = _by_skeleton()
    best: list[dict[str, _Step]] = [{} for _ in range(len(letters) + 1)]
    best[0][""] = _Step(0.0)

    def reach(at: int, owes: str, step: _Step) -> None:
        known = best[at].get(owes)
        if known is None or step.cost <= known.cost:
            best[at][owes] = step

    for start in range(len(letters)):
        for owed, so_far in list(best[start].items()):
            if not owed:
                reach(start + 1, "", _Step(so_far.cost + 1.2, start))
            for after in range(start + _shortest(letters, start, harm), min(len(letters), start + LONGEST) + 1):
                candidates = index.get(flow[start:after])
                if candidates:
                    following = letters[after].marks if after < len(letters) else ""
                    for word, owes in _likely(letters[start:after], candidates, harm, owed, following):
                        reach(after, owes, _Step(so_far.cost + (1.1 if word else 1.0), start, owed, word))
    found, at, owes = [], len(letters), ""
    while at:
        step = best[at][owes]
        found.append((step.start, at, step.word))
        at, owes = step.start, step.owed
    return found[::-1]


def _shortest(letters: list[_Letter], start: int, harm: Harm) -> int:
    """The letters that a word from here on has at least: one with a vowel on it (ผู้, ที่), which may have slid to the next."""
    slid = harm.slid and start + 1 < len(letters) and letters[start + 1].marks
    return 1 if slid or _VOWEL.search(letters[start].marks) else 2


def _likely(
    letters: list[_Letter], candidates: tuple[str, ...], harm: Harm, owed: str, following: str
) -> Iterator[tuple[str, str]]:
    """The words that these letters were, each with what it owes to the next letter, whose marks are `following`.

    "" for the word when they are one as they stand or when several are likely; nothing when none is. `owed`: see _owes.
    """
    as_it_stands = "".join(item.letter + item.marks for item in letters)
    fitting: dict[str, list[str]] = {}
    for word in candidates:
        if word == as_it_stands and not owed:
            fitting.setdefault("", []).append(word)
        elif (owes := _owes(letters, _units(word), harm, owed, following)) is not None:
            fitting.setdefault(owes, []).append(word)
    limits = _limits()
    for owes, words in fitting.items():
        ranked = sorted(words, key=lambda word: (-frequency_of(word), word))
        clear = len(ranked) == 1 or frequency_of(ranked[0]) >= limits["likely"] * max(1, frequency_of(ranked[1]))
        if as_it_stands in words and not owed:
            # A rare word where a frequent one was damaged all over the page: ได is ได้, while ทา may be ทา.
            rare = max(1, frequency_of(as_it_stands)) * limits["likely-over-word"] <= frequency_of(ranked[0])
            if not (clear and rare):
                yield as_it_stands if _blank_inside(letters) else "", owes
                continue
        if clear:
            yield ranked[0], owes
        elif not owed and not owes:
            yield "", owes


def _blank_inside(letters: list[_Letter]) -> bool:
    """Whether a blank stands between the letters."""
    return any(item.end - item.start > 1 + len(item.marks) for item in letters[:-1])


@cache
def _units(word: str) -> tuple[tuple[str, str], ...]:
    """The letters of a word, each with its marks."""
    return tuple((m.group(1), m.group(2)) for m in _LETTERS.finditer(word))


def _owes(
    letters: list[_Letter], units: tuple[tuple[str, str], ...], harm: Harm, owed: str, following: str
) -> str | None:
    """The marks that slid from a word to the letter after it, "" for none; None where the harm cannot have made the letters out of the word.

    `owed`: the marks that slid to its first letter from the word before; `following`: the marks of the letter after it.
    """
    if len(units) != len(letters):
        return None
    # What slid to the next letter: the marks, or what was left of them.
    pending: tuple[str, ...] = (owed,) if owed else ()
    before = ""
    for item, (letter, marks) in zip(letters, units, strict=True):
        # A tone that slid to า, behind the blank of the one before, looks like a torn ำ (ไดง้ า่ ย is ได้ง่าย).
        torn = harm.slid and before and (item.letter, letter) == ("ำ", "า")
        if item.letter != letter and not torn and not _confused(item.letter, letter, harm):
            return None
        before = item.marks
        seen: str | None = item.marks
        if pending:
            seen = next((rest for some in pending if (rest := _without(item.marks, some)) is not None), None)
            pending = ()
        if seen is None:
            return None
        if _same_marks(seen, marks, harm):
            continue
        slid = _without(marks, seen) if harm.slid else None
        # The vowel alone may slide, while the tone stays (ท้งั is ทั้ง).
        if not slid or not _DROPPED.issuperset(seen):
            return None
        bare = "".join(mark for mark in slid if mark not in _DROPPED) if harm.bare_tones else ""
        pending = (slid, bare) if bare else (slid,)
    if not pending:
        return ""
    return next((some for some in pending if some and _without(following, some) is not None), None)


def _without(marks: str, some: str) -> str | None:
    """The marks without some of them; None where these are not among them.

    >>> _without("ูี้่", "ู้"), _without("ิ", "่")
    ('ี่', None)
    """
    for mark in some:
        if mark not in marks:
            return None
        marks = marks.replace(mark, "", 1)
    return marks


def _confused(seen: str, meant: str, harm: Harm) -> bool:
    """Whether one letter was taken for the other all over the page."""
    return (harm.lost_am and (seen, meant) == ("า", "ำ")) or (harm.all_am and (seen, meant) == ("ำ", "า"))


def _same_marks(seen: str, meant: str, harm: Harm) -> bool:
    """Whether the marks are those of the word, but for those that were dropped."""
    if seen == meant:
        return True
    return harm.bare_tones and not set(meant) & _UPPER and seen == "".join(m for m in meant if m not in _DROPPED)


def _word_edits(text: str, letters: list[_Letter], word: str) -> Iterator[Edit]:
    """One edit for each letter that changes, so that every character keeps its place. The blank behind marks that had slid goes with them."""
    units = _units(word)
    for number, (item, (letter, marks)) in enumerate(zip(letters, units, strict=True)):
        last = number == len(letters) - 1
        carried = len(item.marks) > len(marks) and bool(_LETTERS.match(text, item.end))
        end = item.start + 1 + len(item.marks) if last and not carried else item.end
        if text[item.start : end] != letter + marks:
            yield item.start, end, letter + marks


def page_edits(text: str, raw: str, spans: Iterable[tuple[Span, Span]]) -> list[Edit]:
    """Edits that repair one page: `spans` are the places of its blocks in `text`, which is normalised, and in `raw`."""
    places = list(spans)
    harm = find_harm(
        "\n".join(span.slice(text) for span, _ in places), "\n".join(span.slice(raw) for _, span in places)
    )
    if not harm:
        return []
    shifted: list[Edit] = []
    page = "\n".join(span.slice(text) for span, _ in places)
    offsets, at = [], 0
    for span, _ in places:
        offsets.append((at, span.start))
        at += len(span) + 1
    number = 0
    for start, end, new in repair_words(page, harm):
        while number + 1 < len(offsets) and offsets[number + 1][0] <= start:
            number += 1
        by = offsets[number][1] - offsets[number][0]
        shifted.append((start + by, end + by, new))
    return shifted
