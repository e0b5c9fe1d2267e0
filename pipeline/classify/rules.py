"""The votes of the term tables: which words of a text speak for which issue or theme."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.classify.terms import HIDES, Lexicon, lexicon, numbers
from pipeline.phrases import PhraseMatch
from pipeline.records import Vote
from pipeline.segment.tokens import word_ends
from pipeline.spans import Span

# A line without blanks must not be tokenised once for each match: matches of one block share its tokens.
BLOCK, MARGIN = 1_000, 150


def term_votes(text: str, scheme: str, *, folder: Path | None = None) -> tuple[Vote, ...]:
    """The votes of the terms of a scheme ("issue" or "sdh") in `text`, in order; weight 0 to 1, rule = id of the term row.

    The longest words win: a term inside a longer term, or inside or across an exception (place names, idioms), gives
    none. The text is cut into tokens only where a short term asks for their boundaries. Raises ResourceError for a faulty table.

    >>> [v.label for v in term_votes("ชาวสุราษฎร์ธานีสามารถเลิกบุหรี่ได้", "issue")]
    ['tobacco']
    """
    words = lexicon(scheme, folder)
    weights = numbers(folder)
    made = []
    for match in _longest(text, words.matcher.find_all(text), words):
        row = words.rows[match.key]
        made.append(Vote(row.code, getattr(weights, row.strength), row.id, match.span))
    return tuple(made)


def _on_tokens(text: str, span: Span) -> bool:
    """Whether words of the tokeniser begin and end where `span` does.

    Only the stretch between white space around it is tokenised: whole texts made tagging cost two passes of the tokeniser where
    it now costs less than one.
    """
    stretch = _stretch(text, span)
    ends = word_ends(stretch.slice(text))
    return span.end - stretch.start in ends and (span.start == stretch.start or span.start - stretch.start in ends)


def _stretch(text: str, span: Span) -> Span:
    """`span` widened to the next blank or line end on either side: no word of the tokeniser reaches beyond.

    In a line without blanks, to the block of BLOCK characters it stands in, and MARGIN more on either side.
    """
    first = max(0, span.start // BLOCK * BLOCK - MARGIN)
    last = min(len(text), (span.end // BLOCK + 1) * BLOCK + MARGIN)
    start = max(first, text.rfind(" ", first, span.start) + 1, text.rfind("\n", first, span.start) + 1)
    ends = [at for at in (text.find(" ", span.end, last), text.find("\n", span.end, last)) if at >= 0]
    return Span(start, min([last, *ends]))


def _longest(text: str, matches: Sequence[PhraseMatch], words: Lexicon) -> list[PhraseMatch]:
    """The term matches that no longer term holds and no exception hides; `matches` by start, longest first.

    A term across the border of an exception is hidden too (รถ in กา`รถ`อดบทเรียน); one that holds the whole exception and
    more is not (`ลดอุบัติเหตุทางถนน`). A term that asks for token boundaries and does not stand on them is none; that is asked
    last, as it costs most.
    """
    hiding = [match for match in matches if match.key.startswith(HIDES)]
    kept: list[PhraseMatch] = []
    reach = Span(0, 0)  # the term reaching furthest right so far: none of those after it starts before it
    first = 0
    for match in matches:
        if match.key.startswith(HIDES):
            continue
        while first < len(hiding) and hiding[first].span.end <= match.span.start:
            first += 1
        if reach.contains(match.span) and reach != match.span:
            continue
        if _hidden(match, hiding, first, words.rows[match.key].code):
            continue
        if (match.key, match.phrase) in words.on_tokens and not _on_tokens(text, match.span):
            continue
        kept.append(match)
        if match.span.end > reach.end:
            reach = match.span
    return kept


def _hidden(term: PhraseMatch, hiding: list[PhraseMatch], first: int, code: str) -> bool:
    """Whether one of the exceptions from index `first` on hides the term, which speaks for `code`."""
    for index in range(first, len(hiding)):
        place = hiding[index].span
        if place.start >= term.span.end:
            return False
        holds_it = term.span.contains(place) and len(term.span) > len(place)
        if hiding[index].key in (HIDES, HIDES + code) and place.overlaps(term.span) and not holds_it:
            return True
    return False
