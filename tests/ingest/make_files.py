"""Makers of real files for tests: one composed report saved in every format people use.

The report is our own writing; its places, people and numbers are invented. The makers use the same libraries and
programs that office users have (python-docx, python-pptx, openpyxl, LibreOffice, Tesseract), so that the readers meet real files.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

FONT = "Garuda"  # of the Debian package fonts-thai-tlwg
SOFFICE = shutil.which("soffice")
TESSERACT = shutil.which("tesseract")
HEADER = "โครงการบ้านสวนน่าอยู่ รายงานฉบับสมบูรณ์"
FOOTER = "กองทุนสุขภาพตำบลบ้านสมมุติ"


@dataclass(frozen=True)
class Table:
    """A table of the composed report: its header row and the rows below."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """One heading with what stands below it, in the order paragraphs, items, table, note."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Table | None = None
    note: str = ""


TITLE = "รายงานถอดบทเรียนโครงการบ้านสวนน่าอยู่ ลดเหล้า ลดบุหรี่ ปลูกผักปลอดสาร"

REPORT: tuple[Part, ...] = (
    Part(
        "ข้อมูลโครงการ",
        paragraphs=(
            "โครงการนี้ดำเนินงานในพื้นที่ตำบลบ้านสมมุติระหว่างเดือนมกราคมถึงเดือนธันวาคม พ.ศ. 2566 โดยมีแกนนำชุมชน อาสาสมัครสาธารณสุข "
            "โรงเรียนผู้สูงอายุ และคณะกรรมการหมู่บ้านร่วมกันออกแบบกิจกรรมตั้งแต่ต้น งบประมาณ 85,000 บาท",
        ),
    ),
    Part(
        "ผลผลิต",
        items=(
            "อบรมแกนนำสุขภาพ 45 คน จาก 6 หมู่บ้าน จำนวน 3 ครั้ง",
            "จัดทำคู่มือการปลูกผักปลอดสารพิษ 200 เล่ม แจกให้ครัวเรือนและโรงเรียน",
            "ติดป้ายเขตปลอดบุหรี่ในวัด ตลาด และศูนย์พัฒนาเด็กเล็ก 18 จุด",
        ),
    ),
    Part(
        "ผลลัพธ์",
        paragraphs=(
            "ครัวเรือนที่เข้าร่วมโครงการปลูกผักกินเองเพิ่มขึ้นจากร้อยละ 35 เป็นร้อยละ 72 และลดรายจ่ายค่าอาหารได้เดือนละประมาณ 600 บาทต่อครัวเรือน "
            "ทำให้คนในชุมชนหันมาแลกเปลี่ยนเมล็ดพันธุ์กันทุกวันพระจนเกิดเป็นกลุ่มเพื่อนบ้านปลูกผักที่มีกติกาของตนเอง",
            "เกิดข้อตกลงของหมู่บ้านว่างานศพและงานบวชทุกงานต้องไม่มีเครื่องดื่มแอลกอฮอล์",
        ),
    ),
    Part(
        "ตารางเปรียบเทียบผลที่ตั้งไว้กับผลที่เกิดขึ้นจริง",
        table=Table(
            ("กิจกรรม", "ผลที่ตั้งไว้", "ผลที่เกิดขึ้นจริง"),
            (
                (
                    "อบรมแกนนำสุขภาพประจำหมู่บ้าน",
                    "มีแกนนำผ่านการอบรมอย่างน้อย 60 คน และนำความรู้ไปขยายผลต่อในหมู่บ้าน",
                    "มีแกนนำผ่านการอบรม 45 คน และออกเยี่ยมบ้านผู้ที่ต้องการเลิกบุหรี่ครบทุกหลังคาเรือน",
                ),
                (
                    "ตลาดนัดผักปลอดสาร",
                    "เปิดตลาดนัดเดือนละ 4 ครั้ง",
                    "เปิดตลาดนัดได้เดือนละ 2 ครั้ง มีผู้ขาย 24 ราย และมีเงินหมุนเวียนเฉลี่ยครั้งละ 9,500 บาท",
                ),
                (
                    "คัดกรองสุขภาพจิตผู้สูงอายุ",
                    "คัดกรองผู้สูงอายุ 120 คน",
                    "คัดกรองได้ 131 คน พบผู้มีภาวะซึมเศร้า 7 คน และส่งต่อโรงพยาบาลส่งเสริมสุขภาพตำบลทุกราย",
                ),
            ),
        ),
    ),
    Part(
        "ปัญหาและอุปสรรค",
        items=(
            "ฝนตกต่อเนื่องสองเดือนทำให้แปลงผักรวมเสียหายและต้องเลื่อนตลาดนัดออกไป",
            "ร้านค้าบางแห่งยังขายบุหรี่ให้เด็กเพราะขาดการตรวจเตือนอย่างสม่ำเสมอ",
        ),
    ),
    Part(
        "ปัจจัยแห่งความสำเร็จ",
        paragraphs=("ผู้ใหญ่บ้านและเจ้าอาวาสเป็นแบบอย่างที่ดี จึงทำให้คนในชุมชนเชื่อใจและร่วมมือกับคณะทำงานเป็นอย่างดี",),
    ),
    Part(
        "บทเรียนที่ได้รับ",
        paragraphs=("การให้ชาวบ้านร่วมคิดกติกาตั้งแต่ต้นได้ผลดีกว่าการนำกติกาที่หน่วยงานเขียนไว้แล้วมาบังคับใช้",),
    ),
    Part(
        "ข้อเสนอแนะ",
        items=(
            "ควรจัดสรรงบประมาณให้ตรงกับฤดูปลูกผักของแต่ละพื้นที่",
            "ควรมีพี่เลี้ยงติดตามกลุ่มเลิกเหล้าอย่างน้อยเดือนละครั้ง",
        ),
        note="วิทยากรเน้นว่าการติดตามต่อเนื่องสำคัญกว่าการจัดงานใหญ่ครั้งเดียว",
    ),
)


