"""A page for the browser in one file: opens from a memory stick, searches and filters by itself, fetches nothing, prints well.

Text of reports is escaped wherever it stands. Beyond that the page allows its own script and style only, each by its hash (Content Security
Policy), so a script that came in with a text would not run even if the escaping failed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from pipeline.classify.taxonomy import CATEGORY
from pipeline.lessons.colours import colours
from pipeline.lessons.lesson_set import LessonSet
from pipeline.lessons.render.content import Chapter, Content, Evidence, Named, Statement, content
from pipeline.resources import data_bytes

# Sarabun of Cadson Demak (OFL 1.1, data/fonts/OFL.txt): Thai, Latin and punctuation of data/fonts/Sarabun-*.ttf, made small with
# pyftsubset --layout-features='*' --no-hinting --flavor=woff2. 20 kB each; without it each machine would show another Thai font.
_FONTS = ((400, "fonts/Sarabun-Regular.woff2"), (700, "fonts/Sarabun-Bold.woff2"))
_FONT_NOTE = "/* Sarabun: Copyright 2018 The Sarabun Project Authors, SIL Open Font License 1.1 */"
_FILTERS = ("category", "issues", "themes", "province", "project")
_LONG = 1500  # characters; a longer quote may be split between printed pages


def write_html(lesson_set: LessonSet, path: Path) -> None:
    """Writes the page."""
    path.write_bytes(page(content(lesson_set)).encode("utf-8"))


def page(of: Content) -> str:
    """The page as HTML."""
    style, script = _style(), data_bytes("render_page.js").decode("utf-8")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    chapters = "".join(_chapter(chapter, number, of) for number, chapter in enumerate(of.chapters, 1))
    return (
        f'<!DOCTYPE html>\n<html lang="{of.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(of.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#evidence">{escape(of.words("skip"))}</a>\n'
        f"{_head(of)}<main>\n{chapters}{_appendix(of)}</main>\n"
        f'<script type="application/json" id="data">{_data(of)}</script>\n<script>{script}</script>\n</body>\n</html>\n'
    )


def _style() -> str:
    """The style sheet with the fonts in it, and a colour for each category."""
    faces = "".join(
        f'@font-face {{ font-family: "Lesson Sarabun"; font-weight: {weight}; font-display: swap; '
        f'src: url("data:font/woff2;base64,{base64.b64encode(data_bytes(name)).decode()}") format("woff2"); }}\n'
        for weight, name in _FONTS
    )
    kinds = "".join(f".kind_{n} {{ --kind: {colour}; }}\n" for n, colour in enumerate(colours(CATEGORY).values()))
    return f"{_FONT_NOTE}\n{faces}{data_bytes('render_page.css').decode('utf-8')}{kinds}"


def _hash(text: str) -> str:
    """What the policy calls an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}"


def _head(of: Content) -> str:
    """Title, what the set is about, and links to its parts."""
    about = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in of.about)
    titles = [(f"part_{n}", chapter.title) for n, chapter in enumerate(of.chapters, 1)]
    links = "".join(
        f'<li><a href="#{anchor}">{escape(title)}</a></li>'
        for anchor, title in [*titles, ("evidence", of.words("appendix"))]
    )
    return (
        f'<header>\n<h1>{escape(of.title)}</h1>\n<dl class="about">{about}</dl>\n'
        f'<nav aria-label="{escape(of.words("contents"))}"><ol>{links}</ol></nav>\n</header>\n'
    )


def _chapter(chapter: Chapter, number: int, of: Content) -> str:
    """A part: heading, what it holds, claims, note."""
    claims = "".join(f"<li>{_statement(statement, of)}</li>\n" for statement in chapter.statements)
    inner = f'<ul class="claims">\n{claims}</ul>\n' if claims else ""
    if chapter.note:
        inner += f'<div class="note"><strong>{escape(of.words("note"))}:</strong> {escape(chapter.note)}</div>\n'
    about = f'<p class="soft">{escape(chapter.about)}</p>\n' if chapter.about else ""
    inner = inner or f'<p class="soft">{escape(of.words("nothing"))}</p>\n'
    return f'<section id="part_{number}">\n<h2>{escape(chapter.title)}</h2>\n{about}{inner}</section>\n'


def _statement(statement: Statement, of: Content) -> str:
    """A claim with links to what it cites."""
    said = []
    for piece in statement.read:
        if not piece.is_key:
            said.append(escape(piece.text))
        elif piece.evidence:
            said.append(f' <a class="cite" href="#{piece.evidence.anchor}">{escape(piece.text)}</a>')
        else:
            said.append(f' <span class="soft">[{escape(piece.text)}: {escape(of.words("missing_key"))}]</span>')
    return "".join(said)


def _appendix(of: Content) -> str:
    """Search, filters, the evidence and its sources."""
    kinds = {code: f" kind_{n}" for n, code in enumerate(colours(CATEGORY))}
    cards = "".join(_card(one, kinds.get(one.category.code, ""), of) for one in of.evidence)
    return (
        f'<section id="evidence">\n<h2>{escape(of.words("appendix"))}</h2>\n'
        f'<p class="soft">{escape(of.words("how_to_find"))}</p>\n{_controls(of)}'
        f'<p id="none" hidden>{escape(of.words("none_shown"))}</p>\n{cards}{_sources(of)}</section>\n'
    )


