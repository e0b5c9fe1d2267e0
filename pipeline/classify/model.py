"""A trained model: loaded from its folder, it finds and tags with what the labels taught it, beside the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings import ACCURATE, FAST, Embedder, accurate, has_accurate
from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.features import Passage, View, matrix, passage_matrix, passage_view, unit_views
from pipeline.classify.heads import ACCEPTED, ARRAYS, Head, head_of, logistic
from pipeline.classify.tag import tag_text
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.classify.verdicts import FLOOR, Examples, has_words, log_odds, may_state, rule_reasons, scored_tags
from pipeline.errors import PipelineError
from pipeline.extract.findings import Evidence, Extraction, unit_evidence
from pipeline.records import Finding, NormalText, Settings, State, Tag, Vote
from pipeline.segment import Segmented
from pipeline.spans import Span

if TYPE_CHECKING:
    from pipeline.classify.context import ContextModel

RULES, AUTO = "rules", "auto"
MODELS = Path(__file__).parents[2] / "models"
NUMBERS, MANIFEST, ADAPTERS = "model.npz", "model.json", "adapters.npz"
TAUGHT = "taught"  # the kind of a model whose encoder was taught too (context.py)
FORMAT = 1
UNIT, PASSAGE, JOIN = "unit", "passage", "join"
# Longest finding in characters that joining may make.
_LONGEST = 700
# What an achieved finding of the rules, at confidence 1, adds to the log odds of its category. The rules grew on real reports, the labels
# are of composed ones, in which headings help less: without it the model loses findings of real reports that the rules hold. On the
# development reports 1.5, 2 and 2.5 give the same (F1 at IoU 0.5 .46 fast, .48 accurate), so the most is taken.
_RULES_SAY = 2.5


class ModelError(PipelineError):
    """A model that is missing, damaged, or of another version."""


@dataclass(frozen=True, slots=True)
class Model:
    """Heads over one embedder."""

    name: str  # fast, accurate, or the user's folder
    embedder: Embedder
    heads: Mapping[str, Head]  # by what they decide: unit, passage, join, issue, sdh
    examples: Examples

    def findings(self, normal: NormalText, segmented: Segmented, extraction: Extraction, title: str = "") -> Extraction:
        """The findings of a report: achieved ones as the model sees them, all others as the rules left them.

        `title`, the name of the project, is for models that read it; this one does not.

        Each unit takes the category that passes its threshold by most, or none; neighbours of one item and one category are joined
        where the model says that one point goes on.
        """
        views = unit_views(normal, segmented, extraction)
        if not views:
            return extraction
        features = matrix(views, self.embedder)
        head = self.heads[UNIT]
        evidence = unit_evidence(normal, segmented, extraction)
        scores = _with_rules(head, head.scores(features), evidence)
        joins = _joined(self.heads[JOIN].scores(features)[:, 0] >= self.heads[JOIN].accept[0], evidence)
        # Word vectors hardly see "จะ": what the rules hold for a plan is left to them.
        plans = [own.finding is not None and own.finding.status is State.PLANNED for own in evidence]
        open_to = [may_state(normal, segmented, own) and not plan for own, plan in zip(evidence, plans, strict=True)]
        decided = [category if may else -1 for category, may in zip(_decided(head, scores), open_to, strict=True)]
        runs = _runs(evidence, _whole(head, decided, evidence), joins)
        made = [self._finding(run, category, evidence, scores, views, normal, segmented) for run, category in runs]
        taken = [finding.span for finding in made]
        others = [
            finding
            for finding in extraction.findings
            if finding.status is not State.ACHIEVED and not any(finding.span.overlaps(span) for span in taken)
        ]
        used = sum(len(run) for run, _ in runs)
        return Extraction(tuple(sorted([*made, *others], key=lambda f: (f.span, f.category))), extraction.units, used)

    def _finding(
        self,
        run: range,
        category: int,
        evidence: Sequence[Evidence],
        scores: NDArray[np.float64],
        views: Sequence[View],
        normal: NormalText,
        segmented: Segmented,
    ) -> Finding:
        """The finding of a run of units."""
        head = self.heads[UNIT]
        code = head.codes[category]
        first, last = evidence[run[0]].unit, evidence[run[-1]].unit
        best = max(run, key=lambda at: (scores[at, category], -at))
        score = float(scores[best, category])
        votes = tuple(vote for at in run for vote in evidence[at].votes)
        by_rules = any((f := evidence[at].finding) is not None and f.category == code for at in run)
        section = segmented.sections[first.section]
        reasons = [f"แบบจำลอง {self.name}: {code} {score:.2f}", *rule_reasons(normal.text, code, votes)]
        if section.rule:
            reasons.append(f"หัวข้อ “{section.title[:60]}” [{section.rule}]")
        reasons.append(self.examples.nearest(self.embedder.embed([views[best].text])[0]))
        return Finding(
            Span(first.span.start, last.span.end),
            code,
            State.ACHIEVED,
            round(score * normal.blocks[first.block].confidence, 3),
            "rules+model" if by_rules else "model",
            "; ".join(filter(None, reasons)),
            section.title,
            first.block,
            votes,
        )

    def passage_tags(self, normal: NormalText, segmented: Segmented, extraction: Extraction) -> tuple[Tag, ...]:
        """The categories of a text as one passage, all with a score of at least 0.05; at most the best one is accepted."""
        view = passage_view(normal, segmented, extraction)
        if not has_words(view.text):
            return ()
        head = self.heads[PASSAGE]
        scores = head.scores(matrix([view], self.embedder))[0]
        best = int((log_odds(scores) - log_odds(head.accept.astype(np.float64))).argmax())
        votes = [vote for at in unit_evidence(normal, segmented, extraction) for vote in at.votes]
        near = self.examples.nearest(self.embedder.embed([view.text])[0])
        tags = []
        for at, code in enumerate(head.codes):
            score = float(scores[at])
            if score >= FLOOR:
                zone = head.zone(at, score)
                reasons = [f"แบบจำลอง {self.name}: {zone}", *rule_reasons(normal.text, code, votes), near]
                taken = zone == ACCEPTED and at == best
                tags.append(
                    Tag(CATEGORY, code, score, taken, self._decided_by(votes, code), "; ".join(filter(None, reasons)))
                )
        return tuple(sorted(tags, key=lambda tag: -tag.score))

    def tags(self, passages: Sequence[Passage], folder: Path | None = None) -> list[tuple[Tag, ...]]:
        """The issues and themes of each passage with a score of at least 0.05, best first in each scheme.

        A text with hardly a word in it is left to the rules.
        """
        if not passages:
            return []
        features = passage_matrix(passages, self.embedder, folder)
        scores = {scheme: self.heads[scheme].scores(features) for scheme in (ISSUE, SDH)}
        found = []
        for row, passage in enumerate(passages):
            rules = tag_text(passage.text, context=passage.context, context_title=passage.title, folder=folder)
            if has_words(passage.text):
                near = self.examples.nearest(self.embedder.embed([" ".join(passage.text.split())])[0])
                own = {scheme: (self.heads[scheme], each[row]) for scheme, each in scores.items()}
                found.append(tuple(scored_tags(self.name, own, rules, near)))
            else:
                found.append(rules)
        return found

    def _decided_by(self, votes: Sequence[Vote], code: str) -> str:
        """Whether rules spoke for the code too."""
        return "rules+model" if any(vote.label == code for vote in votes) else "model"


def _with_rules(head: Head, scores: NDArray[np.float64], evidence: Sequence[Evidence]) -> NDArray[np.float64]:
    """The scores of units, those of the category of an achieved finding raised by what the rules say."""
    odds = log_odds(scores)
    for at, own in enumerate(evidence):
        if own.finding is not None and own.finding.status is State.ACHIEVED:
            odds[at, head.codes.index(own.finding.category)] += _RULES_SAY * own.finding.confidence
    return np.round(logistic(odds), 4)


def _joined(joins: NDArray[np.bool_], evidence: Sequence[Evidence]) -> NDArray[np.bool_]:
    """Which units go on with the one before: as the rules say inside their findings, else as the model says."""
    ruled = [joins[at] if own.finding is None else not own.opens for at, own in enumerate(evidence)]
    return np.array(ruled, dtype=bool)


def _decided(head: Head, scores: NDArray[np.float64]) -> list[int]:
    """The category of each unit, -1 for none."""
    above = log_odds(scores) - log_odds(head.accept.astype(np.float64))
    return [int(at) if above[row, at] >= 0 else -1 for row, at in enumerate(above.argmax(axis=1))]


def _whole(head: Head, decided: Sequence[int], evidence: Sequence[Evidence]) -> list[int]:
    """The decisions, a finding of the rules kept whole: where one of its units keeps its category, undecided ones take it too."""
    agreed = {
        own.finding.span
        for own, category in zip(evidence, decided, strict=True)
        if own.finding is not None and category >= 0 and head.codes[category] == own.finding.category
    }
    return [
        head.codes.index(own.finding.category)
        if category < 0 and own.finding is not None and own.finding.span in agreed
        else category
        for own, category in zip(evidence, decided, strict=True)
    ]


def _runs(evidence: Sequence[Evidence], decided: Sequence[int], joins: NDArray[np.bool_]) -> list[tuple[range, int]]:
    """Units of one category that make one finding each: neighbours in one item, where they go on."""
    runs: list[tuple[range, int]] = []
    for at, category in enumerate(decided):
        if category < 0:
            continue
        if runs:
            before, known = runs[-1]
            goes_on = (
                before.stop == at
                and known == category
                and evidence[at].unit.item == evidence[before.start].unit.item
                and bool(joins[at])
                and evidence[at].unit.span.end - evidence[before.start].unit.span.start <= _LONGEST
            )
            if goes_on:
                runs[-1] = (range(before.start, at + 1), category)
                continue
        runs.append((range(at, at + 1), category))
    return runs


def tag_passages(passages: Sequence[Passage], settings: Settings) -> list[tuple[Tag, ...]]:
    """The issues and themes of each passage, by the model that the settings ask for, or by the rules.

    A taxonomy with other codes than the model knows is left to the rules.
    """
    model = model_for(settings)
    if model is not None and all(model.heads[s].codes == codes(s, settings.taxonomy) for s in (ISSUE, SDH)):
        return model.tags(passages, settings.taxonomy)
    return [
        tag_text(each.text, context=each.context, context_title=each.title, folder=settings.taxonomy)
        for each in passages
    ]


def tag_findings(findings: Sequence[Finding], passages: Sequence[Passage], settings: Settings) -> list[tuple[Tag, ...]]:
    """The issues and themes of findings, each with its passage: those that the model gave where they stand, the others' from their passages."""
    if settings.taxonomy is not None:
        return tag_passages(passages, settings)
    rest = [passage for finding, passage in zip(findings, passages, strict=True) if finding.tags is None]
    tagged = iter(tag_passages(rest, settings))
    return [next(tagged) if finding.tags is None else finding.tags for finding in findings]


