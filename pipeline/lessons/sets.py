"""Making and changing lesson sets: every function takes a set and gives a new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pipeline.errors import UsageError
from pipeline.lessons.choose import alike, dataset_fingerprint, first_choice, matching, reading
from pipeline.lessons.citations import cite
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.draft import redraft
from pipeline.lessons.freeze import require_open
from pipeline.lessons.lesson_set import Citation, Claim, LessonSet, Part, Scope
from pipeline.lessons.recurrence import Projects
from pipeline.lessons.template import LANGUAGES, part_row, template

MOST = 40  # lessons chosen at first: as many as a person reads at one sitting
_NAME = re.compile("[A-Za-z0-9ก-๙_-]+")
_CITED = re.compile(r"\s*\[(L\d+(?:\s*,\s*L\d+)*)\]")


def new(
    dataset: Dataset,
    *,
    title: str,
    scope: Scope | None = None,
    name: str = "lesson-set",
    language: str = "th",
    most: int = MOST,
    lesson_ids: Sequence[str] | None = None,
) -> LessonSet:
    """A first set: at most `most` lessons that answer the scope, or exactly those of `lesson_ids`, with a drafted text.

    Raises UsageError for a bad name or language, an unknown lesson, and a scope that no lesson answers.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"ชื่อชุด {name!r} ใช้ไม่ได้", "ใช้ตัวอักษรไทยหรืออังกฤษ ตัวเลข - และ _ โดยไม่เว้นวรรค")
    if language not in LANGUAGES:
        raise UsageError(f"ไม่มีแม่แบบภาษา {language!r}", f"เลือกจาก {', '.join(LANGUAGES)}")
    scope = scope or Scope()
    projects = Projects(dataset)
    rows = matching(dataset, scope)
    if lesson_ids is None:
        chosen = first_choice(rows, most, alike(rows), projects.project_of, by_rank=bool(scope.query.strip()))
        if not chosen:
            raise UsageError("ไม่มีข้อความใดในชุดข้อมูลตรงกับคำถามนี้", "ใช้คำค้นที่กว้างขึ้น หรือลดตัวกรองลง")
    else:
        chosen = tuple(_row(dataset, lesson_id) for lesson_id in dict.fromkeys(lesson_ids))
    empty = LessonSet(
        name=name,
        title=title.strip() or name,
        language=language,
        scope=scope,
        parts=tuple(Part(row.id, ()) for row in template()),
        citations=(),
        dataset_fingerprint=dataset_fingerprint(dataset),
        reading=reading(dataset, rows, projects),
    )
    return redraft(replace(empty, citations=_cited(dataset, projects, enumerate(chosen, 1), chosen)))


def _row(dataset: Dataset, lesson_id: str) -> LessonRow:
    """The lesson of an id. Raises UsageError when the dataset does not hold it."""
    if lesson_id not in dataset.by_id:
        raise UsageError(
            f"ไม่มีบทเรียน {lesson_id} ในชุดข้อมูล {dataset.folder.name}", "คัดรหัส lesson_id จากผลค้นหาหรือจาก lessons.csv"
        )
    return dataset.by_id[lesson_id]


def _cited(
    dataset: Dataset, projects: Projects, numbered: Iterable[tuple[int, LessonRow]], among: Sequence[LessonRow]
) -> tuple[Citation, ...]:
    """The citations of numbered rows (L1, L2 …); `among` are all rows of the set, among which some may say the same."""
    same = alike(among)
    return tuple(
        cite(
            row,
            dataset.reports[row.report_id],
            f"L{number}",
            project=projects.project_of[row.report_id],
            same_as=same.get(row.lesson_id, ""),
        )
        for number, row in numbered
    )


def add(lesson_set: LessonSet, dataset: Dataset, lesson_ids: Iterable[str], *, at: int | None = None) -> LessonSet:
    """The set with more lessons, at the end or so that the first of them stands at place `at` (from 1).

    Lessons that it holds already are passed over. Raises UsageError for an unknown lesson, FrozenSetError for a frozen set.
    """
    require_open(lesson_set)
    held = {one.lesson_id for one in lesson_set.citations}
    wanted = [_row(dataset, lesson_id) for lesson_id in dict.fromkeys(lesson_ids) if lesson_id not in held]
    among = [*(dataset.by_id[one] for one in held if one in dataset.by_id), *wanted]
    number = max((int(one.key[1:]) for one in lesson_set.citations), default=0)
    more = _cited(dataset, Projects(dataset), enumerate(wanted, number + 1), among)
    same = alike(among)
    known = tuple(replace(one, same_as=same.get(one.lesson_id, "")) for one in lesson_set.citations)
    place = len(known) if at is None else max(0, at - 1)
    return redraft(replace(lesson_set, citations=(*known[:place], *more, *known[place:])))


def citation(lesson_set: LessonSet, key: str) -> Citation:
    """The citation of a key (L3) or of a lesson_id. Raises UsageError when the set holds none."""
    for one in lesson_set.citations:
        if key in {one.key, one.lesson_id}:
            return one
    raise UsageError(f"ไม่มี {key} ในชุดบทเรียน {lesson_set.name}", "ดูรหัสด้วย lessons set show")