def _controls(of: Content) -> str:
    """The search box and filters; hidden until the script runs, for without it they would do nothing."""
    words = of.words
    filters = "".join(_filter(name, of) for name in _FILTERS)
    shown = words("shown", len(of.evidence), len(of.evidence))
    return (
        f'<div class="controls" id="controls" role="search" aria-label="{escape(words("filters"))}" hidden>\n'
        f'<label for="search">{escape(words("search"))}</label>\n'
        f'<input type="search" id="search" autocomplete="off" placeholder="{escape(words("search_hint"))}">\n'
        f'<div class="filters">{filters}</div>\n<div class="row">'
        f'<span class="status" id="status" role="status" aria-live="polite">{escape(shown)}</span>'
        f'<button type="button" id="clear">{escape(words("clear"))}</button>'
        f'<button type="button" id="toggle">{escape(words("open_all"))}</button></div>\n</div>\n'
    )


def _filter(name: str, of: Content) -> str:
    """One filter: a choice of what the evidence holds, most frequent first."""
    counts: dict[Named, int] = {}
    for one in of.evidence:
        for named in _values(one, name):
            counts[named] = counts.get(named, 0) + 1
    ordered = sorted(counts, key=lambda named: (-counts[named], named.name, named.code))
    options = "".join(
        f'<option value="{escape(named.code)}" data-name="{escape(named.name)}">{escape(named.name)} ({counts[named]})</option>'
        for named in ordered
    )
    every = escape(of.words("all"))
    return (
        f'<div><label for="filter_{name}">{escape(of.words(name))}</label>'
        f'<select id="filter_{name}"><option value="" data-name="{every}">{every}</option>{options}</select></div>'
    )


def _values(one: Evidence, name: str) -> tuple[Named, ...]:
    """What a filter finds on a quote."""
    if name == "category":
        return (one.category,)
    if name == "issues":
        return tuple(dict.fromkeys(one.issues))
    if name == "themes":
        return tuple(dict.fromkeys(one.themes))
    text = one.province if name == "province" else one.project
    return (Named(text, text),) if text else ()


def _card(one: Evidence, kind: str, of: Content) -> str:
    """One quote; what leads to its source opens below it."""
    tags = "".join(
        f'<span title="{escape(named.code)}">{escape(named.name)}</span>' for named in (*one.issues, *one.themes)
    )
    long = " long" if len(one.quote) > _LONG else ""
    return (
        f'<article class="evidence{kind}{long}" id="{one.anchor}">\n'
        f'<h3><span class="key">{escape(one.key)}</span> <span>{escape(one.category.name)}</span></h3>\n'
        f"<blockquote>{escape(one.quote)}</blockquote>\n"
        f"{f'<div class={chr(34)}tags{chr(34)}>{tags}</div>' if tags else ''}"
        f"<details><summary>{escape(one.file)} · {escape(one.place)}</summary>\n{_place(one, of)}</details>\n</article>\n"
    )


def _place(one: Evidence, of: Content) -> str:
    """What leads a person to the quote in its source, beside the file and the place, which stand above."""
    words = of.words
    rows = (
        ("search_words", one.find),
        ("section", one.section),
        ("raw_quote", one.raw_quote),
        ("project", " · ".join(text for text in (one.project, one.project_code) if text)),
        ("organisation", one.organisation),
        ("area", one.area),
        ("year", one.year),
        ("confidence", f"{one.confidence:.2f}"),
    )
    cells = "".join(f"<dt>{escape(words(name))}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f'<dl class="place">{cells}</dl>'


def _sources(of: Content) -> str:
    """The table of reports that are cited."""
    head = "".join(
        f'<th scope="col">{escape(of.words(name))}</th>' for name in ("file", "project", "area", "year", "cited_as")
    )
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _source_cells(file, project, area, year, keys, of)) + "</tr>\n"
        for file, project, area, year, keys in ((s.file, s.project, s.area, s.year, s.keys) for s in of.sources)
    )
    return (
        f"<h3>{escape(of.words('source_list'))}</h3>\n"
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(of.words("source_list"))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n"
    )


def _source_cells(file: str, project: str, area: str, year: str, keys: Iterable[str], of: Content) -> list[str]:
    """The cells of one source, its keys as links."""
    anchors = {one.key: one.anchor for one in reversed(of.evidence)}
    links = " ".join(f'<a class="cite" href="#{anchors[key]}">{escape(key)}</a>' for key in keys)
    return [*(escape(text) for text in (file, project, area, year)), links]


def _data(of: Content) -> str:
    """What the script searches, as JSON that cannot end its element: <, > and & are escapes."""
    rows = []
    for one in of.evidence:
        named = {name: [value.code for value in _values(one, name)] for name in _FILTERS}
        texts = (
            one.key, one.quote, one.category.name, *(n.name for n in (*one.issues, *one.themes)), one.file, one.place,
            one.section, one.project, one.project_code, one.organisation, one.area, one.year,
        )  # fmt: skip
        rows.append({**named, "text": "\n".join(texts)})
    words = {name: of.words(row) for name, row in (("shown", "shown"), ("open", "open_all"), ("close", "close_all"))}
    text = json.dumps({"filters": _FILTERS, "words": words, "rows": rows}, ensure_ascii=False, sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