def chosen(name: str) -> str:
    """The model that runs when `name` is asked for.

    `accurate` becomes `fast` where it is not installed; `auto` is the best that is there: accurate, fast, or the rules alone.
    """
    if name == AUTO:
        return (*trained_models()[::-1], RULES)[0]
    return FAST if name == ACCURATE and not has_accurate() else name


def trained_models() -> tuple[str, ...]:
    """The trained models that this machine has and can run, the best last."""
    there = [tier for tier in (FAST, ACCURATE) if (MODELS / tier / MANIFEST).is_file()]
    return tuple(tier for tier in there if tier == FAST or has_accurate())


def fallback_note(name: str) -> str:
    """One line that says that another model runs than was asked for; "" when it is the same."""
    if name == AUTO or chosen(name) == name:
        return ""
    return f'The model "{name}" is not installed here; "{chosen(name)}" is used. For it: pip install "lessons-pipeline[accurate]"'


def model_for(settings: Settings) -> Model | ContextModel | None:
    """The model that the settings ask for; None for the rules alone. Raises ModelError when it cannot be loaded."""
    name = chosen(settings.model)
    return None if name == RULES else load_model(folder_of(name))


def folder_of(name: str) -> Path:
    """The folder of a model: one of those shipped, or the user's own. Raises ModelError when there is none."""
    folder = MODELS / name if name in {FAST, ACCURATE} else Path(name)
    if not (folder / MANIFEST).is_file():
        raise ModelError(
            f"There is no model in {folder}.", "Use rules, fast, accurate or a folder that `lessons train` made."
        )
    return folder


