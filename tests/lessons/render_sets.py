"""Lesson sets for the tests of exports: one made up of plain Thai, one planted with what must not run or break a file."""

from __future__ import annotations

from dataclasses import replace

from pipeline.lessons.lesson_set import Citation, Claim, LessonSet, Part, Scope

MARKER = "planted_by_hostile_text"  # what planted scripts would leave behind

HOSTILE = (
    f"<script>document.documentElement.dataset.hit='{MARKER}'</script>",
    f"<img src=x onerror=\"document.documentElement.dataset.hit='{MARKER}'\">",
    "</script><script>alert(1)</script>",
    "<style>body{display:none}</style><base href='http://example.invalid/'>",
    '"><a href="javascript:alert(1)">ก</a>',
    "javascript:alert(1)",
    '=HYPERLINK("http://example.invalid";"กด")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "ก\u202eข้อความกลับ\u202c \u2066ใน\u2069 \u200fก",
    "ก\x00\x01\x08\x0b\x0c\x1f\x7f\x85ข",
    "ครึ่ง \ud800 และ \udfff และ \ufffe \uffff",
    "]]> <![CDATA[ &amp; &lt; &#0; &nbsp; <!-- -->",
    "ยาว" * 3334,
    "👩🏽‍🌾 🏳️‍🌈 🇹🇭",
    "![ก](http://example.invalid/x.png) [ข](javascript:alert(1)) <http://example.invalid> www.example.invalid",
    "# หัวข้อ\n\n- รายการ\n\n| ก | ข |\n| --- | --- |\n\n```\nโค้ด\n```\n***",
    "{{7*7}} ${7*7} {0} {1} %s %n _x0041_",
    "[L1] [L2, L3] [ไม่มี]",
    "",
    "น้ำ ํา ก่ำ ที่ ปู่ ญี่ ฐู  กว้าง\u200bใหญ่",
    "'; DROP TABLE lessons; --",
    '{\\rtf1 \\field HYPERLINK "http://example.invalid"} \\includepicture',
)


def citation(number: int, quote: str, **changes: object) -> Citation:
    """A citation of an invented report."""
    base = Citation(
        key=f"L{number}",
        lesson_id=f"l-{number:016x}",
        report_id=f"r-{number % 3:016x}",
        source=f"โครงการ/รายงาน{number % 3}.docx",
        source_sha256="0" * 64,
        locator=f"page={number};paragraph=14",
        raw_start=None,
        raw_end=None,
        quote=quote,
        raw_quote=quote,
        category="obstacle",
        issues=("tobacco",),
        sdh=("env.social_culture",),
        section="ปัญหาและอุปสรรค",
        project_name=f"โครงการบ้านปลอดควัน {number % 3}",
        project_code="66-01-0001",
        organisation="โรงพยาบาลส่งเสริมสุขภาพตำบลตัวอย่าง",
        year_ce=2023,
        province="พัทลุง",
        district="ควนขนุน",
        subdistrict="ชะมวง",
        confidence=0.75,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def plain_set() -> LessonSet:
    """A small set as a knowledge manager would make it; the third citation is an output of another province and issue."""
    citations = (
        citation(1, "คนในบ้านยังสูบบุหรี่เพราะเกรงใจแขกที่มาเยี่ยม", raw_start=474, raw_end=520),
        citation(2, "ร้านค้าในหมู่บ้านยังขายบุหรี่แบ่งมวนให้เด็ก", raw_quote="ร้านค้าในหมู่บ ้านยังขายบุหรี่แบ่งมวนให้เด็ก"),
        citation(
            3,
            "แกนนำ ๒๕ คน ปลูกผักปลอดสารริมรั้ว",
            category="output",
            issues=("food",),
            sdh=(),
            province="ยะลา",
            district="รามัน",
            subdistrict="",
            locator="sheet=ผลลัพธ์!B7",
            year_ce=2021,
            project_name="โครงการผักริมรั้ว",
        ),
    )
    parts = (
        Part("question", (Claim("อะไรทำให้บ้านปลอดควันทำได้ยาก", ()),)),
        Part(
            "hinders",
            (Claim("ความเกรงใจแขก [L1] และบุหรี่แบ่งมวน", ("L1", "L2")), Claim("ร้านค้ายังขายอยู่", ("L2",))),
            note="ยังไม่มีข้อมูลจากบ้านเช่า",
        ),
        Part("evidence", (Claim("มีแกนนำปลูกผัก", ("L3",)),)),
        Part("who", ()),
    )
    return LessonSet(
        name="smoke-free-homes",
        title="บ้านปลอดควัน: อะไรเป็นอุปสรรค",
        language="th",
        scope=Scope("บ้านปลอดบุหรี่", issues=("tobacco", "food"), provinces=("พัทลุง", "ยะลา"), least_confidence=0.5),
        parts=parts,
        citations=citations,
        dataset_fingerprint="abcdef0123456789",
        version=2,
        frozen="0123456789abcdef0123456789abcdef",
    )


def hostile_set() -> LessonSet:
    """A set of which every text that comes from reports and people is planted."""
    citations = tuple(
        citation(
            n,
            text,
            raw_quote=f"{text} ",
            source=f"{text[:200]}.txt",
            locator=f"page={text[:50]}",
            category=text[:40] or "obstacle",
            issues=("tobacco", text[:40]) if text else (),
            sdh=(text[:40],),
            section=text[:300],
            project_name=text[:300],
            project_code=text[:60],
            organisation=text[:300],
            province=text[:60],
            district=text[:60],
            subdistrict=text[:60],
            lesson_id=f"l-{n}{text[:20]}",
            report_id=f"r-{n}{text[:20]}",
            source_sha256=text[:64],
        )
        for n, text in enumerate(HOSTILE, 1)
    )
    claims = tuple(Claim(text, (f"L{n}", "L404")) for n, text in enumerate(HOSTILE, 1))
    joined = "\n".join(text[:400] for text in HOSTILE)
    return LessonSet(
        name="hostile",
        title=joined[:1000],
        language="th",
        scope=Scope(joined, categories=HOSTILE[:3], issues=HOSTILE[3:5], provinces=HOSTILE[5:9]),
        parts=(
            Part("question", (Claim(joined, ()),), note=joined),
            Part("works", claims, note=joined),
            Part("hinders", ()),
        ),
        citations=citations,
        dataset_fingerprint=joined,
        frozen="",
    )
