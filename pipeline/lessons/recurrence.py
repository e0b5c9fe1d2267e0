"""In how many projects a lesson is found: counted are projects, places and years, never reports or copies of them.

Reports are of one project when they bear one project code, or one project name (without years and numbers of phases) at one place, or when
one text is largely the other's (`pipeline.lessons.duplicates`): a copied file, another year of the project, a second report on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.lessons.dataset import Dataset, LessonRow, PlaceRow, ReportRow
from pipeline.lessons.duplicates import Repeat, copies, find_copies, find_repeats, groups, letters_of

BUDDHIST_OFFSET = 543
_EQUAL = 0.97  # Jaccard index of two texts of which hardly a letter differs
_SHORTEST_CODE, _SHORTEST_NAME = 5, 8  # letters; shorter ones ("1", "โครงการที่") name no one project
_OF_YEAR = re.compile(
    r"(?:ประจำ)?(?:ปีงบประมาณ|ปีการศึกษา|พ\.?ศ\.?|ปีที่|ปี|ระยะที่|เฟสที่?|ครั้งที่|รุ่นที่|phase)\s*(?:พ\.?ศ\.?)?\s*[0-9๐-๙]+(?:\s*[-–/]\s*[0-9๐-๙]+)?"
    r"|(?<![0-9๐-๙])(?:25|20|๒๕|๒๐)[0-9๐-๙]{2}(?![0-9๐-๙])",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:ชื่อ)?(?:ชุด)?(?:โครงการ|แผนงาน)[:：]?")


@dataclass(frozen=True, slots=True)
class Area:
    """A place: names without prefixes, "" where unknown; `code` of the narrowest level, 2, 4 or 6 digits (DOPA), "" where unsettled."""

    province: str = ""
    district: str = ""
    subdistrict: str = ""
    code: str = ""

    @property
    def subdistrict_key(self) -> str:
        """What tells subdistricts of one name apart: the code, else the names from the province down; "" for no subdistrict."""
        if not self.subdistrict:
            return ""
        return self.code or "/".join((self.province, self.district, self.subdistrict))


@dataclass(frozen=True, slots=True)
class Recurrence:
    """In how many projects, subdistricts, provinces and years something is found, and what is not known of them.

    `unknown_…`: projects of which no report states the place or year; they are in `projects` and in no other count.
    """

    projects: int
    subdistricts: int
    provinces: int
    years: int
    unknown_subdistrict: int
    unknown_year: int
    reports: int  # without copies
    copies: int  # reports left out as copies

    def __str__(self) -> str:
        """The count as a Thai reader says it.

        >>> str(Recurrence(7, 5, 2, 3, 1, 0, 8, 2))
        'พบใน 7 โครงการ 5 ตำบล 3 ปี (ไม่ทราบตำบล 1 โครงการ)'
        """
        unknown = [
            f"{what} {count} โครงการ"
            for what, count in (("ไม่ทราบตำบล", self.unknown_subdistrict), ("ไม่ทราบปี", self.unknown_year))
            if count
        ]
        return f"พบใน {self.projects} โครงการ {self.subdistricts} ตำบล {self.years} ปี" + (
            f" ({', '.join(unknown)})" if unknown else ""
        )


class Projects:
    """Which reports of a dataset are of one project, and which are copies of each other."""

    def __init__(self, dataset: Dataset) -> None:
        """Reads the dataset; its texts are compared by what its lessons quote. Raises StoreError when the folder holds none."""
        self._dataset = dataset

    @cached_property
    def repeats(self) -> tuple[Repeat, ...]:
        """Reports, by report_id, whose lessons are largely the same words."""
        texts = {report: "\n".join(row.text for row in rows) for report, rows in self._lessons.items()}
        return find_repeats(texts)

    @cached_property
    def copied(self) -> Mapping[str, str]:
        """For each report that is a copy the report that stands for it: one whose lessons most copies have, then the one that was read best.

        Copies have the same bytes, the same letters throughout (in whatever layout), or the same words in their lessons. Two forms that are
        all but empty are alike to nine tenths: with different project codes they are copies only when hardly a letter differs.
        """
        reports = self._dataset.reports
        same_bytes: dict[str, list[str]] = defaultdict(list)
        for report in reports.values():
            if report.sha256:
                same_bytes[report.sha256].append(report.report_id)
        links = [(one[0], other) for one in same_bytes.values() for other in one[1:]]
        links += [(group[0], other) for group in copies(self.repeats) for other in group[1:]]
        links += [
            (each.one, each.other)
            for each in find_copies(self._dataset.sketches)
            if each.jaccard >= _EQUAL or not _contradict(reports[each.one], reports[each.other])
        ]
        found = {}
        for group in groups(links):
            versions = {report: self._version(report) for report in group}
            votes = Counter(versions.values())
            first, *rest = sorted(group, key=lambda report: (-votes[versions[report]], _read_worse(reports[report])))
            found.update(dict.fromkeys(rest, first))
        return found

    def _version(self, report: str) -> frozenset[tuple[str, str]]:
        """What the lessons of a report say: copies that keep their lines say the same, a copy that lost them is cut otherwise."""
        return frozenset((row.category, letters_of(row.text)) for row in self._lessons[report])

    @cached_property
    def _lessons(self) -> Mapping[str, Sequence[LessonRow]]:
        """The lessons of each report."""
        own: dict[str, list[LessonRow]] = defaultdict(list)
        for lesson in self._dataset.lessons:
            own[lesson.report_id].append(lesson)
        return own

    @cached_property
    def areas(self) -> Mapping[str, Area]:
        """The one place of each report, by report_id; unknown parts are ""."""
        named: dict[str, list[PlaceRow]] = defaultdict(list)
        for place in self._dataset.places:
            named[place.report_id].append(place)
        of_lessons: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
        for lesson in self._dataset.lessons:
            if lesson.province:
                of_lessons[lesson.report_id][lesson.province, lesson.district or "", lesson.subdistrict or ""] += 1
        found = {}
        for report in self._dataset.reports:
            if counts := of_lessons[report]:
                names = min(counts, key=lambda key: (-counts[key], key))
            else:
                provinces = {place.name_th for place in named[report] if place.level == "province"}
                names = (provinces.pop() if len(provinces) == 1 else "", "", "")
            found[report] = Area(*names, _code(names, named[report]))
        return found

    def area_of(self, lesson: LessonRow) -> Area:
        """The place of a lesson: its own, else the report's."""
        if not lesson.province:
            return self.areas[lesson.report_id]
        names = (lesson.province, lesson.district or "", lesson.subdistrict or "")
        return Area(*names, _code(names, self._places[lesson.report_id]))

    @cached_property
    def _places(self) -> Mapping[str, Sequence[PlaceRow]]:
        """The places that each report names."""
        named: dict[str, list[PlaceRow]] = defaultdict(list)
        for place in self._dataset.places:
            named[place.report_id].append(place)
        return named

    @cached_property
    def project_of(self) -> Mapping[str, str]:
        """The project of each report, by report_id: a name of ours, the same for all reports of one project."""
        reports = self._dataset.reports
        marks: dict[str, list[str]] = defaultdict(list)
        for report in reports.values():
            for mark in _marks(report, self.areas[report.report_id]):
                marks[mark].append(report.report_id)
        links = [(own[0], other) for own in marks.values() for other in own[1:]]
        links += [(repeat.one, repeat.other) for repeat in self.repeats]
        links += list(self.copied.items())
        return {report: group[0] for group in groups(links, reports) for report in group}

    def count(self, lessons: Iterable[LessonRow]) -> Recurrence:
        """In how many projects, places and years the lessons are found. Copies of a report count as that report."""
        reports = self._dataset.reports
        places: dict[str, set[str]] = defaultdict(set)
        provinces: set[str] = set()
        years: dict[str, set[int]] = defaultdict(set)
        seen: set[str] = set()
        for lesson in lessons:
            project, original = self.project_of[lesson.report_id], self.copied.get(lesson.report_id)
            # A copy is where its original is, also where its own words were read otherwise.
            area = self.areas[original] if original else self.area_of(lesson)
            year = year_of(reports[original]) if original else lesson.year_ce or year_of(reports[lesson.report_id])
            seen.add(lesson.report_id)
            places[project] |= {area.subdistrict_key} - {""}
            years[project] |= {year} if year else set()
            provinces |= {area.province} - {""}
        originals = {self.copied.get(report, report) for report in seen}
        return Recurrence(
            projects=len(places),
            subdistricts=len(set().union(*places.values())),
            provinces=len(provinces),
            years=len(set().union(*years.values())),
            unknown_subdistrict=sum(not found for found in places.values()),
            unknown_year=sum(not years[project] for project in places),
            reports=len(originals),
            copies=len(seen) - len(originals),
        )