def model_mark(name: str) -> str:
    """16 hexadecimal digits that change with the model; "" for the rules alone."""
    name = chosen(name)
    return "" if name == RULES else _digest((folder_of(name) / MANIFEST).read_bytes())[:16]


@cache
def load_model(folder: Path) -> Model | ContextModel:
    """The model of a folder. Raises ModelError when a file is missing or not as its manifest says."""
    manifest = read_manifest(folder)
    numbers = read_numbers(folder, NUMBERS, manifest)
    try:
        if manifest.get("kind") == TAUGHT:
            from pipeline.classify.context import context_model  # its engine is an optional extra

            return context_model(manifest, numbers, read_numbers(folder, ADAPTERS, manifest))
        embedder = _embedder(folder, manifest)
        heads = {
            name: head_of(tuple(codes), {part: numbers[f"{name}.{part}"] for part in ARRAYS})
            for name, codes in manifest["heads"].items()
        }
        examples = Examples(numbers["examples"], tuple(manifest["examples"]))
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError(f"The model in {folder} is damaged ({error}).", "Train it again: make train") from error
    return Model(manifest["name"], embedder, heads, examples)


def _embedder(folder: Path, manifest: Mapping[str, Any]) -> Embedder:
    """The embedder that the model was trained with."""
    if manifest["embedder"] == StaticWords.name:
        return StaticWords(read_numbers(folder, StaticWords.file, manifest))
    embedder = accurate()
    if embedder.name != manifest["embedder"]:
        raise ModelError(f"The model in {folder} needs {manifest['embedder']}.", "Train it again: make train")
    return embedder


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a model says. Raises ModelError when it cannot be read or is of another version."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder / MANIFEST} cannot be read ({error}).", "Train the model again: make train"
        ) from error
    if manifest.get("format") != FORMAT:
        raise ModelError(f"The model in {folder} is of another version.", "Train it again: make train")
    return manifest


