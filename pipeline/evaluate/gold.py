"""The gold corpus: made from label files, loaded, verified against the reports, counted.

    python -m pipeline.evaluate.gold build      corpus/labels -> corpus/gold
    python -m pipeline.evaluate.gold verify     every text equals its slice, every code exists, nothing overlaps
    python -m pipeline.evaluate.gold stats      counts by category, issue, theme and kind of negative
    python -m pipeline.evaluate.gold check F…   one or more label files, with every span they name
    python -m pipeline.evaluate.gold text F     the text of a report that labels quote from

Build, verify and check exit with 0 when all is well, 1 when something is at fault, 2 for a wrong argument.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pipeline.errors import PipelineError, UsageError
from pipeline.evaluate.codes import Codes, fact_fields, load_codes
from pipeline.evaluate.labels import (
    ADJUDICATED,
    GoldFact,
    GoldSpan,
    LabelFile,
    Source,
    label_files,
    overlaps,
    read_label_file,
    span_faults,
)
from pipeline.spans import Span

REPORTS, LABELS, GOLD = Path("corpus/reports"), Path("corpus/labels"), Path("corpus/gold")
Record = TypeVar("Record")


class GoldError(PipelineError):
    """A gold corpus that cannot be read."""


@dataclass(frozen=True, slots=True)
class GoldReport:
    """A labelled report. `addressed`: "raw" or "text", what its offsets count in.

    `partial`: only its spans were looked at, as in a labelling queue; of the rest of the report nobody knows whether it states a finding. All others
    are labelled in full.
    """

    report: str
    sha256: str
    addressed: str
    labelled_by: str
    adjudicated: bool = False  # settled between two readers
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold corpus, ordered by report and place."""

    reports: tuple[GoldReport, ...]
    spans: tuple[GoldSpan, ...]
    facts: tuple[GoldFact, ...]

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with any label or report."""
        lines = [record_line(record) for part in (self.reports, self.spans, self.facts) for record in part]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def merged(golds: Sequence[Gold]) -> Gold:
    """The gold of several folders as one: where labels overlap, those of the later folder count; facts are those of the first that has the report.

    A report that is labelled in full in one of them stays so.
    """
    rows: dict[str, GoldReport] = {}
    spans: list[GoldSpan] = []
    facts: list[GoldFact] = []
    for gold in golds:
        facts += [fact for fact in gold.facts if fact.report not in rows]
        new: dict[str, list[Span]] = {}
        for span in gold.spans:
            new.setdefault(span.report, []).append(span.span)
        kept = [s for s in spans if not any(s.span.overlaps(other) for other in new.get(s.report, ()))]
        spans = [*kept, *gold.spans]
        for row in gold.reports:
            before = rows.get(row.report)
            rows[row.report] = row if before is None or (before.partial and not row.partial) else before
    order = {name: at for at, name in enumerate(rows)}
    spans.sort(key=lambda s: (order.get(s.report, -1), s.start, s.end))
    return Gold(tuple(rows.values()), tuple(spans), tuple(facts))


def build_gold(labels: Path, reports: Path, codes: Codes) -> tuple[Gold, tuple[str, ...]]:
    """The gold of all label files below `labels`, and what could not be taken, one line each.

    A report with a fault in the file that counts, or without its `done` line, is left out as a whole.
    """
    made: list[LabelFile] = []
    rows: list[GoldReport] = []
    faults: list[str] = []
    for name, files in _by_report(labels).items():
        try:
            source = Source(reports / name, name)
        except PipelineError as error:
            faults.append(f"{name}: {error}")
            continue
        file = _read_counting(files, source, codes)
        faults += file.faults
        if not file.done:
            faults.append(f"{files[file.reader]}: no done line. Label the report to its end, then add it.")
        if file.faults or not file.done:
            continue
        readers = sorted(set(files) - {ADJUDICATED}) if file.reader == ADJUDICATED else [file.reader]
        made.append(_signed(file, "+".join(readers)))
        addressed = "raw" if source.report.addressable else "text"
        rows.append(GoldReport(name, source.report.sha256, addressed, "+".join(readers), file.reader == ADJUDICATED))
    spans = tuple(span for file in made for span in file.spans)
    return Gold(tuple(rows), spans, tuple(fact for file in made for fact in file.facts)), tuple(faults)


def _by_report(labels: Path) -> dict[str, dict[str, Path]]:
    """Label files by report, then by reader, both in order."""
    grouped: dict[str, dict[str, Path]] = {}
    for reader, name, path in label_files(labels):
        grouped.setdefault(name, {})[reader] = path
    return grouped


def _read_counting(files: Mapping[str, Path], source: Source, codes: Codes) -> LabelFile:
    """The file that counts for a report: the adjudicated one, else the first reader's."""
    reader = ADJUDICATED if ADJUDICATED in files else min(files)
    return read_label_file(files[reader], reader=reader, source=source, codes=codes)


