"""Single passages (`lessons tag`): JSON lines in, the codes of each out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.classify.features import Passage
from pipeline.classify.model import model_for, tag_passages
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.errors import PipelineError, ReadError, ResourceError, UsageError
from pipeline.extract.findings import category_scores, extract
from pipeline.ingest.normalise import normalise
from pipeline.ingest.text import read
from pipeline.process import stage_boundary
from pipeline.records import Finding, Problem, Settings, State, Tag
from pipeline.segment import segment

# Below this score a code is not worth a line of output.
LOWEST_SCORE = 0.05
# What is planned, denied or background says what the passage is about, but is no finding: half the score, never accepted.
_NOT_ACHIEVED = 0.5


def tag_passage(text: str, settings: Settings) -> tuple[Tag, ...]:
    """The codes of one passage in all three schemes with a score of 0.05 or more, best first within a scheme.

    A category has the confidence of its surest finding; it is accepted when that finding was achieved. A model also names categories below
    0.05 that its review threshold reaches. Raises ReadError for a text that
    UTF-8 cannot hold.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ReadError("The text holds half a character (a lone surrogate).", "Write it as UTF-8.") from error
    report = read(Path("passage.txt"), data, source="passage", settings=settings)
    normal = normalise(report)
    segmented = segment(normal)
    extraction = extract(normal, segmented)
    model = model_for(settings)
    if model is None:
        found = _categories(extraction.findings, category_scores(normal, segmented))
        categories = tuple(tag for tag in found if tag.score >= LOWEST_SCORE)
    else:
        categories = model.passage_tags(normal, segmented, extraction)
    (others,) = tag_passages([Passage(normal.text)], settings)
    tags = [*categories, *(tag for tag in others if tag.score >= LOWEST_SCORE)]
    return tuple(sorted(tags, key=lambda t: (t.scheme, -t.score, t.code)))


def tag_file(passages: Path, out: Path, settings: Settings, *, review: bool = False) -> tuple[int, tuple[Problem, ...]]:
    """The number of passages tagged from `passages` into `out`, and a problem for each line that could not be.

    Both are JSON lines: `{"id", "text"}` in, `{"id", "categories", "issues", "sdh"}` out, in the same order, with codes from 0.05 on; with
    `review` also categories below it that are worth a look. `out` is replaced only when all is done. Raises UsageError when a file cannot be opened.
    """
    if not passages.is_file():
        raise UsageError(f"{passages} is not a file.", 'Name a file of lines {"id": …, "text": …}.')
    done, problems = 0, []
    partial = out.with_name(f"{out.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            for line in _tagged(_lines(passages), passages.name, settings, 0.0 if review else LOWEST_SCORE):
                if isinstance(line, Problem):
                    problems.append(line)
                    continue
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
                done += 1
        partial.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}).", "Name another file with --out.") from error
    return done, tuple(problems)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that hold something, numbered from 1."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                yield number, line


def _tagged(
    lines: Iterable[tuple[int, bytes]], name: str, settings: Settings, least: float
) -> Iterator[dict[str, Any] | Problem]:
    """The output of each line with codes from the score `least` on, or the problem it has."""
    for number, line in lines:
        where = f"{name}, line {number}"
        try:
            passage = json.loads(line)
        except ValueError:
            yield Problem(where, "read", "This is not JSON.", 'Write {"id": …, "text": …}.')
            continue
        if not isinstance(passage, dict) or "id" not in passage or not isinstance(passage.get("text"), str):
            yield Problem(where, "read", "The line has no id, or no text.", 'Write {"id": …, "text": …}.')
            continue
        try:
            with stage_boundary("tag"):
                tags = tag_passage(passage["text"], settings)
        except ResourceError:
            raise
        except PipelineError as error:
            yield Problem(where, "tag", error.reason, error.remedy)
            continue
        yield _output(passage["id"], (tag for tag in tags if tag.score >= least))


def _output(passage_id: object, tags: Iterable[Tag]) -> dict[str, Any]:
    """The line of one passage."""
    output: dict[str, Any] = {"id": passage_id, "categories": [], "issues": [], "sdh": []}
    keys = {CATEGORY: "categories", ISSUE: "issues", SDH: "sdh"}
    for tag in tags:
        output[keys[tag.scheme]].append(
            {"code": tag.code, "score": round(tag.score, 6), "accepted": tag.accepted, "because": tag.because}
        )
    return output


def _categories(findings: Iterable[Finding], weak: Mapping[str, float]) -> Iterator[Tag]:
    """One tag for each category found, of its best finding; below them the categories that weaker words speak for."""
    best: dict[str, Tag] = {}
    for finding in findings:
        achieved = finding.status is State.ACHIEVED
        score = finding.confidence if achieved else finding.confidence * _NOT_ACHIEVED
        known = best.get(finding.category)
        if known is None or (achieved, score) > (known.accepted, known.score):
            best[finding.category] = Tag(
                CATEGORY, finding.category, score, achieved, finding.decided_by, finding.because
            )
    yield from best.values()
    for category, score in weak.items():
        if category not in best:
            yield Tag(CATEGORY, category, round(score * _NOT_ACHIEVED, 6), False, "rules", "")
