"""The check of a lesson set: every citation against the dataset and the sources, every claim against its citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.lessons.citations import cite, clipped, said_place
from pipeline.lessons.claim_check import check_claims
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.freeze import is_whole
from pipeline.lessons.lesson_set import Citation, LessonSet
from pipeline.lessons.set_fault import Checked, Kind, SetFault, Standing, State
from pipeline.lessons.set_sources import Place, Sources, is_same_place, masked_equal

# Fields of a citation that say what the lesson is about: they must be those of the dataset.
_FACTS = {
    "category": "หมวด",
    "issues": "ประเด็น",
    "sdh": "แนวเรื่อง",
    "section": "หัวข้อ",
    "project_name": "ชื่อโครงการ",
    "project_code": "รหัสโครงการ",
    "organisation": "หน่วยงาน",
    "year_ce": "ปี",
    "province": "จังหวัด",
    "district": "อำเภอ",
    "subdistrict": "ตำบล",
    "confidence": "ความเชื่อมั่น",
    "report_title": "ชื่อรายงาน",
    "responsible_person": "ผู้รับผิดชอบ",
    "decided_by": "ผู้ตัดสิน",
}


def check(
    lesson_set: LessonSet, dataset: Dataset, inputs: Sequence[Path] = (), *, sources: Sources | None = None
) -> Checked:
    """All that is wrong with a set, and where each of its quotes stands now.

    `inputs` are the folders of the reports when they are not where the dataset was made. Without the sources the citations are held against the
    dataset alone. `sources` may be given where several sets of one dataset are checked. Raises StoreError when the folder holds no dataset.
    """
    sources = sources or Sources(dataset.folder, inputs)
    faults: list[SetFault] = []
    standings = []
    if not is_whole(lesson_set):
        faults.append(SetFault(Kind.CHANGED_WHEN_FROZEN, lesson_set.name, "เนื้อหาถูกแก้ไขหลังจากตรึง กู้ไฟล์เดิมคืน"))
    faults += _twice(lesson_set)
    for one in lesson_set.citations:
        standing, wrong = _citation(one, dataset, sources, public=lesson_set.public)
        standings.append(standing)
        faults += wrong
    faults += check_claims(lesson_set)
    return Checked(tuple(faults), tuple(standings))


def _twice(lesson_set: LessonSet) -> Iterator[SetFault]:
    """Faults of keys and lessons that stand twice in a set."""
    keys: set[str] = set()
    lessons: dict[str, str] = {}
    for one in lesson_set.citations:
        if one.key in keys:
            yield SetFault(Kind.KEY_TWICE, one.key, "มีรหัสนี้สองครั้ง ตั้งรหัสใหม่ให้ข้อหนึ่ง")
        elif one.lesson_id in lessons:
            yield SetFault(Kind.KEY_TWICE, one.key, f"เป็นบทเรียนเดียวกับ {lessons[one.lesson_id]} ลบออกข้อหนึ่ง")
        keys.add(one.key)
        lessons.setdefault(one.lesson_id, one.key)


def _citation(one: Citation, dataset: Dataset, sources: Sources, *, public: bool) -> tuple[Standing, list[SetFault]]:
    """Where the quote of one citation stands, and what is wrong with it."""
    row = dataset.by_id.get(one.lesson_id)
    standing = _standing(one, sources)
    faults = list(_against_row(one, row, dataset, public=public)) if row else []
    if row and not faults and standing.state is State.WRONG and not _row_stands(row, dataset, sources):
        # The dataset and the citation agree, the source does not: `lessons verify` finds the same.
        faults.append(SetFault(Kind.QUOTE_ALTERED, one.key, f"ข้อความและชุดข้อมูลไม่ตรงกับต้นฉบับ {one.source}"))
    if row is None:
        faults += _without_row(one, standing, dataset, sources)
    elif standing.state is State.STALE and not faults:
        faults.append(SetFault(Kind.STALE, one.key, standing.note))
    return standing, faults


def _row_stands(row: LessonRow, dataset: Dataset, sources: Sources) -> bool:
    """Whether the lesson of the dataset itself stands in its source."""
    text = sources.text(row.source)
    return text is not None and text.holds(cite(row, dataset.reports[row.report_id], ""))


# --- against the dataset ----------------------------------------------------------------------------------------------


def _against_row(one: Citation, row: LessonRow, dataset: Dataset, *, public: bool) -> Iterator[SetFault]:
    """Faults of a citation that is not what the dataset holds under its lesson_id."""
    report = dataset.reports[row.report_id]
    true = cite(row, report, one.key)

    def same(cited: str, known: str) -> bool:
        return masked_equal(known, cited) if public else cited == known

    if not same(one.quote, true.quote) or not same(one.raw_quote, true.raw_quote):
        yield SetFault(
            Kind.QUOTE_ALTERED,
            one.key,
            f"ข้อความไม่ตรงกับต้นฉบับ: {_difference(one, true)} คัดข้อความใหม่จาก {one.lesson_id}",
        )
    if (one.raw_start, one.raw_end) != (true.raw_start, true.raw_end) or not same(one.locator, true.locator):
        yield SetFault(
            Kind.PLACE_WRONG,
            one.key,
            f"ตำแหน่งผิด: ข้อความอยู่ที่ {said_place(true.locator)} ไม่ใช่ {said_place(one.locator)}",
        )
    if one.source != true.source or one.report_id != true.report_id:
        yield SetFault(Kind.SOURCE_WRONG, one.key, f"อ้างไฟล์ {one.source} แต่บทเรียนนี้มาจาก {true.source}")
    if one.source_sha256 != true.source_sha256:
        yield SetFault(Kind.HASH_WRONG, one.key, f"รหัสตรวจไฟล์ไม่ใช่ของ {true.source} ที่บทเรียนนี้มาจาก")
    for name, label in _FACTS.items():
        cited, known = getattr(one, name), getattr(true, name)
        fits = same(cited, known) if isinstance(cited, str) else cited == known
        if not fits and not (public and name == "responsible_person" and not cited):
            yield SetFault(Kind.FACTS_WRONG, one.key, f"{label}เป็น {_said(cited)} แต่ชุดข้อมูลระบุ {_said(known)}")


def _difference(one: Citation, true: Citation) -> str:
    """The first place where two quotes differ, in words."""
    cited, known = (one.quote, true.quote) if one.quote != true.quote else (one.raw_quote, true.raw_quote)
    at = next((n for n, (a, b) in enumerate(zip(cited, known, strict=False)) if a != b), min(len(cited), len(known)))
    start = max(0, at - 12)
    return f"“…{cited[start : at + 12]}…” ต้องเป็น “…{known[start : at + 12]}…”"


def _said(value: object) -> str:
    """A value of a field in words."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "ว่าง"
    return "ว่าง" if value in ("", None) else clipped(str(value), 40)


