"""Pictures and scanned pages: Tesseract with Thai, run as a program."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps, ImageSequence, UnidentifiedImageError

from pipeline.errors import ReadError
from pipeline.ingest.bounds import DAMAGED_REMEDY, LIMITS, check_size, reading
from pipeline.ingest.draft import Draft
from pipeline.ingest.formats import format_of
from pipeline.ingest.layout import Line
from pipeline.ingest.pages import PlacedPage, add_pages
from pipeline.records import Report, Settings

SUFFIXES: tuple[str, ...] = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")

# 300 dpi reads no better than 150 to 200 (DEPENDENCIES §5) and takes twice the time.
DPI = 200
# Longer sides are made smaller: phones take 4000 pixels of a page that needs 2300.
LONGEST_SIDE = 3600
# A word below this confidence is a smudge, a line of a table or part of a picture.
LEAST_CONFIDENCE = 0.25
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


def _pictures(data: bytes, draft: Draft) -> list[Image.Image]:
    """The pictures of a file, turned upright, in shades of grey."""
    pictures: list[Image.Image] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
        with Image.open(io.BytesIO(data)) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > LIMITS.ocr_pages:
                    draft.problem(f"the pictures from number {number} on were not read", "Split the file.")
                    break
                if frame.width * frame.height > LIMITS.picture_pixels:
                    raise ReadError(
                        f"the picture has {frame.width} × {frame.height} pixels, too many to read",
                        "Scan it at 200 to 300 dpi.",
                    )
                pictures.append(_prepare(frame))
                if image.format != "TIFF":
                    break  # frames of an animation are no pages
    return pictures


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
    """One picture as a page of placed text. Raises ReadError when Tesseract fails or takes too long."""
    image = _prepare(image)
    with tempfile.TemporaryDirectory(prefix="lessons-ocr-") as folder:
        image.filter(ImageFilter.MinFilter(STROKE)).save(Path(folder, "page.png"), dpi=(DPI, DPI))
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
        table = made.read_text(encoding="utf-8", errors="replace")
        text = plain.read_text(encoding="utf-8", errors="replace")
    return PlacedPage(number, float(image.width), float(image.height), tuple(_lines(table, text, number)))


def _lines(table: str, text: str, page: int) -> list[Line]:
    """The lines of Tesseract's TSV output (level 4: a line, 5: a word of it), split at wide gaps, without noise.

    TSV cuts Thai into words and does not say where a space stood; the plain `text` of the same run does.
    """
    lines: list[Line] = []
    height = 1.0
    fresh = True
    at = 0
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] not in {"4", "5"}:
            continue
        left, top, width, tall = (float(c) for c in cells[6:10])
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
        word = Line(written, left, left + width, base, height, page=page, confidence=confidence)
        if fresh or word.x0 - lines[-1].x1 > COLUMN_GAP * height:
            lines.append(word)
        else:
            lines[-1] = _join_words(lines[-1], word, joint=" " if spaced else "")
        fresh = False
    return _settle(lines)


def _settle(lines: list[Line]) -> list[Line]:
    """The lines without noise: rows of marks torn off their letters, smudges. Sizes that differ little become equal, since the
    height of a line depends on the marks in it."""
    heights = sorted(line.size for line in lines if _WORD.search(line.text))
    usual = heights[len(heights) // 2] if heights else 0.0
    kept = []
    for line in lines:
        if line.size < SMALLEST * usual or not (_WORD.search(line.text) or line.confidence > SURE_CONFIDENCE):
            continue
        size = usual if abs(line.size - usual) < 0.3 * usual else line.size
        kept.append(replace(line, size=size, text=_BULLET.sub("• ", line.text)))
    return kept


def _join_words(line: Line, word: Line, *, joint: str) -> Line:
    """A line with one more word behind `joint`."""
    weight = len(line.text) + len(word.text)
    certain = (line.confidence * len(line.text) + word.confidence * len(word.text)) / weight
    return replace(line, text=line.text + joint + word.text, x1=word.x1, confidence=certain)
