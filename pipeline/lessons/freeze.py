"""Freezing a lesson set: a hash over its content, and the refusal of every change from then on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from pipeline.errors import UsageError
from pipeline.lessons.lesson_set import LessonSet


class FrozenSetError(UsageError):
    """A change of a frozen set, or a frozen set whose content is no longer what was frozen."""


def content_hash(lesson_set: LessonSet) -> str:
    """SHA-256 over all that the set holds but the hash itself: 64 hexadecimal digits."""
    content = asdict(replace(lesson_set, frozen=""))
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def freeze(lesson_set: LessonSet) -> LessonSet:
    """The set frozen; a frozen one comes back as it is. Raises FrozenSetError when it was frozen and then changed."""
    if lesson_set.frozen:
        require_whole(lesson_set)
        return lesson_set
    return replace(lesson_set, frozen=content_hash(lesson_set))


def is_whole(lesson_set: LessonSet) -> bool:
    """Whether a frozen set holds what was frozen; true for an open one."""
    return not lesson_set.frozen or lesson_set.frozen == content_hash(lesson_set)


def require_whole(lesson_set: LessonSet) -> None:
    """Raises FrozenSetError for a frozen set that was changed by hand."""
    if not is_whole(lesson_set):
        raise FrozenSetError(
            f"ชุดบทเรียน {lesson_set.name} รุ่น {lesson_set.version} ถูกแก้ไขหลังจากตรึงเนื้อหาแล้ว",
            "กู้ไฟล์เดิมคืน หรือทำรุ่นใหม่ด้วย lessons set new --from",
        )


def require_open(lesson_set: LessonSet) -> None:
    """Raises FrozenSetError for a frozen set."""
    if lesson_set.frozen:
        raise FrozenSetError(
            f"ชุดบทเรียน {lesson_set.name} รุ่น {lesson_set.version} ตรึงเนื้อหาแล้ว แก้ไขไม่ได้",
            "ทำรุ่นใหม่ด้วย lessons set new --from",
        )
