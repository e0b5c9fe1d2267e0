"""JSON: the set itself, every character of it, with the version of its schema."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

from pipeline.lessons.lesson_set import LessonSet

FORMAT, SCHEMA = "lesson-set", 1
# Written as escapes: controls and bidi controls, which steer how an editor shows the file, line ends of JavaScript, halves of characters.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def set_json(lesson_set: LessonSet) -> str:
    """The set as JSON with sorted keys; reading it gives every character back."""
    value = {"format": FORMAT, "schema": SCHEMA, "set": asdict(lesson_set)}
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def write_json(lesson_set: LessonSet, path: Path) -> None:
    """Writes the set as JSON."""
    path.write_bytes(set_json(lesson_set).encode("utf-8"))
