"""Pictures and scanned pages: Tesseract with Thai, run as a program."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps, ImageSequence, UnidentifiedImageError

from pipeline.errors import ReadError
from pipeline.ingest.bounds import DAMAGED_REMEDY, LIMITS, check_size, ocr_pages, reading
from pipeline.ingest.draft import Draft
from pipeline.ingest.drawn_rules import take_rules
from pipeline.ingest.formats import format_of
from pipeline.ingest.layout import Line
from pipeline.ingest.pages import PlacedPage, add_pages, place_table
from pipeline.ingest.rulings import Grid, Rule, make_grids
from pipeline.records import Report, Settings

SUFFIXES: tuple[str, ...] = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")

# 300 dpi reads no better than 150 to 200 (DEPENDENCIES §5) and takes twice the time.
DPI = 200
# Longer sides are made smaller: phones take 4000 pixels of a page that needs 2300.
LONGEST_SIDE = 3600
# A word below this confidence is a smudge, a line of a table or part of a picture.
LEAST_CONFIDENCE = 0.25
POINT = 72 / DPI  # of a pixel
REMEDY = "Install Tesseract with Thai (Debian, Ubuntu: apt install tesseract-ocr tesseract-ocr-tha) and run again."

# Of a line without a word of three letters: below this it is noise.
SURE_CONFIDENCE = 0.7
# Lines lower than this share of the usual height are marks that Tesseract took for a line.
SMALLEST = 0.5
# A gap this wide, in units of line height, parts two columns.
COLUMN_GAP = 1.0
# Tesseract tears the marks above Thai letters off as lines of their own. Larger least lines and thicker strokes keep them together:
# characters wrong on ten pages in five fonts at 200 dpi (spaces and bullets aside) 12.1 % without, 6.4 % with both; "tha" alone
# instead of "tha+eng" and page mode 6 changed nothing, 150 and 300 dpi little.
OPTIONS = ("-c", "textord_min_linesize=2.5")
STROKE = 3

_WORD = re.compile("[ก-๎]{3}|[A-Za-z]{4}|[0-9]{2}")
# A bullet is read as a Thai one; as a number it would have a dot or bracket.
_BULLET = re.compile("^๑ (?=[ก-ฮเแโใไ])")


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a picture; each picture of a TIFF is a page. Locators as in a PDF: `page=1;paragraph=2`.

    Blocks bear a confidence below 1; those with Thai digits at most 0.5. Raises ReadError when Tesseract with Thai is not on
    the machine, and for a damaged or far too large picture.
    """
    check_size(data)
    kind = format_of(path.suffix, ".png")
    draft = Draft(source, data, kind.media_type, settings)
    find_tesseract()
    with reading(kind.name, Image.DecompressionBombError, UnidentifiedImageError):
        pages = [recognise(image, number) for number, image in enumerate(_pictures(data, draft), 1)]
    add_pages(draft, pages, ocr=True)
    return draft.finish()


