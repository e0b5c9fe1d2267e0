"""What is scored: the rule system as users get it, behind the interface that the baselines share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.features import Passage
from pipeline.classify.model import model_for, tag_passages
from pipeline.classify.taxonomy import ISSUE, SDH
from pipeline.evaluate.readings import Reading
from pipeline.extract.findings import Extraction, extract
from pipeline.passages import tag_passage
from pipeline.process import process
from pipeline.records import NormalText, Settings, State, Tag
from pipeline.segment import Segmented
from pipeline.spans import Span

if TYPE_CHECKING:
    from pipeline.classify.context import Reader


@runtime_checkable
class ReadsInPlace(Protocol):
    """A model that tags a passage where it stands in its report."""

    def reader(self, normal: NormalText, segmented: Segmented, extraction: Extraction, title: str = "") -> Reader:
        """A report with its windows read."""

    def tags_here(self, passages: Sequence[Passage], views: Sequence[Floats]) -> list[tuple[Tag, ...]]:
        """The tags of passages of which a reader has said its views."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A finding that a system extracts, with the codes that it accepts."""

    span: Span  # in the normalised text
    category: str
    status: str
    confidence: float  # 0 to 1
    issues: tuple[str, ...] = ()
    sdh: tuple[str, ...] = ()
    because: str = ""


class System(Protocol):
    """Anything that finds and tags, learnt or not."""

    name: str

    def fit(self, readings: Sequence[Reading]) -> None:
        """Learns from labelled reports; nothing where there is nothing to learn."""

    def find(self, reading: Reading) -> tuple[Guess, ...]:
        """The findings in a report, planned and negated ones too where the system tells them apart."""

    def tag(self, reading: Reading, span: Span) -> tuple[Tag, ...]:
        """The issues and themes of a passage of a report, with their scores."""

    def tag_alone(self, text: str) -> tuple[Tag, ...]:
        """The categories, issues and themes of a passage of which nothing but its words is known."""


class Pipeline:
    """The pipeline itself: `process` with the settings of a run."""

    def __init__(self, name: str = "rules", settings: Settings | None = None) -> None:
        """Settings as users have them, but with planned findings kept, so that their state can be judged."""
        self.name = name
        self.settings = settings or Settings(planned=True, model=name)
        self._titles: dict[str, str] = {}
        self._read: tuple[str, Reader] | None = None

    def fit(self, readings: Sequence[Reading]) -> None:
        """Nothing: rules are not learnt here, and models come trained."""

    def find(self, reading: Reading) -> tuple[Guess, ...]:
        """The lessons of the report's result, planned ones too."""
        result = process(reading.path, root=reading.root, settings=self.settings)
        project = result.facts_of_project
        self._titles[reading.name] = project.project_name or project.title
        return tuple(
            Guess(
                lesson.finding.span,
                lesson.finding.category,
                lesson.finding.status.value,
                lesson.finding.confidence,
                accepted(lesson.tags, ISSUE),
                accepted(lesson.tags, SDH),
                lesson.finding.because,
            )
            for lesson in result.lessons
        )

    def tag(self, reading: Reading, span: Span) -> tuple[Tag, ...]:
        """The tags of a passage with its heading and the project's name, as a lesson there would get them."""
        section = reading.section_at(span)
        title = self._titles.get(reading.name, "")
        passage = Passage(span.slice(reading.normal.text), section.title if section else "", title)
        model = model_for(self.settings)
        if isinstance(model, ReadsInPlace) and self.settings.taxonomy is None:
            views = self._reader(model, reading, title).views_of(span)
            if views is not None:
                return model.tags_here([passage], [views])[0]
        (tags,) = tag_passages([passage], self.settings)
        return tags

    def _reader(self, model: ReadsInPlace, reading: Reading, title: str) -> Reader:
        """The report as the model reads it, read once for all its passages."""
        if self._read is None or self._read[0] != reading.name:
            extraction = extract(reading.normal, reading.segmented)
            self._read = (reading.name, model.reader(reading.normal, reading.segmented, extraction, title))
        return self._read[1]

    def tag_alone(self, text: str) -> tuple[Tag, ...]:
        """What `lessons tag` says of the passage."""
        return tag_passage(text, self.settings)


def accepted(tags: Sequence[Tag], scheme: str) -> tuple[str, ...]:
    """The accepted codes of a scheme."""
    return tuple(tag.code for tag in tags if tag.scheme == scheme and tag.accepted)


def is_claimed(guess: Guess) -> bool:
    """Whether a guess says that its passage happened: only such are scored as findings."""
    return guess.status == State.ACHIEVED
