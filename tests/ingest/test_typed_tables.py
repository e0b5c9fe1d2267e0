"""Tables without drawn lines: cells under their headers where people typed or copied a table, lines as they are elsewhere."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.headings_table import is_bare_label
from pipeline.ingest.text import find_blocks
from pipeline.records import BlockKind

HEADERS = ("ที่", "กิจกรรม", "ผลที่ได้", "ปัญหา", "ข้อเสนอแนะ")
CELLS = ("อบรมครู", "ได้แกนนำ 25 คน", "ฝนตกหนัก คนมาสาย", "เครื่องเสีย", "ควรใช้หอประชุม", "-", "ปลูกผัก 40 หลัง", "7,500 บาท")


def cells(text: str) -> list[tuple[int, int, str, str]]:
    """Table, row, text and column header of each cell below a header row."""
    return [
        (b.table, b.row, b.span.slice(text), b.column_header)
        for b in find_blocks(text)[0]
        if b.kind is BlockKind.TABLE_CELL and b.row
    ]


def plain(text: str) -> list[str]:
    """The text of each block that is no cell."""
    return [b.span.slice(text) for b in find_blocks(text)[0] if b.kind is not BlockKind.TABLE_CELL]


# Pipes


def test_rows_of_values_are_no_headers_and_a_row_of_labels_begins_a_table():
    values = ["เลิกเหล้า 9 คน | หนี้ลดจาก 12 เหลือ 4 ราย | ขายผักได้ 30,000 บาท", "เด็กว่ายน้ำเป็น | ย่ายายมีเพื่อน | พระเทศน์สั้นลง"]
    tables = "เรื่อง|ก่อน|หลัง\nคลอง|เหม็น|ปลาเข้า\nถังขยะ|4 ใบ|90 ใบ\nปัญหา | แก้ยังไง | ได้ผลไหม\nเรือพัง | ยืมวัด | พอได้\nคนน้อย | ชวนหลาน | ได้เด็ก 6 คน"
    text = "\n".join(["ผลลัพธ์", *values, tables])
    assert plain(text) == ["ผลลัพธ์", *values]
    assert cells(text) == [
        (0, 1, "คลอง", "เรื่อง"), (0, 1, "เหม็น", "ก่อน"), (0, 1, "ปลาเข้า", "หลัง"),
        (0, 2, "ถังขยะ", "เรื่อง"), (0, 2, "4 ใบ", "ก่อน"), (0, 2, "90 ใบ", "หลัง"),
        (1, 1, "เรือพัง", "ปัญหา"), (1, 1, "ยืมวัด", "แก้ยังไง"), (1, 1, "พอได้", "ได้ผลไหม"),
        (1, 2, "คนน้อย", "ปัญหา"), (1, 2, "ชวนหลาน", "แก้ยังไง"), (1, 2, "ได้เด็ก 6 คน", "ได้ผลไหม"),
    ]  # fmt: skip


def test_a_row_of_one_pipe_more_or_less_keeps_its_columns():
    text = "กิจกรรม | ผลผลิต | ผลลัพธ์\nอบรม | 40 คน | อ่านฉลากเป็น\nชั่งน้ำหนัก | 60 คน\nเยี่ยมบ้าน | 9 หลัง | กินยาตรง | ยิ้มได้\nติดตาม | 3 ครั้ง | -"
    assert cells(text)[3:] == [
        (0, 2, "ชั่งน้ำหนัก", "กิจกรรม"),
        (0, 2, "60 คน", "ผลผลิต"),
        (0, 3, "เยี่ยมบ้าน", "กิจกรรม"),
        (0, 3, "9 หลัง", "ผลผลิต"),
        (0, 3, "กินยาตรง | ยิ้มได้", "ผลลัพธ์"),
        (0, 4, "ติดตาม", "กิจกรรม"),
        (0, 4, "3 ครั้ง", "ผลผลิต"),
        (0, 4, "-", "ผลลัพธ์"),
    ]


@pytest.mark.parametrize(
    "line", ["ผู้รับผิดชอบ: ป้าสาย | โทร 08x | ทีม 9 คน", "ปัจจัยความสำเร็จ | คนเอาจริง | กติกาชัด", "ข้อเสนอแนะ | ขอเรือ | ขอไฟ"]
)
def test_a_row_that_states_its_own_label_ends_a_table_of_statements(line):
    text = f"ปัญหา | สาเหตุ | ทางแก้\nเรือพัง | เก่า | ยืมวัด\nคนน้อย | ไปทำงาน | ชวนหลาน\n{line}"
    assert len(cells(text)) == 6
    assert plain(text) == [line]


def test_the_same_header_again_is_no_row():
    page = "ปัญหา | สาเหตุ | ทางแก้\nเรือพัง | เก่า | ยืมวัด\nคนน้อย | ไปทำงาน | ชวนหลาน\n"
    assert [cell[1:] for cell in cells(page + page)] == [cell[1:] for cell in cells(page)] * 2


def test_a_typed_table_right_above_a_drawn_one():
    text = "ปัญหา | สาเหตุ | ทางแก้\nเรือพัง | เก่า | ยืม\nคนน้อย | ไกล | ชวน\nเรื่อง | ก่อน | หลัง\n---|---|---\nคลอง | เหม็น | ใส"
    assert cells(text)[6:] == [(1, 1, "คลอง", "เรื่อง"), (1, 1, "เหม็น", "ก่อน"), (1, 1, "ใส", "หลัง")]


# Slashes


def test_slashes_stand_between_cells_under_headers_and_between_words_elsewhere():
    table = "ตัวชี้วัด / เป้า / ผล\nเกิดอุบัติเหตุ / ไม่เกิน ๙ ครั้ง / เกิด ๕ ครั้ง บาดเจ็บ ๖\nเรียกตรวจ / - / เรียกตรวจ ๑,๓๘๐ คัน"
    assert cells(table)[:3] == [
        (0, 1, "เกิดอุบัติเหตุ", "ตัวชี้วัด"),
        (0, 1, "ไม่เกิน ๙ ครั้ง", "เป้า"),
        (0, 1, "เกิด ๕ ครั้ง บาดเจ็บ ๖", "ผล"),
    ]
    mixed = "Indicator / Target / Achieved\nผู้เลิกสูบ   30 คน / 22 คน\nร้านที่ไม่ขายให้เด็ก   - / 4 จาก 6 ร้าน"
    assert cells(mixed)[3:] == [
        (0, 2, "ร้านที่ไม่ขายให้เด็ก", "Indicator"),
        (0, 2, "-", "Target"),
        (0, 2, "4 จาก 6 ร้าน", "Achieved"),
    ]
    lines = ["ปัญหา / อุปสรรค / แนวทางแก้ไข", "ฝนตกหนัก / คนมาไม่ครบ", "รถเสีย", "ประชุมกับ สสจ. / ประกันสังคม / สมาคมห้องเย็น"]
    assert plain("\n".join(lines)) == lines
    wide = "กิจกรรม    ปัญหา / อุปสรรค / ข้อจำกัด    ผลที่ได้\nอบรมครู    ฝนตก    ได้แกนนำ 25 คน\nปลูกผัก    น้ำท่วม    40 หลัง"
    assert cells(wide)[4] == (0, 2, "น้ำท่วม", "ปัญหา / อุปสรรค / ข้อจำกัด")


# Tabs and wide gaps


def test_tabs_hold_the_places_of_empty_cells():
    text = "กิจกรรม\tผลที่ได้\tปัญหา\nอบรม\t\tฝนตก\nตรวจตา\tได้แว่น 9 คน\t\n\tเด็กมาเอง\tร้อน\nจบแล้ว"
    assert cells(text) == [
        (0, 1, "อบรม", "กิจกรรม"),
        (0, 1, "ฝนตก", "ปัญหา"),
        (0, 2, "ตรวจตา", "กิจกรรม"),
        (0, 2, "ได้แว่น 9 คน", "ผลที่ได้"),
        (0, 3, "เด็กมาเอง", "ผลที่ได้"),
        (0, 3, "ร้อน", "ปัญหา"),
    ]
    assert plain(text) == ["จบแล้ว"]


def test_blanks_align_rows_that_lack_a_cell_or_have_a_gap_inside_one():
    text = (
        "ลำดับ  กิจกรรม   ผล           ปัญหา\n"
        "1      เดินวิ่ง                 ฝนตก\n"
        "2      รำวง      ยายคล่องขึ้น   เสียงดัง\n"
        "3      ปั่น  ว่าย  มา 20 คน     รถชน\n"
    )
    assert [cell[1:] for cell in cells(text)] == [
        (1, "1", "ลำดับ"), (1, "เดินวิ่ง", "กิจกรรม"), (1, "ฝนตก", "ปัญหา"),
        (2, "2", "ลำดับ"), (2, "รำวง", "กิจกรรม"), (2, "ยายคล่องขึ้น", "ผล"), (2, "เสียงดัง", "ปัญหา"),
        (3, "3", "ลำดับ"), (3, "ปั่น  ว่าย", "กิจกรรม"), (3, "มา 20 คน", "ผล"), (3, "รถชน", "ปัญหา"),
    ]  # fmt: skip


def test_a_cell_that_goes_on_in_a_line_of_its_own_ends_the_table():
    text = "กิจกรรม\tผล\tปัญหา\nอบรม\tได้ 20 คน\tฝนตก\nตรวจ\t60 คน\tเครื่องเสีย\nและช่างมาช้า\nรำ\t2 คน\tร้อน"
    assert len(cells(text)) == 6
    assert plain(text) == ["และช่างมาช้า", "รำ\t2 คน\tร้อน"]


@pytest.mark.parametrize(
    "text",
    [
        "หน้าแรก\tข่าว\tติดต่อ\nเด็กกินผัก\tวัดใส\tคลองสะอาด\nดูต่อ\tคลิป\tภาพ",
        "09:16  พี่นก  ดีใจมาก\n09:17  ลุงมี  พรุ่งนี้มาอีก\n09:20  พี่นก  ได้เลย",
        "ตามที่ได้จัดอบรม  ผู้เข้าร่วมพอใจ  วิทยากรดี\nจึงเรียนมาเพื่อทราบ  และพิจารณา  ขอบคุณ\nทั้งนี้ได้แนบรายงาน  ภาพถ่าย  บัญชี",
        "ผลการดำเนินงาน  พบว่ามีปัญหา  จึงมีข้อเสนอแนะ\nควรเลื่อนวัน  ควรเพิ่มงบ  ควรมีรถ\nทั้งนี้ได้แนบรายงาน  ภาพถ่าย  บัญชี",
        "ผลลัพธ์  ปัญหา  ข้อเสนอแนะ\nเด็กกินผักได้เอง  ผู้ปกครองพอใจ  ครูก็ดีใจ\nแต่ปีนี้ฝนตกหนักมาก  ผักจึงเน่า  ของแพง",
        "ลงชื่อ ……………  (นายดี งามตา)  ผู้รายงาน\nลงชื่อ ……………  (นายมี งามใจ)  ผู้รับรอง\nลงชื่อ ……………  (นางสี งามดี)  พยาน",
        "นายดี งามตา\tประธาน\tหมู่ 1\nนางมี งามใจ\tเลขา\tหมู่ 2\nนายสี งามดี\tเหรัญญิก\tหมู่ 3",
        "ที่  ชร 0023/123  อ.เมือง\nศาลากลาง  ถนนใหญ่  ต.เวียง\nโทร  053 000 000  ต่อ 4",
        "เป้าหมาย   30 แผง\nผลงาน      28 แผง\nปัญหา      แผงเปลี่ยนมือบ่อย",
        "เป้าหมาย\t30 แผง\nผลงาน\t28 แผง\nปัญหา\tแผงเปลี่ยนมือบ่อย",
        "กิจกรรม   รับซื้อขวดทุกวันพระ\nผล   วัดสะอาด\nปัญหา   ราคาตก",
        "ส่วนที่ 2  ปัญหา  สาเหตุ  ทางแก้\n1. เรือพัง  สาเหตุเพราะ เก่า  แก้ไข ยืม\n2. คนน้อย  สาเหตุเพราะ ไกล  แก้ไข ชวน",
        "กิจกรรม\tผล\tปัญหา\n\nอบรม\tได้ 20 คน\tฝนตก\nตรวจ\t60 คน\tเครื่องเสีย",
        "กิจกรรม\tผล\tปัญหา\nอบรม\tได้ 20 คน\tฝนตก",
        "- กิจกรรม  ผล  ปัญหา\n- อบรม  ดี  ฝนตก\n- ตรวจ  พอใช้  เครื่องเสีย",
    ],
    ids=lambda text: text[:12],
)
def test_no_table_without_headers_and_rows_that_fit(text):
    assert plain(text) == [line for line in text.split("\n") if line]


# Line by line

LISTED = "ที่\nกิจกรรม\nผล\nปัญหา\n1\nอบรม\nได้แกนนำ 25 คน\nฝนตกหนัก\n2\nปลูกผัก\nผักพอกิน\nหอยกินต้นอ่อน\n"


def test_columns_that_stand_line_by_line():
    text = "ผลการดำเนินงาน\n" + LISTED + "\nข้อเสนอแนะ\nทำต่อ"
    assert cells(text) == [
        (0, 1, "1", "ที่"), (0, 1, "อบรม", "กิจกรรม"), (0, 1, "ได้แกนนำ 25 คน", "ผล"), (0, 1, "ฝนตกหนัก", "ปัญหา"),
        (0, 2, "2", "ที่"), (0, 2, "ปลูกผัก", "กิจกรรม"), (0, 2, "ผักพอกิน", "ผล"), (0, 2, "หอยกินต้นอ่อน", "ปัญหา"),
    ]  # fmt: skip
    assert plain(text) == ["ผลการดำเนินงาน", "ข้อเสนอแนะ", "ทำต่อ"]


def test_the_number_of_a_row_may_have_no_header():
    text = LISTED.removeprefix("ที่\n")
    assert [cell[2:] for cell in cells(text)] == [
        ("1", ""),
        *(c[2:] for c in cells(LISTED)[1:4]),
        ("2", ""),
        *(c[2:] for c in cells(LISTED)[5:]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        LISTED.replace("ฝนตกหนัก\n", ""),
        LISTED.replace("ฝนตกหนัก\n", "ฝนตก\nหนัก\n"),
        LISTED.replace("หอยกินต้นอ่อน\n", "ข้อเสนอแนะ\nทำต่อ"),
        LISTED + "ทั้งแปลง",
        LISTED + "3\nตรวจตา\n",
        LISTED + "3\nตรวจตา\nได้แว่น\n4\nเดินวิ่ง\nคนมา\nร้อน",
        LISTED[: LISTED.index("2\n")],
        LISTED.replace("ผล\n", "ผล:\n"),
    ],
)
def test_a_line_more_or_less_leaves_columns_as_they_are(text):
    assert plain(text) == [line for line in text.split("\n") if line]


# Laws


def typed(rows, between: str) -> str:
    return "\n".join(between.join(row) for row in rows)


@given(st.data())
def test_a_table_reads_the_same_in_whichever_way_it_is_set(data):
    width = data.draw(st.integers(3, len(HEADERS)))
    body = st.lists(st.sampled_from(CELLS), min_size=width - 1, max_size=width - 1)
    rows = [[str(n), *row] for n, row in enumerate(data.draw(st.lists(body, min_size=2, max_size=6)), 1)]
    wanted = [
        (0, n, cell, header) for n, row in enumerate(rows, 1) for cell, header in zip(row, HEADERS[:width], strict=True)
    ]
    table = [HEADERS[:width], *rows]
    for between in (" | ", "|", " / ", "\t", "    ", "\t\t", "\n"):
        assert cells(typed(table, between)) == wanted


LABELS = ("กิจกรรม", "ผล", "ปัญหา", "ข้อเสนอแนะ", "ที่", "ลำดับ", "เรื่อง", "ก่อน", "หลัง", "สาเหตุ")
WORDS = ("อบรม", "ได้ 25 คน", "ฝน ตก", "1", "2", "3.", "ก: ข")
SEPARATORS = ("\t", " | ", "|", " / ", "  ", "\t\t", "     ", "\n", "\n\n", "\r\n", " ")


@given(st.lists(st.tuples(st.sampled_from(LABELS + WORDS), st.sampled_from(SEPARATORS)), max_size=60), st.booleans())
def test_nothing_is_lost_and_cells_stand_in_order(parts, markdown):
    check_places("".join(word + gap for word, gap in parts), markdown=markdown)


@given(
    st.sampled_from(("\t", " | ", " / ", "  ", "\n", " |\t")),
    st.lists(st.sampled_from(LABELS), min_size=3, max_size=4, unique=True),
    st.lists(st.lists(st.sampled_from((*WORDS, *LABELS[:2], "")), min_size=2, max_size=4), min_size=2, max_size=8),
)
def test_nothing_is_lost_of_uneven_tables(between, header, rows):
    check_places(typed([header, *([str(n), *row] for n, row in enumerate(rows, 1))], between))


def check_places(text: str, *, markdown: bool = False) -> None:
    blocks, _ = find_blocks(text, markdown=markdown)
    rest, at = "", 0
    for block in blocks:
        assert at <= block.span.start < block.span.end <= len(text)
        assert block.span.slice(text).strip() == block.span.slice(text)
        rest += text[at : block.span.start]
        at = block.span.end
    assert set(rest + text[at:]) <= set(" \t\r\n|/")
    places = [(b.table, b.row, b.column) for b in blocks if b.kind is BlockKind.TABLE_CELL]
    assert all(one < other for one, other in pairwise(places))


@given(
    st.lists(st.lists(st.sampled_from((*LABELS, *WORDS, "บ้านสวน", "•", "9.")), max_size=4).map(" ".join), max_size=30)
)
def test_lines_without_separators_and_runs_of_labels_stay_lines(lines):
    text = "\n".join(line for n, line in enumerate(lines) if not (is_bare_label(line) and n and lines[n - 1] in LABELS))
    runs = [line in LABELS for line in text.split("\n") if line]
    if not any(all(runs[n : n + 3]) for n in range(len(runs) - 2)):
        assert plain(text) == [line for line in text.split("\n") if line]


@pytest.mark.parametrize(
    "text",
    [
        "ก | ข | ค\n" * 20_000,
        "ผล | ข | ค\nก | ข | ค\n" * 10_000,
        "ผล\tปัญหา\tทางแก้\n" * 10_000,
        "ผล\tปัญหา\tทางแก้\nก\tข\n" * 10_000,
        "ผล / ปัญหา / ทางแก้\nก / ข\n" * 10_000,
        "ผล  ปัญหา  ทางแก้\nก  ข\n" * 10_000,
        "ที่\nกิจกรรม\nผล\nปัญหา\n1\n" * 5_000,
        ("ผล" + "\t" * 10_000 + "ปัญหา\n") * 100,
        "ผล  " * 100_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_text_that_looks_like_tables_is_read_in_linear_time(text):
    start = time.perf_counter()
    find_blocks(text)
    assert time.perf_counter() - start < 20  # quadratic would be many minutes
