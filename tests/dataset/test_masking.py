"""Personal data hidden for publication: what must go, what must stay, and what must not change."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_personal_data import HARD_TITLED, HARD_UNTITLED, NEGATIVES, hard_positives, positives

from pipeline.dataset.masking import MASK, AddressRow, bare_name, find_personal, mask, mask_spans, verify_public
from pipeline.resources import load_table
from pipeline.spans import Span

SHARED = Path(__file__).parents[3] / "shared"
PUNCTUATION = set("-–.+@")


def hidden(planted, sentence, masked):
    at = sentence.index(planted)
    return all(c == MASK or c.isspace() or c in PUNCTUATION for c in masked[at : at + len(planted)])


def test_planted_personal_data_is_masked():
    sentences = positives(300)
    outcome = [hidden(p, s.text, mask(s.text, keep_public_roles=False)) for s in sentences for p in s.planted]
    found = sum(outcome) / len(outcome)
    print(f"planted {len(outcome)}, masked {sum(outcome)}, recall {found:.4f}")
    assert found >= 0.98


@pytest.mark.parametrize(("frames", "floor"), [(HARD_TITLED, 0.95), (HARD_UNTITLED, 0.70)], ids=["titled", "untitled"])
def test_names_of_the_second_set(frames, floor):
    sentences = hard_positives(frames, 400)
    outcome = [hidden(p, s.text, mask(s.text, keep_public_roles=False)) for s in sentences for p in s.planted]
    print(f"{len(outcome)} parts of names, masked {sum(outcome)}, recall {sum(outcome) / len(outcome):.4f}")
    assert sum(outcome) / len(outcome) >= floor


def test_places_organisations_and_roles_are_not_eaten():
    eaten = [text for text in NEGATIVES if find_personal(text)]
    print(f"negatives {len(NEGATIVES)}, eaten {len(eaten)}")
    assert len(eaten) / len(NEGATIVES) <= 0.02, eaten


@pytest.mark.parametrize("row", [pytest.param(r, id=r.id) for r in load_table("masking_addresses.tsv", AddressRow)])
def test_addresses(row):
    assert re.search(row.pattern, row.example)
    assert not re.search(row.pattern, row.counter_example)


@given(st.lists(st.sampled_from([s.text for s in positives(90)] + NEGATIVES), min_size=1, max_size=4), st.booleans())
def test_lengths_and_white_space_stay_and_nothing_is_left(parts, keep):
    text = "\n".join(parts)
    masked = mask(text, keep_public_roles=keep)
    assert len(masked) == len(text)
    assert all(a == b or (b == MASK and not a.isspace()) for a, b in zip(text, masked, strict=True))
    assert verify_public([masked], keep_public_roles=keep) == ()


def test_an_unmasked_id_is_reported():
    assert [p.kind for p in verify_public(["สมาชิก 1234567890121"])] == ["national_id"]


def test_a_wrong_checksum_needs_a_label():
    assert find_personal("หมายเลข 1234567890120") == ()
    assert [p.kind for p in find_personal("เลขประจำตัวประชาชน 1234567890120")] == ["national_id"]


def test_public_roles_stay_when_asked():
    text = "นายกล้า ใจสู้ นายกเทศมนตรีตำบลใจดี และนางแก้ว ใจงาม อสม."
    assert mask(text, keep_public_roles=True).startswith("นายกล้า ใจสู้ นายก")
    assert "แก้ว" not in mask(text, keep_public_roles=True)
    assert "กล้า" not in mask(text, keep_public_roles=False)


def test_known_persons_are_masked_without_a_title():
    text = "วันนั้น กล้าหาญ ใจสู้ มาด้วย"
    assert "กล้าหาญ" not in mask(text, keep_public_roles=True, persons=["นายกล้าหาญ ใจสู้"])
    assert bare_name("นางสาวแก้ว ใจงาม") == "แก้ว ใจงาม"


def test_a_quote_is_masked_by_the_spans_of_its_report():
    assert mask_spans("โดย Kaew", [Span(104, 108)], offset=100) == "โดย ████"


@pytest.mark.skipif(not (SHARED / "seeds").exists(), reason="sample reports are not at ../shared")
def test_phone_and_persons_of_a_sample_report():
    (path,) = (SHARED / "seeds").glob("003_*.txt")
    text = path.read_text(encoding="utf-8")
    kinds = [p.kind for p in find_personal(text)]
    masked = mask(text, keep_public_roles=True)
    assert kinds.count("phone") == 1
    assert kinds.count("person") >= 11
    assert len(masked) == len(text)
    assert verify_public([masked]) == ()
    assert not re.search(r"(?:นาย|นาง)(?!ก)[ก-ฮเแโใไ][ก-๎]{3,}", masked)
