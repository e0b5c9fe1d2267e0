"""What `lessons set check` says: faults of citations and claims, and where each quote stands now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong. The values name the kinds in JSON and in tests."""

    LESSON_MISSING = "lesson_missing"  # no such lesson in the dataset
    QUOTE_ALTERED = "quote_altered"  # the quote is not what the lesson says
    PLACE_WRONG = "place_wrong"  # locator or raw span are not those of the quote
    SOURCE_WRONG = "source_wrong"  # another file than the one that the lesson stands in
    SOURCE_MISSING = "source_missing"  # the file is not there
    HASH_WRONG = "hash_wrong"  # the SHA-256 is not that of the source, which has not changed
    FACTS_WRONG = "facts_wrong"  # category, tags, project, area or year are not those of the lesson
    STALE = "stale"  # the source changed and the quote no longer stands in it
    KEY_TWICE = "key_twice"  # two citations of one key, or one lesson cited twice
    UNKNOWN_KEY = "unknown_key"  # a claim cites what the set does not hold
    NO_CITATION = "no_citation"  # a claim that rests on nothing
    WRONG_CATEGORY = "wrong_category"
    WRONG_ISSUE = "wrong_issue"
    WRONG_THEME = "wrong_theme"
    WRONG_PLACE = "wrong_place"
    WRONG_COUNT = "wrong_count"  # N projects that are not N
    NUMBER_UNSUPPORTED = "number_unsupported"  # a number that stands in none of the cited quotes
    WORDS_UNSUPPORTED = "words_unsupported"  # words in quotation marks that stand in none of them
    NEGATION = "negation"  # the claim denies what the quote says, or the other way round
    UNRELATED = "unrelated"  # a cited quote has nothing in common with the claim
    CHANGED_WHEN_FROZEN = "changed_when_frozen"


@dataclass(frozen=True, slots=True)
class SetFault:
    """Something wrong in a set: its kind, where (`L3`, or part and number of the claim) and what to do, in Thai."""

    kind: Kind
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class State(StrEnum):
    """Where a quote stands now."""

    STANDS = "stands"  # in a source whose bytes are those that were cited
    MOVED = "moved"  # in a source that changed elsewhere, at the place named
    STALE = "stale"  # no longer: its source changed there
    WRONG = "wrong"  # the source is as it was, and the quote is not there
    UNCHECKED = "unchecked"  # the source is out of reach


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the quote of one citation stands now. `locator`, `raw_start`, `raw_end` and `source` are the new place when it moved."""

    key: str
    state: State
    source: str
    locator: str = ""
    raw_start: int | None = None
    raw_end: int | None = None
    note: str = ""  # what a person should know of it, in Thai


@dataclass(frozen=True, slots=True)
class Checked:
    """All that a check found."""

    faults: tuple[SetFault, ...]
    standings: tuple[Standing, ...]

    @property
    def stale(self) -> tuple[str, ...]:
        """The keys of the citations whose quote no longer stands."""
        return tuple(one.key for one in self.standings if one.state is State.STALE)

    @property
    def moved(self) -> tuple[str, ...]:
        """The keys of the citations whose quote stands elsewhere now."""
        return tuple(one.key for one in self.standings if one.state is State.MOVED)