# --- against the sources ----------------------------------------------------------------------------------------------


def _standing(one: Citation, sources: Sources) -> Standing:
    """Where the quote stands now. A file of the same bytes under another name is the same source."""
    if not sources.are_there:
        return Standing(one.key, State.UNCHECKED, one.source, one.locator, one.raw_start, one.raw_end)
    sha256 = sources.sha256(one.source)
    name = one.source if sha256 == one.source_sha256 else sources.named(one.source_sha256)
    if name:
        return _in_same(one, name, sources)
    if sha256:
        return _in_changed(one, sources)
    return Standing(one.key, State.UNCHECKED, one.source, note=f"ไม่พบไฟล์ {one.source} ระบุโฟลเดอร์ด้วย --input")


def _in_same(one: Citation, name: str, sources: Sources) -> Standing:
    """The standing in a source whose bytes are those that were cited, whatever it is called now."""
    text = sources.text(name)
    stands = text is not None and text.holds(one) and text.raw_holds(one)
    note = f"ไฟล์ย้ายไปที่ {name} เนื้อหาเหมือนเดิม" if name != one.source else ""
    state = State.STANDS if stands else State.WRONG
    return Standing(one.key, state, name, one.locator, one.raw_start, one.raw_end, note)


def _in_changed(one: Citation, sources: Sources) -> Standing:
    """The standing in a source that was changed: moved where the very words still stand, else stale."""
    text = sources.text(one.source)
    places = text.places(one.quote) if text else ()
    if not places or text is None:
        there = clipped(" ".join(text.at(one.locator).split()), 60) if text else ""
        now = f" ที่เดิมเขียนว่า “{there}”" if there else ""
        note = f"ต้นฉบับ {one.source} ถูกแก้ไขและไม่มีข้อความนี้แล้ว{now} เลือกบทเรียนใหม่แทน"
        return Standing(one.key, State.STALE, one.source, note=note)
    place = _nearest(one, places)
    where = said_place(place.locator)
    still = "ยังอยู่ที่เดิม" if is_same_place(one, place) else f"อยู่ที่ {where}"
    raw = place.raw
    return Standing(
        one.key,
        State.MOVED,
        one.source,
        place.locator,
        raw.start if raw else None,
        raw.end if raw else None,
        f"ต้นฉบับ {one.source} ถูกแก้ไขที่อื่น ข้อความ{still}",
    )


def _nearest(one: Citation, places: Sequence[Place]) -> Place:
    """Of several places the one that was cited, else the one nearest to it."""
    start = one.raw_start

    def distance(place: Place) -> tuple[bool, bool, int]:
        away = abs(place.raw.start - start) if place.raw and start is not None else 0
        return (not is_same_place(one, place), one.locator not in place.locators, away)

    return min(places, key=distance)


def _without_row(one: Citation, standing: Standing, dataset: Dataset, sources: Sources) -> Iterator[SetFault]:
    """Faults of a citation whose lesson_id the dataset does not hold: because its source changed or moved, or because it is wrong."""
    if standing.state is State.STALE:
        yield SetFault(Kind.STALE, one.key, standing.note)
        return
    if standing.state is State.MOVED:
        return
    if standing.state is State.STANDS and standing.source != one.source:
        return  # the file bears another name, on which the ids hang; its words are the same
    alike = [row for row in dataset.lessons if row.text == one.quote]
    here = next((row for row in alike if row.source == one.source), alike[0] if alike else None)
    if standing.state is State.WRONG and here is None:
        yield SetFault(Kind.QUOTE_ALTERED, one.key, f"ไม่มีข้อความนี้ที่ {said_place(one.locator)} ใน {one.source}")
    if standing.state is State.UNCHECKED and standing.note and here is None:
        yield SetFault(Kind.SOURCE_MISSING, one.key, standing.note)
    told = f" ข้อความนี้คือ {here.lesson_id} ใน {here.source}" if here else " เลือกบทเรียนใหม่แทน"
    yield SetFault(Kind.LESSON_MISSING, one.key, f"ไม่มีบทเรียน {one.lesson_id} ในชุดข้อมูล{told}")