def _pictures(data: bytes, draft: Draft) -> Iterator[Image.Image]:
    """The pictures of a file, one at a time."""
    most = ocr_pages(len(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
        with Image.open(io.BytesIO(data)) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > most:
                    draft.problem(f"the pictures from number {number} on were not read", "Split the file.")
                    break
                if frame.width * frame.height > LIMITS.picture_pixels:
                    raise ReadError(
                        f"the picture has {frame.width} × {frame.height} pixels, too many to read",
                        "Scan it at 200 to 300 dpi.",
                    )
                yield frame
                if image.format != "TIFF":
                    break  # frames of an animation are no pages


def _prepare(image: Image.Image) -> Image.Image:
    """A copy upright, on white, in grey, its longer side within bounds."""
    upright = ImageOps.exif_transpose(image) or image
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        ground = Image.new("RGBA", upright.size, "white")
        ground.alpha_composite(upright.convert("RGBA"))
        upright = ground
    grey = upright.convert("L")
    grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return grey


def scale_for(width: float, height: float) -> float:
    """The factor by which a page of `width` × `height` points is drawn for OCR: 200 dpi, less for posters."""
    return min(DPI / 72, LONGEST_SIDE / max(width, height, 1.0))


@cache
def find_tesseract() -> str:
    """The path of the Tesseract program. Raises ReadError when it, or its Thai data, is not on the machine."""
    program = shutil.which("tesseract")
    if program is None:
        raise ReadError("reading pictures needs the program Tesseract, which is not on this machine", REMEDY)
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, timeout=60)
    if "tha" not in listed.stdout.split():
        raise ReadError("Tesseract is here, but not its Thai data", REMEDY)
    return program


def recognise(image: Image.Image, number: int) -> PlacedPage:
    """One picture as a page of placed text, lengths in points. Raises ReadError when Tesseract fails or takes too long.

    The rules of tables are found first and wiped off: letters that touch them are read wrong, and they tell the cells apart.
    """
    picture, horizontal, vertical = take_rules(_prepare(image))
    grids, loose = make_grids(_in_points(horizontal), _in_points(vertical))
    height = picture.height * POINT
    table, text = _run(picture, number)
    lines = _lines(table, text, _Places(grids, height), number)
    inside: dict[tuple[int, int], list[Line]] = {}
    for place, line in lines:
        inside.setdefault(place, []).append(line)
    tables = []
    open_lines = inside.get((-1, -1), [])
    for n, grid in enumerate(grids):
        placed = place_table(grid, {c: found for (g, c), found in inside.items() if g == n}, height)
        if sum(bool(cell.lines) for cell in placed.cells) >= 2:
            tables.append(placed)
        else:
            open_lines = open_lines + [line for cell in placed.cells for line in cell.lines]
    down = tuple(sorted(height - y for y in loose))
    return PlacedPage(number, picture.width * POINT, height, tuple(open_lines), tuple(tables), down)


def _in_points(rules: list[Rule]) -> list[Rule]:
    return [Rule(r.at * POINT, r.start * POINT, r.end * POINT) for r in rules]


def _run(picture: Image.Image, number: int) -> tuple[str, str]:
    """What Tesseract says of a picture: its table of words and its plain text."""
    with tempfile.TemporaryDirectory(prefix="lessons-ocr-") as folder:
        picture.filter(ImageFilter.MinFilter(STROKE)).save(Path(folder, "page.png"), dpi=(DPI, DPI))
        command = [find_tesseract(), "page.png", "page", "-l", "tha+eng", "--psm", "3", *OPTIONS, "txt", "tsv"]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads are slower than one on a shared machine
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, timeout=LIMITS.ocr_seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ReadError(
                f"OCR of page {number} took more than {LIMITS.ocr_seconds} s", "Scan it at 200 dpi."
            ) from error
        made, plain = Path(folder, "page.tsv"), Path(folder, "page.txt")
        if done.returncode or not made.exists() or not plain.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ReadError(f"OCR of page {number} failed ({' '.join(said)[:200]})", DAMAGED_REMEDY)
        return made.read_text(encoding="utf-8", errors="replace"), plain.read_text(encoding="utf-8", errors="replace")


class _Places:
    """Which cell of which table stands at a point of a page that counts from the top."""

    def __init__(self, grids: list[Grid], height: float) -> None:
        self.grids = grids
        self.height = height

    def at(self, x: float, y: float) -> tuple[int, int]:
        """The number of the table and of its cell, (-1, -1) outside tables."""
        for number, grid in enumerate(self.grids):
            cell = grid.cell_at(x, self.height - y)
            if cell >= 0:
                return number, cell
        return -1, -1


def _lines(table: str, text: str, places: _Places, page: int) -> list[tuple[tuple[int, int], Line]]:
    """The lines of Tesseract's TSV output (level 4: a line, 5: a word of it), each with its cell, split at wide gaps.

    TSV cuts Thai into words and does not say where a space stood; the plain `text` of the same run does.
    """
    lines: list[tuple[tuple[int, int], Line]] = []
    height = 1.0
    fresh = True
    at = 0
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] not in {"4", "5"}:
            continue
        left, top, width, tall = (float(c) * POINT for c in cells[6:10])
        if cells[0] == "4":
            height, base, fresh = tall, top + tall / 2, True
            continue
        written = cells[11].strip()
        found = text.find(written, at) if written else -1
        spaced = found < 0 or text[at:found].isspace()
        at = found + len(written) if found >= 0 else at
        confidence = max(0.0, float(cells[10]) / 100)
        if not written or confidence < LEAST_CONFIDENCE:
            continue
        place = places.at(left + width / 2, base)
        word = Line(written, left, left + width, base, height, page=page, confidence=confidence)
        if fresh or place != lines[-1][0] or word.x0 - lines[-1][1].x1 > COLUMN_GAP * height:
            lines.append((place, word))
        else:
            lines[-1] = place, _join_words(lines[-1][1], word, joint=" " if spaced else "")
        fresh = False
    return _settle(lines)


def _settle(lines: list[tuple[tuple[int, int], Line]]) -> list[tuple[tuple[int, int], Line]]:
    """The lines without noise: rows of marks torn off their letters, smudges. Sizes that differ little become equal, since the
    height of a line depends on the marks in it."""
    heights = sorted(line.size for _place, line in lines if _WORD.search(line.text))
    usual = heights[len(heights) // 2] if heights else 0.0
    kept = []
    for place, line in lines:
        noise = not _WORD.search(line.text) and line.confidence < SURE_CONFIDENCE
        if line.size < SMALLEST * usual or noise:
            continue
        size = usual if abs(line.size - usual) < 0.3 * usual else line.size
        kept.append((place, replace(line, size=size, text=_BULLET.sub("• ", line.text))))
    return kept


def _join_words(line: Line, word: Line, *, joint: str) -> Line:
    """A line with one more word behind `joint`."""
    weight = len(line.text) + len(word.text)
    certain = (line.confidence * len(line.text) + word.confidence * len(word.text)) / weight
    return replace(line, text=line.text + joint + word.text, x1=word.x1, confidence=certain)
