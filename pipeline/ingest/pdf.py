"""PDF files: text with its places through PDFium, pages without text through OCR."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.errors import ReadError
from pipeline.ingest.bounds import DAMAGED_REMEDY, PASSWORD_REMEDY, check_size, ocr_pages, reading
from pipeline.ingest.draft import Draft
from pipeline.ingest.layout import Line
from pipeline.ingest.pages import PlacedPage, add_pages, place_table
from pipeline.ingest.rulings import Grid, find_grids
from pipeline.records import Report, Settings

SUFFIXES: tuple[str, ...] = (".pdf",)

# A page with fewer characters than this, and a picture, is a scan: scanners and print shops stamp a line of their own on it.
SCAN_CHARACTERS = 25
# Thai characters that never begin a word: a space that PDFium guesses before one is wrong.
_NEVER_FIRST = frozenset("ะัาำิีึืฺุูๅ็่้๊๋์ํ๎")
_MARKS = frozenset("ัิีึืฺุู็่้๊๋์ํ๎")
_BOLD_WEIGHT = 600
# Gaps in units of type size. Letters of one Thai word stand up to 0.21 apart (Garuda); word spaces begin at 0.25 (squeezed) and
# are mostly 0.35 to 0.6. PDFium guesses spaces where marks reach over, and misses some: the gap decides.
LEAST_SPACE = 0.2
SURE_SPACE = 0.33
# A gap above this ends a run: it may part two columns.
RUN_GAP = 0.6


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a PDF. Locators: `page=3;paragraph=2` and `page=3;table=1;cell=R2C1`, numbers counted on the page.

    Pages without a text layer go through OCR where Tesseract is on the machine, else each is named in the problems. Raises
    ReadError for a locked or damaged file. PDFium is native code: a crash of it takes the process along, so callers read in
    a worker process.
    """
    check_size(data)
    draft = Draft(source, data, "application/pdf", settings)
    with reading("PDF", pypdfium2.PdfiumError):
        document = _open(data)
        try:
            pages, scans = _placed_pages(document, draft, settings)
            title = document.get_metadata_value("Title")
            if scans:
                pages = sorted(
                    [*pages, *_recognise(document, scans, draft, ocr_pages(len(data)))], key=lambda page: page.number
                )
        finally:
            document.close()
    scanned = set(scans)
    for is_scan, run in _runs(pages, scanned):
        add_pages(draft, run, ocr=is_scan)
    return draft.finish(title=title)


def _runs(pages: list[PlacedPage], scanned: set[int]) -> list[tuple[bool, list[PlacedPage]]]:
    """Pages in order, neighbours of one kind (recognised or not) together."""
    runs: list[tuple[bool, list[PlacedPage]]] = []
    for page in pages:
        is_scan = page.number in scanned
        if runs and runs[-1][0] == is_scan:
            runs[-1][1].append(page)
        else:
            runs.append((is_scan, [page]))
    return runs


