"""Lesson sets as JSON files: the same set has the same bytes, and a file that is no set is refused with what is wrong."""

from __future__ import annotations

import json
import os
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.lessons.freeze import require_whole
from pipeline.lessons.lesson_set import LessonSet
from pipeline.lessons.render.plain_json import FORMAT, SCHEMA, set_json


class SetFileError(UsageError):
    """A file that cannot be read as a lesson set, or not written."""


def dumps(lesson_set: LessonSet) -> str:
    """The set as JSON text, the same that `export` writes: keys sorted, two spaces, lines end in \\n."""
    return set_json(lesson_set)


def loads(text: str, *, where: str = "JSON") -> LessonSet:
    """The set in a JSON text; `where` names it in errors.

    Raises SetFileError for text that is no set of this schema, with the field that is wrong. A frozen set is read whether its content
    is whole or not (see load).
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise SetFileError(f"{where}: ไม่ใช่ไฟล์ JSON ที่สมบูรณ์ ({error})", "ใช้ไฟล์ที่ lessons set เขียน") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SetFileError(f"{where}: ไม่ใช่ไฟล์ชุดบทเรียน", "ระบุไฟล์ที่ lessons set new สร้าง")
    if content.get("schema") != SCHEMA:
        raise SetFileError(
            f"{where}: เป็นรูปแบบรุ่น {content.get('schema')} แต่โปรแกรมนี้อ่านรุ่น {SCHEMA}", "ใช้โปรแกรมรุ่นเดียวกับที่สร้างไฟล์"
        )
    for name in content:
        if name not in {"format", "schema", "set"}:
            raise SetFileError(f"{where}: ไม่รู้จักช่อง {name}", "ลบช่องนี้ หรือใช้โปรแกรมรุ่นที่สร้างไฟล์")
    made: LessonSet = _record(LessonSet, content.get("set"), where, "")
    return made


def load(path: Path) -> LessonSet:
    """The set in a file.

    Raises SetFileError when the file cannot be read or is no set, FrozenSetError when it was frozen and changed by hand afterwards.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SetFileError(f"{path} เปิดอ่านไม่ได้ ({_short(error)})", "ตรวจชื่อไฟล์ หรือสร้างด้วย lessons set new") from error
    lesson_set = loads(text, where=str(path))
    require_whole(lesson_set)
    return lesson_set


def save(lesson_set: LessonSet, path: Path) -> None:
    """Writes the set to a file, whole or not at all. Raises SetFileError when the file cannot be written."""
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(dumps(lesson_set))
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise SetFileError(f"{path} เขียนไม่ได้ ({_short(error)})", "เลือกโฟลเดอร์อื่น") from error


def _short(error: Exception) -> str:
    """The reason of an error without its path."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _record(kind: Any, value: Any, where: str, at: str) -> Any:
    """A record of the dataclass `kind` from a JSON object. Raises SetFileError for an unknown, missing or unfit field."""
    if not isinstance(value, dict):
        raise _unfit(where, at, "an object")
    hints = typing.get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    for name in value:
        if name not in known:
            raise SetFileError(f"{where}: ไม่รู้จักช่อง {at}{name}", "ลบช่องนี้ หรือใช้โปรแกรมรุ่นที่สร้างไฟล์")
    for name, field in known.items():
        if name not in value and field.default is MISSING and field.default_factory is MISSING:
            raise SetFileError(f"{where}: ไม่มีช่อง {at}{name}", "เติมช่องนี้ หรือใช้ไฟล์ที่ lessons set เขียน")
    return kind(**{name: _value(hints[name], cell, where, f"{at}{name}") for name, cell in value.items()})


def _value(hint: Any, value: Any, where: str, at: str) -> Any:
    """A JSON value as the type of its field. Raises SetFileError where it does not fit."""
    if is_dataclass(hint):
        return _record(hint, value, where, f"{at}.")
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        if value is None:
            return None
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _unfit(where, at, "a list")
        parts = typing.get_args(hint)
        if parts[-1] is not Ellipsis and len(parts) != len(value):
            raise _unfit(where, at, f"a list of {len(parts)}")
        inner = [parts[0]] * len(value) if parts[-1] is Ellipsis else list(parts)
        return tuple(
            _value(part, each, where, f"{at}[{n}]") for n, (part, each) in enumerate(zip(inner, value, strict=True))
        )
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise _unfit(where, at, hint.__name__)
    return value


def _unfit(where: str, at: str, wanted: str) -> SetFileError:
    return SetFileError(f"{where}: ช่อง {at.rstrip('.') or 'ทั้งไฟล์'} ต้องเป็น {wanted}", "แก้ค่าในช่องนี้")
