"""`lessons clusters`, `lessons counter` and `lessons coverage`: recurring lessons, contradictions, and what is not known."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes, load
from pipeline.errors import StoreError, UsageError
from pipeline.lessons.cluster_arguments import SHOWN
from pipeline.lessons.clusters import Cluster, find_clusters, point_of
from pipeline.lessons.counter import CounterPair, Side, factor_names, find_counter_pairs
from pipeline.lessons.coverage import DIMENSIONS, STATES, Cell, Coverage, as_csv, cover
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.duplicates import letters_of
from pipeline.lessons.meaning import AUTO, meaning_of
from pipeline.lessons.recurrence import Projects, Recurrence
from pipeline.lessons.render.places import area_names, place_words
from pipeline.lessons.render.words import THAI, Words

_WIDEST = 160  # characters of a quote that the screen shows; the JSON has all
_STATES_TH = {
    "reported": "มีรายงาน",
    "none_reported": "อ่านแล้วไม่พบ",
    "section_missing": "ไม่มีหัวข้อ",
    "copy": "สำเนา",
    "unreadable": "อ่านไม่ได้",
    "not_processed": "ยังไม่ประมวลผล",
}
_THAI = Words(THAI)
_DIMENSIONS_TH = {"issue": "ประเด็น", "theme": "ปัจจัยสังคม", "category": "หมวด", "province": "จังหวัด", "year": "ปี พ.ศ."}
_UNKNOWN_TH = {"issue": "ไม่ติดประเด็น", "theme": "ไม่ติดปัจจัย", "province": "ไม่ทราบจังหวัด", "year": "ไม่ทราบปี"}
_SCHEMES = {"issue": ISSUE, "theme": SDH, "category": CATEGORY}


@dataclass(frozen=True, slots=True)
class FoundCluster:
    """A cluster as it is shown: its lessons, the representative first, and in how many projects they are found.

    `form`: most of them stand letter for letter in another project too, as the words of a form do.
    """

    lessons: tuple[LessonRow, ...]
    found: Recurrence
    form: bool


def run_clusters(options: argparse.Namespace) -> int:
    """Runs `lessons clusters`: 0. Raises UsageError for an unknown code, StoreError when the folder holds no dataset."""
    for scheme, given in ((ISSUE, options.issue), (SDH, options.theme), (CATEGORY, options.category)):
        _check_codes(scheme, given)
    dataset = Dataset(options.dataset)
    projects = Projects(dataset)
    wanted = [
        row
        for row in dataset.lessons
        if (not options.issue or set(options.issue) & set(row.issues))
        and (not options.theme or set(options.theme) & set(row.sdh))
        and (not options.category or row.category in options.category)
    ]
    shown = [
        c for c in found_clusters(dataset, projects, wanted, options.model) if c.found.projects >= options.projects
    ]
    if options.json:
        print(json.dumps([_cluster_record(cluster) for cluster in shown], ensure_ascii=False, indent=1))
        return 0
    whole = projects.count(wanted)
    print(f"บทเรียน {len(wanted)} ข้อ {whole}")
    if whole.copies:
        print(f"ไม่นับสำเนารายงาน {whole.copies} ฉบับ")
    print(f"กลุ่มบทเรียนที่พบตั้งแต่ {options.projects} โครงการ: {len(shown)} กลุ่ม")
    for cluster in shown[: options.top]:
        _print_cluster(cluster)
    _print_rest(len(shown), options.top, "กลุ่ม")
    return 0


def found_clusters(
    dataset: Dataset, projects: Projects, lessons: Iterable[LessonRow], model: str = AUTO
) -> list[FoundCluster]:
    """The clusters of the lessons without those of copied reports: of most projects first, form text last."""
    own = [row for row in lessons if row.report_id not in projects.copied]
    clusters = find_clusters([point_of(row) for row in own], meaning_of(model))
    repeated = _repeated(own, projects)
    found = [_found(cluster, dataset, projects, repeated) for cluster in clusters]
    return sorted(
        found, key=lambda c: (c.form, -c.found.projects, -len(c.lessons), c.lessons[0].text, c.lessons[0].lesson_id)
    )


def _repeated(lessons: Iterable[LessonRow], projects: Projects) -> frozenset[tuple[str, str]]:
    """Category and letters of lessons that stand in several projects, letter for letter."""
    places = {(row.category, letters_of(row.text), projects.project_of[row.report_id]) for row in lessons}
    counts = Counter((category, letters) for category, letters, _ in places)
    return frozenset(key for key, count in counts.items() if count > 1)


def _found(
    cluster: Cluster, dataset: Dataset, projects: Projects, repeated: frozenset[tuple[str, str]]
) -> FoundCluster:
    """A cluster with its rows and counts."""
    order = sorted(cluster.members, key=lambda member: member != cluster.representative)
    rows = tuple(dataset.by_id[member] for member in order)
    of_form = sum((row.category, letters_of(row.text)) in repeated for row in rows)
    return FoundCluster(rows, projects.count(rows), 2 * of_form > len(rows))


def run_counter(options: argparse.Namespace) -> int:
    """Runs `lessons counter`: 0. Raises StoreError when the folder holds no dataset."""
    dataset = Dataset(options.dataset)
    pairs = find_counter_pairs(dataset, meaning_of(options.model))
    if options.json:
        print(json.dumps([_pair_record(pair) for pair in pairs], ensure_ascii=False, indent=1))
        return 0
    names = factor_names()
    print(f"ปัจจัยที่เอื้อในที่หนึ่งแต่เป็นอุปสรรคในอีกที่หนึ่ง: {len(pairs)} คู่")
    for pair in pairs[: options.top]:
        about = [*(_name(ISSUE, code) for code in pair.issues), *(_name(SDH, code) for code in pair.themes)]
        print(f"\n{' · '.join(names[id] for id in pair.factors)}  ({', '.join(about)}; ความใกล้ {pair.closeness:.2f})")
        for sign, what, side in (("+", "เอื้อ", pair.helps), ("-", "ขัดขวาง", pair.hinders)):
            print(f"  {sign} {what} {side.found}")
            _print_quotes(side.lessons, 3)
    _print_rest(len(pairs), options.top, "คู่")
    return 0


def run_coverage(options: argparse.Namespace) -> int:
    """Runs `lessons coverage`: 0. Raises UsageError for an unknown dimension, StoreError when a folder or file cannot be used."""
    by = tuple(part.strip() for part in options.by.split(",") if part.strip())
    if not by or len(set(by)) < len(by):
        raise UsageError("--by names no dimension, or one twice.", f"Known: {', '.join(DIMENSIONS)}.")
    coverage = cover(Dataset(options.dataset), by=by, categories=options.category)
    _print_coverage(coverage, everything=options.all)
    if options.csv:
        try:
            options.csv.write_text("\ufeff" + as_csv(coverage), encoding="utf-8", newline="")
        except OSError as error:
            raise StoreError(f"{options.csv} cannot be written ({error.strerror}).", "Choose another file.") from error
        print(f"\nเขียนแล้ว {len(coverage.cells)} ช่อง: {options.csv}")
    return 0


def _print_coverage(coverage: Coverage, *, everything: bool) -> None:
    """The table, one line a cell; the cells where nothing was reported only when asked for."""
    print(f"รายงานที่อยู่ในขอบเขต {coverage.matched} ฉบับ ตารางตาม {' × '.join(_DIMENSIONS_TH[d] for d in coverage.by)}")
    if not coverage.input_seen:
        print("ไม่พบโฟลเดอร์ต้นทาง จึงไม่ทราบว่ามีไฟล์ที่ยังไม่ได้อ่านหรือไม่")
    for name in coverage.not_processed[:SHOWN]:
        print(f"  ยังไม่ประมวลผล: {name}")
    _print_rest(len(coverage.not_processed), SHOWN, "ไฟล์")
    shown = [cell for cell in coverage.cells if everything or cell.lessons]
    for cell in shown:
        where = " · ".join(_value_name(d, value) for d, value in zip(coverage.by, cell.key, strict=True))
        held = f"{cell.lessons} บทเรียน {cell.projects} โครงการ" if cell.lessons else "ไม่มีบทเรียน"
        print(f"{where}: {held} | {_states(cell)}")
    silent = len(coverage.cells) - sum(cell.lessons > 0 for cell in coverage.cells)
    print(f"\nช่องที่ไม่มีบทเรียน {silent} จาก {len(coverage.cells)} ช่อง" + ("" if everything else " (ดูด้วย --all หรือ --csv)"))


def _states(cell: Cell) -> str:
    """The reports of a cell by state, with their sum."""
    parts = [f"{_STATES_TH[state]} {cell.states[state]}" for state in STATES if cell.states[state]]
    said = f" (เขียนว่า “ไม่มี” {cell.said_none})" if cell.said_none else ""
    return f"{' + '.join(parts)} = {cell.matched} ฉบับ{said}"


def _value_name(dimension: str, value: str) -> str:
    """The Thai name of a value of a dimension."""
    if not value:
        return _UNKNOWN_TH[dimension]
    if dimension == "year":
        return str(int(value) + 543)
    return f"{_name(_SCHEMES[dimension], value)}" if dimension in _SCHEMES else value


def _name(scheme: str, code: str) -> str:
    """The Thai name of a code; the code itself where the taxonomy does not have it."""
    return next((concept.name_th for concept in load(scheme).concepts if concept.id == code), code)


def _check_codes(scheme: str, given: Sequence[str]) -> None:
    """Raises UsageError for a code that the shipped taxonomy does not have."""
    for code in given:
        if code not in codes(scheme):
            raise UsageError(f"There is no {scheme} {code!r}.", f"Known: {', '.join(codes(scheme))}.")


def _print_cluster(cluster: FoundCluster) -> None:
    """A cluster: what it says, in how many projects, and where."""
    first = cluster.lessons[0]
    tags = [_name(CATEGORY, first.category), *(_name(ISSUE, code) for code in first.issues)]
    print(
        f"\n{_short(first.text)}\n  [{' · '.join(tags)}] {cluster.found}"
        + (" — อาจเป็นข้อความของแบบฟอร์ม" if cluster.form else "")
    )
    _print_quotes(cluster.lessons, 5)


def _print_quotes(lessons: Sequence[LessonRow], most: int) -> None:
    """The first quotes, each with the place where it stands."""
    for row in lessons[:most]:
        place = area_names(row.province or "", _THAI, subdistrict=row.subdistrict or "")
        at = ", ".join(
            part
            for part in (
                row.source,
                place_words(row.locator or "", _THAI),
                place,
                str(row.year_ce + 543) if row.year_ce else "",
            )
            if part
        )
        print(f"    “{_short(row.text)}” ({at})")
    if len(lessons) > most:
        print(f"    และอีก {len(lessons) - most} ข้อ")


def _print_rest(count: int, shown: int, what: str) -> None:
    """How many more there are."""
    if count > shown:
        print(
            f"\nและอีก {count - shown} {what} (ดูทั้งหมดด้วย --top {count} หรือ --json)"
            if what != "ไฟล์"
            else f"  และอีก {count - shown} ไฟล์"
        )


def _short(text: str) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…"


def _cluster_record(cluster: FoundCluster) -> dict[str, Any]:
    """A cluster as JSON."""
    first = cluster.lessons[0]
    return {
        "representative": first.lesson_id,
        "text": first.text,
        "category": first.category,
        "found": str(cluster.found),
        "counts": asdict(cluster.found),
        "form": cluster.form,
        "lessons": [_lesson_record(row) for row in cluster.lessons],
    }


def _pair_record(pair: CounterPair) -> dict[str, Any]:
    """A pair as JSON."""
    return {
        "factors": list(pair.factors),
        "issues": list(pair.issues),
        "themes": list(pair.themes),
        "closeness": pair.closeness,
        "helps": _side_record(pair.helps),
        "hinders": _side_record(pair.hinders),
    }


def _side_record(side: Side) -> dict[str, Any]:
    """A side of a pair as JSON."""
    return {
        "found": str(side.found),
        "counts": asdict(side.found),
        "lessons": [_lesson_record(row) for row in side.lessons],
    }


def _lesson_record(row: LessonRow) -> dict[str, Any]:
    """A lesson with its citation as JSON."""
    wanted = (
        "lesson_id",
        "source",
        "locator",
        "raw_start",
        "raw_end",
        "text",
        "issues",
        "sdh",
        "year_ce",
        "province",
        "district",
        "subdistrict",
    )
    return {name: getattr(row, name) for name in wanted}
