"""The taxonomies as users rely on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.classify import taxonomy
from pipeline.classify.tag import tag_text
from pipeline.errors import ResourceError

TABLE = "id\tparent\tselectable\tname_th\tname_en\tdefinition_th\tdefinition_en\tnegative\n"
TERMS = "id\tcode\tstrength\tterms\ttoken_terms\texample\tcounter_example\tsource\n"


@pytest.mark.parametrize("scheme", ["issue", "sdh", "category"])
def test_every_concept_is_named_and_defined_in_both_languages(scheme: str) -> None:
    found = taxonomy.load(scheme)
    assert found.version and found.name_th and found.name_en
    for concept in found.concepts:
        assert all([concept.name_th, concept.name_en, concept.definition_th, concept.definition_en]), concept.id


def test_themes_carry_their_group_and_groups_cannot_be_tagged() -> None:
    groups = {c.id for c in taxonomy.load("sdh").concepts if not c.selectable}
    assert groups == {"people", "env", "system"}
    assert {code.split(".")[0] for code in taxonomy.codes("sdh")} == groups


def test_every_theme_stands_in_both_frameworks() -> None:
    for framework in ("WHO CSDH 2010", "Healthy People 2030"):
        crossed = {row.code for row in taxonomy.crosswalk() if row.framework == framework}
        assert crossed <= set(taxonomy.codes("sdh"))
    assert {row.code for row in taxonomy.crosswalk()} == set(taxonomy.codes("sdh"))


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ResourceError, match="unknown taxonomy 'topic'"):
        taxonomy.load("topic")


def test_a_crosswalk_to_an_unknown_code_is_refused(tmp_path: Path) -> None:
    row = "id\tscheme\tcode\tframework\ttarget\tsource\nx1\tsdh\tenv.moon\tHP\tMoon\town\n"
    (tmp_path / "crosswalk.tsv").write_text(row, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"row x1: unknown code 'env\.moon'"):
        taxonomy.crosswalk(tmp_path)


def test_a_parent_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taxonomy_issues.tsv").write_text(TABLE + "noise\tsound\tyes\tก\tn\tก\tn\t\n", encoding="utf-8")
    with pytest.raises(ResourceError, match="unknown code 'sound'"):
        taxonomy.load("issue", tmp_path)


def test_a_users_own_taxonomy_replaces_ours_without_code(tmp_path: Path) -> None:
    (tmp_path / "taxonomy_issues.tsv").write_text(
        TABLE + "dental\t\tyes\tทันตสุขภาพ\tDental\tฟัน\tTeeth\t\n", encoding="utf-8"
    )
    (tmp_path / "terms_issues.tsv").write_text(
        TERMS + "d1\tdental\tstrong\tฟันผุ|แปรงฟัน\t\tเด็กฟันผุลดลง\tพันธุ์พืช\town\n", encoding="utf-8"
    )
    empty = "id\tscheme\tphrases\tagainst\texample\tcounter_example\tsource\n"
    (tmp_path / "exceptions_terms.tsv").write_text(empty, encoding="utf-8")
    (tmp_path / "issue_plans.tsv").write_text("id\tplan\tcode\texample\tcounter_example\tsource\n", encoding="utf-8")
    tags = tag_text("เด็กแปรงฟันทุกวัน เลิกบุหรี่", folder=tmp_path)
    assert [(tag.code, tag.accepted) for tag in tags if tag.scheme == "issue"] == [("dental", True)]
