"""Quotes planted in damaged reports: how many are found again, exactly. `python tests/ingest/damage_campaign.py` prints the table."""

from __future__ import annotations

import random
import re
import sys
from dataclasses import dataclass

from damage_makers import MAKERS, MARKS, REPAIRABLE, Damaged

from pipeline.ingest.damage import unreadable
from pipeline.ingest.locate import locate
from pipeline.ingest.normalise import normalise
from pipeline.ingest.skeleton import skeleton
from pipeline.ingest.text import find_blocks
from pipeline.records import NormalText, Report
from pipeline.spans import MappedText, Span

PLACES = [
    "ทุ่งข่า",
    "หนองกระทิง",
    "ปากน้ำใหม่",
    "ควนมะพร้าว",
    "บ้านสวนใต้",
    "ดอนยาง",
    "เขาน้อย",
    "ท่าเรือเก่า",
    "คลองลึก",
    "ไผ่งาม",
    "โคกสูง",
    "วังหิน",
    "นาหว้า",
    "ห้วยแก้ว",
]
WHO = [
    "แกนนำสุขภาพ",
    "อาสาสมัครสาธารณสุข",
    "ผู้สูงอายุ",
    "กลุ่มแม่บ้าน",
    "เยาวชนในหมู่บ้าน",
    "คณะทำงานตำบล",
    "ครูและนักเรียน",
    "ผู้ใหญ่บ้าน",
    "พระสงฆ์",
    "ร้านค้าชุมชน",
    "องค์การบริหารส่วนตำบล",
    "ภาคีเครือข่าย",
    "กลุ่มเกษตรกร",
    "ผู้ป่วยเรื้อรัง",
    "พี่เลี้ยงกองทุน",
]
DID = [
    "ร่วมกันจัดทำแผนสุขภาพ",
    "ลดการใช้สารเคมีในแปลงผัก",
    "ตั้งกฎกติกางดเหล้าในงานบุญ",
    "สำรวจข้อมูลสถานการณ์บุหรี่ในครัวเรือน",
    "เปิดพื้นที่ออกกำลังกายทุกเย็น",
    "ติดตามเยี่ยมบ้านอย่างต่อเนื่อง",
    "คัดแยกขยะและน้ำเสียจากต้นทาง",
    "ฝึกทักษะการปฐมพยาบาลเบื้องต้น",
    "ทำป้ายเตือนจุดเสี่ยงบนถนนสายหลัก",
    "ปรับเมนูอาหารกลางวันให้หวานน้อยลง",
    "เก็บออมเงินวันละบาทเป็นสวัสดิการ",
    "อบรมการสื่อสารเรื่องฝุ่นควัน",
    "ดูแลสุขภาพจิตของเพื่อนบ้าน",
    "แลกเปลี่ยนเรียนรู้กับพื้นที่ต้นแบบ",
    "ยกร่างธรรมนูญสุขภาพตำบล",
]
RESULT = [
    "ทำให้เกิดความร่วมมือที่เข้มแข็ง",
    "จนสามารถลดค่าใช้จ่ายในครอบครัวได้จริง",
    "แต่ยังขาดงบประมาณสนับสนุนในระยะยาว",
    "เพราะผู้นำให้ความสำคัญตั้งแต่เริ่มต้น",
    "ส่งผลให้จำนวนผู้ดื่มหน้าใหม่ลดลงชัดเจน",
    "แม้จะมีอุปสรรคเรื่องเวลาที่ไม่ตรงกัน",
    "จึงควรขยายผลไปยังหมู่บ้านใกล้เคียง",
    "และมีข้อตกลงร่วมเป็นลายลักษณ์อักษร",
    "เกิดนวัตกรรมที่ชุมชนคิดค้นขึ้นเอง",
    "ซึ่งสร้างความภาคภูมิใจให้คนทำงาน",
    "โดยใช้ข้อมูลเป็นเครื่องมือตัดสินใจ",
    "ทั้งที่ไม่เคยทำสำเร็จมาก่อน",
]


def compose(seed: int, paragraphs: int = 60) -> str:
    """A report of our own making, one paragraph a line, always the same for one seed."""
    rng = random.Random(seed)
    lines = []
    for number in range(paragraphs):
        clauses = [
            f"{rng.choice(WHO)}ตำบล{rng.choice(PLACES)} {rng.randint(3, 980)} คน {rng.choice(DID)} {rng.choice(RESULT)}"
            for _ in range(rng.randint(2, 4))
        ]
        lines.append(f"{number + 1}) " + " ".join(clauses))
    return "\n".join(lines)


