"""A new version of a lesson set: what was frozen stays as it is, its successor is open and cites the dataset of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.lessons.choose import alike, dataset_fingerprint, matching, reading
from pipeline.lessons.citations import cite
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.draft import redraft
from pipeline.lessons.freeze import content_hash
from pipeline.lessons.lesson_set import Citation, LessonSet
from pipeline.lessons.recurrence import Projects
from pipeline.lessons.set_check import check


def next_version(lesson_set: LessonSet, dataset: Dataset | None = None, inputs: Sequence[Path] = ()) -> LessonSet:
    """The set with the next number, open, with the same lessons, keys, claims and notes.

    With a dataset each citation is made anew from the lesson that has its id, or else its words in its file: so quotes that moved get their new place.
    Those that are stale stay as they were, for the curator to replace. Raises StoreError when the folder holds no dataset.
    """
    new = replace(
        lesson_set,
        version=lesson_set.version + 1,
        frozen="",
        based_on=lesson_set.frozen or content_hash(lesson_set),
    )
    if dataset is None or lesson_set.public:
        return new
    projects = Projects(dataset)
    renamed = {s.key: s.source for s in check(lesson_set, dataset, inputs).standings}
    rows = {one.key: _row_of(one, dataset, renamed[one.key]) for one in new.citations}
    same = alike([row for row in rows.values() if row])
    cited = tuple(
        cite(
            row,
            dataset.reports[row.report_id],
            one.key,
            project=projects.project_of[row.report_id],
            same_as=same.get(row.lesson_id, ""),
        )
        if (row := rows[one.key])
        else one
        for one in new.citations
    )
    return redraft(
        replace(
            new,
            citations=cited,
            dataset_fingerprint=dataset_fingerprint(dataset),
            reading=reading(dataset, matching(dataset, new.scope), projects),
        )
    )


def _row_of(one: Citation, dataset: Dataset, source: str) -> LessonRow | None:
    """The lesson of a citation in a dataset of today; `source` is what its file is called now. None when it is not there."""
    if one.lesson_id in dataset.by_id:
        return dataset.by_id[one.lesson_id]
    found = [row for row in dataset.lessons if row.source == source and row.text == one.quote]
    found.sort(key=lambda row: (row.category != one.category, row.locator != one.locator, row.text_start))
    return found[0] if found else None