def _signed(file: LabelFile, readers: str) -> LabelFile:
    """The file with its labels signed by `readers`."""
    return replace(
        file,
        spans=tuple(replace(span, labelled_by=readers) for span in file.spans),
        facts=tuple(replace(fact, labelled_by=readers) for fact in file.facts),
    )


def record_line(record: object) -> str:
    """A record as a line of JSON, without fields that say nothing (false, "", and empty lists but issues and sdh)."""
    values: dict[str, Any] = asdict(record)  # type: ignore[call-overload]  # a dataclass instance of any of three kinds
    said = {"issues", "sdh", "value", "category", "status"}
    # By type, because 0 == False and a span may start at 0.
    kept = {k: v for k, v in values.items() if k in said or not (v is False or v == "" or v == ())}
    return json.dumps(
        {k: v for k, v in kept.items() if v is not None or k in {"value", "category"}}, ensure_ascii=False
    )


def write_gold(gold: Gold, folder: Path) -> None:
    """Writes reports.jsonl, spans.jsonl and facts.jsonl into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    parts: Mapping[str, Iterable[object]] = {"reports": gold.reports, "spans": gold.spans, "facts": gold.facts}
    for name, records in parts.items():
        text = "".join(record_line(record) + "\n" for record in records)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8", newline="\n")


def load_gold(folder: Path = GOLD) -> Gold:
    """The gold corpus in `folder`. Raises GoldError when a file is missing or a line is not a record of ours."""
    return Gold(
        _load(folder / "reports.jsonl", GoldReport),
        _load(folder / "spans.jsonl", GoldSpan, {"issues": None, "sdh": None}),
        _load(folder / "facts.jsonl", GoldFact),
    )


def _load(path: Path, record: type[Record], absent: Mapping[str, None] = MappingProxyType({})) -> tuple[Record, ...]:
    """The records of a file; `absent` are the values of keys that a line leaves out, where not the default."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GoldError(f"{path} cannot be read ({error.strerror}).", "Run the build command.") from error
    records = []
    for number, line in enumerate(lines, 1):
        try:
            values = {key: tuple(v) if isinstance(v, list) else v for key, v in {**absent, **json.loads(line)}.items()}
            records.append(record(**values))
        except (ValueError, TypeError) as error:
            raise GoldError(f"{path}:{number}: {error}.", "Run the build command again.") from error
    return tuple(records)


def verify_gold(gold: Gold, reports: Path, codes: Codes) -> tuple[str, ...]:
    """What is wrong with the gold against the reports below `reports`, one line each; nothing when all is well.

    Checked: each report is there with the same bytes; each text equals its slice; each code exists; no two findings
    overlap of which neither is arguable; nothing is labelled in a report that is not done.
    """
    faults: list[str] = []
    listed = Counter(report.report for report in gold.reports)
    faults += [f"{name}: listed {count} times." for name, count in listed.items() if count > 1]
    labelled = {span.report for span in gold.spans} | {fact.report for fact in gold.facts}
    loose = sorted(labelled - set(listed))
    faults += [f"{name}: labels without a done line." for name in loose]
    for report in gold.reports:
        try:
            source = Source(reports / report.report, report.report)
        except PipelineError as error:
            faults.append(f"{report.report}: {error}")
            continue
        if source.report.sha256 != report.sha256:
            faults.append(f"{report.report}: its bytes have changed since it was labelled.")
        spans = [span for span in gold.spans if span.report == report.report]
        facts = [fact for fact in gold.facts if fact.report == report.report]
        faults += [f"{report.report}: {fault}" for fault in _report_faults(source, spans, facts, codes)]
    return tuple(faults)


