"""What the pipeline is measured against: nothing at all, headings alone, naive keywords, and text classifiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from pipeline.classify.embeddings import accurate, has_accurate
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.errors import PipelineError
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.matching import covering
from pipeline.evaluate.readings import Reading
from pipeline.evaluate.systems import Guess, System, accepted
from pipeline.evaluate.text_scorers import FastText, SpacyTextcat, TextScorer, Tfidf, Vectors, is_installed
from pipeline.extract.cues import priors
from pipeline.records import State, Tag
from pipeline.resources import load_table
from pipeline.spans import Span, join_spans

KEYWORDS = "evaluate_keywords.tsv"


class BaselineError(PipelineError):
    """A baseline that cannot be trained."""


class Nothing:
    """The row that finds nothing: what a score of no use looks like."""

    name = "nothing"

    def fit(self, readings: Sequence[Reading]) -> None:
        """Nothing to learn."""

    def find(self, reading: Reading) -> tuple[Guess, ...]:
        """No findings."""
        return ()

    def tag(self, reading: Reading, span: Span) -> tuple[Tag, ...]:
        """No tags."""
        return ()

    def tag_alone(self, text: str) -> tuple[Tag, ...]:
        """No tags."""
        return ()


@dataclass(frozen=True, slots=True)
class Keywords:
    """A row of `data/evaluate_keywords.tsv`: words that give a code wherever they stand."""

    id: str
    scheme: str
    code: str
    words: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@cache
def keyword_rows() -> tuple[Keywords, ...]:
    """The rows of the keyword table."""
    return load_table(KEYWORDS, Keywords)


class KeywordBaseline:
    """Each unit gets the category of which it holds most words, and every issue and theme of which it holds one."""

    name = "keywords"

    def fit(self, readings: Sequence[Reading]) -> None:
        """Nothing to learn."""

    def find(self, reading: Reading) -> tuple[Guess, ...]:
        """A finding for each unit with a word of a category; neighbours of one item with one category joined."""
        guesses: list[Guess | None] = []
        for unit in reading.segmented.units:
            best = _most_hits(unit.span.slice(reading.normal.text))
            guesses.append(Guess(unit.span, best, State.ACHIEVED, 0.5) if best else None)
        return join_neighbours(reading, guesses, self)

    def tag(self, reading: Reading, span: Span) -> tuple[Tag, ...]:
        """The codes of which the passage holds a word."""
        return self.tag_alone(span.slice(reading.normal.text))

    def tag_alone(self, text: str) -> tuple[Tag, ...]:
        """The category of which the text holds most words, and the codes of which it holds one."""
        best = _most_hits(text)
        tags = [Tag(CATEGORY, best, 1.0, True, self.name, "")] if best else []
        tags += [Tag(s, code, 1.0, True, self.name, "") for s in (ISSUE, SDH) for code in _hits(text, s)]
        return tuple(tags)


def _most_hits(text: str) -> str:
    """The category of which a text holds most words, the first of equals; "" for none."""
    hits = _hits(text, CATEGORY)
    return max(hits, key=lambda code: hits[code], default="")


def _hits(text: str, scheme: str) -> dict[str, int]:
    """How many words of each code of a scheme a text holds; codes without any are left out."""
    counts = {row.code: sum(word in text for word in row.words) for row in keyword_rows() if row.scheme == scheme}
    return {code: count for code, count in counts.items() if count}


class HeadingBaseline:
    """Each unit gets the category that its heading leads to, and the issues and themes of the heading's own keywords."""

    name = "headings"

    def fit(self, readings: Sequence[Reading]) -> None:
        """Nothing to learn."""

    def find(self, reading: Reading) -> tuple[Guess, ...]:
        """A finding for each unit under a heading that yields a category and does not plan."""
        guesses: list[Guess | None] = []
        for unit in reading.segmented.units:
            section = reading.segmented.sections[unit.section]
            code = _heading_category(section.role)
            open_to = section.state is None or section.state == State.ACHIEVED
            guesses.append(Guess(unit.span, code, State.ACHIEVED, 0.5) if code and open_to else None)
        return join_neighbours(reading, guesses, self)

    def tag(self, reading: Reading, span: Span) -> tuple[Tag, ...]:
        """The codes of which the heading holds a word."""
        section = reading.section_at(span)
        title = section.title if section else ""
        return tuple(Tag(s, code, 1.0, True, self.name, "") for s in (ISSUE, SDH) for code in _hits(title, s))

    def tag_alone(self, text: str) -> tuple[Tag, ...]:
        """No tags: a passage alone has no heading."""
        return ()


