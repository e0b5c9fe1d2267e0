"""One report is one call: from a file to its result."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.assembly import assemble
from pipeline.classify.model import model_for
from pipeline.dataset.export import sha256_of
from pipeline.dataset.publish import STAGE as PUBLISH
from pipeline.dataset.publish import publish
from pipeline.errors import PipelineError, ReadError, ResourceError
from pipeline.extract.facts import find_facts
from pipeline.extract.findings import extract
from pipeline.ingest import archive, read, read_bytes
from pipeline.ingest.normalise import normalise
from pipeline.records import Problem, ProjectFacts, Report, ReportResult, ReportStatus, Settings, content_id
from pipeline.segment import segment
from pipeline.sources import READ, is_report_name, not_a_report


class StageError(PipelineError):
    """A report that a stage could not take; `stage` names it."""

    def __init__(self, reason: str, remedy: str = "", stage: str = "") -> None:
        super().__init__(reason, remedy)
        self.stage = stage


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read: where it lies, what it is called in the dataset, and how."""

    path: Path
    source: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class FileResult:
    """All that one file yields: one report, or the reports of a zip."""

    sha256: str  # of the file; "" when it cannot be read
    results: tuple[ReportResult, ...]
    problems: tuple[Problem, ...] = ()  # members of a zip that are no reports


def process(path: Path, *, root: Path, settings: Settings) -> ReportResult:
    """All that one report yields. Raises StageError when a stage cannot take it, ResourceError for a faulty table.

    `path` lies below `root`; what lies between them becomes the source. The result depends on nothing else.
    """
    source = path.relative_to(root).as_posix()
    with stage_boundary(READ):
        report = read(path, source=source, settings=settings)
    return _process(report, settings)


def process_file(job: Job) -> FileResult:
    """All that one file yields; what cannot be read comes as an unreadable result with its problem.

    A zip yields a result for each report in it. Raises ResourceError for a faulty table.
    """
    try:
        if job.path.suffix.lower() in archive.SUFFIXES:
            return _process_zip(job)
        with stage_boundary(READ):
            report = read(job.path, source=job.source, settings=job.settings)
        result = _process(report, job.settings)
    except ResourceError:
        raise
    except PipelineError as error:
        return failed_file(job, error)
    return FileResult(result.sha256, (result,))


def failed_file(job: Job, error: PipelineError, stage: str = READ) -> FileResult:
    """What a file yields that could not be read: a row in `reports` and one in `problems`."""
    sha256 = sha256_or_nothing(job.path)
    return FileResult(sha256, (_unreadable(job.source, sha256, error, stage),))


def sha256_or_nothing(path: Path) -> str:
    """SHA-256 of a file; "" when it cannot be read."""
    try:
        return sha256_of(path)
    except OSError:
        return ""


def _process(report: Report, settings: Settings) -> ReportResult:
    """Normalise, segment, extract, classify: the way of a report."""
    with stage_boundary("normalise"):
        normal = normalise(report)
    if not normal.text.strip():
        raise StageError("The file holds no text.", "Open it; if it shows pictures of text, it needs OCR.", READ)
    with stage_boundary("segment"):
        segmented = segment(normal)
    with stage_boundary("extract"):
        extraction = extract(normal, segmented)
        facts = find_facts(normal, title=report.title)
    with stage_boundary("classify"):
        model = model_for(settings)
        if model is not None:
            title = facts.project.project_name or facts.project.title
            extraction = model.findings(normal, segmented, extraction, title)
        result = assemble(report, normal, segmented, extraction, facts, settings)
    if not settings.public:
        return result
    with stage_boundary(PUBLISH):
        return publish(result, report, normal, keep_public_roles=settings.keep_public_roles)


def _process_zip(job: Job) -> FileResult:
    """The results of the reports in a zip, in its order."""
    results, problems = [], []
    with stage_boundary(READ):
        try:
            data = job.path.read_bytes()
        except OSError as error:
            raise ReadError(f"The file cannot be opened ({error.strerror}).", "Check that it may be read.") from error
        members = archive.expand(data, source=job.source)
        for member in members:
            if not is_report_name(member.name):
                problems.append(not_a_report(member.source))
            else:
                results.append(_process_member(member, job.settings))
    if not results:
        raise StageError("The zip holds no report.", "Put reports into it, or remove it.", READ)
    return FileResult(sha256_or_nothing(job.path), tuple(results), tuple(problems))


def _process_member(member: archive.Member, settings: Settings) -> ReportResult:
    """The result of one member of a zip; unreadable with its problem when it cannot be read."""
    try:
        with stage_boundary(READ):
            if isinstance(member.content, ReadError):
                raise member.content
            report = read_bytes(Path(member.name), member.content, source=member.source, settings=settings)
        return _process(report, settings)
    except ResourceError:
        raise
    except PipelineError as error:
        return _unreadable(member.source, "", error, READ)


@contextmanager
def stage_boundary(name: str) -> Iterator[None]:
    """The one boundary of a report: whatever goes wrong within becomes a StageError that names the stage.

    A faulty rule table is no fault of the report and stops the run. Every other failure is raised on with its reason, so that one
    bad file never stops a run of thousands and never goes by in silence.
    """
    try:
        yield
    except (ResourceError, StageError):
        raise
    except PipelineError as error:
        raise StageError(error.reason, error.remedy, name) from error
    except MemoryError:
        raise StageError("Reading takes more memory than allowed.", "Split the report.", name) from None
    except Exception as error:
        raise StageError(f"{_described(error)}.", "This is a fault of the pipeline: report it.", name) from error


def _described(error: Exception) -> str:
    """The error and the place in our code where it came up."""
    ours = Path(__file__).parent
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(ours)]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def _unreadable(source: str, sha256: str, error: PipelineError, stage: str) -> ReportResult:
    """The result of a report that could not be read; the stage of a StageError goes before `stage`."""
    if isinstance(error, StageError):
        stage = error.stage
    return ReportResult(
        report_id=content_id("r", source, sha256),
        source=source,
        sha256=sha256,
        media_type="",
        encoding="",
        genre="",
        status=ReportStatus.UNREADABLE,
        damage=0.0,
        units=0,
        facts_of_project=ProjectFacts(),
        problems=(Problem(source, stage, error.reason, error.remedy),),
    )
