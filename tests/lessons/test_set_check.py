"""`lessons set check`: planted wrong citations are found, right ones are left alone, and a changed source makes stale what it touched."""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from set_samples import HandClaim, Samples, extracted, make_samples

from pipeline.lessons import sets
from pipeline.lessons.claim_words import contradicted
from pipeline.lessons.freeze import freeze
from pipeline.lessons.lesson_set import Citation, Claim, LessonSet
from pipeline.lessons.set_check import check
from pipeline.lessons.set_fault import Kind, State
from pipeline.lessons.set_sources import Sources
from pipeline.lessons.template import part_row


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Samples:
    return make_samples(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def hand(samples) -> tuple[LessonSet, list[HandClaim]]:
    """A set of the lessons that the hand-written claims rest on, with those claims, each as the first of its part."""
    claims = samples.claims()
    made = sets.new(samples.dataset, title="ตัวอย่าง", lesson_ids=[c.row.lesson_id for c in claims])
    for claim in claims:
        made = sets.claim(made, claim.part, claim.right, [claim.row.lesson_id])
    return made, claims


def test_most_of_the_hand_written_claims_have_their_lesson(hand):
    assert len(hand[1]) >= 40


# --- the campaign -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plant:
    """A wrong citation: its kind, and where a fault must be found."""

    kind: str
    where: str
    shown: str


def altered_digit(text: str) -> str:
    return re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), text, count=1)


def altered_tone(text: str) -> str:
    return re.sub("[่้]", lambda m: "้" if m[0] == "่" else "่", text, count=1)


def altered_denial(text: str) -> str:
    return text.replace("ไม่", "", 1) if "ไม่" in text else re.sub("(มี|ได้|เป็น|ให้)", r"ไม่\1", text, count=1)


def next_place(locator: str) -> str:
    return re.sub(r"(\d+)(?!.*\d)", lambda m: str(int(m[0]) + 1), locator)