def read_numbers(folder: Path, name: str, manifest: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """The arrays of a file whose SHA-256 stands in the manifest; no code is ever read from it. Raises ModelError otherwise."""
    path = folder / name
    try:
        data = path.read_bytes()
        if _digest(data) != manifest["sha256"][name]:
            raise ModelError(f"{path} is not the file that was trained.", "Restore it, or train again: make train")
        with np.load(path, allow_pickle=False) as held:
            return {key: held[key] for key in held.files}
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}).", "Train the model again: make train") from error


def save_model(
    folder: Path, model: Model, *, trained: Mapping[str, Any], words: Mapping[str, NDArray[Any]] | None = None
) -> None:
    """Writes a model into its folder: arrays without code, and a manifest with their hashes and how it was `trained`."""
    numbers = {f"{name}.{part}": array for name, head in model.heads.items() for part, array in head.arrays().items()}
    files: dict[str, Mapping[str, NDArray[Any]]] = {
        NUMBERS: {**numbers, "examples": model.examples.vectors.astype(np.float16)}
    }
    if words is not None:
        files[StaticWords.file] = dict(words)
    facts = {
        "name": model.name,
        "embedder": model.embedder.name,
        "heads": {name: list(head.codes) for name, head in model.heads.items()},
        "trained": dict(trained),
        "examples": list(model.examples.names),
    }
    write_model(folder, files, facts)


def write_model(folder: Path, files: Mapping[str, Mapping[str, NDArray[Any]]], facts: Mapping[str, Any]) -> None:
    """Writes files of arrays and the manifest that names them with their hashes, beside the `facts` of the model."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, arrays in files.items():
        np.savez_compressed(folder / name, allow_pickle=False, **dict(arrays))
    hashes = {name: _digest((folder / name).read_bytes()) for name in files}
    manifest = {"format": FORMAT, **facts, "sha256": hashes}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
