"""Which lessons answer the scope of a set, and which of them to start with."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.classify.embeddings import FAST
from pipeline.dataset.verify import roots_of, run_of
from pipeline.lessons.clusters import find_clusters, members_of, point_of
from pipeline.lessons.coverage import COPY, NONE_REPORTED, NOT_PROCESSED, UNREADABLE, cover
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.fragments import is_fragment
from pipeline.lessons.lesson_set import Reading, Scope
from pipeline.lessons.meaning import meaning_of
from pipeline.lessons.recurrence import Projects
from pipeline.lessons.search import Hit, Searcher, fast_embedder
from pipeline.lessons.search_terms import NOTION, SHORT, THEME, WORD
from pipeline.lessons.template import part_row, template
from pipeline.records import ReportStatus, State

SHORTEST = 20  # letters of a passage that can stand alone: below it nobody knows what is meant
# Mean closeness of lessons that a draft puts in one line. Higher than where clusters begin (0.40): of the 17 groups that 0.40 makes of the
# passages on tobacco and alcohol in corpus/reports half have but a subject in common, of the 8 that 0.45 makes one or two.
_SAME = 0.45
_NEAR = 0.4  # of the best hit's score: what a search finds below that shares a word with the question and no more
# How surely a report that was found by a word of the question speaks of it; parts of compounds (ภัย in หมวกนิรภัย) do not tell.
_HELD = {WORD: 1.0, SHORT: 1.0, NOTION: 1.0, THEME: 0.5}
_TELLING = 4  # letters: shorter words (ขาด, ส่ง) have many meanings, and others say the same (ไม่มี, ไม่พอ)
MOST_FOUND = 1000  # lessons that a search may bring: further down the list nothing is meant
_CORPUS = Path(__file__).parents[2] / "corpus" / "reports"  # composed examples, see corpus/README.md
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THAI = re.compile("[ก-๙A-Za-z0-9]")


def matching(dataset: Dataset, scope: Scope) -> tuple[LessonRow, ...]:
    """The lessons that the scope admits, best first: by the search when it has words, else by confidence."""
    admitted = [row for row in dataset.lessons if row.status == State.ACHIEVED and admits(scope, row)]
    if scope.query.strip():
        found = Searcher.open(dataset.lessons, fast_embedder()).search(scope.query, limit=MOST_FOUND)
        ids = {row.lesson_id for row in admitted}
        return tuple(hit.lesson for hit in _on_the_question(found) if hit.lesson.lesson_id in ids)
    return tuple(sorted(admitted, key=lambda row: (-row.confidence, row.source, row.text_start)))


def _on_the_question(found: Sequence[Hit]) -> list[Hit]:
    """The hits whose reports speak of the whole question, best first.

    A lesson says but a part of its subject, its report says the rest: of `ผู้สูงอายุหกล้ม` a report on herbs has the elders and not the falls.
    So each hit's score is multiplied by the share of the question's words that the hits of its report hold, rare words counting more.
    """
    holds: dict[str, dict[str, float]] = {}
    for hit in found:
        of_report = holds.setdefault(hit.lesson.report_id, {})
        for match in hit.why:
            of_report[match.said] = max(of_report.get(match.said, 0.0), _HELD.get(match.how, 0.0))
    words = {match.said for hit in found for match in hit.why if match.how in (WORD, SHORT)}
    asked = {word for word in words if len(word) >= _TELLING} or words
    rare = {word: math.log(1 + len(holds) / sum(word in said for said in holds.values())) for word in asked}

    def share(hit: Hit) -> float:
        said = holds[hit.lesson.report_id]
        held = {word: max((held for one, held in said.items() if word in one), default=0.0) for word in asked}
        return sum(rare[word] * held[word] for word in asked) / sum(rare.values()) if asked else 1.0

    weighed = sorted(
        ((hit.score * share(hit), -n, hit) for n, hit in enumerate(found)), key=lambda w: w[:2], reverse=True
    )
    return [hit for score, _, hit in weighed if score >= _NEAR * weighed[0][0]]


def admits(scope: Scope, row: LessonRow) -> bool:
    """Whether the filters of the scope let a lesson through; filters of one kind are alternatives, the kinds must all hold."""
    return (
        (not scope.categories or row.category in scope.categories)
        and (not scope.issues or bool(set(scope.issues) & set(row.issues)))
        and (not scope.sdh or bool(set(scope.sdh) & set(row.sdh)))
        and (not scope.provinces or row.province in scope.provinces)
        and (not scope.years_ce or row.year_ce in scope.years_ce)
        and row.confidence >= scope.least_confidence
    )


def alike(rows: Sequence[LessonRow]) -> dict[str, str]:
    """For each lesson that says the same as another one of `rows`, the lesson that stands for them, by lesson_id.

    With the fast tier of meaning, which every installation has: the same rows give the same groups everywhere. Passages that count
    ("พบผู้สูบ 152 คน") are near to each other by their form; what one project counted is never what another counted.
    """
    rows = [row for row in rows if not _is_count(row)]
    meaning = meaning_of(FAST)
    strict = replace(meaning, scale=replace(meaning.scale, same=_SAME))
    clusters = find_clusters([point_of(row) for row in rows], strict)
    return {member: one.representative for member, one in members_of(clusters).items() if len(one.members) > 1}


def _is_count(row: LessonRow) -> bool:
    """Whether a passage is about numbers: a result with one, anything with several."""
    return len(_NUMBER.findall(row.text)) >= (1 if row.category in part_row("evidence").draft else 2)


def first_choice(
    rows: Sequence[LessonRow],
    most: int,
    same: Mapping[str, str],
    project_of: Mapping[str, str],
    *,
    by_rank: bool = False,
) -> tuple[LessonRow, ...]:
    """About so many of the ranked lessons, spread evenly over the parts of the template and, within each, over the reports.

    So that a report that speaks much does not crowd out the others, and results do not crowd out obstacles. What several projects say
    comes first, with all who say it (`same`: see alike; `project_of`: project by report_id), so that their number can be cited; `by_rank`: what was ranked best comes first.
    Passages that cannot stand alone are left out, unless there are no others.
    """
    whole = [row for row in rows if len(_THAI.findall(row.text)) >= SHORTEST and not is_fragment(row.text)]
    groups: dict[str, list[LessonRow]] = {}
    for row in whole or rows:
        groups.setdefault(same.get(row.lesson_id, row.lesson_id), []).append(row)
    queues = []
    for part in template():
        of_part = [group for group in groups.values() if group[0].category in part.draft]
        if of_part:
            queues.append(_in_rounds(of_part, project_of, by_rank=by_rank))
    chosen: list[LessonRow] = []
    while queues and len(chosen) < most:
        for queue in list(queues):
            if len(chosen) < most:
                chosen += queue.pop(0)
            if not queue:
                queues.remove(queue)
    order = {code: n for n, code in enumerate(code for part in template() for code in part.draft)}
    rank = {row.lesson_id: n for n, row in enumerate(rows)}
    return tuple(sorted(chosen, key=lambda row: (order[row.category], rank[row.lesson_id])))


def _in_rounds(
    groups: Sequence[list[LessonRow]], project_of: Mapping[str, str], *, by_rank: bool
) -> list[list[LessonRow]]:
    """The groups: those of most projects first, then in rounds the best of each report, the second best of each, and so on."""
    seen: dict[str, int] = {}
    ranked = []
    for rank, group in enumerate(groups):
        projects = 1 if by_rank else len({project_of[row.report_id] for row in group})
        report = group[0].report_id
        if projects == 1:
            seen[report] = seen.get(report, 0) + 1
        ranked.append((-projects, seen.get(report, 0) if projects == 1 else 0, rank, group))
    return [group for *_, group in sorted(ranked, key=lambda r: r[:3])]


def reading(dataset: Dataset, rows: Sequence[LessonRow], projects: Projects) -> Reading:
    """What was read, for the limits of a set: `rows` are all lessons that answer its scope."""
    status = [report.status for report in dataset.reports.values()]
    states = cover(dataset, by=(), projects=projects).cells[0].states
    matched = {row.report_id for row in rows}
    has: dict[str, set[str]] = {}
    for row in dataset.lessons:
        has.setdefault(row.category, set()).add(row.report_id)
    silent, denied = [], []
    for code in (code for part in template() if len(part.draft) == 1 for code in part.draft):
        without = matched - has.get(code, set())
        none = sum(f"{code}={NONE_REPORTED}" in dataset.reports[report].silences for report in without)
        silent.append((code, len(without)))
        denied.append((code, none))
    return Reading(
        reports=len(status),
        unreadable=states[UNREADABLE],
        partial=status.count(ReportStatus.PARTIAL),
        copies=states[COPY],
        not_processed=states[NOT_PROCESSED],
        matched=len(rows),
        matched_reports=len(matched),
        silent=tuple((code, count) for code, count in silent if count),
        none_reported=tuple((code, count) for code, count in denied if count),
        composed=_is_composed(dataset.folder),
    )


def _is_composed(folder: Path) -> bool:
    """Whether the dataset was made from the composed reports of this project."""
    run, _ = run_of(folder)
    return any(root.resolve() == _CORPUS.resolve() for _, root in roots_of(folder, run, ()))


def dataset_fingerprint(dataset: Dataset) -> str:
    """A hash over the lessons of a dataset and the bytes of its sources: 64 hexadecimal digits."""
    content = [
        sorted((row.source, row.sha256 or "") for row in dataset.reports.values()),
        sorted(row.lesson_id for row in dataset.lessons),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()
