"""A lesson set (ชุดบทเรียน): what a knowledge manager chose from a dataset, in order, with notes and claims that cite it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what is done with sets stands in modules that import this one
    from pipeline.lessons.dataset import Dataset
    from pipeline.lessons.diff import Diff
    from pipeline.lessons.set_fault import Checked

    AnyDataset = Dataset | Path | str | Any


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a lesson stands: enough for a person to find it, and for a program to see whether it still stands there."""

    key: str  # what the set calls it: L1, L2 … ; claims cite it as [L1]
    lesson_id: str
    report_id: str
    source: str  # path below the folder of the reports
    source_sha256: str  # of the source when the lesson was chosen; "" when unknown
    locator: str  # page=3, slide=2, sheet=ผลลัพธ์!B7, paragraph=14; parts are joined by ;
    raw_start: int | None
    raw_end: int | None
    quote: str  # the words of the normalised text
    raw_quote: str  # the words of the source
    category: str
    issues: tuple[str, ...]
    sdh: tuple[str, ...]
    section: str
    project_name: str
    project_code: str
    organisation: str
    year_ce: int | None
    province: str
    district: str
    subdistrict: str
    confidence: float  # 0 to 1
    report_title: str = ""
    responsible_person: str = ""  # "" when the report names none, and in a public set
    decided_by: str = ""  # rules, model, rules+model
    same_as: str = ""  # lesson_id of the lesson that stands for all that say the same; "" when it stands alone
    project: str = ""  # the same for all reports of one project (pipeline.lessons.recurrence); "" when unknown


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the curator, or one that a count supports, and the keys of the citations that it rests on."""

    text: str
    cites: tuple[str, ...]
    drafted: bool = False  # composed by the program: written anew when lessons are added or removed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the template: its role (question, works, hinders, conditions, try, evidence, who, limits), claims and notes."""

    role: str
    claims: tuple[Claim, ...]
    note: str = ""  # the curator's own words