def _heading_category(role: str) -> str:
    """The category that the role of a heading speaks for most; "" for none."""
    weights = priors(role)
    best = max(weights, key=lambda code: weights[code], default="")
    return best if best and weights[best] > 0 else ""


def join_neighbours(reading: Reading, guesses: Sequence[Guess | None], system: System) -> tuple[Guess, ...]:
    """The guesses of units, those of one item and one category that follow each other joined, with their tags."""
    joined: list[tuple[int, int, Guess]] = []
    for at, (unit, guess) in enumerate(zip(reading.segmented.units, guesses, strict=True)):
        if guess is None:
            continue
        if (
            joined
            and joined[-1][0] == at - 1
            and joined[-1][1] == unit.item
            and joined[-1][2].category == guess.category
        ):
            before = joined.pop()[2]
            span = join_spans([before.span, guess.span])
            guess = replace(before, span=span, confidence=max(before.confidence, guess.confidence))
        joined.append((at, unit.item, guess))
    found = []
    for _, _, guess in joined:
        tags = system.tag(reading, guess.span)
        found.append(replace(guess, issues=accepted(tags, ISSUE), sdh=accepted(tags, SDH)))
    return tuple(found)


class LearntBaseline:
    """A text classifier, TF-IDF unless another is given, with one threshold a scheme chosen on reports that it has not seen.

    Categories are learnt from the units of the training reports, issues and themes from its labelled passages. The threshold is the one with
    the best macro F1 over held-out folds by report (CLASSIFICATION: at few labels one global threshold is the largest lever).
    """

    folds = 5

    def __init__(
        self, name: str = "TF-IDF + LR", scorer: Callable[[], TextScorer] = Tfidf, *, held_folds: int = folds
    ) -> None:
        """Not trained yet. `held_folds`: how many of the five folds the thresholds come from, fewer for a classifier that trains slowly."""
        self.name = name
        self._scorer = scorer
        self._held_folds = held_folds
        self._heads: dict[str, _Head] = {}
        self._known: dict[str, tuple[Tag, ...]] = {}  # tags of the texts asked for; a passage is asked for twice

    def fit(self, readings: Sequence[Reading]) -> None:
        """Learns all three schemes. Raises BaselineError when the readings hold no labels, or fewer reports than folds."""
        if len(readings) < self.folds:
            raise BaselineError(f"{len(readings)} reports are too few to learn from.", "Label more training reports.")
        self._known = {}
        codes = load_codes()
        units = [
            (reading.name, unit.span.slice(reading.normal.text), category)
            for reading in readings
            for unit, category in zip(reading.segmented.units, _unit_categories(reading), strict=True)
        ]
        self._heads[CATEGORY] = self._new_head(codes.categories).fit(
            [text for _, text, _ in units], [{c} if c else set() for _, _, c in units], [name for name, _, _ in units]
        )
        for scheme, known in ((ISSUE, codes.issues), (SDH, codes.themes)):
            texts, answers, groups = [], [], []
            for reading in readings:
                for label in reading.labels:
                    given = label.gold.issues if scheme == ISSUE else label.gold.sdh
                    if given is not None and label.gold.category is not None:
                        texts.append(label.span.slice(reading.normal.text))
                        answers.append(set(given))
                        groups.append(reading.name)
            self._heads[scheme] = self._new_head(known).fit(texts, answers, groups)

    def _new_head(self, codes: Sequence[str]) -> _Head:
        """A head that is not trained yet."""
        return _Head(codes, self._scorer(), self._held_folds)

    def find(self, reading: Reading) -> tuple[Guess, ...]:
        """A finding for each unit whose best category reaches the threshold; neighbours joined."""
        head = self._head(CATEGORY)
        texts = [unit.span.slice(reading.normal.text) for unit in reading.segmented.units]
        guesses: list[Guess | None] = []
        for unit, row in zip(reading.segmented.units, head.scores(texts), strict=True):
            best = int(row.argmax())
            score = float(row[best])
            taken = score >= head.threshold
            guesses.append(Guess(unit.span, head.codes[best], State.ACHIEVED, score) if taken else None)
        return join_neighbours(reading, guesses, self)

    def tag(self, reading: Reading, span: Span) -> tuple[Tag, ...]:
        """The codes of the passage with their scores."""
        return self.tag_alone(span.slice(reading.normal.text))

    def tag_alone(self, text: str) -> tuple[Tag, ...]:
        """The best category and all issues and themes, with their scores."""
        if text not in self._known:
            self._known[text] = self._tags_of(text)
        return self._known[text]

    def _tags_of(self, text: str) -> tuple[Tag, ...]:
        """The same, computed."""
        head = self._head(CATEGORY)
        row = head.scores([text])[0]
        best = int(row.argmax())
        tags = [Tag(CATEGORY, head.codes[best], float(row[best]), bool(row[best] >= head.threshold), self.name, "")]
        for scheme in (ISSUE, SDH):
            head = self._head(scheme)
            for code, score in zip(head.codes, head.scores([text])[0], strict=True):
                tags.append(Tag(scheme, code, float(score), bool(score >= head.threshold), self.name, ""))
        return tuple(tags)

    def _head(self, scheme: str) -> _Head:
        """The trained head of a scheme. Raises BaselineError before training."""
        if scheme not in self._heads:
            raise BaselineError("The baseline is not trained.", "Call fit first.")
        return self._heads[scheme]


