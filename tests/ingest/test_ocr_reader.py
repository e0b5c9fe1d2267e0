"""Pictures: OCR with Thai, its confidence, its limits."""

from __future__ import annotations

import io

import pytest
from make_files import made
from PIL import Image
from read_files import bare, needs_ocr, read_bytes, texts

from pipeline.errors import ReadError
from pipeline.ingest import ocr
from pipeline.ingest.draft import Draft
from pipeline.ingest.layout import Line
from pipeline.ingest.pages import PlacedPage, add_pages
from pipeline.records import Settings


def test_thai_digits_are_not_trusted() -> None:
    draft = Draft("a.png", b"x", "image/png", Settings())
    lines = (Line("ปี ๒๕๖๖", 0, 50, 20, 12, confidence=0.97), Line("ปี 2566", 0, 50, 80, 12, confidence=0.97))
    add_pages(draft, [PlacedPage(1, 600, 800, lines)], ocr=True)
    assert [block.confidence for block in draft.finish().blocks] == [0.5, 0.97]


def test_a_bomb_of_a_picture_is_refused() -> None:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    with pytest.raises(ReadError, match=r"pixels|Tesseract"):
        read_bytes(buffer.getvalue(), "huge.png")


def test_without_tesseract_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    ocr.find_tesseract.cache_clear()
    try:
        with pytest.raises(ReadError, match="Tesseract") as caught:
            read_bytes(b"\x89PNG", "scan.png")
    finally:
        ocr.find_tesseract.cache_clear()
    assert "tesseract-ocr-tha" in caught.value.remedy


@needs_ocr
def test_pictures_of_a_tiff_are_pages_and_colours_do_not_matter() -> None:
    page = Image.open(io.BytesIO(made("scan.png"))).convert("RGBA")
    buffer = io.BytesIO()
    page.save(buffer, "TIFF", save_all=True, append_images=[page])
    report = ocr.read(
        __import__("pathlib").Path("scan.tiff"), buffer.getvalue(), source="scan.tiff", settings=Settings()
    )
    assert {block.locator.split(";")[0] for block in report.blocks} == {"page=1", "page=2"}


@needs_ocr
def test_an_empty_page_says_so() -> None:
    buffer = io.BytesIO()
    Image.new("L", (800, 1000), 255).save(buffer, "PNG")
    with pytest.raises(ReadError, match="no text"):
        read_bytes(buffer.getvalue(), "white.png")


@needs_ocr
def test_a_skewed_photo_is_still_read() -> None:
    page = Image.open(io.BytesIO(made("scan.png"))).rotate(0.7, fillcolor=255)
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=40)
    report = ocr.read(
        __import__("pathlib").Path("photo.jpg"), buffer.getvalue(), source="photo.jpg", settings=Settings()
    )
    assert bare("ศูนย์พัฒนาเด็กเล็ก 18 จุด") in bare("".join(texts(report)))
