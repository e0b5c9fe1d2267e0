"""Markdown (CommonMark with tables), for notes, wikis and repositories. Text of reports is text: no link, image, HTML or heading of it works."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.lessons.lesson_set import LessonSet
from pipeline.lessons.render.clean import one_line
from pipeline.lessons.render.content import Chapter, Content, Evidence, Statement, content, joined

# ~ and ^ are marks of common extensions, $ opens formulas, | a cell; : and @ would let "www." and addresses become links.
_MARKS = re.compile(r"[\\`*_{}\[\]<>~^$|&#@]")
_AT_START = re.compile(r"^([+=\-:]|[0-9]{1,9}[.)])")
# Bare addresses that GitHub and others turn into links.
_ADDRESS = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)|(?<=javascript)(:)|(?<=mailto)(:)|(?<=xmpp)(:)|(?<=data)(:)")


def markdown_text(text: str) -> str:
    """`text` on one line with every mark of Markdown escaped.

    >>> print(markdown_text("![ก](http://x) <b>"))
    !\\[ก\\](http\\://x) \\<b\\>
    """
    text = _MARKS.sub(r"\\\g<0>", one_line(text))
    text = _ADDRESS.sub(r"\\\g<0>", text)
    return _AT_START.sub(lambda match: f"{match[0][:-1]}\\{match[0][-1]}", text)


def set_markdown(lesson_set: LessonSet) -> str:
    """The set as Markdown: about, parts with claims, evidence in a list, sources in a table."""
    of = content(lesson_set)
    lines = [f"# {markdown_text(of.title)}", ""]
    lines += [f"- **{markdown_text(label)}:** {markdown_text(value)}" for label, value in of.about]
    for chapter in of.chapters:
        lines += ["", f"## {markdown_text(chapter.title)}", "", *_chapter(chapter, of)]
    lines += ["", f"## {of.words('appendix')}", "", *_appendix(of)]
    return "\n".join(lines).rstrip() + "\n"


def write_markdown(lesson_set: LessonSet, path: Path) -> None:
    """Writes the set as Markdown."""
    path.write_bytes(set_markdown(lesson_set).encode("utf-8"))


def _chapter(chapter: Chapter, of: Content) -> list[str]:
    """The lines of a part."""
    lines = [f"- {_statement(statement, of)}" for statement in chapter.statements]
    if chapter.note:
        lines += ["", f"> **{of.words('note')}:** {markdown_text(chapter.note)}"]
    return lines or [f"*{of.words('nothing')}*"]


def _appendix(of: Content) -> list[str]:
    """The lines of the evidence and of its sources."""
    lines = [of.words("how_to_find")]
    for evidence in of.evidence:
        lines += ["", *_evidence(evidence, of)]
    return [*lines, "", f"### {of.words('source_list')}", "", *_sources(of)]


def _statement(statement: Statement, of: Content) -> str:
    """A claim with links to what it cites."""
    said = []
    for piece in statement.read:
        if not piece.is_key:
            said.append(markdown_text(piece.text))
        elif piece.evidence:
            said.append(f"[\\[{markdown_text(piece.text)}\\]](#{piece.evidence.anchor})")
        else:
            said.append(f"\\[{markdown_text(piece.text)}: {of.words('missing_key')}\\]")
    return " ".join(said)


def _evidence(evidence: Evidence, of: Content) -> list[str]:
    """The lines of one quote with its place."""
    words = of.words
    place = " · ".join(text for text in (evidence.file, evidence.place, evidence.characters) if text)
    lines = [
        f'<a id="{evidence.anchor}"></a>',
        "",
        f"**{markdown_text(evidence.key)}** {markdown_text(evidence.category.name)}",
        "",
        f"> {markdown_text(evidence.quote)}",
        "",
        f"- {words('found_at')}: {markdown_text(place)}",
    ]
    details = [
        (words("search_words"), evidence.find),
        (words("raw_quote"), evidence.raw_quote),
        (words("section"), evidence.section),
        (
            words("project"),
            " · ".join(t for t in (evidence.project, evidence.project_code, evidence.organisation) if t),
        ),
        (words("area"), " · ".join(text for text in (evidence.area, evidence.year) if text)),
        (words("issues"), joined((*evidence.issues, *evidence.themes))),
    ]
    return lines + [f"- {label}: {markdown_text(value)}" for label, value in details if value]


def _sources(of: Content) -> list[str]:
    """The table of sources."""
    words = of.words
    head = [words(name) for name in ("file", "project", "area", "year", "cited_as")]
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for source in of.sources:
        cells = (source.file, source.project, source.area, source.year, ", ".join(source.keys))
        lines.append(f"| {' | '.join(markdown_text(cell) for cell in cells)} |")
    return lines