def _contradict(one: ReportRow, other: ReportRow) -> bool:
    """Whether two reports bear different project codes."""
    mine, theirs = code_key(one.project_code or ""), code_key(other.project_code or "")
    return bool(mine and theirs and mine != theirs)


def _read_worse(report: ReportRow) -> tuple[int, int, str, str]:
    """An order of copies: the most facts of the project first, then the fewest silences, then by source.

    A copy that lost its line ends has lost its headings and fields too; the original keeps them.
    """
    facts = (report.project_name, report.project_code, report.organisation, report.year_be, report.period_start)
    return -sum(bool(fact) for fact in facts), len(report.silences), report.source, report.report_id


def year_of(report: ReportRow) -> int | None:
    """The year of a report's project, Common Era; None when it states none."""
    return report.year_be - BUDDHIST_OFFSET if report.year_be else None


def name_key(name: str) -> str:
    """A project's name as it is compared: letters alone, without โครงการ in front, years, and numbers of phases.

    >>> name_key("โครงการ บ้านนาปลอดขยะ ปี 2566") == name_key("บ้านนาปลอดขยะ ระยะที่ ๒")
    True
    """
    plain = _LEADING.sub("", _OF_YEAR.sub(" ", unicodedata.normalize("NFKC", name)).strip())
    return "".join(c for c in letters_of(plain).casefold() if unicodedata.category(c)[0] in "LM")


def code_key(code: str) -> str:
    """A project code as it is compared: digits and letters alone.

    >>> code_key("๖๖-00-0001") == code_key("66 - 00 - 0001")
    True
    """
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() else c.casefold()
        for c in unicodedata.normalize("NFKC", code)
        if c.isalnum()
    )


def _marks(report: ReportRow, area: Area) -> Iterator[str]:
    """What two reports of one project share: a code, and a name with its place."""
    code = code_key(report.project_code or "")
    if len(code) >= _SHORTEST_CODE and any(c.isdigit() for c in code):
        yield f"code {code}"
    name = name_key(report.project_name or "")
    if len(name) >= _SHORTEST_NAME:
        yield f"name {name} at {area.subdistrict_key or area.province}"


def _code(names: tuple[str, str, str], places: Iterable[PlaceRow]) -> str:
    """The official code of the narrowest of the names that is known, where the report's places settle it; else ""."""
    levels = ("province", "district", "subdistrict")
    narrowest = max((at for at, name in enumerate(names) if name), default=None)
    if narrowest is None:
        return ""
    codes = {
        place.code
        for place in places
        if place.level == levels[narrowest] and place.name_th == names[narrowest] and place.code
    }
    return codes.pop() if len(codes) == 1 else ""