def _open(data: bytes) -> pypdfium2.PdfDocument:
    """The opened document. Raises ReadError when a password locks it or it is no PDF."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise ReadError("the PDF is password-protected", PASSWORD_REMEDY) from error
        raise ReadError(f"the PDF is damaged ({error})", DAMAGED_REMEDY) from error
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        document.init_forms()
    return document


def _placed_pages(
    document: pypdfium2.PdfDocument, draft: Draft, settings: Settings
) -> tuple[list[PlacedPage], list[int]]:
    """The pages with text, and the numbers of those that are scans. A page that cannot be opened becomes a problem."""
    pages: list[PlacedPage] = []
    scans: list[int] = []
    characters = 0
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError:
            draft.problem(f"page {number} is damaged", DAMAGED_REMEDY)
            continue
        try:
            placed, count = _placed_page(page, number)
            if count < SCAN_CHARACTERS and _has_picture(page):
                scans.append(number)
            elif placed.segments or placed.tables:
                pages.append(placed)
        finally:
            page.close()
        characters += count
        if characters > 2 * settings.max_characters:
            raise ReadError(f"the PDF has more than {settings.max_characters:,} characters", "Split it.")
    return pages, scans


def _recognise(document: pypdfium2.PdfDocument, scans: list[int], draft: Draft, most: int) -> list[PlacedPage]:
    """The first `most` scanned pages as OCR reads them; those that it cannot are named in the problems."""
    from pipeline.ingest import ocr  # Pillow and the search for Tesseract only where a scan needs them

    if len(scans) > most:
        draft.problem(f"{len(scans) - most} scanned pages from page {scans[most]} on were not read", "Split the PDF.")
    pages = []
    for number in scans[:most]:
        try:
            page = document[number - 1]
            try:
                image = page.render(scale=ocr.scale_for(*page.get_size()), grayscale=True).to_pil()
            finally:
                page.close()
            pages.append(ocr.recognise(image, number))
        except ReadError as error:
            draft.problem(f"page {number} has no text layer: {error.reason}", error.remedy)
        except pypdfium2.PdfiumError as error:
            draft.problem(f"page {number} cannot be drawn for OCR ({error})", DAMAGED_REMEDY)
    return pages


def _has_picture(page: Any) -> bool:
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, n))
        in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING}
        for n in range(min(pdfium.FPDFPage_CountObjects(page), 500))
    )


@dataclass(frozen=True, slots=True)
class _View:
    """How a page is shown: its size and the way from content coordinates to it (y still counts up)."""

    width: float
    height: float
    turn: Callable[[float, float], tuple[float, float]]


def _view(page: Any) -> _View:
    """The view of a page, its rotation and the origin of its box undone."""
    left, bottom, right, top = page.get_bbox()
    across, up = right - left, top - bottom
    turns: dict[int, Callable[[float, float], tuple[float, float]]] = {
        0: lambda x, y: (x - left, y - bottom),
        90: lambda x, y: (y - bottom, across - (x - left)),
        180: lambda x, y: (across - (x - left), up - (y - bottom)),
        270: lambda x, y: (up - (y - bottom), x - left),
    }
    rotation = page.get_rotation()
    width, height = (across, up) if rotation in {0, 180} else (up, across)
    return _View(width, height, turns.get(rotation, turns[0]))


def _placed_page(page: Any, number: int) -> tuple[PlacedPage, int]:
    """The text of a page in its places, and how many characters it has."""
    view = _view(page)
    if pdfium.FPDFPage_GetAnnotCount(page) > 0:
        page.flatten()  # what was typed into form fields and notes becomes part of the page
    grids, rules = find_grids(page, view.turn)
    textpage = page.get_textpage()
    try:
        runs = _Runs(textpage, view, grids, number)
        runs.collect()
    finally:
        textpage.close()
    open_runs: list[Line] = []
    inside: dict[tuple[int, int], list[Line]] = {}
    for (table, cell), line in runs.lines:
        if table < 0:
            open_runs.append(line)
        else:
            inside.setdefault((table, cell), []).append(line)
    tables = []
    for g, grid in enumerate(grids):
        placed = place_table(grid, {c: lines for (n, c), lines in inside.items() if n == g}, view.height)
        if sum(bool(cell.lines) for cell in placed.cells) >= 2:
            tables.append(placed)
        else:  # a frame or a drawing, not a table
            open_runs += [line for cell in placed.cells for line in cell.lines]
    down = tuple(sorted(view.height - y for y in rules))
    return PlacedPage(number, view.width, view.height, tuple(open_runs), tuple(tables), down), runs.characters


class _Runs:
    """The characters of a page as runs: pieces of a line without a wide gap, each within one table cell."""

    def __init__(self, textpage: Any, view: _View, grids: list[Grid], page: int) -> None:
        self.textpage = textpage
        self.view = view
        self.grids = grids
        self.page = page
        self.lines: list[tuple[tuple[int, int], Line]] = []
        self.characters = 0
        self._fonts: dict[int, tuple[bool, bool]] = {}
        self._matrix = pdfium.FS_MATRIX()  # filled anew for each character
        self._start()

    def _start(self) -> None:
        self._text: list[str] = []
        self._cell = (-1, -1)
        self._x0 = self._x1 = self._y = self._size = 0.0
        self._bold = self._hidden = 0
        self._apart = False

    def collect(self) -> None:
        """Fills `lines` with (number of the grid and cell or -1, run), in the order of the page's content."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        x, y = ctypes.c_double(), ctypes.c_double()
        raw = self.textpage.raw
        count = pdfium.FPDFText_CountChars(raw)
        high = 0
        for n in range(count):
            code = pdfium.FPDFText_GetUnicode(raw, n)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if 0xDC00 <= code < 0xE000 and high:
                code, high = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00), 0
            character = chr(code) if code > 0x1F else {9: " ", 2: "-"}.get(code, "")
            if pdfium.FPDFText_IsGenerated(raw, n) == 1:
                if character == " " and self._text:
                    self._text.append("\0")  # a guess, settled by the character behind it
                continue
            if not character:
                continue
            pdfium.FPDFText_GetCharBox(raw, n, left, right, bottom, top)
            pdfium.FPDFText_GetCharOrigin(raw, n, x, y)
            (x0, _), (x1, _) = self.view.turn(left.value, bottom.value), self.view.turn(right.value, top.value)
            _, base = self.view.turn(x.value, y.value)
            size = pdfium.FPDFText_GetFontSize(raw, n) or 1.0
            self._take(character, min(x0, x1), max(x0, x1), base, self._scaled(raw, n, size), n)
        self._finish()

    def _scaled(self, raw: Any, n: int, size: float) -> float:
        """The type size as it is shown: some writers set size 1 and scale the page."""
        matrix = self._matrix
        if not pdfium.FPDFText_GetMatrix(raw, n, matrix):
            return size
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        return size * scale if scale > 0 else size

    def _take(self, character: str, x0: float, x1: float, y: float, size: float, n: int) -> None:
        """Adds one drawn character to the run, or opens a new run with it."""
        if character in _MARKS and self._text:
            self._take_mark(character)
        elif character.isspace():
            if self._text and self._text[-1] != " ":
                self._drop_guess()
                self._text.append(" ")
            return
        else:
            cell = self._place((x0 + x1) / 2, y + 0.3 * size)
            if self._text:
                apart = self._is_apart(cell, x0, y, size)
                if apart or x0 - self._x1 > RUN_GAP * size:
                    self._finish()
                    self._apart = apart
            if not self._text:
                self._cell, self._x0, self._y, self._size, self._x1 = cell, x0, y, size, x1
            self._settle_space(character, x0 - self._x1, size)
            self._text.append(character)
            self._size = max(self._size, size)
            self._x1 = max(self._x1, x1)
        self.characters += 1
        bold, hidden = self._font(n)
        self._bold += bold
        self._hidden += hidden

    def _take_mark(self, mark: str) -> None:
        """Adds a mark above or below. After a space it belongs to the letter before; whether the space is one, the gap will say."""
        self._drop_guess()
        if self._text[-1:] == [" "] and len(self._text) > 1:
            self._text[-1] = mark
            self._text.append("\0")
        else:
            self._text.append(mark)

    def _drop_guess(self) -> None:
        if self._text[-1:] == ["\0"]:
            self._text.pop()

    def _settle_space(self, character: str, gap: float, size: float) -> None:
        """Keeps, drops or adds a space before a letter, by the gap that is there."""
        guessed = self._text[-1:] == ["\0"]
        self._drop_guess()
        if not self._text or self._text[-1] == " " or character in _NEVER_FIRST:
            return
        if gap > (LEAST_SPACE if guessed else SURE_SPACE) * size:
            self._text.append(" ")

    def _is_apart(self, cell: tuple[int, int], x0: float, y: float, size: float) -> bool:
        """Whether a character does not go on with the run: it stands in another cell, on another base line, or further left."""
        return (
            cell != self._cell
            or abs(y - self._y) > 0.4 * max(size, self._size)
            or x0 < self._x1 - 1.5 * max(size, self._size)
        )

    def _place(self, x: float, y: float) -> tuple[int, int]:
        for number, grid in enumerate(self.grids):
            cell = grid.cell_at(x, y)
            if cell >= 0:
                return number, cell
        return -1, -1

    def _font(self, n: int) -> tuple[bool, bool]:
        """Whether the character's font is bold, and whether it is drawn invisibly (the text layer of a scan)."""
        item = pdfium.FPDFText_GetTextObject(self.textpage.raw, n)
        address = ctypes.cast(item, ctypes.c_void_p).value or 0
        if address not in self._fonts:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(item) if address else 0
            font = pdfium.FPDFTextObj_GetFont(item) if address else None
            bold = mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
            if font:
                name = ctypes.create_string_buffer(128)
                pdfium.FPDFFont_GetBaseFontName(font, name, 128)
                bold = bold or b"bold" in name.value.lower() or pdfium.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
            self._fonts[address] = (bold, mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        return self._fonts[address]

    def _finish(self) -> None:
        """Closes the run and keeps it, if it shows anything. Spaces at its end stay: they say that a word ends there."""
        text = "".join(" " if c == "\0" else c for c in self._text)
        shown = sum(not c.isspace() for c in text)
        if shown:
            self.lines.append(
                (
                    self._cell,
                    Line(
                        text,
                        self._x0,
                        self._x1,
                        self.view.height - self._y,
                        self._size,
                        bold=self._bold > 0.9 * shown,
                        page=self.page,
                        confidence=0.8 if self._hidden > 0.5 * shown else 1.0,
                        apart=self._apart,
                    ),
                )
            )
        self._start()
