"""Which blocks of a web page are its content and which are the site around it.

Two witnesses: trafilatura (the one extractor of those tried that drops navigation and keeps tables and lists, DEPENDENCIES §5) and the
page's own marks (data/html_chrome.tsv). Losing a lesson is worse than keeping a menu, so a block without a mark against it, standing between
blocks that trafilatura keeps, is content.
"""

from __future__ import annotations

import re
from dataclasses import replace

import trafilatura
from lxml.etree import LxmlError

from pipeline.ingest.html_page import COMMENTS, NAMED, Line, Page, chrome_pattern
from pipeline.records import Block, BlockKind

# Larger pages are judged by their marks alone: trafilatura takes a second a megabyte, and its second opinion (jusText) is quadratic
# in short paragraphs: 20,000 list items of one letter took minutes.
MAX_CHARACTERS = 4_000_000
MAX_BLOCKS = 3_000
MAX_TAGS = 40_000  # 300,000 <b> took it a minute
# A block in a nav, footer or sidebar is content all the same when there is a witness for it and it is prose of this length.
HINTED_PROSE = 120
# Blocks of which more than this share is link text are lists of links.
LINKED = 0.6
# So many link-only blocks in a row, which trafilatura dropped, are a menu even between content.
MENU_RUN = 4
# A line of counters, share words and links of the site is at most this long.
LONGEST_LINE = 300
# Among the parts of such a line one may be unknown, when it is short and there are three at least.
LONGEST_UNKNOWN, FEWEST_PARTS = 30, 3
# What readers say stands behind this share of the page at the least.
BEFORE_COMMENTS = 0.5

_SPACE = re.compile(r"\s+")
_BAR = re.compile(r"\s*[|·•‧]\s*|\s+/\s+")


def mark_chrome(html: str, page: Page) -> tuple[Block, ...]:
    """The blocks of the page, those of the site around it made furniture."""
    content = _content_flags(page, _extracted(html) if len(page.lines) <= MAX_BLOCKS else "")
    return tuple(
        line.block if is_content else replace(line.block, kind=BlockKind.FURNITURE)
        for line, is_content in zip(page.lines, content, strict=True)
    )


def _extracted(html: str) -> str:
    """The main text of the page as trafilatura sees it; "" when it finds none or the page is too large for it."""
    if len(html) > MAX_CHARACTERS or not 0 < html.count("<") <= MAX_TAGS:
        return ""
    try:
        # Its parser reads no str with an encoding line of its own, so bytes it is.
        found = trafilatura.extract(
            html.encode("utf-8", "replace"),
            favor_recall=True,
            include_comments=True,
            include_tables=True,
            include_links=False,
        )
    except (LxmlError, ValueError, TypeError, AttributeError, RecursionError, KeyError, IndexError):
        return ""  # a page that breaks its parser is judged by its own marks
    return str(found or "")


def _content_flags(page: Page, extracted: str) -> list[bool]:
    """For each block whether it is content."""
    kept = _kept(page, extracted)
    first = kept.index(True) if True in kept else 0
    last = len(kept) - 1 - kept[::-1].index(True) if True in kept else len(kept) - 1
    menus = _menus(page.lines, kept)
    said = _said(page)
    return [
        n not in said and _is_content(line, is_kept, inside=first <= n <= last, menu=n in menus)
        for n, (line, is_kept) in enumerate(zip(page.lines, kept, strict=True))
    ]


def _is_content(line: Line, kept: bool, *, inside: bool, menu: bool) -> bool:
    """Whether a block is content, by both witnesses."""
    size = max(1, len(line.block.span))
    linked = line.linked / size
    if line.hinted == COMMENTS:
        return False
    if line.hinted:
        # A class may be called "social" for other reasons; a <nav> or <footer> is what it says.
        witness = kept or (line.hinted == NAMED and inside)
        return witness and size >= HINTED_PROSE and linked < 0.3
    if kept:
        return True
    if menu:
        return False
    return inside or linked <= LINKED


