"""`lessons search`: the lessons of a dataset that answer a query, on the screen or as JSON."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.classify.embeddings import ACCURATE, FAST
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.errors import UsageError
from pipeline.lessons.dataset import LessonRow
from pipeline.lessons.render.places import area_names, place_words
from pipeline.lessons.render.words import THAI, Words
from pipeline.lessons.search import MEANING, Hit, Match, open_searcher
from pipeline.lessons.search_filters import Filters
from pipeline.lessons.search_terms import BUDDHIST
from pipeline.spans import Span, gaps

# What makes a terminal do something, or turns the direction of the text that follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
PLAIN, BOLD = ("【", "】"), ("\x1b[1m", "\x1b[0m")
_SHOWN_REASONS = 4
_HOW = {
    "short": "เขียนอีกแบบ",
    "notion": "คำพ้องของประเด็น",
    "theme": "คำพ้องของปัจจัย",
    "topic": "ประเด็นเดียวกัน",
    "correction": "น่าจะสะกดผิด",
    "part": "ส่วนของคำ",
    "year": "ปี",
    CATEGORY: "หมวด",
}
NOTHING = (
    "ไม่พบบทเรียน",
    "ลองทำอย่างใดอย่างหนึ่ง: ใช้คำให้น้อยลง · ใช้คำที่คนในพื้นที่เขียน หรือชื่อเต็มของคำย่อ · เอาตัวกรองออก · ลด --confidence",
)


def add_search_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons search`."""
    sub.add_argument("dataset", metavar="DIR", type=Path, help="folder that `lessons extract` has made")
    sub.add_argument("query", metavar="QUERY", help="what you look for, as you would say it")
    for name, says in (
        ("--category", "only this category: output, outcome, obstacle, success_factor, lesson, recommendation"),
        ("--issue", "only this strategic issue, e.g. tobacco"),
        ("--theme", "only this theme, e.g. system.health_services"),
        ("--province", "only this province, e.g. พัทลุง"),
        ("--district", "only this district"),
    ):
        sub.add_argument(name, action="append", default=[], metavar="NAME", help=f"{says}; may be repeated")
    sub.add_argument(
        "--year", action="append", default=[], type=int, metavar="YEAR", help="only this year, พ.ศ. or C.E."
    )
    sub.add_argument(
        "--confidence", type=float, default=0.0, metavar="N", help="only lessons at least so certain, 0 to 1"
    )
    sub.add_argument("--limit", type=int, default=10, metavar="N", help="how many lessons (default: 10)")
    sub.add_argument("--json", action="store_true", help="print JSON")
    sub.add_argument(
        "--meaning",
        choices=(FAST, ACCURATE),
        default=FAST,
        help="word vectors (default), or the language model where installed",
    )


def run_search(options: argparse.Namespace) -> int:
    """Runs `lessons search`: 0, also when nothing is found. Raises UsageError for what the query or a filter has wrong."""
    filters = Filters(
        categories=tuple(options.category),
        issues=tuple(options.issue),
        sdh=tuple(options.theme),
        provinces=tuple(re.sub("^(จังหวัด|จ\\.) *", "", name) for name in options.province),
        districts=tuple(re.sub("^(อำเภอ|อ\\.) *", "", name) for name in options.district),
        years_ce=tuple(year - BUDDHIST if year > 2400 else year for year in options.year),
        least_confidence=options.confidence,
    )
    if not options.query.strip():
        raise UsageError("The query is empty.", 'Type what you look for, e.g. "บุหรี่ไฟฟ้าในโรงเรียน".')
    hits = open_searcher(options.dataset, options.meaning).search(options.query, filters, options.limit)
    if options.json:
        print(json.dumps([as_json(hit) for hit in hits], ensure_ascii=False, indent=1))
    else:
        print(as_text(options.query, hits, BOLD if sys.stdout.isatty() else PLAIN))
    return 0


def as_json(hit: Hit) -> dict[str, Any]:
    """A hit as JSON holds it; `highlights` are half-open places in `text`, in code points."""
    row = hit.lesson
    return {
        "lesson_id": row.lesson_id,
        "score": hit.score,
        "text": row.text,
        "highlights": [[span.start, span.end] for span in hit.highlights],
        "why": [{"said": match.said, "found": match.found, "how": match.how} for match in hit.why],
        "category": row.category,
        "issues": list(row.issues),
        "sdh": list(row.sdh),
        "source": row.source,
        "locator": row.locator,
        "section": row.section,
        "confidence": row.confidence,
        "province": row.province,
        "district": row.district,
        "year_ce": row.year_ce,
    }


def as_text(query: str, hits: Sequence[Hit], marks: tuple[str, str] = PLAIN) -> str:
    """The hits for people, in Thai, matched words between `marks`; what to try where nothing is found."""
    if not hits:
        return f"{NOTHING[0]} “{visible(query)}”\n{NOTHING[1]}"
    lines = [f"{len(hits)} บทเรียน เรียงตามความตรงกับ “{visible(query)}”"]
    for number, hit in enumerate(hits, 1):
        lines += [
            "",
            f"{number}. [{_name(CATEGORY, hit.lesson.category)}] {marked(hit.lesson.text, hit.highlights, marks)}",
        ]
        lines.append(f"   {' · '.join(_facts(hit.lesson))}")
        lines.append(f"   ตรงเพราะ {_reasons(hit.why)}")
    return "\n".join(lines)


def marked(text: str, spans: Sequence[Span], marks: tuple[str, str]) -> str:
    """The text on one line with its matched words between the marks.

    >>> marked("ลดขยะ", [Span(2, 5)], ("【", "】"))
    'ลด【ขยะ】'
    """
    pieces = [(span, True) for span in spans] + [(span, False) for span in gaps(Span(0, len(text)), spans)]
    shown = (
        marks[0] + visible(span.slice(text)) + marks[1] if matched else visible(span.slice(text))
        for span, matched in sorted(pieces)
    )
    return "".join(shown)


def visible(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the direction of writing."""
    return _UNSEEN.sub(" ", text)


def _facts(row: LessonRow) -> Iterable[str]:
    """Where a lesson stands and what it is about."""
    yield visible(row.source)
    words = Words(THAI)
    if row.locator:
        yield visible(place_words(row.locator, words))
    if row.province:
        yield visible(area_names(row.province, words))
    if row.year_ce:
        yield f"พ.ศ. {row.year_ce + BUDDHIST}"
    named = [_name(ISSUE, code) for code in row.issues] + [_name(SDH, code) for code in row.sdh]
    if named:
        yield ", ".join(named)
    yield f"ความเชื่อมั่น {row.confidence:.2f}"


def _name(scheme: str, code: str) -> str:
    """The Thai name of a code; the code itself where the taxonomy has another."""
    return next((concept.name_th for concept in load(scheme).concepts if concept.id == code), visible(code))


def _reasons(why: Sequence[Match]) -> str:
    """Why a lesson was found, in a few words."""
    told: dict[str, None] = {}
    for match in why:
        if match.how == MEANING:
            told["ความหมายใกล้เคียง"] = None
            continue
        how = f" ({_HOW[match.how]})" if match.how in _HOW else ""
        found = _name(CATEGORY, match.found) if match.how == CATEGORY else visible(match.found)
        same = match.said == match.found
        told[f"“{found}”" if same else f"“{visible(match.said)}” → “{found}”{how}"] = None
    return ", ".join(list(told)[:_SHOWN_REASONS]) + (" …" if len(told) > _SHOWN_REASONS else "")
