"""Findings in the text that they stand in, in colours with a Thai legend (displaCy), and as spaCy documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from itertools import pairwise
from pathlib import Path

from spacy import displacy
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as SpacySpan
from spacy.vocab import Vocab

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.lessons.colours import light_colours
from pipeline.lessons.html_table import FONTS, Html
from pipeline.lessons.report_text import Highlight, ReportText, disjoint
from pipeline.segment.tokens import tokens
from pipeline.spans import Span

# Controls that turn the direction of text: what follows them would be shown in another order than it is written.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F], "�")
_BOX = (
    f'<div lang="th" style="font-family:{FONTS};font-size:15px;line-height:1.9;color:#222;background:#fff;'
    'border:1px solid #ddd;border-radius:6px;padding:10px 14px;flex:1;min-width:0;overflow-wrap:anywhere">{}</div>'
)
_HEAD = (
    '<div style="font-size:13px;color:#555;border-bottom:1px solid #eee;margin-bottom:6px;padding-bottom:4px">{}</div>'
)
_SWATCH = (
    '<span style="background:{};border-radius:4px;padding:1px 8px;margin:0 6px 2px 0;'
    'display:inline-block">{} <b>{}</b></span>'
)
_MARK = (
    '<mark title="{title}" style="background:{bg};color:#111;border-radius:4px;padding:1px 4px;{ring}'
    '-webkit-box-decoration-break:clone;box-decoration-break:clone">{text}'
    '<span style="font-size:11px;font-weight:600;color:#444;margin-left:5px;white-space:nowrap">{label}</span></mark>'
)
_RING = "outline:2px solid #333;"
_SHOWN_AROUND = 500


def show_texts(*reports: ReportText, titles: Iterable[str] = (), taxonomy: Path | None = None) -> Html:
    """The texts side by side as HTML, each highlight in the colour of its category; tooltips give the reason and the place.

    Only the surroundings are shown of a report with one highlight in focus. `titles` stand above the texts, in place of their sources.
    The HTML holds no script, and what the reports say is escaped.
    """
    names = {
        concept.id: concept.name_th for scheme in (CATEGORY, ISSUE, SDH) for concept in load(scheme, taxonomy).concepts
    }
    over = list(titles)
    shown = [report.part(_SHOWN_AROUND) for report in reports]
    heads = [over[at] if at < len(over) else report.source for at, report in enumerate(shown)]
    boxes = (_box(report, head, names, taxonomy) for report, head in zip(shown, heads, strict=True))
    return Html(f'<div style="display:flex;gap:12px;align-items:flex-start">{"".join(boxes)}</div>')


def _box(report: ReportText, head: str, names: dict[str, str], taxonomy: Path | None) -> str:
    """One text under its title and legend."""
    colours = light_colours(CATEGORY, taxonomy)
    held = Counter(highlight.category for highlight in report.highlights)
    legend = "".join(
        _SWATCH.format(colour, escape(names[code]), held[code]) for code, colour in colours.items() if held[code]
    )
    kept = disjoint(report.highlights)
    body = (
        displacy.render(
            {
                "text": report.text.translate(_TURNING),
                "ents": [_entity(highlight, report.focus, names, colours) for highlight in kept],
            },
            style="ent",
            manual=True,
            jupyter=False,
            options={"template": _MARK},
        )
        .strip()
        .replace("line-height: 2.5;", "")
    )
    title = f"<b>{escape(report.title)}</b><br>" if report.title else ""
    top = _HEAD.format(f"{title}{escape(head)}<div>{legend or 'ไม่มีข้อความที่จัดหมวด'}</div>")
    return _BOX.format(f'{top}<div style="white-space:pre-wrap">{body}</div>')


def _entity(highlight: Highlight, focus: str, names: dict[str, str], colours: dict[str, str]) -> dict[str, object]:
    """A highlight as displaCy takes it."""
    score = "" if highlight.confidence is None else f"ความเชื่อมั่น {highlight.confidence:.2f}"
    reasons = " · ".join(part for part in (score, highlight.because, highlight.locator) if part)
    labels = [names.get(highlight.category, highlight.category), *(names.get(code, code) for code in highlight.issues)]
    return {
        "start": highlight.span.start,
        "end": highlight.span.end,
        "label": "",
        "params": {
            "label": escape(" · ".join(labels)),
            "title": escape(reasons),
            "bg": colours.get(highlight.category, "#eee"),
            "ring": _RING if focus and highlight.key == focus else "",
        },
    }


def to_spacy(report: ReportText, vocab: Vocab | None = None) -> Doc:
    """The report as a spaCy Doc: text unchanged, tokens of the project's own tokeniser, also cut where a highlight begins or ends.

    Span groups: `lessons` (label: category, id: lesson_id), `issues` and `sdh` (label: code, same ids). `user_data` holds source, report_id,
    and for each lesson its confidence and reason.
    """
    edges = {edge for h in report.highlights for edge in (h.span.start, h.span.end)}
    words = [piece for token in tokens(report.text) for piece in _cut(token, edges)]
    doc = Doc(vocab or Vocab(), words=[word.slice(report.text) for word in words], spaces=[False] * len(words))
    starts = {word.start: at for at, word in enumerate(words)}
    ends = {word.end: at + 1 for at, word in enumerate(words)}

    def span(highlight: Highlight, label: str) -> SpacySpan:
        return SpacySpan(
            doc, starts[highlight.span.start], ends[highlight.span.end], label=label, span_id=highlight.key
        )

    doc.spans["lessons"] = [span(h, h.category) for h in report.highlights]
    doc.spans["issues"] = [span(h, code) for h in report.highlights for code in h.issues]
    doc.spans["sdh"] = [span(h, code) for h in report.highlights for code in h.sdh]
    doc.user_data |= {"source": report.source, "report_id": report.report_id}
    doc.user_data["lessons"] = {h.key: {"confidence": h.confidence, "because": h.because} for h in report.highlights}
    return doc


def to_docbin(reports: Iterable[ReportText]) -> DocBin:
    """The reports as one DocBin, as `spacy train` reads it: `to_docbin(reports).to_disk("train.spacy")`."""
    vocab = Vocab()
    return DocBin(docs=[to_spacy(report, vocab) for report in reports], store_user_data=True)


def _cut(token: Span, edges: set[int]) -> list[Span]:
    """A token cut at the edges within it."""
    at = [token.start, *(edge for edge in range(token.start + 1, token.end) if edge in edges), token.end]
    return [Span(start, end) for start, end in pairwise(at)]