@dataclass(frozen=True, slots=True)
class Scope:
    """The query that the set answers. Empty lists do not filter."""

    query: str = ""
    categories: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    sdh: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    years_ce: tuple[int, ...] = ()
    least_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for the set, counted over the whole dataset: its limits are stated from it."""

    reports: int = 0
    unreadable: int = 0  # reports of which nothing could be read
    partial: int = 0  # reports of which a part could not be read
    matched: int = 0  # lessons that answer the scope, chosen or not
    matched_reports: int = 0
    copies: int = 0  # reports that repeat another one; they count as that one
    not_processed: int = 0  # files that lie in the input folder and were not read
    silent: tuple[tuple[str, int], ...] = ()  # category, matched reports without a lesson of it
    none_reported: tuple[tuple[str, int], ...] = ()  # category, those of them whose author says that there was none
    composed: bool = False  # the reports are composed examples


@dataclass(frozen=True, slots=True)
class LessonSet:
    """A lesson set: a value; every change makes a new one. Written as JSON with sorted keys, so that the same set has the same bytes.

    Its methods are the functions of `pipeline.lessons.sets` and their neighbours; a dataset may be given as its folder.
    """

    name: str  # of the file, Latin or Thai letters, digits, - and _
    title: str
    language: str  # th or en
    scope: Scope
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]  # in the curator's order
    dataset_fingerprint: str  # hash over the lessons of the dataset that it was chosen from
    version: int = 1
    frozen: str = ""  # hash over the content when frozen; "" while it can change
    public: bool = False  # personal data is masked
    reading: Reading = Reading()
    based_on: str = ""  # hash of the frozen version that this one came from; "" for the first

    @classmethod
    def new(cls, dataset: AnyDataset, *, title: str, scope: Scope | None = None, **options: Any) -> LessonSet:
        """A first set of lessons that answer `scope`, with a drafted text; see sets.new for the options and errors."""
        from pipeline.lessons import sets

        return sets.new(_opened(dataset), title=title, scope=scope, **options)

    @classmethod
    def load(cls, path: Path | str) -> LessonSet:
        """The set in a JSON file. Raises SetFileError for a file that is no set, FrozenSetError for a frozen one that was changed by hand."""
        from pipeline.lessons import set_file

        return set_file.load(Path(path))

    def save(self, path: Path | str) -> Path:
        """Writes the set to a JSON file, whole or not at all, and gives its path. Raises SetFileError when it cannot be written."""
        from pipeline.lessons import set_file

        set_file.save(self, Path(path))
        return Path(path)

    def add(self, dataset: AnyDataset, lesson_ids: Iterable[str] | str, *, at: int | None = None) -> LessonSet:
        """The set with more lessons of a dataset; see sets.add."""
        from pipeline.lessons import sets

        wanted = [lesson_ids] if isinstance(lesson_ids, str) else lesson_ids
        return sets.add(self, _opened(dataset), wanted, at=at)

    def remove(self, *keys: str) -> LessonSet:
        """The set without these lessons, named by key (L3) or lesson_id; see sets.remove."""
        from pipeline.lessons import sets

        return sets.remove(self, keys)

    def move(self, key: str, to: int) -> LessonSet:
        """The set with one lesson at place `to`, from 1; see sets.move."""
        from pipeline.lessons import sets

        return sets.move(self, key, to)

    def note(self, role: str, text: str) -> LessonSet:
        """The set with the curator's note of a part (works, hinders …); see sets.note."""
        from pipeline.lessons import sets

        return sets.note(self, role, text)

    def claim(self, role: str, text: str, cites: Iterable[str] = (), *, replaces: int = 0) -> LessonSet:
        """The set with a claim that rests on the keys in its text or in `cites`; see sets.claim."""
        from pipeline.lessons import sets

        return sets.claim(self, role, text, cites, replaces=replaces)

    def freeze(self) -> LessonSet:
        """The set with its content hashed: from then on every change is refused; see freeze.freeze."""
        from pipeline.lessons.freeze import freeze

        return freeze(self)

    def next_version(self, dataset: AnyDataset | None = None) -> LessonSet:
        """The set with the next number, open; with a dataset, cited anew from it; see set_versions.next_version."""
        from pipeline.lessons.set_versions import next_version

        return next_version(self, None if dataset is None else _opened(dataset))

    def publish(self, dataset: AnyDataset | None = None) -> LessonSet:
        """The set with its personal data masked; see set_public.publish_set."""
        from pipeline.lessons.set_public import publish_set

        return publish_set(self, None if dataset is None else _opened(dataset))

    def check(self, dataset: AnyDataset, inputs: Sequence[Path] = ()) -> Checked:
        """All that is wrong with its citations and claims, and where each quote stands now; see set_check.check."""
        from pipeline.lessons.set_check import check

        return check(self, _opened(dataset), inputs)

    def diff(self, other: LessonSet) -> Diff:
        """What changed from this version to `other`; printed, it is Thai text."""
        from pipeline.lessons.diff import diff

        return diff(self, other)

    def export(self, folder: Path | str, formats: Iterable[str] | None = None) -> tuple[Path, ...]:
        """The files written below `folder`: all formats, or those named; see render.render for the errors."""
        from pipeline.lessons.freeze import require_whole
        from pipeline.lessons.render import FORMATS, render

        require_whole(self)
        return render(self, Path(folder), FORMATS if formats is None else formats)


def _opened(dataset: AnyDataset) -> Dataset:
    """A dataset as its typed rows: from a folder, or from the tables of a notebook (`.rows`)."""
    from pipeline.lessons.dataset import Dataset

    if isinstance(dataset, Dataset):
        return dataset
    if isinstance(dataset, str | Path):
        return Dataset(Path(dataset))
    rows: Dataset = dataset.rows
    return rows
