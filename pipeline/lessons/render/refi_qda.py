"""REFI-QDA: the evidence of a set as coded texts for NVivo, ATLAS.ti, MAXQDA and QualCoder.

A set holds quotes and no whole reports. So each report becomes a text of its quotes, each under a line that says where it stands; each quote
is a selection coded with its category, issues and themes. The parts of the set are memos.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, Concept, load
from pipeline.lessons.lesson_set import LessonSet
from pipeline.lessons.render.content import Chapter, Content, Evidence, Named, SourceFile, content
from pipeline.lessons.render.qdpx import QdaCode, QdaNote, QdaSelection, QdaText, write_project
from pipeline.lessons.render.words import ENGLISH
from pipeline.spans import Span

_SCHEMES = ((CATEGORY, "codebook_category"), (ISSUE, "codebook_issue"), (SDH, "codebook_theme"))


def write_qdpx(lesson_set: LessonSet, path: Path) -> None:
    """Writes the set as a project."""
    of = content(lesson_set)
    by_report: dict[tuple[str, str], list[Evidence]] = {}
    for evidence in of.evidence:
        by_report.setdefault((evidence.file, evidence.report_id), []).append(evidence)
    texts = [_text(source, by_report[source.file, source.report_id], of) for source in of.sources]
    notes = [QdaNote(chapter.title, _note(chapter)) for chapter in of.chapters if chapter.statements or chapter.note]
    about = QdaNote(of.title, "\n".join(f"{label}: {value}" for label, value in of.about))
    write_project(path, of.title, codebook(of), texts, [about, *notes])


def codebook(of: Content) -> list[QdaCode]:
    """A tree for each scheme: its whole taxonomy, and the codes of the set that it does not know."""
    codes: list[QdaCode] = []
    for scheme, title in _SCHEMES:
        codes.append(QdaCode(scheme, of.words(title), codable=False))
        known = load(scheme).concepts
        codes += [_code(scheme, concept, of) for concept in known]
        ids = {concept.id for concept in known}
        named = {
            one.code: one.name for evidence in of.evidence for one in _named(evidence, scheme) if one.code not in ids
        }
        codes += [QdaCode(f"{scheme}.{code}", name, scheme) for code, name in sorted(named.items())]
    return codes


def _code(scheme: str, concept: Concept, of: Content) -> QdaCode:
    """A concept of a taxonomy as a code below its group."""
    english = of.language == ENGLISH
    name, definition = (concept.name_en, concept.definition_en) if english else (concept.name_th, concept.definition_th)
    above = f"{scheme}.{concept.parent}" if concept.parent else scheme
    description = f"{concept.id}: {definition}" if definition else concept.id
    return QdaCode(f"{scheme}.{concept.id}", name, above, description, concept.selectable)


def _named(evidence: Evidence, scheme: str) -> tuple[Named, ...]:
    """The codes of a quote in one scheme."""
    return {CATEGORY: (evidence.category,), ISSUE: evidence.issues, SDH: evidence.themes}[scheme]


def _text(source: SourceFile, group: list[Evidence], of: Content) -> QdaText:
    """A report as the text of its quotes."""
    text = f"{source.file}\n"
    selections = []
    for evidence in group:
        place = " · ".join(part for part in (evidence.place, evidence.section) if part)
        text += f"\n[{evidence.key}] {place}\n"
        span = Span(len(text), len(text) + len(evidence.quote))
        text += f"{evidence.quote}\n"
        codes = [f"{scheme}.{one.code}" for scheme, _ in _SCHEMES for one in _named(evidence, scheme)]
        note = " · ".join(part for part in (evidence.key, source.file, evidence.place) if part)
        selections.append(QdaSelection(span, tuple(dict.fromkeys(codes)), evidence.key, note))
    first = group[0]
    labels = ("project", "project_code", "organisation", "year", "province", "district", "subdistrict")
    variables = tuple((of.words(label), getattr(first, label)) for label in labels)
    # Programs make a file of this name: no folder in it.
    name = source.file.replace("/", " - ").replace("\\", " - ")
    return QdaText(f"{source.file}\x1f{source.report_id}", name, text, tuple(selections), variables, source.sha256)


def _note(chapter: Chapter) -> str:
    """A part of the set as plain text."""
    lines = []
    for statement in chapter.statements:
        keys = ", ".join(piece.text for piece in statement.keys)
        lines.append(f"{statement.text} [{keys}]" if keys else statement.text)
    return "\n".join([*lines, *([chapter.note] if chapter.note else [])])
