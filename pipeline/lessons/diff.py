"""What changed from one version of a lesson set to another, for people in Thai and for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

from pipeline.lessons.citations import clipped
from pipeline.lessons.lesson_set import Citation, LessonSet, Part
from pipeline.lessons.template import part_row, template

# What a citation is called in a set and how its lessons are grouped is no news about the lesson.
_NO_NEWS = frozenset({"key", "lesson_id", "same_as", "project"})
_LONG_BEGINNING = 40  # characters that two texts share: shown once they would push what differs out of sight
_HEAD = ("title", "language", "scope", "public", "reading")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `kind`: added, removed, moved, quote, details, claim_added, claim_removed, claim_changed, claim_cites, note, head."""

    kind: str
    where: (
        str  # key of a citation (and a field of it), role of a part (for claim_cites with its text), or name of a field
    )
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences of two versions."""

    name: str
    old_version: int
    new_version: int
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """The differences as a Thai reader says them, one a line."""
        head = f"ชุดบทเรียน {self.name} รุ่น {self.old_version} เทียบกับรุ่น {self.new_version}"
        if not self.changes:
            return f"{head}: ไม่มีอะไรเปลี่ยน"
        return "\n".join([f"{head}: เปลี่ยน {len(self.changes)} รายการ", *(f"  {_said(c)}" for c in self.changes)])

    def as_json(self) -> str:
        """The differences as JSON with sorted keys."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def diff(old: LessonSet, new: LessonSet) -> Diff:
    """What changed from `old` to `new`. The same lesson is known by its id; after a change of its source by its file and words."""
    changes = [*_head(old, new), *_citations(old, new), *_parts(old, new)]
    return Diff(new.name, old.version, new.version, tuple(changes))


def _head(old: LessonSet, new: LessonSet) -> Iterator[Change]:
    """Changes of title, language, scope, masking and what was read."""
    for name in _HEAD:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change("head", name, _plain(before), _plain(after))


def _plain(value: object) -> str:
    """A value as text; of a record the fields that are set."""
    if hasattr(value, "__dataclass_fields__"):
        return json.dumps(asdict(value), ensure_ascii=False, sort_keys=True)  # type: ignore[call-overload]  # a record, as the line above says
    return str(value)


def _paired(old: LessonSet, new: LessonSet) -> list[tuple[Citation, Citation]]:
    """The citations of the same lesson: by id, then by file and words, then by file and place."""
    pairs = []
    left, right = list(old.citations), list(new.citations)
    for same in (_same_id, _same_words, _same_place):
        for one in list(left):
            other = next((o for o in right if same(one, o)), None)
            if other:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    return pairs


def _same_id(one: Citation, other: Citation) -> bool:
    return one.lesson_id == other.lesson_id


def _same_words(one: Citation, other: Citation) -> bool:
    return one.source == other.source and one.category == other.category and one.quote == other.quote


def _same_place(one: Citation, other: Citation) -> bool:
    return one.source == other.source and one.category == other.category and one.locator == other.locator


def _citations(old: LessonSet, new: LessonSet) -> Iterator[Change]:
    """Lessons added, removed, moved, and what their citations say otherwise."""
    pairs = _paired(old, new)
    kept_old, kept_new = {one.key for one, _ in pairs}, {other.key for _, other in pairs}
    for one in old.citations:
        if one.key not in kept_old:
            yield Change("removed", one.key, _short(one), "")
    for other in new.citations:
        if other.key not in kept_new:
            yield Change("added", other.key, "", _short(other))
    by_old = {one.key: other for one, other in pairs}
    kept = [by_old[one.key].key for one in old.citations if one.key in by_old]
    now = [one.key for one in new.citations if one.key in kept_new]
    for key in _moved(kept, now):
        yield Change("moved", key, str(kept.index(key) + 1), str(now.index(key) + 1))
    for one, other in sorted(pairs, key=lambda pair: now.index(pair[1].key)):
        if one.quote != other.quote or one.raw_quote != other.raw_quote:
            yield Change("quote", other.key, one.quote, other.quote)
        names = [f.name for f in fields(one) if f.name not in _NO_NEWS and f.name not in {"quote", "raw_quote"}]
        for name in names:
            before, after = getattr(one, name), getattr(other, name)
            if before != after:
                yield Change("details", f"{other.key} {name}", str(before), str(after))