def _said(page: Page) -> frozenset[int]:
    """The numbers of the blocks that are chrome by their own words, or stand below a heading that is."""
    texts = [line.block.span.slice(page.text.text).strip() for line in page.lines]
    found: set[int] = set()
    for n, (line, text) in enumerate(zip(page.lines, texts, strict=True)):
        if len(text) > LONGEST_LINE or line.block.kind is BlockKind.TABLE_CELL:
            continue
        if _is_chrome_line(text):
            found.add(n)
        title = text.rstrip(" :：")
        if chrome_pattern("related").fullmatch(title):
            below = _list_below(page.lines, n)
            if below or line.block.kind is BlockKind.HEADING:
                found.update((n, *below))
        elif (
            line.block.kind is BlockKind.HEADING
            and line.block.span.start >= BEFORE_COMMENTS * len(page.text.text)
            and chrome_pattern("comments").fullmatch(title)
        ):
            found.update((n, *_up_to_heading(page.lines, n)))
    return frozenset(found)


def _is_chrome_line(text: str) -> bool:
    """Whether a line is a crumb trail, counters, share words or links of the site, alone or between bars.

    >>> _is_chrome_line("ถูกใจ 134 คน · แชร์ 9 ครั้ง"), _is_chrome_line("แชร์ 9 ครั้ง | เด็กเลิกติดจอ 9 คน")
    (True, False)
    """
    pattern = chrome_pattern("line")
    if pattern.fullmatch(text):
        return True
    parts = [part for part in _BAR.split(text) if part]
    unknown = [part for part in parts if not pattern.fullmatch(part)]
    if not unknown:
        return len(parts) > 1
    return len(parts) >= FEWEST_PARTS and len(unknown) == 1 and len(unknown[0]) <= LONGEST_UNKNOWN


def _list_below(lines: tuple[Line, ...], at: int) -> list[int]:
    """The numbers of the list items and links right below a block."""
    below: list[int] = []
    for n in range(at + 1, len(lines)):
        block = lines[n].block
        linked = lines[n].linked > LINKED * len(block.span)
        if block.kind is BlockKind.HEADING or not (linked or block.kind is BlockKind.LIST_ITEM):
            break
        below.append(n)
    return below


def _up_to_heading(lines: tuple[Line, ...], at: int) -> list[int]:
    """The numbers of the blocks below a heading, up to the next one."""
    below: list[int] = []
    for n in range(at + 1, len(lines)):
        if lines[n].block.kind is BlockKind.HEADING and not lines[n].hinted:
            break
        below.append(n)
    return below


def _kept(page: Page, extracted: str) -> list[bool]:
    """For each block whether it stands in the extracted text, white space apart; all True when nothing was extracted."""
    if not extracted.strip():
        return [not line.hinted for line in page.lines]
    pieces = {_SPACE.sub("", piece) for line in extracted.splitlines() for piece in (line, *line.split("|"))}
    pieces |= {piece.lstrip("-•*#") for piece in pieces}
    flow = _SPACE.sub("", extracted)
    kept, at = [], 0
    for line in page.lines:
        text = _SPACE.sub("", line.block.span.slice(page.text.text))
        # In order and not far ahead: the whole text searched for every block would be quadratic.
        found = flow.find(text, at, at + 5_000 + len(text)) if len(text) >= 12 else -1
        if found >= 0:
            at = found
        kept.append(found >= 0 or text in pieces)
    return kept


def _menus(lines: tuple[Line, ...], kept: list[bool]) -> frozenset[int]:
    """The numbers of the blocks in long runs of nothing but links that trafilatura dropped."""
    menus: set[int] = set()
    run: list[int] = []
    for n, (line, is_kept) in enumerate(zip(lines, kept, strict=True)):
        if not is_kept and line.linked > LINKED * len(line.block.span):
            run.append(n)
            continue
        if len(run) >= MENU_RUN:
            menus.update(run)
        run = []
    if len(run) >= MENU_RUN:
        menus.update(run)
    return frozenset(menus)
