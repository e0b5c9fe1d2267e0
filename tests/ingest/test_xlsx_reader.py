"""Workbooks and delimited text: values as shown, tables found in sheets."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from make_files import REPORT, make_csv
from openpyxl.styles import Font
from read_files import block_of, check_laws, read_bytes, texts

from pipeline.errors import ReadError
from pipeline.records import BlockKind

TABLE = next(part.table for part in REPORT if part.table)


def saved(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_values_come_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("รายการ", "ค่า", "หมายเหตุ"),
        ("วันที่", datetime.date(2023, 7, 31), "วันจัดอบรม"),
        ("ร้อยละ", 0.725, "ของครัวเรือน"),
        ("เงิน", 9500.0, "บาท"),
        ("ผ่าน", True, "ทุกข้อ"),
    ):
        sheet.append(row)
    sheet["B3"].number_format = "0.0%"
    report = read_bytes(saved(book), "values.xlsx")
    check_laws(report)
    shown = {b.locator: b.span.slice(report.raw) for b in report.blocks}
    assert [shown[f"sheet=Sheet!B{n}"] for n in range(2, 6)] == ["2023-07-31", "72.5%", "9500", "TRUE"]
    assert block_of(report, "วันจัดอบรม").column_header == "หมายเหตุ"


def test_titles_above_a_table_and_merged_headers() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "ผลการดำเนินงานปี 2566"
    sheet["A1"].font = Font(bold=True)
    for row in (("กิจกรรม", "ผลผลิต", None), (None, "ที่ตั้งไว้", "ที่เกิดขึ้นจริง"), ("อบรม", "50 คน", "อบรมได้ 38 คน")):
        sheet.append(row)
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("A2:A3")
    report = read_bytes(saved(book), "merged.xlsx")
    assert report.blocks[0].kind is BlockKind.HEADING
    cell = block_of(report, "อบรมได้ 38 คน")
    assert (cell.column_header, cell.row_header, cell.locator) == ("ผลผลิต ที่เกิดขึ้นจริง", "อบรม", "sheet=Sheet!C4")


def test_hidden_sheets_and_formulas_without_value_are_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(("ผลลัพธ์", "จำนวน"))
    book.active.append(("เลิกเหล้า", 12))
    book.active.append(("รวม", "=SUM(B2:B2)"))
    book.create_sheet("ซ่อน").append(("ความลับ",))
    book["ซ่อน"].sheet_state = "hidden"
    report = read_bytes(saved(book), "problems.xlsx")
    assert "ความลับ" not in report.raw
    reasons = " ".join(problem.reason for problem in report.problems)
    assert "ซ่อน" in reasons
    assert "B3" in reasons


def test_the_name_of_a_sheet_is_a_heading() -> None:
    book = openpyxl.Workbook()
    book.active.title = "บทเรียนที่ได้รับ"
    book.active.append(("เริ่มจากคนที่พร้อมก่อนแล้วค่อยขยายไปยังครัวเรือนอื่นในหมู่บ้านได้ผลดี",))
    report = read_bytes(saved(book), "named.xlsx")
    assert [b.kind for b in report.blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_dialect(encoding: str, delimiter: str) -> None:
    report = read_bytes(make_csv(TABLE, encoding=encoding, delimiter=delimiter), "table.csv")
    check_laws(report)
    assert texts(report) == [*TABLE.header, *(cell for row in TABLE.rows for cell in row)]
    assert block_of(report, TABLE.rows[1][2]).column_header == TABLE.header[2]


def test_csv_cells_may_hold_lines() -> None:
    data = 'กิจกรรม,ผลลัพธ์\n"อบรม","- ลดเหล้า\n- ลดบุหรี่"\n'.encode()
    report = read_bytes(data, "lines.csv")
    assert texts(report)[-2:] == ["- ลดเหล้า", "- ลดบุหรี่"]
    assert {b.locator for b in report.blocks[-2:]} == {"cell=B2"}


def test_empty_csv_says_so() -> None:
    with pytest.raises(ReadError):
        read_bytes(b",,,\n,,\n", "empty.csv")
