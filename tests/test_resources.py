"""The loader of rule tables: a fault stops the run with file and line."""

from dataclasses import dataclass

import pytest

from pipeline.errors import ResourceError
from pipeline.resources import check_codes, data_bytes, fingerprint, load_table, parse_table


@dataclass(frozen=True)
class Cue:
    id: str
    words: tuple[str, ...]
    weight: float
    strict: bool = False
    limit: int | None = None


HEAD = "id\twords\tweight\tstrict\tlimit\n"


def test_cells_become_values():
    rows = parse_table(f"# note\n{HEAD}a\tขาด | ไม่มี\t0.5\tyes\t\n\nb\tไม่\t1\tno\t3\n", Cue, where="cues.tsv")
    assert rows == (Cue("a", ("ขาด", "ไม่มี"), 0.5, True, None), Cue("b", ("ไม่",), 1.0, False, 3))


def test_columns_with_a_default_may_be_left_out():
    assert parse_table("id\twords\tweight\na\tก\t1\n", Cue, where="t") == (Cue("a", ("ก",), 1.0),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the table is empty"),
        ("id\twords\tweight\tcolour\n", "t:1: unknown column 'colour'"),
        ("id\tid\twords\tweight\n", "t:1: a column stands twice"),
        ("id\twords\n", "missing column(s) weight"),
        (f"{HEAD}a\tก\t1\n", "t:2: 3 cells for 5 columns"),
        (f"{HEAD}a\tก\tmuch\tno\t\n", "t:2, column weight: 'much' is no float"),
        (f"{HEAD}a\tก\t1\ttrue\t\n", "t:2, column strict: 'true' is neither yes nor no"),
        (f"{HEAD}\tก\t1\tno\t\n", "t:2: empty id"),
        (f"{HEAD}a\tก\t1\tno\t\n# note\na\tข\t1\tno\t\n", "t:4: id 'a' stands already on line 2"),
    ],
)
def test_a_fault_names_its_line(text, said):
    with pytest.raises(ResourceError) as fault:
        parse_table(text, Cue, where="t")
    assert said in str(fault.value) and fault.value.remedy


def test_an_unknown_code_names_its_row():
    check_codes({"r1": "food"}, frozenset({"food"}), where="t")
    with pytest.raises(ResourceError, match="t, row r2: unknown code 'foot'"):
        check_codes({"r1": "food", "r2": "foot"}, frozenset({"food"}), where="t")


def test_a_missing_file_says_so():
    with pytest.raises(ResourceError, match="nothing"):
        load_table("nothing.tsv", Cue)
    with pytest.raises(ResourceError, match="nothing"):
        data_bytes("nothing.tsv")


def test_the_fingerprint_is_steady():
    first = fingerprint()
    fingerprint.cache_clear()
    assert fingerprint() == first and len(first) == 16