def quotes(text: str, count: int, rng: random.Random) -> list[Span]:
    """Places of `count` quotes of 25 to 120 characters inside lines; each stands once, none cuts a mark off its letter."""
    found: list[Span] = []
    flow = skeleton(text)
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    while len(found) < count:
        low, high = rng.choice(lines)
        start = rng.randrange(low, max(low + 1, high - 25))
        end = min(high, start + rng.randint(25, 120))
        while start < end and text[start] in MARKS + "ำะา ":
            start += 1
        while end < high and text[end] in MARKS + "ำะา":
            end += 1
        while text[end - 1] in "เแโใไ ":
            end -= 1
        # A quote that stands twice cannot have one place.
        if end - start >= 20 and flow.count(skeleton(text[start:end])) == 1:
            found.append(Span(start, end))
    return found


def report_of(text: str) -> Report:
    """A text report as the reader makes it."""
    return Report(
        "a.txt", "", "text/plain", "utf-8", text, MappedText.identity(text), find_blocks(text)[0], addressable=True
    )


@dataclass
class Tally:
    """What became of the quotes of one class."""

    exact: int = 0
    inexact: int = 0  # the right place, a few characters too many or too few
    wrong: int = 0  # another place
    silent: int = 0  # not located, with a reason
    reasons: tuple[str, ...] = ()


def judge(clean: str, damaged: Damaged, quote: Span, normal: NormalText) -> str:
    """ "exact", "inexact", "wrong", or the reason why a quote was not located.

    Exact: from the first letter to the last; marks at the ends may have slid out of reach, and blanks count nowhere.
    """
    located = locate(quote.slice(clean), normal)
    if located.span is None:
        return located.reason
    place = normal.mapped.source_span(located.span)
    letters = [damaged.places[at] for at in range(quote.start, quote.end) if clean[at] not in MARKS + " "]
    everything = [damaged.places[at] for at in range(quote.start, quote.end) if clean[at] != " "]
    low = min(p[0] for p in letters if p)
    around = damaged.text
    high = len(around[: max(p[1] for p in letters if p)].rstrip(" \u200b\ufffd" + MARKS))
    most = max(p[1] for p in everything if p)
    slack_low = len(around[:low]) - len(around[:low].rstrip(" \u200b\ufffd"))
    if low - slack_low <= place.start <= low and high <= place.end <= most + _slack(around, most):
        return "exact"
    return "inexact" if skeleton(place.slice(around)) == skeleton(quote.slice(clean)) else "wrong"


def _slack(text: str, at: int) -> int:
    """Blanks, lost characters and doubled marks behind a place, which belong to no letter."""
    match = re.compile(rf"[ \u00a0\u200b\ufffd{MARKS}]*").match(text, at)
    return len(match.group()) if match else 0


def run_class(name: str, count: int, *, seed: int = 1) -> Tally:
    """Plants `count` quotes in a report damaged in one way and locates them."""
    clean = compose(seed)
    damaged = MAKERS[name](clean, random.Random(seed))
    normal = normalise(report_of(damaged.text))
    tally = Tally()
    for quote in quotes(clean, count, random.Random(seed + 1)):
        verdict = judge(clean, damaged, quote, normal)
        if verdict in {"exact", "inexact", "wrong"}:
            setattr(tally, verdict, getattr(tally, verdict) + 1)
        else:
            tally.silent += 1
            tally.reasons += (verdict,)
    return tally


def main() -> None:
    """Prints the table of all classes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    print(
        f"{'class':26} exact inexact wrong silent  of {count}; damage score after repair (unreadable from {unreadable()})"
    )
    for name in MAKERS:
        tally = run_class(name, count)
        normal = normalise(report_of(MAKERS[name](compose(1), random.Random(1)).text))
        mended = _mended(name)
        flag = "" if name in REPAIRABLE else "beyond repair"
        print(
            f"{name:26} {tally.exact / count:.3f} {tally.inexact:7} {tally.wrong:5} {tally.silent:6}  score {normal.damage:.2f} "
            f"words sound again {mended:.3f} {flag} {sorted(set(tally.reasons))}"
        )


def _mended(name: str) -> float:
    """Share of the clean text's lines' words (blanks apart) that read as before after repair."""
    clean = compose(1)
    normal = normalise(report_of(MAKERS[name](clean, random.Random(1)).text))
    words = [word for word in re.split(r"[\s()0-9]+", clean) if word]
    text = re.sub(r"\s+", "", normal.text)
    return sum(word in text for word in words) / len(words)


if __name__ == "__main__":
    main()