def _unit_categories(reading: Reading) -> list[str]:
    """The category of the finding that covers at least half of each unit, "" for none."""
    places = [label.place for label in reading.findings]
    found = [covering(unit, places) for unit in reading.units]
    return ["" if at is None else reading.findings[at].gold.category or "" for at in found]


class _Head:
    """One scheme: a classifier and a threshold."""

    def __init__(self, codes: Sequence[str], scorer: TextScorer, held_folds: int) -> None:
        self.codes = tuple(codes)
        self.threshold = 0.5
        self._scorer = scorer
        self._held_folds = held_folds

    def fit(self, texts: Sequence[str], answers: Sequence[set[str]], groups: Sequence[str]) -> _Head:
        """Itself, trained; the threshold comes from folds that keep each report together."""
        truth = np.array([[code in answer for code in self.codes] for answer in answers], dtype=bool)
        folds = GroupKFold(min(LearntBaseline.folds, len(set(groups))))
        outside = np.zeros(truth.shape)
        seen = np.zeros(len(truth), dtype=bool)
        for train, held in islice(folds.split(truth, groups=groups), self._held_folds):
            self._scorer.train([texts[i] for i in train], truth[train])
            outside[held] = self._scorer.scores([texts[i] for i in held])
            seen[held] = True
        self.threshold = best_threshold(outside[seen], truth[seen])
        self._scorer.train(texts, truth)
        return self

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities with shape (texts, codes); 0 for a code that training never saw."""
        return self._scorer.scores(texts) if texts else np.zeros((0, len(self.codes)))


def learnt_baselines() -> list[LearntBaseline]:
    """The classifiers that this machine has: TF-IDF, and where they are installed fastText, spaCy and the accurate vectors alone."""
    systems = [LearntBaseline()]
    if is_installed("floret"):
        systems.append(LearntBaseline("fastText", FastText))
    if is_installed("spacy"):
        systems.append(LearntBaseline("spaCy textcat", SpacyTextcat, held_folds=1))
    if has_accurate():
        systems.append(LearntBaseline("e5 + LR", lambda: Vectors(accurate()), held_folds=2))
    return systems


def best_threshold(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """The one threshold, in steps of 0.02, with the best mean F1 over the codes that occur; the lowest of equals.

    >>> best_threshold(np.array([[0.9], [0.3], [0.2]]), np.array([[True], [True], [False]]))
    0.22
    """
    held = truth.any(axis=0)

    def macro(threshold: float) -> float:
        taken = scores >= threshold
        right = (taken & truth).sum(axis=0)
        whole = taken.sum(axis=0) + truth.sum(axis=0)
        return float(np.mean(2 * right[held] / np.maximum(whole[held], 1))) if held.any() else 0.0

    return max((round(0.02 * step, 2) for step in range(1, 50)), key=macro)
