"""HTML source as tokens with exact places: linear on any input, and never raising.

Our own because parsers give lines and columns, or trees without places, and a quote needs the characters of the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

_RAW_TAGS = frozenset({"script", "style", "textarea", "title", "noscript", "iframe", "xmp", "template", "svg", "math"})
_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_UNQUOTED = re.compile(r"[^>\"']*")
_ENTITY = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));?")
# Numbers 128 to 159 as entities are meant as Windows-1252 (HTML standard).
_C1 = {n: bytes([n]).decode("cp1252", errors="replace") for n in range(0x80, 0xA0)}


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of the source: text, or a tag with its lower-case name and attributes as they are written."""

    start: int
    end: int
    name: str = ""  # "" for text
    closing: bool = False
    attributes: str = ""


def scan(html: str) -> Iterator[Token]:
    """The text and tags of an HTML source in order; comments, declarations and the inside of scripts are left out.

    Takes any string, in linear time: what is no tag is text.
    """
    finder = _Finder(html)
    at = text_from = 0
    while (at := html.find("<", at)) >= 0:
        end, token = finder.tag(at)
        if end < 0:
            at += 1  # a lone "<" is text
            continue
        if text_from < at:
            yield Token(text_from, at)
        if token:
            yield token
            if token.name in _RAW_TAGS and not token.closing and not html.startswith("/>", end - 2):
                close = finder.closing(token.name, end)
                if token.name == "title" and close > end:
                    yield Token(end, close)
                end = close
        at = text_from = end
    if text_from < len(html):
        yield Token(text_from, len(html))


class _Finder:
    """Finds where tags end. Remembers what does not come again, so that no search runs over the rest twice."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.absent: set[str] = set()
        self.quotes = True

    def find(self, what: str, start: int) -> int:
        """The place of `what` from `start` on, -1 where it does not come."""
        if what in self.absent:
            return -1
        at = self.html.find(what, start)
        if at < 0:
            self.absent.add(what)
        return at

    def tag(self, at: int) -> tuple[int, Token | None]:
        """The end of the tag, comment or declaration at `at`, and its token; (-1, None) where it is none."""
        html = self.html
        if html.startswith("<!--", at):
            end = self.find("-->", at + 2)
            end = end + 3 if end >= 0 else self.find(">", at) + 1
            return (end, None) if end > 0 else (-1, None)
        if html.startswith(("<!", "<?"), at):
            end = self.find(">", at)
            return (end + 1, None) if end >= 0 else (-1, None)
        closing = html.startswith("</", at)
        name = _NAME.match(html, at + 1 + closing)
        if not name:
            return -1, None
        end = self._tag_end(name.end())
        if end < 0:
            return -1, None
        return end, Token(at, end, name.group().lower(), closing, html[name.end() : end - 1])

    def _tag_end(self, at: int) -> int:
        """The place after the ">" that ends a tag; a ">" in quotes does not, unless no other comes."""
        start = at
        while self.quotes:
            match = _UNQUOTED.match(self.html, at)
            at = match.end() if match else at
            if at >= len(self.html):
                self.quotes = False  # a quote is never closed: from here on quotes mean nothing
                break
            if self.html[at] == ">":
                return at + 1
            close = self.find(self.html[at], at + 1)
            at = close + 1 if close >= 0 else at + 1
        end = self.find(">", start)
        return end + 1 if end >= 0 else -1

    def closing(self, name: str, at: int) -> int:
        """The place of `</name`, in any case; the end of the source where it does not come."""
        if name in self.absent:
            return len(self.html)
        match = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.I).search(self.html, at)
        if not match:
            self.absent.add(name)
            return len(self.html)
        return match.start()


def attributes_of(written: str) -> dict[str, str]:
    """The attributes of a tag by lower-case name, the first of each.

    >>> attributes_of(' class="a b" COLSPAN=2')
    {'class': 'a b', 'colspan': '2'}
    """
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        found.setdefault(match.group(1).lower(), (match.group(2) or "").strip("\"'"))
    return found


def unescape(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """`(characters, source start, source end)` of HTML text that begins at `start` of the source; entities are one piece."""
    at = 0
    for match in _ENTITY.finditer(text):
        chars = _entity(match)
        if chars is None:
            continue
        name, length = chars
        if at < match.start():
            yield text[at : match.start()], start + at, start + match.start()
        at = match.start() + length
        yield name, start + match.start(), start + at
    if at < len(text):
        yield text[at:], start + at, start + len(text)


def _entity(match: re.Match[str]) -> tuple[str, int] | None:
    """The characters of an entity and how much of the source it takes; None for what only looks like one."""
    number = int(match.group(1), 16) if match.group(1) else int(match.group(2)) if match.group(2) else None
    if number is not None:
        if number in _C1:
            return _C1[number], len(match.group())
        valid = 0 < number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if valid else "\ufffd", len(match.group())
    name = match.group(3)
    if match.group().endswith(";") and name + ";" in html5:
        return html5[name + ";"], len(match.group())
    for length in range(len(name), 1, -1):  # "&nbspก" and "&ampx": old names stand without a semicolon
        if name[:length] in html5:
            return html5[name[:length]], 1 + length
    return None