def remove(lesson_set: LessonSet, keys: Iterable[str]) -> LessonSet:
    """The set without these lessons (keys or lesson ids); the other keys stay what they are, so that claims keep their meaning.

    A curator's claim loses the key; with no key left it stays, and `check` names it. Raises UsageError for an unknown key, FrozenSetError
    for a frozen set.
    """
    require_open(lesson_set)
    gone = {citation(lesson_set, key).key for key in keys}
    parts = tuple(
        replace(part, claims=tuple(_without(claim, gone) for claim in part.claims)) for part in lesson_set.parts
    )
    left = tuple(one for one in lesson_set.citations if one.key not in gone)
    return redraft(replace(lesson_set, parts=parts, citations=left))


def _without(claim: Claim, gone: set[str]) -> Claim:
    """The claim without the keys that are gone, in its list and in its text."""
    if not gone & set(claim.cites):
        return claim

    def kept(match: re.Match[str]) -> str:
        keys = [key.strip() for key in match[1].split(",")]
        left = [key for key in keys if key not in gone]
        return match[0] if left == keys else (f" [{', '.join(left)}]" if left else "")

    return replace(claim, text=_CITED.sub(kept, claim.text), cites=tuple(key for key in claim.cites if key not in gone))


def move(lesson_set: LessonSet, key: str, to: int) -> LessonSet:
    """The set with one lesson at place `to` (from 1). Raises UsageError for an unknown key or place, FrozenSetError for a frozen set."""
    require_open(lesson_set)
    one = citation(lesson_set, key)
    if not 1 <= to <= len(lesson_set.citations):
        raise UsageError(f"ไม่มีลำดับที่ {to}", f"ระบุลำดับตั้งแต่ 1 ถึง {len(lesson_set.citations)}")
    others = [other for other in lesson_set.citations if other.key != one.key]
    others.insert(to - 1, one)
    return redraft(replace(lesson_set, citations=tuple(others)))


def note(lesson_set: LessonSet, role: str, text: str) -> LessonSet:
    """The set with the curator's note of a part; "" takes it away. Raises UsageError for an unknown part, FrozenSetError for a frozen set."""
    require_open(lesson_set)
    part_row(role)
    return _with_part(lesson_set, role, lambda part: replace(part, note=text.strip()))


def claim(lesson_set: LessonSet, role: str, text: str, cites: Iterable[str] = (), *, replaces: int = 0) -> LessonSet:
    """The set with a claim of the curator in a part: at its end, or in place of claim number `replaces` (from 1).

    Keys that stand in the text as [L1] are cited too. Raises UsageError for an unknown part, key or number, a claim without words, and one without
    a citation where its part needs one; FrozenSetError for a frozen set.
    """
    require_open(lesson_set)
    row = part_row(role)
    keys = [key.strip() for match in _CITED.finditer(text) for key in match[1].split(",")]
    keys = list(dict.fromkeys([*keys, *(citation(lesson_set, key).key for key in cites)]))
    for key in keys:
        citation(lesson_set, key)
    if not _CITED.sub("", text).strip():
        raise UsageError("ข้อสรุปว่างเปล่า", "เขียนข้อความ เช่น “มีกติการ่วมช่วยให้เลิกได้ [L1]”")
    if row.cited and not keys:
        raise UsageError("ข้อสรุปนี้ไม่มีอ้างอิง", "ใส่รหัสบทเรียนท้ายข้อความ เช่น [L1]")
    made = Claim(text.strip(), tuple(keys))

    def changed(part: Part) -> Part:
        if not replaces:
            own = [c for c in part.claims if not c.drafted]
            return replace(part, claims=(*own, made, *(c for c in part.claims if c.drafted)))
        _numbered(part, replaces)
        return replace(part, claims=(*part.claims[: replaces - 1], made, *part.claims[replaces:]))

    return _with_part(lesson_set, role, changed)


def drop_claim(lesson_set: LessonSet, role: str, number: int) -> LessonSet:
    """The set without claim `number` (from 1) of a part. Raises UsageError for an unknown part or number, FrozenSetError for a frozen set."""
    require_open(lesson_set)
    part_row(role)

    def changed(part: Part) -> Part:
        _numbered(part, number)
        return replace(part, claims=(*part.claims[: number - 1], *part.claims[number:]))

    return _with_part(lesson_set, role, changed)


def _numbered(part: Part, number: int) -> None:
    """Raises UsageError unless the part has a claim of this number."""
    if not 1 <= number <= len(part.claims):
        raise UsageError(f"ส่วน {part.role} ไม่มีข้อสรุปที่ {number}", "ดูลำดับด้วย lessons set show")


def _with_part(lesson_set: LessonSet, role: str, change: Callable[[Part], Part]) -> LessonSet:
    """The set with one part changed; a part that an older file lacks is made."""
    parts = {part.role: part for part in lesson_set.parts}
    parts[role] = change(parts.get(role, Part(role, ())))
    order = [row.id for row in template()]
    return replace(lesson_set, parts=tuple(sorted(parts.values(), key=lambda part: order.index(part.role))))
