"""The first draft of a lesson set: its parts composed of what was counted over the citations, in the words of the reports.

A drafted claim holds counts and quotes, nothing else, so that it cannot say more than its citations.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from statistics import median

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.lessons.citations import area_label, clipped, project_label
from pipeline.lessons.counter import FACTORS, FactorRow, factors_of
from pipeline.lessons.lesson_set import Citation, Claim, LessonSet, Part, Scope
from pipeline.lessons.render.places import year_words
from pipeline.lessons.render.words import Words
from pipeline.lessons.template import PartRow, part_row, sentence, template
from pipeline.lessons.venues import Venue, venues_of
from pipeline.resources import load_table

LONGEST_QUOTE = 140  # characters of a quote inside a claim; the whole quote stands in the list of evidence
_SHOWN = 3  # quotes shown in a claim of several projects
_SIDES = 4  # factors shown that help here and hinder there
_VENUES = 5
HEAVY = 3  # a project with more than one passage in three weighs on the whole set
_DOUBTFUL = 0.6
_SPACE = re.compile(r"\s+")


def redraft(lesson_set: LessonSet) -> LessonSet:
    """The set with its drafted claims composed anew from its citations; claims and notes of the curator stay."""
    parts = []
    for row in template():
        old = next((part for part in lesson_set.parts if part.role == row.id), Part(row.id, ()))
        own = tuple(claim for claim in old.claims if not claim.drafted)
        parts.append(replace(old, claims=(*own, *_drafted(row, lesson_set))))
    return replace(lesson_set, parts=tuple(parts))


def project_ids(citations: Iterable[Citation]) -> dict[str, str]:
    """The project of each citation by its key: reports with the same project code or the same project name are one project."""
    known: dict[str, str] = {}  # report, code or name -> report that stands for the project

    def root(name: str) -> str:
        while known.setdefault(name, name) != name:
            name = known[name]
        return name

    cited = list(citations)
    for one in cited:
        names = [f"report {one.report_id}"]
        names += [f"project {one.project}"] if one.project else []
        if one.project:  # decided over the whole dataset, by places and repeated texts too
            known[root(names[1])] = root(names[0])
            continue
        names += [f"code {one.project_code}"] if one.project_code else []
        names += [f"name {_SPACE.sub('', one.project_name).removeprefix('โครงการ')}"] if one.project_name else []
        for name in names[1:]:
            known[root(name)] = root(names[0])
    return {one.key: root(f"report {one.report_id}") for one in cited}


def count_projects(citations: Iterable[Citation]) -> int:
    """The number of distinct projects that the citations come from."""
    return len(set(project_ids(citations).values()))


def _drafted(row: PartRow, lesson_set: LessonSet) -> Iterator[Claim]:
    """The drafted claims of a part."""
    claims = _COMPOSERS[row.id](lesson_set) if row.id in _COMPOSERS else _of_categories(row, lesson_set)
    yield from (replace(claim, drafted=True) for claim in claims)


# --- parts made of quotes ---------------------------------------------------------------------------------------------


def _of_categories(row: PartRow, lesson_set: LessonSet) -> Iterator[Claim]:
    """The claims of a part that is composed of lessons of its categories: what several projects say first."""
    for category in row.draft:
        members = [one for one in lesson_set.citations if one.category == category]
        if len(members) > 1:
            name = _name(CATEGORY, category, lesson_set.language)
            text = sentence(
                "total", lesson_set.language, category=name, count=len(members), projects=count_projects(members)
            )
            yield Claim(text, tuple(one.key for one in members))
        alike, rest = _alike(members)
        for group in alike:
            yield _claim("same", group, lesson_set.language, spread=_spread(group, lesson_set.language))
        themed, single = by_theme(rest)
        for theme, group in themed:
            yield _claim(f"theme.{category}", group, lesson_set.language, theme=_name(SDH, theme, lesson_set.language))
        for one in single:
            yield _claim(f"one.{category}", [one], lesson_set.language, area=_short_area(one, lesson_set.language))


def _alike(members: Sequence[Citation]) -> tuple[list[list[Citation]], list[Citation]]:
    """Groups that say the same in several projects, most projects first, and the citations in none."""
    grouped: dict[str, list[Citation]] = {}
    for one in members:
        grouped.setdefault(one.same_as or one.lesson_id, []).append(one)
    alike = [group for group in grouped.values() if count_projects(group) > 1]
    taken = {one.key for group in alike for one in group}
    alike.sort(key=lambda group: (-count_projects(group), _rank(group[0], members)))
    return alike, [one for one in members if one.key not in taken]


def by_theme(members: Sequence[Citation]) -> tuple[list[tuple[str, list[Citation]]], list[Citation]]:
    """Citations by the theme that most projects share, each citation once, and those that share none with another project."""
    left = list(members)
    groups: list[tuple[str, list[Citation]]] = []
    order = {concept.id: n for n, concept in enumerate(load(SDH).concepts)}
    while True:
        sharing: dict[str, list[Citation]] = {}
        for one in left:
            for theme in one.sdh:
                sharing.setdefault(theme, []).append(one)
        counted = [(count_projects(group), theme) for theme, group in sharing.items()]
        best = max(counted, key=lambda pair: (pair[0], -order.get(pair[1], len(order)), pair[1]), default=(0, ""))
        if best[0] < 2:
            return groups, left
        groups.append((best[1], sharing[best[1]]))
        left = [one for one in left if best[1] not in one.sdh]


def _claim(name: str, group: Sequence[Citation], language: str, **values: object) -> Claim:
    """A claim that quotes its group."""
    text = sentence(name, language, projects=count_projects(group), quotes=_quotes(group, language), **values)
    return Claim(text, tuple(one.key for one in group))


def _quotes(group: Sequence[Citation], language: str, most: int = _SHOWN) -> str:
    """The first quotes of a group, one for each project as far as there are, each with its key, and how many more there are."""
    projects = project_ids(group)
    first = list({projects[one.key]: one for one in reversed(group)}.values())[::-1]
    shown = sorted(first, key=lambda one: _rank(one, group))[:most]
    said = [sentence("quote", language, quote=quoted(one.quote), key=one.key) for one in shown]
    rest = [one for one in group if one not in shown]
    if rest:
        keys = "".join(f"[{one.key}]" for one in rest)
        said.append(f"{sentence('more', language, count=len(rest))} {keys}")
    return " ".join(said)


def quoted(quote: str) -> str:
    """A quote as it stands inside a claim: on one line, clipped, with quotation marks of its own made single.

    >>> quoted("ก  “ข”\\nค")
    'ก ‘ข’ ค'
    """
    line = _SPACE.sub(" ", quote).strip().replace("“", "‘").replace("”", "’")
    return clipped(line, LONGEST_QUOTE)


def _rank(one: Citation, among: Sequence[Citation]) -> int:
    return list(among).index(one)


def _short_area(one: Citation, language: str) -> str:
    """Province and year; the project where its report names neither."""
    province_only = area_label(replace(one, subdistrict="", district=""), language)
    return province_only if one.province else f"{clipped(project_label(one), 60)} {province_only}".strip()


def _spread(group: Sequence[Citation], language: str) -> str:
    """The subdistricts and years of a group in words, "" where a report names none."""
    subdistricts = {(one.province, one.district, one.subdistrict) for one in group if one.subdistrict}
    years = {one.year_ce for one in group if one.year_ce is not None}
    if not all(one.subdistrict and one.year_ce is not None for one in group):
        return ""  # a count that leaves some out would say too little
    return " " + sentence("spread.areas", language, subdistricts=len(subdistricts), years=len(years))


# --- conditions -------------------------------------------------------------------------------------------------------


def _conditions(lesson_set: LessonSet) -> Iterator[Claim]:
    """What helped here and hindered there, where and when it comes from, and which project weighs on it."""
    cited = lesson_set.citations
    if not cited:
        return
    yield from _both_sides(lesson_set)
    yield from _in_venues(lesson_set)
    yield from _places(lesson_set)
    projects = project_ids(cited)
    heaviest, count = Counter(projects.values()).most_common(1)[0]
    if count * HEAVY > len(cited) and len(set(projects.values())) > 1:
        group = [one for one in cited if projects[one.key] == heaviest]
        text = sentence(
            "heavy", lesson_set.language, count=count, all=len(cited), project=clipped(project_label(group[0]), 80)
        )
        yield Claim(text, tuple(one.key for one in group))


def _both_sides(lesson_set: LessonSet) -> Iterator[Claim]:
    """Factors (leaders, money, rules …) that helped in one project and hindered in another, most projects on the weaker side first."""
    language = lesson_set.language
    helps, hinders = (part_row(role).draft for role in ("works", "hinders"))
    named = {one.key: factors_of(one.quote) for one in lesson_set.citations}
    projects = project_ids(lesson_set.citations)
    found = []
    for order, factor in enumerate(load_table(FACTORS, FactorRow)):
        about = [one for one in lesson_set.citations if factor.id in named[one.key]]
        helped = [one for one in about if one.category in helps]
        hindered = [one for one in about if one.category in hinders]
        mine, theirs = ({projects[one.key] for one in side} for side in (helped, hindered))
        if mine - theirs and theirs - mine:
            found.append((-min(len(mine), len(theirs)), order, factor, helped, hindered))
    for _, _, factor, helped, hindered in sorted(found, key=lambda f: f[:2])[:_SIDES]:
        text = sentence(
            "both",
            language,
            factor=factor.name_th if language == "th" else factor.name_en,
            helped=count_projects(helped),
            hindered=count_projects(hindered),
            help_quotes=_quotes(helped, language, most=1),
            hinder_quotes=_quotes(hindered, language, most=1),
        )
        yield Claim(text, tuple(one.key for one in (*helped, *hindered)))


def _in_venues(lesson_set: LessonSet) -> Iterator[Claim]:
    """Where the work was done, as the quotes and the names of the projects say: venues of several projects."""
    language = lesson_set.language
    groups: dict[Venue, list[Citation]] = {}
    for one in lesson_set.citations:
        for venue in venues_of(f"{one.quote}\n{one.project_name}"):
            groups.setdefault(venue, []).append(one)
    several = [(venue, group) for venue, group in groups.items() if count_projects(group) > 1]
    several.sort(key=lambda pair: (-count_projects(pair[1]), pair[0].id))
    for venue, group in several[:_VENUES]:
        quotes = _quotes(group, language, most=2)
        text = sentence("venue", language, venue=venue.name(language), projects=count_projects(group), quotes=quotes)
        yield Claim(text, tuple(one.key for one in group))


def _dictionary_order(name: str) -> str:
    """What a Thai name is sorted by: the vowels written in front behind their consonant, so that เพชรบูรณ์ stands among the names with พ.

    >>> sorted(["สงขลา", "เพชรบูรณ์", "พะเยา"], key=_dictionary_order)
    ['พะเยา', 'เพชรบูรณ์', 'สงขลา']
    """
    return re.sub("([เแโใไ])([ก-ฮ])", r"\2\1", name)


def _places(lesson_set: LessonSet) -> Iterator[Claim]:
    """The provinces and the years that the set speaks of."""
    language = lesson_set.language
    placed = [one for one in lesson_set.citations if one.province]
    if placed:
        names = list(
            dict.fromkeys(one.province for one in sorted(placed, key=lambda one: _dictionary_order(one.province)))
        )
        text = sentence(
            "spread.provinces" if len(names) > 1 else "spread.province",
            language,
            projects=count_projects(placed),
            provinces=len(names),
            names=joined(names, language),
        )
        yield Claim(text, tuple(one.key for one in placed))
    dated = [one for one in lesson_set.citations if one.year_ce is not None]
    if dated:
        years = sorted({one.year_ce for one in dated if one.year_ce is not None})
        first, last = (sentence("year", language, year=year_words(y, Words(language))) for y in (years[0], years[-1]))
        text = sentence("spread.years" if len(years) > 1 else "spread.year", language, first=first, last=last)
        yield Claim(text, tuple(one.key for one in dated))


# --- question, who to ask, limits -------------------------------------------------------------------------------------


def _question(lesson_set: LessonSet) -> Iterator[Claim]:
    """The question, and how the passages were chosen."""
    yield Claim(sentence("question", lesson_set.language, title=lesson_set.title), ())
    scope = scope_words(lesson_set.scope, lesson_set.language)
    yield Claim(sentence("question.scope", lesson_set.language, scope=scope), ())


def scope_words(scope: Scope, language: str) -> str:
    """The filters of a scope in words."""
    years = [year_words(year, Words(language)) for year in sorted(scope.years_ce)]
    named = [
        ("issues", [_name(ISSUE, code, language) for code in scope.issues]),
        ("sdh", [_name(SDH, code, language) for code in scope.sdh]),
        ("categories", [_name(CATEGORY, code, language) for code in scope.categories]),
        ("provinces", list(scope.provinces)),
        ("years", years),
    ]
    said = [sentence("scope.query", language, query=scope.query)] if scope.query else []
    said += [sentence(f"scope.{name}", language, names=joined(values, language)) for name, values in named if values]
    if scope.least_confidence > 0:
        said.append(sentence("scope.confidence", language, least=f"{scope.least_confidence:.2f}"))
    return (" " if language == "th" else ", ").join(said) or sentence("scope.all", language)


def _who(lesson_set: LessonSet) -> Iterator[Claim]:
    """Whom to ask of each project: its organisation, its area and, in a set that is not public, the person responsible."""
    language = lesson_set.language
    projects = project_ids(lesson_set.citations)
    groups: dict[str, list[Citation]] = {}
    for one in lesson_set.citations:
        groups.setdefault(projects[one.key], []).append(one)
    for group in groups.values():
        first = group[0]
        organisation = next((one.organisation for one in group if one.organisation), "")
        person = next((one.responsible_person for one in group if one.responsible_person), "")
        areas = Counter(area_label(one, language) for one in group)
        said = [organisation, areas.most_common(1)[0][0] or sentence("area.unknown", language)]
        if person and not lesson_set.public:
            said.append(sentence("who.person", language, person=person))
        who = " ".join(part for part in said if part)
        text = sentence("who", language, project=clipped(project_label(first), 80), who=who)
        yield Claim(text, tuple(one.key for one in group))


def _limits(lesson_set: LessonSet) -> Iterator[Claim]:
    """What was read and not read, what the reports do not say, and how sure the passages are."""
    language, read, cited = lesson_set.language, lesson_set.reading, lesson_set.citations

    def said(name: str, **values: object) -> Claim:
        return Claim(sentence(f"limits.{name}", language, **values), ())

    if read.composed:
        yield said("composed")
    yield said("reports", reports=read.reports, unreadable=read.unreadable, partial=read.partial)
    if read.copies:
        yield said("copies", copies=read.copies)
    if read.not_processed:
        yield said("not_processed", count=read.not_processed)
    yield said(
        "matched",
        matched=read.matched,
        matched_reports=read.matched_reports,
        chosen=len(cited),
        chosen_reports=len({one.report_id for one in cited}),
    )
    denied = dict(read.none_reported)
    for category, silent in read.silent:
        name = _name(CATEGORY, category, language)
        yield said("silent", category=name, silent=silent, matched_reports=read.matched_reports)
        if category in denied:
            yield said("none_reported", category=name, count=denied[category])
    if cited:
        sure = sorted(one.confidence for one in cited)
        yield said(
            "machine",
            decided_by=_deciders(cited, language),
            lowest=f"{sure[0]:.2f}",
            highest=f"{sure[-1]:.2f}",
            median=f"{median(sure):.2f}",
        )
    if doubtful := [one.key for one in cited if one.confidence < _DOUBTFUL]:
        yield said("doubtful", count=len(doubtful), least=f"{_DOUBTFUL:.2f}", keys=joined(doubtful, language))
    yield said("draft")
    if lesson_set.public:
        yield said("masked")


def _deciders(cited: Sequence[Citation], language: str) -> str:
    """What decided over the passages, in words."""
    deciders = sorted({part for one in cited for part in one.decided_by.split("+") if part}, reverse=True)
    return joined([sentence(f"limits.{decider}", language) for decider in deciders], language)


_COMPOSERS: dict[str, Callable[[LessonSet], Iterator[Claim]]] = {
    "question": _question,
    "conditions": _conditions,
    "who": _who,
    "limits": _limits,
}


def _name(scheme: str, code: str, language: str) -> str:
    """The name of a code; the code itself when the taxonomy does not hold it."""
    concept = next((concept for concept in load(scheme).concepts if concept.id == code), None)
    if concept is None:
        return code
    return concept.name_th if language == "th" else concept.name_en


def joined(names: Sequence[str], language: str) -> str:
    """Names in a row: `ก ข และค`, `L1 L2 และ L3`."""
    if len(names) < 2:
        return "".join(names)
    first = (" " if language == "th" else ", ").join(names[:-1])
    # Thai sets a space between its own letters and others.
    gap = " " if language == "th" and not "ก" <= names[-1][:1] <= "๙" else ""
    return sentence("list.and", language, first=first, last=gap + names[-1])
