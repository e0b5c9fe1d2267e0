"""What a search found, as a table and as a page with the words that matched marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

import pandas as pd

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.lessons.dataset import ReportRow
from pipeline.lessons.render.places import place_words
from pipeline.lessons.render.words import THAI, Words
from pipeline.lessons.search import MEANING, Hit

_COLUMNS = (
    *("score", "category_th", "text", "why", "project_name", "province", "year_be", "source", "locator"),
    *("lesson_id", "report_id"),
)
_BUDDHIST_OFFSET = 543
_CELL = '<td style="text-align:left;vertical-align:top;padding:4px 10px;border-bottom:1px solid #eee">{}</td>'
_NOTE = '<div style="color:#666;font-size:12px">{}</div>'


@dataclass(frozen=True)
class Found:
    """The lessons that answer a query, best first: a sequence of hits, `.table` as a DataFrame, in a notebook a page."""

    query: str
    hits: tuple[Hit, ...]
    reports: Mapping[str, ReportRow]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __getitem__(self, at: int) -> Hit:
        return self.hits[at]

    @cached_property
    def lesson_ids(self) -> list[str]:
        """The ids of the lessons, best first: what a lesson set is made of."""
        return [hit.lesson.lesson_id for hit in self.hits]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each hit, best first; score from 0 to 1, of this query only."""
        rows = [self._row(hit) for hit in self.hits]
        return pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"score": "float64", "year_be": "Int64"})

    def _row(self, hit: Hit) -> tuple[object, ...]:
        """The cells of one hit."""
        lesson = hit.lesson
        project = self.reports[lesson.report_id].project_name
        year = lesson.year_ce + _BUDDHIST_OFFSET if lesson.year_ce else None
        return (
            *(hit.score, _names(CATEGORY).get(lesson.category, lesson.category), lesson.text, _why(hit), project),
            *(lesson.province, year, lesson.source, lesson.locator, lesson.lesson_id, lesson.report_id),
        )

    def _repr_html_(self) -> str:
        """The hits with the matching words marked; what the reports say is escaped."""
        head = f"<p lang='th'>“{escape(self.query)}”: {len(self.hits)} ข้อ</p>"
        return f"{head}<table lang='th' style='font-size:14px;line-height:1.7'>{''.join(map(self._html_row, self.hits))}</table>"

    def _html_row(self, hit: Hit) -> str:
        """One hit as a row of the page."""
        lesson = hit.lesson
        names = [_names(ISSUE).get(code, code) for code in lesson.issues]
        names += [_names(SDH).get(code, code) for code in lesson.sdh]
        year = str(lesson.year_ce + _BUDDHIST_OFFSET) if lesson.year_ce else ""
        at = place_words(lesson.locator or "", Words(THAI))
        place = " · ".join(part for part in (lesson.province or "", year, lesson.source, at) if part)
        cells = (
            f"{hit.score:.2f}",
            escape(_names(CATEGORY).get(lesson.category, lesson.category)),
            _marked(hit) + _NOTE.format(escape(" · ".join(names))) + _NOTE.format(escape(place)),
            escape(_why(hit)),
        )
        return f"<tr>{''.join(_CELL.format(cell) for cell in cells)}</tr>"


def _names(scheme: str) -> dict[str, str]:
    """The Thai names of a scheme's codes."""
    return {concept.id: concept.name_th for concept in load(scheme).concepts}


def _why(hit: Hit) -> str:
    """The words that matched; that only the meaning did, where none does."""
    words = [match.found or match.said for match in hit.why if match.how != MEANING]
    return ", ".join(dict.fromkeys(words)) or "ความหมายใกล้เคียง"


def _marked(hit: Hit) -> str:
    """The text of a lesson with what matched marked, escaped."""
    text, at, parts = hit.lesson.text, 0, []
    for span in hit.highlights:
        parts += [escape(text[at : span.start]), f"<mark>{escape(span.slice(text))}</mark>"]
        at = span.end
    return "".join(parts) + escape(text[at:])