def _report_faults(source: Source, spans: Sequence[GoldSpan], facts: Sequence[GoldFact], codes: Codes) -> Iterator[str]:
    """What is wrong with the labels of one report."""
    for span in spans:
        if source.text_at(span.span) != span.text:
            yield f"[{span.start}, {span.end}) is {source.text_at(span.span)[:40]!r}, labelled as {span.text[:40]!r}."
        yield from code_faults(span, codes)
    for fact in facts:
        if fact.field not in fact_fields():
            yield f"unknown fact {fact.field!r}."
        if fact.start is not None and fact.end is not None and source.text_at(Span(fact.start, fact.end)) != fact.text:
            yield f"fact {fact.field}: [{fact.start}, {fact.end}) is not {fact.text[:40]!r}."
    known = [span for span in spans if span.negative is None or span.negative in codes.negatives]
    yield from overlaps(sorted(known, key=lambda span: (span.start, span.end)), codes)


def code_faults(span: GoldSpan, codes: Codes) -> Iterator[str]:
    """What is wrong with the codes of a span, one sentence each."""
    used = {
        "category": (codes.categories, [c for c in (span.category, *span.alt) if c is not None]),
        "issue": (codes.issues, [*(span.issues or ()), *span.alt_issues]),
        "theme": (codes.themes, [*(span.sdh or ()), *span.alt_sdh]),
        "code": ((*codes.categories, *codes.issues, *codes.themes), list(span.tempts)),
        "negative": (tuple(codes.negatives), [span.negative] if span.negative else []),
    }
    unknown = [(what, code) for what, (known, given) in used.items() for code in given if code not in known]
    yield from (f"unknown {what} {code!r} at {span.start}." for what, code in unknown)
    if not unknown:
        kind = codes.negatives[span.negative] if span.negative else None
        yield from (f"at {span.start}: {fault}" for fault in span_faults(span, kind))


