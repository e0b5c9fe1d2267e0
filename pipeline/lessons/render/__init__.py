"""A lesson set as files that people open: Word, Excel, a page for the browser, Markdown, JSON, REFI-QDA."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.errors import StoreError, UsageError
from pipeline.lessons.lesson_set import LessonSet

FORMATS = ("docx", "xlsx", "html", "md", "json", "qdpx")


def render(lesson_set: LessonSet, folder: Path, formats: Iterable[str] = FORMATS) -> tuple[Path, ...]:
    """The files written: `<name>.<format>` below `folder`, in the order of `formats`. The same set gives the same bytes.

    Each file appears whole or not at all. Raises UsageError for an unknown format or a name that leads out of
    the folder, StoreError when a file cannot be written.
    """
    wanted = tuple(dict.fromkeys(formats))
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"ไม่รู้จักรูปแบบไฟล์ {name!r}", f"เลือกจาก {', '.join(FORMATS)}")
    if lesson_set.name in {"", ".."} or Path(lesson_set.name).name != lesson_set.name or "\\" in lesson_set.name:
        raise UsageError(f"ชื่อชุด {lesson_set.name!r} ใช้เป็นชื่อไฟล์ไม่ได้", "ใช้ตัวอักษรไทยหรืออังกฤษ ตัวเลข - และ _ โดยไม่เว้นวรรค")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_write(lesson_set, folder / f"{lesson_set.name}.{name}", _writer(name)) for name in wanted)
    except OSError as error:
        raise StoreError(f"เขียนไฟล์ใน {folder} ไม่ได้ ({error.strerror})", "ปิดไฟล์ที่เปิดค้างอยู่ หรือเลือกโฟลเดอร์อื่น") from error


def _write(lesson_set: LessonSet, path: Path, write: Callable[[LessonSet, Path], None]) -> Path:
    """The file, put in its place once it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        write(lesson_set, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _writer(name: str) -> Callable[[LessonSet, Path], None]:
    """What writes a format. Imported when needed: each brings a library, and `lessons` starts without them."""
    if name == "docx":
        from pipeline.lessons.render.word import write_docx as write
    elif name == "xlsx":
        from pipeline.lessons.render.excel import write_xlsx as write
    elif name == "html":
        from pipeline.lessons.render.web import write_html as write
    elif name == "md":
        from pipeline.lessons.render.markdown import write_markdown as write
    elif name == "json":
        from pipeline.lessons.render.plain_json import write_json as write
    else:
        from pipeline.lessons.render.refi_qda import write_qdpx as write
    return write
