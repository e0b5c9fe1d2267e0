"""Two blanks part clauses, unless the writer types two where others type one."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.text import find_blocks
from pipeline.records import NormalText
from pipeline.segment import segment
from pipeline.segment.gaps import clause_gap
from pipeline.spans import MappedText

SPARING = "ครัวเรือนลดขยะลงครึ่งหนึ่งจากเดิม  อาสาสมัครลงเยี่ยมบ้านครบทุกหลัง\n"
LAVISH = (
    "กลุ่มแม่บ้านและเยาวชน  ของทั้งสามหมู่บ้าน  ได้ร่วมกันทำสวนผัก  เพื่อใช้ในโรงครัว\n"
    "อบต.สนับสนุนต้นกล้า  และปุ๋ยหมัก  โดยมีผู้ใหญ่บ้าน  เป็นผู้ประสานงาน\n"
    "เด็กได้กินผักมากขึ้น  ซึ่งผู้ปกครองพอใจ  และอยากให้ทำต่อ    ครูนำไปสอนในชั้นเรียน\n"
)


def units_of(text: str) -> list[str]:
    normal = NormalText(MappedText.identity(text), find_blocks(text)[0])
    return [unit.span.slice(text) for unit in segment(normal).units]


def test_two_blanks_part_clauses() -> None:
    assert units_of(SPARING) == ["ครัวเรือนลดขยะลงครึ่งหนึ่งจากเดิม", "อาสาสมัครลงเยี่ยมบ้านครบทุกหลัง"]


def test_where_they_are_the_ordinary_blank_wider_gaps_do() -> None:
    assert clause_gap(LAVISH) == 3
    units = units_of(LAVISH)
    assert any(unit.startswith("กลุ่มแม่บ้านและเยาวชน  ของทั้งสามหมู่บ้าน") for unit in units)
    assert "ครูนำไปสอนในชั้นเรียน" in units


@given(st.lists(st.sampled_from(["ผักปลอดสาร", "และชุมชน", "ของวัด", "เด็ก", "โดยครู"]), max_size=30))
def test_text_with_single_blanks_has_no_gaps_to_judge(words: list[str]) -> None:
    assert clause_gap(" ".join(words)) == 2