def sentences(report: tuple[Part, ...] = REPORT, *, notes: bool = False) -> list[str]:
    """Every text of the report in reading order: what each format must yield, whatever its layout."""
    texts = [TITLE]
    for part in report:
        texts += [part.heading, *part.paragraphs, *part.items]
        if part.table:
            texts += [*part.table.header, *(cell for row in part.table.rows for cell in row)]
        if notes and part.note:
            texts.append(part.note)
    return texts


def _thai_font(document: Document, size: int = 14) -> None:
    style = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = Pt(size)
    for name in ("Normal", "Title", "Heading 1", "List Bullet"):
        properties = document.styles[name].element.get_or_add_rPr()
        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = OxmlElement("w:rFonts")
            properties.append(fonts)
        for attribute in [a for a in fonts.attrib if "heme" in a]:
            del fonts.attrib[attribute]
        for attribute in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(attribute), FONT)
        half_points = str(2 * (style.font.size.pt if name != "Heading 1" else 18))[:2].rstrip(".")
        complex_size = OxmlElement("w:szCs")
        complex_size.set(qn("w:val"), half_points)
        properties.append(complex_size)


def make_docx(
    report: tuple[Part, ...] = REPORT, *, borders: bool = True, repeat: int = 1, widths: bool = True
) -> bytes:
    """The report as a Word document, with page header and footer; `repeat` times over for long documents."""
    document = docx.Document()
    _thai_font(document)
    section = document.sections[0]
    section.header.paragraphs[0].text = HEADER
    section.footer.paragraphs[0].text = FOOTER
    _add_field(section.footer.paragraphs[0], "PAGE")
    document.add_heading(TITLE, 0)
    for _ in range(repeat):
        for part in report:
            document.add_heading(part.heading, 1)
            for text in part.paragraphs:
                document.add_paragraph(text)
            for text in part.items:
                document.add_paragraph(text, style="List Bullet")
            if part.table:
                _add_docx_table(document, part.table, borders=borders)
    return docx_bytes(document)