ALTERED: dict[str, Callable[[Citation, Citation], Citation]] = {
    "a digit of the quote": lambda one, _: replace(one, quote=altered_digit(one.quote)),
    "a tone mark of the quote": lambda one, _: replace(one, quote=altered_tone(one.quote)),
    "a denial in the quote": lambda one, _: replace(one, quote=altered_denial(one.quote)),
    "the quote cut short": lambda one, _: replace(one, quote=one.quote[: len(one.quote) // 2]),
    "the quote of another lesson": lambda one, other: replace(one, quote=other.quote, raw_quote=other.raw_quote),
    "another page, line or cell": lambda one, _: replace(one, locator=next_place(one.locator)),
    "raw place shifted": lambda one, _: replace(
        one, raw_start=(one.raw_start or 0) + 3, raw_end=(one.raw_end or 0) + 3
    ),
    "another source": lambda one, other: replace(one, source=other.source, report_id=other.report_id),
    "a lesson id that is not there": lambda one, _: replace(one, lesson_id=f"l-{'0' * 16}"),
    "the id of another lesson": lambda one, other: replace(one, lesson_id=other.lesson_id),
    "the hash of the source": lambda one, _: replace(one, source_sha256="0" * 64),
    "year or province": lambda one, _: replace(
        one, province="สุโขทัย" if one.province != "สุโขทัย" else "ตรัง", year_ce=1999
    ),
}


def planted_citations(made: LessonSet, each: int) -> Iterator[tuple[LessonSet, list[Plant]]]:
    """Sets with altered citations, each citation at most once, so many of each kind in all."""
    todo = [kind for _ in range(each) for kind in ALTERED]
    while todo:
        citations, plants = list(made.citations), []
        for at, one in enumerate(made.citations):
            other = made.citations[(at + 1) % len(made.citations)]
            kind = next((k for k in todo if ALTERED[k](one, other) != one and one.report_id != other.report_id), None)
            if kind:
                todo.remove(kind)
                citations[at] = ALTERED[kind](one, other)
                plants.append(Plant(kind, one.key, citations[at].quote[:80]))
        yield replace(made, citations=tuple(citations)), plants


def planted_claims(made: LessonSet, claims: list[HandClaim], each: int) -> tuple[LessonSet, list[Plant]]:
    """A set with wrong claims, at most so many of each kind."""
    by_id = {one.lesson_id: one for one in made.citations}
    counts: Counter[str] = Counter()
    parts: dict[str, list[Claim]] = {part.role: [] for part in made.parts}
    plants = []
    for number, claim in enumerate(claims):
        for kind, variant in wrong_variants(made, claim, by_id[claim.row.lesson_id], number).items():
            if variant is None or counts[kind] >= each or (number + len(kind)) % 3:
                continue
            counts[kind] += 1
            parts[claim.part].append(Claim(*variant))
            cited = [one.quote[:90] for one in made.citations if one.key in variant[1]]
            plants.append(Plant(kind, f"{claim.part} ข้อ {len(parts[claim.part])}", f"{variant[0]} | {cited}"))
    return replace(made, parts=tuple(replace(p, claims=tuple(parts[p.role])) for p in made.parts)), plants


def wrong_variants(
    made: LessonSet, claim: HandClaim, one: Citation, number: int
) -> dict[str, tuple[str, tuple[str, ...]] | None]:
    """Wrong claims made of a right one, by kind, with their citations; None where the kind does not fit."""
    far = [c for c in made.citations if not set(c.issues) & set(one.issues) and c.category == one.category]
    wrong = [
        c for c in made.citations if part_row(claim.part).may_cite and c.category not in part_row(claim.part).may_cite
    ]
    place = "จังหวัดสุโขทัย" if one.province != "สุโขทัย" else "จังหวัดตรัง"
    quoted = " ".join(one.quote.split())[:40]
    turned = altered_denial(quoted)
    return {
        "a key that the set does not hold": (claim.right, ("L999",)),
        "no citation": (claim.right, ()),
        "a wrong number of projects": (f"พบใน 3 โครงการ {claim.right}", (one.key,)),
        "a number of the claim": (altered_digit(claim.right), (one.key,)) if re.search(r"\d", claim.right) else None,
        "the claim turned round": (claim.denied, (one.key,)) if claim.denied else None,
        "another place": (f"{place}: {claim.right}", (one.key,)),
        "a lesson of another subject": (claim.right, (far[number % len(far)].key,)) if far else None,
        "a lesson of another category": (claim.right, (wrong[number % len(wrong)].key,)) if wrong else None,
        "words in quotation marks": (f"รายงานว่า “{turned}”", (one.key,)) if turned != quoted else None,
    }


def test_planted_wrong_citations_are_caught_and_right_ones_left_alone(samples, hand):
    """At least 95 of 100 planted ones, at most 5 false alarms in 100 right ones. With -s the table by kind is printed."""
    made, claims = hand
    sources = Sources(samples.dataset.folder)
    caught: dict[str, list[bool]] = defaultdict(list)
    missed = []
    for planted, plants in [*planted_citations(made, 6), planted_claims(made, claims, 6)]:
        places = {fault.where for fault in check(planted, samples.dataset, sources=sources).faults}
        for plant in plants:
            caught[plant.kind].append(plant.where in places)
            missed += [] if plant.where in places else [plant]
    count = sum(map(len, caught.values()))
    right = check(made, samples.dataset, sources=sources)
    judged = len(made.citations) + sum(1 for p in made.parts for c in p.claims if c.cites)
    alarms = {fault.where for fault in right.faults}
    print(f"\n{'planted':<36}{'caught':>8}")
    for kind, hits in caught.items():
        print(f"{kind:<36}{sum(hits):>4}/{len(hits)}")
    print(f"{'all':<36}{count - len(missed):>4}/{count}\n{'false alarms':<36}{len(alarms):>4}/{judged}")
    print(*(f"   alarm {fault.kind} {fault}" for fault in right.faults), sep="\n")
    print(*(f"   missed {plant}" for plant in missed), sep="\n")
    assert len(caught) >= 10
    assert count >= 100
    assert judged >= 100
    assert count - len(missed) >= 0.95 * count
    assert len(alarms) <= 0.05 * judged


# --- claims -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "quote", "against"),
    [
        ("งบประมาณเพียงพอ", "งบประมาณไม่เพียงพอ", True),
        ("ผู้ปกครองไม่สนับสนุน", "ผู้ปกครองสนับสนุนดี", True),
        ("ไม่มีงบประมาณ", "ขาดงบประมาณ", False),
        ("มีเวลาน้อย", "ไม่มีเวลา", False),
        ("ครูสนับสนุน", "ครูสนับสนุน แต่งบประมาณไม่พอ", False),
    ],
)
def test_a_claim_turned_round_is_told_from_one_in_other_words(claim, quote, against):
    assert bool(contradicted(claim, quote)) is against


# --- changed sources --------------------------------------------------------------------------------------------------


@pytest.fixture
def moving(samples, tmp_path):
    """A set over ten text reports in a folder that the test may change."""
    reports = tmp_path / "reports"
    reports.mkdir()
    names = sorted({r.source for r in samples.dataset.lessons if r.source.endswith(".txt") and r.raw_start is not None})
    for name in names[:10]:
        shutil.copy(samples.reports / name, reports / name)
    dataset = extracted(reports, tmp_path / "dataset")
    return reports, dataset, sets.new(dataset, title="ตัวอย่าง", most=60), tmp_path


def of_source(made: LessonSet, name: str) -> list[Citation]:
    return [one for one in made.citations if one.source == name]


def changed(reports, name: str, change: Callable[[str], str]) -> None:
    path = reports / name
    text = path.read_bytes().decode("utf-8")
    assert change(text) != text
    path.write_bytes(change(text).encode("utf-8"))


def test_a_changed_quote_is_stale_and_nothing_else(moving):
    reports, dataset, made, folder = moving
    assert check(made, dataset).faults == ()
    name = next(
        one.source for one in made.citations if len(of_source(made, one.source)) > 1 and one.raw_quote in one.quote
    )
    first = of_source(made, name)[0]
    changed(reports, name, lambda text: text.replace(first.raw_quote, altered_denial(first.raw_quote)))
    for data in (dataset, extracted(reports, folder / "again")):  # as it was read before, and read anew
        found = check(made, data)
        assert found.stale == (first.key,)
        assert set(found.moved) == {one.key for one in of_source(made, name)} - {first.key}
        assert {fault.where for fault in found.faults if fault.kind is Kind.STALE} == {first.key}
        others = [one for one in found.standings if one.source != name]
        assert others and all(one.state is State.STANDS for one in others)


def test_a_report_that_changed_throughout_makes_all_its_citations_stale_and_no_other(moving):
    reports, dataset, made, _ = moving
    name = made.citations[0].source
    changed(reports, name, lambda _: "รายงานนี้เขียนใหม่ทั้งหมด\n\nผลลัพธ์\nยังไม่ได้กรอก\n")
    found = check(made, dataset)
    assert set(found.stale) == {one.key for one in of_source(made, name)} and found.moved == ()


def test_a_quote_that_still_stands_is_told_with_its_new_place(moving):
    reports, dataset, made, _ = moving
    name = made.citations[0].source
    changed(reports, name, lambda text: "บรรทัดแรกที่เพิ่มเข้ามา\n\n" + text)
    found = check(made, dataset)
    text = (reports / name).read_bytes().decode("utf-8")
    assert found.stale == () and set(found.moved) == {one.key for one in of_source(made, name)}
    for standing in found.standings:
        one = next(c for c in made.citations if c.key == standing.key)
        if standing.state is State.MOVED:
            assert standing.raw_start is not None and one.raw_start is not None
            assert text[standing.raw_start : standing.raw_end] == one.raw_quote
            assert standing.raw_start == one.raw_start + len("บรรทัดแรกที่เพิ่มเข้ามา\n\n")


def test_a_renamed_source_is_the_same_source(moving):
    reports, dataset, made, folder = moving
    name = made.citations[0].source
    (reports / "เก็บ").mkdir()
    (reports / name).rename(reports / "เก็บ" / "ชื่อใหม่.txt")
    for data in (dataset, extracted(reports, folder / "again")):
        found = check(made, data)
        assert found.stale == found.moved == () and found.faults == ()
    renamed = made.next_version(data)
    assert {one.source for one in renamed.citations if one.key in {c.key for c in of_source(made, name)}} == {
        "เก็บ/ชื่อใหม่.txt"
    }
    assert check(renamed, data).faults == ()


def test_a_source_that_is_gone_is_named(moving):
    reports, _, made, folder = moving
    name = made.citations[0].source
    (reports / name).unlink()
    found = check(made, extracted(reports, folder / "again"))
    assert {fault.where for fault in found.faults if fault.kind is Kind.SOURCE_MISSING} == {
        one.key for one in of_source(made, name)
    }


def test_a_frozen_set_changed_in_memory_is_named(samples, hand):
    wrong = replace(freeze(hand[0]), title="อื่น")
    kinds = [fault.kind for fault in check(wrong, samples.dataset).faults]
    assert kinds[0] is Kind.CHANGED_WHEN_FROZEN
