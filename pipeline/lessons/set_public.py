"""A lesson set for publication: persons, telephone numbers and addresses masked as in a public dataset, whom to ask by organisation and area."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.dataset.masking import mask, public_names
from pipeline.dataset.publish import draw_veil
from pipeline.lessons.dataset import Dataset
from pipeline.lessons.draft import redraft
from pipeline.lessons.freeze import freeze, require_open
from pipeline.lessons.lesson_set import Citation, LessonSet
from pipeline.lessons.set_sources import Sources
from pipeline.records import ProjectFacts

Cover = Callable[[str], str]


def publish_set(
    lesson_set: LessonSet,
    dataset: Dataset | None = None,
    inputs: Sequence[Path] = (),
    *,
    keep_public_roles: bool = True,
) -> LessonSet:
    """The set with its personal data masked, open and marked as public; a public one comes back as it is.

    A quote is masked by what its whole report shows to be personal where the source is within reach (`dataset`, `inputs`), else by itself and by the
    names that the set knows. Raises FrozenSetError for a frozen set: what it says must not change under its hash.
    """
    if lesson_set.public:
        return lesson_set
    require_open(lesson_set)
    sources = Sources(dataset.folder, inputs) if dataset else None
    persons = [one.responsible_person for one in lesson_set.citations if one.responsible_person]
    covers: dict[str, Cover] = {}
    cited = []
    for one in lesson_set.citations:
        if one.report_id not in covers:
            covers[one.report_id] = _cover_of(one, sources, persons, keep_public_roles=keep_public_roles)
        cited.append(_covered(one, covers[one.report_id]))

    def plain(text: str) -> str:
        return mask(text, keep_public_roles=keep_public_roles, persons=persons)

    parts = tuple(
        replace(
            part,
            note=plain(part.note),
            claims=tuple(replace(claim, text=plain(claim.text)) for claim in part.claims),
        )
        for part in lesson_set.parts
    )
    # A name of its own: the files of both forms may lie in one folder.
    named = replace(lesson_set, name=f"{lesson_set.name}-public", title=plain(lesson_set.title), public=True)
    return redraft(replace(named, parts=parts, citations=tuple(cited)))


def _cover_of(one: Citation, sources: Sources | None, persons: Sequence[str], *, keep_public_roles: bool) -> Cover:
    """What masks the texts of one report."""
    text = sources.text(one.source) if sources and sources.sha256(one.source) == one.source_sha256 else None
    if text is None:
        return lambda cell: mask(cell, keep_public_roles=keep_public_roles, persons=persons)
    project = ProjectFacts(responsible_person=one.responsible_person)
    veil = draw_veil(project, text.report, text.normal, keep_public_roles=keep_public_roles)
    known = public_names(text.normal.text) if keep_public_roles else frozenset()
    return lambda cell: mask(veil.cell(cell), keep_public_roles=keep_public_roles, persons=persons, public=known)


def _covered(one: Citation, cover: Cover) -> Citation:
    """A citation with its texts masked and no person named."""
    return replace(
        one,
        quote=cover(one.quote),
        raw_quote=cover(one.raw_quote),
        locator=cover(one.locator),
        section=cover(one.section),
        project_name=cover(one.project_name),
        project_code=cover(one.project_code),
        organisation=cover(one.organisation),
        report_title=cover(one.report_title),
        responsible_person="",
    )


def published(
    lesson_set: LessonSet,
    dataset: Dataset | None = None,
    inputs: Sequence[Path] = (),
    *,
    keep_public_roles: bool = True,
) -> LessonSet:
    """The public form of a set: of a frozen one a set of its own, frozen too, that names it in `based_on`. See publish_set."""
    if not lesson_set.frozen or lesson_set.public:
        return publish_set(lesson_set, dataset, inputs, keep_public_roles=keep_public_roles)
    open_set = replace(lesson_set, frozen="", based_on=lesson_set.frozen)
    return freeze(publish_set(open_set, dataset, inputs, keep_public_roles=keep_public_roles))