def _add_field(paragraph: Paragraph, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            char = OxmlElement("w:fldChar")
            char.set(qn("w:fldCharType"), kind)
            run._r.append(char)
        else:
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._r.append(instruction)


def _add_docx_table(document: Document, table: Table, *, borders: bool) -> None:
    made = document.add_table(rows=1, cols=len(table.header))
    if borders:
        made.style = "Table Grid"
    for cell, text in zip(made.rows[0].cells, table.header, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(text).bold = True
    mark = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in table.rows:
        for cell, text in zip(made.add_row().cells, row, strict=True):
            cell.text = text


def docx_bytes(document: Document) -> bytes:
    """A python-docx document as bytes."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_docx_oddities() -> bytes:
    """A Word document with what hides text: a text box, tracked changes, a foot note mark, a control, merged and nested cells."""
    document = docx.Document()
    document.add_paragraph("ย่อหน้าแรกของเอกสาร")
    tracked = document.add_paragraph("ชุมชนลดเหล้าได้ ")
    tracked._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="ก"><w:r><w:t>ร้อยละ 40</w:t></w:r></w:ins>'))
    tracked._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="2" w:author="ก"><w:r><w:delText>ร้อยละ 90</w:delText></w:r></w:del>')
    )
    hidden = document.add_paragraph("ข้อความที่เห็น").add_run("ข้อความที่ซ่อน")
    hidden.font.hidden = True
    document.element.body.insert(
        len(document.element.body) - 1,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>ข้อความในช่องกรอก</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        ),
    )
    boxed = document.add_paragraph("ย่อหน้าที่มีกล่องข้อความ")
    boxed.add_run()._r.append(
        parse_xml(
            f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox><w:txbxContent>'
            "<w:p><w:r><w:t>บทเรียนในกล่องข้อความ</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>"
        )
    )
    table = document.add_table(rows=4, cols=3)
    table.style = "Table Grid"
    rows = (
        ("กิจกรรม", "ผลผลิต", ""),
        ("", "ที่ตั้งไว้", "ที่เกิดขึ้นจริง"),
        ("อบรมแกนนำ", "จัดอบรมให้ครบ 50 คน", "อบรมได้ 38 คน"),
        ("", "ติดป้าย 10 จุด", "ติดป้ายได้ 12 จุด"),
    )
    for line, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    inner = table.cell(3, 2).add_table(rows=1, cols=2)
    inner.cell(0, 0).text = "ในตารางซ้อน"
    inner.cell(0, 1).text = "ช่องที่สอง"
    document.add_paragraph("ย่อหน้าสุดท้าย")
    return docx_bytes(document)


def add_footnote(data: bytes, text: str) -> bytes:
    """The Word document `data` with a foot note on its last paragraph, as Word writes it."""
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {names}>'
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="1"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    place = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"

    def edit(name: str, part: bytes) -> bytes:
        if name == "word/document.xml":
            at = part.rindex(b"</w:p>")
            return part[:at] + b'<w:r><w:footnoteReference w:id="1"/></w:r>' + part[at:]
        if name == "word/_rels/document.xml.rels":
            mark = f'<Relationship Id="rIdNote" Type="{place}" Target="footnotes.xml"/></Relationships>'
            return part.replace(b"</Relationships>", mark.encode())
        if name == "[Content_Types].xml":
            mark = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
            return part.replace(b"</Types>", mark.encode())
        return part

    return edit_zip(data, edit, extra={"word/footnotes.xml": notes.encode()})


def edit_zip(data: bytes, edit: Callable[[str, bytes], bytes], *, extra: dict[str, bytes] | None = None) -> bytes:
    """The zip `data` with each member passed through `edit(name, bytes)`, and the members of `extra` added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
        for name, part in (extra or {}).items():
            new.writestr(name, part)
    return buffer.getvalue()


def make_pptx(report: tuple[Part, ...] = REPORT) -> bytes:
    """The report as slides: one a heading, items as bullets, tables as tables, notes as speaker notes."""
    presentation = pptx.Presentation()
    opening = presentation.slides.add_slide(presentation.slide_layouts[0])
    opening.shapes.title.text = TITLE
    for part in report:
        slide = presentation.slides.add_slide(presentation.slide_layouts[5 if part.table else 1])
        slide.shapes.title.text = part.heading
        texts = [*part.paragraphs, *part.items]
        if texts:
            frame = slide.placeholders[1].text_frame
            frame.text = texts[0]
            for text in texts[1:]:
                frame.add_paragraph().text = text
        if part.table:
            lines = (part.table.header, *part.table.rows)
            inches = pptx.util.Inches
            shape = slide.shapes.add_table(len(lines), len(lines[0]), inches(0.5), inches(2), inches(9), inches(4))
            for r, line in enumerate(lines):
                for c, text in enumerate(line):
                    shape.table.cell(r, c).text = text
        if part.note:
            slide.notes_slide.notes_text_frame.text = part.note
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def make_xlsx(report: tuple[Part, ...] = REPORT) -> bytes:
    """The report as a workbook: one sheet a heading, the table as a table."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "หน้าแรก"
    sheet["A1"] = TITLE
    for part in report:
        sheet = book.create_sheet(part.heading[:31].replace("/", " "))
        sheet.append([part.heading])
        for text in (*part.paragraphs, *part.items):
            sheet.append([text])
        if part.table:
            sheet.append([])
            for line in (part.table.header, *part.table.rows):
                sheet.append(list(line))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_csv(table: Table, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """A table as delimited text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerows([table.header, *table.rows])
    return buffer.getvalue().encode(encoding)


def convert(data: bytes, suffix: str, target: str, *, options: str = "") -> bytes:
    """The document `data` (with `suffix`, as ".docx") saved by LibreOffice as `target` ("pdf", "odt", "doc" …)."""
    if not SOFFICE:
        raise RuntimeError("soffice is not on this machine")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"report{suffix}")
        source.write_bytes(data)
        command = [
            SOFFICE,
            "--headless",
            f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            "--convert-to",
            f"{target}{options}",
            "--outdir",
            str(Path(folder, "out")),
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": folder})
        return next(Path(folder, "out").iterdir()).read_bytes()


def make_pdf(data: bytes | None = None, *, suffix: str = ".docx", password: str = "") -> bytes:
    """A document (the composed report when none is given) printed to PDF with a Thai font."""
    options = ""
    if password:
        settings = {
            "EncryptFile": {"type": "boolean", "value": "true"},
            "DocumentOpenPassword": {"type": "string", "value": password},
        }
        options = f":writer_pdf_Export:{json.dumps(settings)}"
    return convert(data or make_docx(), suffix, "pdf", options=options)


def make_png(pdf: bytes, *, page: int = 0, dpi: int = 200) -> bytes:
    """One page of a PDF as a picture, as a scanner would give it."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[page].render(scale=dpi / 72, grayscale=True).to_pil()
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def make_scanned_pdf(pdf: bytes) -> bytes:
    """The pages of a PDF as pictures in a PDF: no text layer."""
    with pypdfium2.PdfDocument(pdf) as document:
        images = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in document]
    buffer = io.BytesIO()
    images[0].save(buffer, "PDF", resolution=200, save_all=True, append_images=images[1:])
    return buffer.getvalue()


def make_zip(members: dict[str, bytes]) -> bytes:
    """A zip of the members, names as given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return buffer.getvalue()


@cache
def made(name: str) -> bytes:
    """A file of the composed report by name, made once a session: "report.docx", "report.pdf", "scan.png" …"""
    table = next(part.table for part in REPORT if part.table)
    makers: dict[str, Callable[[], bytes]] = {
        "report.docx": make_docx,
        "oddities.docx": make_docx_oddities,
        "report.pptx": make_pptx,
        "report.xlsx": make_xlsx,
        "table.csv": lambda: make_csv(table),
        "report.pdf": lambda: make_pdf(made("report.docx")),
        "no_borders.pdf": lambda: make_pdf(make_docx(borders=False)),
        "long.pdf": lambda: make_pdf(make_docx(repeat=6)),
        "slides.pdf": lambda: make_pdf(made("report.pptx"), suffix=".pptx"),
        "locked.pdf": lambda: make_pdf(made("report.docx"), password="ลับ123"),
        "scan.png": lambda: make_png(made("report.pdf")),
        "scan.pdf": lambda: make_scanned_pdf(made("report.pdf")),
        "report.zip": lambda: make_zip({"ก/report.docx": made("report.docx"), "table.csv": made("table.csv")}),
    }
    if name in makers:
        return makers[name]()
    suffix = Path(name).suffix
    office = {
        ".odt": ".docx",
        ".doc": ".docx",
        ".rtf": ".docx",
        ".odp": ".pptx",
        ".ppt": ".pptx",
        ".ods": ".xlsx",
        ".xls": ".xlsx",
    }
    return convert(made(f"report{office[suffix]}"), office[suffix], suffix[1:])