def count_gold(gold: Gold, codes: Codes) -> list[tuple[str, str, int, int]]:
    """Rows (scheme, code, spans, of them arguable) for every code, also those that nothing carries, and totals.

    Issues and themes count findings first, then the negatives that carry them under "… on negatives". A span that
    tempts to several labels is one hard negative.
    """
    findings = [span for span in gold.spans if span.is_finding]
    traps = [span for span in gold.spans if span.negative is not None]
    rest = [span for span in gold.spans if not span.is_finding]
    parts: list[tuple[str, Iterable[str], Sequence[GoldSpan], Any]] = [
        ("category", codes.categories, findings, lambda s: (s.category,)),
        ("issue", codes.issues, findings, lambda s: s.issues or ()),
        ("issue on negatives", codes.issues, rest, lambda s: s.issues or ()),
        ("theme", codes.themes, findings, lambda s: s.sdh or ()),
        ("theme on negatives", codes.themes, rest, lambda s: s.sdh or ()),
        ("negative", codes.negatives, traps, lambda s: (s.negative,)),
        ("tempts to", (*codes.categories, *codes.issues, *codes.themes), traps, lambda s: s.tempts),
    ]
    rows = []
    for scheme, wanted, spans, of in parts:
        for code in wanted:
            having = [span for span in spans if code in of(span)]
            rows.append((scheme, code, len(having), sum(span.arguable for span in having)))
    totals = {
        "findings": findings,
        "required findings": [s for s in findings if s.is_required],
        "hard negatives": traps,
    }
    rows += [("total", name, len(spans), sum(s.arguable for s in spans)) for name, spans in totals.items()]
    both = [span for span in gold.spans if span.is_finding or span.negative is not None]
    rows.append(("total", "findings or hard negatives", len(both), sum(s.arguable for s in both)))
    rows.append(("total", "facts", len(gold.facts), 0))
    rows.append(("total", "reports", len(gold.reports), 0))
    rows.append(("total", "reports of two readers", sum("+" in r.labelled_by for r in gold.reports), 0))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line, described at the top of this module."""
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 1
    return result


def _parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluate.gold", description="The gold corpus.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (
        ("build", _build, "make the gold of all label files"),
        ("verify", _verify, "check the gold against the reports"),
        ("stats", _stats, "count the gold"),
        ("check", _check, "check label files and print the spans they name"),
        ("text", _text, "print the text of a report that labels quote from"),
    ):
        command = commands.add_parser(name, help=says)
        command.set_defaults(run=run)
        command.add_argument("--reports", type=Path, default=REPORTS)
        command.add_argument("--labels", type=Path, default=LABELS)
        command.add_argument("--gold", type=Path, default=GOLD)
        if name in {"check", "text"}:
            command.add_argument("files", type=Path, nargs="+")
    return parser


def _build(options: argparse.Namespace) -> int:
    """The exit code of `build`."""
    gold, faults = build_gold(options.labels, options.reports, load_codes())
    write_gold(gold, options.gold)
    print(f"{len(gold.reports)} reports, {len(gold.spans)} spans, {len(gold.facts)} facts in {options.gold}")
    return _told(faults)


def _verify(options: argparse.Namespace) -> int:
    """The exit code of `verify`."""
    gold = load_gold(options.gold)
    faults = verify_gold(gold, options.reports, load_codes())
    print(f"{len(gold.reports)} reports, {len(gold.spans)} spans, {len(gold.facts)} facts, gold {gold.fingerprint}")
    return _told(faults)


def _told(faults: Sequence[str]) -> int:
    """0 for no faults; else 1, after they are printed."""
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(faults)} fault(s)", file=sys.stderr)
    return 1 if faults else 0


def _stats(options: argparse.Namespace) -> int:
    """The exit code of `stats`."""
    gold = load_gold(options.gold)
    shown = ""
    for scheme, code, count, arguable in count_gold(gold, load_codes()):
        if scheme != shown:
            print(f"\n{scheme:42}{'spans':>7}{'arguable':>10}")
            shown = scheme
        print(f"  {code:40}{count:7}{arguable:10}")
    return 0


def _check(options: argparse.Namespace) -> int:
    """The exit code of `check`."""
    faults: list[str] = []
    for path in options.files:
        try:
            reader, _, name = path.resolve().relative_to(options.labels.resolve()).as_posix().partition("/")
        except ValueError as error:
            raise UsageError(f"{path} does not lie below {options.labels}.", "Give it with --labels.") from error
        source = Source(options.reports / name.removesuffix(".jsonl"), name.removesuffix(".jsonl"))
        file = read_label_file(path, reader=reader, source=source, codes=load_codes())
        for span in file.spans:
            print(_shown(span))
        for fact in file.facts:
            print(f"fact {fact.field} = {fact.value}: {fact.text}")
        faults += file.faults
        if not file.done:
            faults.append(f"{path}: no done line yet.")
    return _told(faults)


def _shown(span: GoldSpan) -> str:
    """A span as a reader looks it over: labels, then the whole text on one line."""
    labels = [span.category or "", span.status or "", span.negative or "", *(span.issues or ()), *(span.sdh or ())]
    labels += [f"alt:{code}" for code in (*span.alt, *span.alt_issues, *span.alt_sdh)]
    labels += [f"tempts:{code}" for code in span.tempts] + (["arguable"] if span.arguable else [])
    return f"[{span.start}:{span.end}] {' '.join(filter(None, labels))}\n    {' '.join(span.text.split())}"


def _text(options: argparse.Namespace) -> int:
    """The exit code of `text`."""
    for path in options.files:
        sys.stdout.write(Source(path, path.name).report.text.text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