def _moved(old: list[str], new: list[str]) -> list[str]:
    """The keys that must be taken out so that the others stand in the same order: all outside a longest common run."""
    place = {key: n for n, key in enumerate(old)}
    best: list[list[str]] = []  # best[n]: the longest rising run that ends at new[n]
    for n, key in enumerate(new):
        before = [run for run, end in zip(best, new[:n], strict=True) if place[end] < place[key]]
        best.append([*_longest(before), key])
    stay = set(_longest(best))
    return [key for key in new if key not in stay]


def _longest(runs: list[list[str]]) -> list[str]:
    """The first of the longest runs; an empty one for none."""
    return max(runs, key=lambda run: len(run)) if runs else []


def _parts(old: LessonSet, new: LessonSet) -> Iterator[Change]:
    """Claims and notes that changed, part by part."""
    olds, news = ({part.role: part for part in s.parts} for s in (old, new))
    roles = [row.id for row in template()]
    for role in dict.fromkeys([*roles, *olds, *news]):
        before, after = olds.get(role, Part(role, ())), news.get(role, Part(role, ()))
        if before.note != after.note:
            yield Change("note", role, before.note, after.note)
        gone = [c for c in before.claims if c not in after.claims]
        come = [c for c in after.claims if c not in before.claims]
        for was in gone:
            now = next(
                (c for c in come if c.drafted == was.drafted and _alike(was.text, c.text, was.cites, c.cites)), None
            )
            if now:
                come.remove(now)
                if was.text == now.text and was.cites != now.cites:
                    yield Change("claim_cites", f"{role} {was.text}", " ".join(was.cites), " ".join(now.cites))
                elif was.text != now.text:
                    yield Change("claim_changed", role, _claim(was.text, was.cites), _claim(now.text, now.cites))
            else:
                yield Change("claim_removed", role, _claim(was.text, was.cites), "")
        for now in come:
            yield Change("claim_added", role, "", _claim(now.text, now.cites))


def _alike(one: str, other: str, cites: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether two claims are two wordings of one: they begin alike, or rest on the same citations."""
    return one[:15] == other[:15] or (bool(cites) and set(cites) == set(others))


def _claim(text: str, cites: tuple[str, ...]) -> str:
    """A claim with the keys that its text does not show."""
    rest = "".join(f"[{key}]" for key in cites if f"[{key}]" not in text)
    return f"{text} {rest}".strip()


def _where_they_differ(old: str, new: str) -> tuple[str, str]:
    """Two texts on one line each, without the long beginning that they share.

    >>> _where_they_differ("ก" * 60 + " ค่ากลาง 0.94", "ก" * 60 + " ค่ากลาง 0.95")
    ('… 0.94', '… 0.95')
    """
    one, other = (" ".join(text.split()) for text in (old, new))
    shared = next((at for at, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), 0)
    same = one.rfind(" ", 0, shared)
    return (one, other) if same < _LONG_BEGINNING else (f"…{one[same:]}", f"…{other[same:]}")


def _short(one: Citation) -> str:
    return f"{clipped(' '.join(one.quote.split()), 60)} ({one.source})"


def _said(change: Change) -> str:
    """A change in Thai, on one line."""
    roles = {row.id for row in template()}
    role, _, text = change.where.partition(" ")
    where = f"“{part_row(role).name_th}” {text}".strip() if role in roles else change.where
    if change.kind == "claim_cites":
        before, after = change.old.split(), change.new.split()
        said = [f"ตัด {key}" for key in before if key not in after] + [
            f"เพิ่ม {key}" for key in after if key not in before
        ]
        return f"~ อ้างอิงของข้อสรุปใน {clipped(where, 80)}: {' '.join(said) or 'เรียงใหม่'}"
    old, new = (clipped(text, 90) for text in _where_they_differ(change.old, change.new))
    words = {
        "added": f"+ เพิ่ม {where}: {new}",
        "removed": f"- ตัด {where}: {old}",
        "moved": f"↕ ย้าย {where} จากลำดับ {old} เป็น {new}",
        "quote": f"~ ข้อความของ {where}: “{old}” → “{new}”",
        "details": f"~ {where}: {old or 'ว่าง'} → {new or 'ว่าง'}",
        "claim_added": f"+ ข้อสรุปใน {where}: {new}",
        "claim_removed": f"- ข้อสรุปใน {where}: {old}",
        "claim_changed": f"~ ข้อสรุปใน {where}: {old} → {new}",
        "note": f"~ ข้อสังเกตใน {where}: {old or 'ว่าง'} → {new or 'ว่าง'}",
        "head": f"~ {where}: {old or 'ว่าง'} → {new or 'ว่าง'}",
    }
    return words[change.kind]
