"""The accurate model as it is shipped: findings where the text has them, quotes that stand, tags with reasons, the same bytes again."""

import shutil

import numpy as np
import pytest

from pipeline.classify.embeddings import has_accurate
from pipeline.classify.model import ADAPTERS, MANIFEST, MODELS, ModelError, load_model, read_manifest
from pipeline.classify.windows import windows_of
from pipeline.evaluate.readings import read_labelled
from pipeline.extract.findings import extract
from pipeline.passages import tag_passage
from pipeline.process import process
from pipeline.records import Settings, State
from pipeline.spans import Span

pytestmark = pytest.mark.skipif(
    not has_accurate(), reason='the accurate model is not installed: pip install "lessons-pipeline[accurate]"'
)
SETTINGS = Settings(model="accurate", planned=True)
REPORT = """โครงการลดเค็มลดโรค ตำบลบ้านสมมุติ

ผลที่เกิดขึ้นจริง
แม่ครัวศูนย์เด็ก 4 แห่งลดน้ำปลาลงครึ่งหนึ่ง ความดันของผู้สูงอายุ 31 คนลดลงจากเดิม แต่ร้านอาหารตามสั่งยังไม่ยอมร่วมเพราะกลัวลูกค้าหาย ที่ทำได้ขนาดนี้เพราะเจ้าอาวาสชวนด้วยตัวเอง

ข้อเสนอแนะ
อบต. ควรตั้งงบซื้อเครื่องวัดความเค็มให้ทุกหมู่บ้าน

แผนงานปีหน้า
จะจัดอบรมแกนนำ 2 รุ่น รุ่นละ 30 คน เพื่อให้ทุกครัวเรือนลดเค็มได้

กิตติกรรมประกาศ
ขอขอบคุณทุกท่านที่ทำให้งานสำเร็จได้ด้วยดี
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "report.txt").write_text(REPORT, encoding="utf-8")
    return process(folder / "report.txt", root=folder, settings=SETTINGS)


def achieved(result):
    return [lesson for lesson in result.lessons if lesson.finding.status is State.ACHIEVED]


def test_findings_side_by_side_in_one_paragraph_are_told_apart(result):
    found = {lesson.finding.category: lesson.text for lesson in achieved(result)}
    assert "ลดลง" in found["outcome"] and "ร้านอาหารตามสั่ง" in found["obstacle"]
    assert "เครื่องวัดความเค็ม" in found["recommendation"]


def test_plans_and_thanks_are_no_findings(result):
    taken = " ".join(lesson.text for lesson in achieved(result))
    assert "จะจัดอบรม" not in taken and "ขอขอบคุณ" not in taken


def test_quotes_stand_in_the_source_and_have_their_reasons(result):
    assert achieved(result)
    for lesson in achieved(result):
        assert lesson.raw_span is not None and lesson.raw_span.slice(REPORT) == lesson.raw_text
        assert 0 < lesson.finding.confidence < 1
        assert "แบบจำลอง accurate" in lesson.finding.because and "ใกล้:" in lesson.finding.because


def test_issues_are_told_where_the_finding_stands(result):
    food = [lesson for lesson in achieved(result) if any(t.code == "food" and t.accepted for t in lesson.tags)]
    assert len(food) >= 2


SLIDES = """เวทีแลกเปลี่ยนเรียนรู้ ชมรมผู้สูงวัยขยับกาย ตำบลบ้านสมมุติ

ผลลัพธ์ที่คาดหวัง
- ผู้สูงอายุมีกิจกรรมทางกายเพียงพอ ร้อยละ 80
- มีแกนนำออกกำลังกายครบทุกหมู่บ้าน

หน้า 5
รำไม้พลอง มีผู้สูงอายุลงทะเบียนเรียน 132 คน จาก 9 หมู่บ้าน
ผลทดสอบลุกยืนดีขึ้น 88 คน จากที่วัดไว้ก่อนเรียน
ที่ยังติดขัดคือรถรับส่งมีคันเดียว วันที่รถติดภารกิจต้องงดเรียน
"""


def test_a_heading_of_expected_results_does_not_hide_what_follows_on_the_next_page(tmp_path):
    (tmp_path / "report.txt").write_text(SLIDES, encoding="utf-8")
    taken = " ".join(
        lesson.text for lesson in achieved(process(tmp_path / "report.txt", root=tmp_path, settings=SETTINGS))
    )
    assert "ดีขึ้น 88 คน" in taken and "รถรับส่งมีคันเดียว" in taken
    assert "ร้อยละ 80" not in taken and "ครบทุกหมู่บ้าน" not in taken


LISTED = """โครงการชุมชนไร้ควัน บ้านสมมุติ

ปัจจัยแห่งความสำเร็จ
๑. การกำหนดเป้าหมายร่วม และแผนร่วม  ในการดูแลผู้สูบบุหรี่ของหมู่บ้าน
๒. ความร่วมมือระหว่างวัด  โรงเรียน  และร้านค้า  โดยมีกติกาที่ทุกฝ่ายเขียนเอง
"""


def test_items_of_a_list_under_a_plain_heading_are_whole(tmp_path):
    (tmp_path / "report.txt").write_text(LISTED, encoding="utf-8")
    found = achieved(process(tmp_path / "report.txt", root=tmp_path, settings=SETTINGS))
    assert [(lesson.finding.category, lesson.text[:8], lesson.text[-8:]) for lesson in found] == [
        ("success_factor", "การกำหนด", "หมู่บ้าน"),
        ("success_factor", "ความร่วม", "เขียนเอง"),
    ]


TARGETS_BESIDE = """โครงการดูแลใจ ตำบลสมมุติ

ผลการดำเนินงาน
คัดกรอง 2Q ให้ได้ร้อยละ 90 อสม. ไปถามมาครบ 1,302 คน พบผู้มีความเสี่ยง 14 คน

ข้อเสนอแนะ
ทั้งนี้ที่ประชุมเสนอให้จังหวัดจัดงบด่านชุมชนตรงถึงตำบลก่อนเทศกาลอย่างน้อยหนึ่งเดือน และจะใช้รูปแบบเดียวกันในงานบุญปีหน้า
"""


def test_a_plan_beside_a_result_is_no_part_of_it(tmp_path):
    (tmp_path / "report.txt").write_text(TARGETS_BESIDE, encoding="utf-8")
    found = achieved(process(tmp_path / "report.txt", root=tmp_path, settings=SETTINGS))
    assert [(lesson.finding.category, lesson.text[:8], lesson.text[-10:]) for lesson in found] == [
        ("output", "อสม. ไปถ", "ี่ยง 14 คน"),
        ("recommendation", "ทั้งนี้ท", "หนึ่งเดือน"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "กำลังเจรจากับวัดข้างเคียงอีกสองแห่งให้ใช้กติกาเดียวกัน",
        "(ตอนเขียนโครงการคิดไว้แค่ 50 หลัง)",
        "การขยายเครือข่ายไปยังบ้านหนองแวง บ้านโคกกลาง และบ้านนาดี",
        "สังคม เช่น ครอบครัวอบอุ่น ลดการเกิดอุบัติเหตุ มีความปลอดภัยในทรัพย์สิน",
    ],
)
def test_what_reads_like_a_plan_is_none_even_among_results(words, tmp_path):
    before, behind = "ครัวเรือนลดการใช้ผงปรุงรสเหลือวันละครั้ง 41 หลัง จาก 80 หลัง", "ร้านอาหารตามสั่งเข้าร่วม 19 ร้าน"
    (tmp_path / "report.txt").write_text(f"ผลการดำเนินงาน\n{before}\n{words}\n{behind}\n", encoding="utf-8")
    found = [lesson.text for lesson in achieved(process(tmp_path / "report.txt", root=tmp_path, settings=SETTINGS))]
    assert before in found and not [text for text in found if words[:15] in text]


def test_the_same_report_gives_the_same_result_again(result, tmp_path):
    (tmp_path / "report.txt").write_text(REPORT, encoding="utf-8")
    assert process(tmp_path / "report.txt", root=tmp_path, settings=SETTINGS) == result


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("ไม่พบปัญหาอุปสรรคในการดำเนินงาน", ""),
        ("เพื่อให้ประชาชนมีความรู้เรื่องโรคไข้เลือดออกเพิ่มขึ้น", ""),
        ("", ""),
        ("5 6 7", ""),
        ("งบประมาณโอนล่าช้าทำให้เริ่มงานไม่ทันฤดูกาล", "obstacle"),
        ("ควรมีการติดตามเยี่ยมบ้านอย่างน้อยเดือนละครั้ง", "recommendation"),
    ],
)
def test_passages_alone(text, category):
    taken = [tag.code for tag in tag_passage(text, SETTINGS) if tag.scheme == "category" and tag.accepted]
    assert taken == ([category] if category else [])


def test_scores_lie_between_0_and_1_and_zones_are_in_order():
    model = load_model(MODELS / "accurate")
    for head in model.heads.values():
        assert np.isfinite(head.weights).all()
        assert (head.review <= head.accept).all()


def test_a_tampered_file_is_refused(tmp_path):
    folder = tmp_path / "accurate"
    shutil.copytree(MODELS / "accurate", folder)
    data = bytearray((folder / ADAPTERS).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / ADAPTERS).write_bytes(data)
    with pytest.raises(ModelError, match="not the file that was trained"):
        load_model(folder)


def test_its_card_stands_beside_it():
    manifest = read_manifest(MODELS / "accurate")
    card = (MODELS / "accurate" / "CARD.md").read_text(encoding="utf-8")
    assert manifest["trained"]["gold"] in card and "## Limits" in card
    assert (MODELS / "accurate" / MANIFEST).stat().st_size < 200_000


def test_a_finding_of_the_model_is_right_more_often_the_longer_and_surer_it_is(result):
    cutting = load_model(MODELS / "accurate").cutting
    chances = [
        cutting.chance(odds, alone, characters)
        for odds, alone in ((-2.0, -2.0), (0.0, -2.0), (0.0, 4.0), (4.0, 4.0))
        for characters in (8, 60, 400)
    ]
    assert all(0 < chance < 1 for chance in chances)
    assert chances[0] < chances[1] < chances[2] and chances[1] < chances[4] < chances[7] < chances[10]
    assert all(lesson.finding.confidence >= cutting.least - 0.001 for lesson in achieved(result))


def reader_of(text, folder):
    """The reader of a report, and its normalised text."""
    (folder / "report.txt").write_text(text, encoding="utf-8")
    held = read_labelled(folder, "report.txt", [], raw=True)
    model = load_model(MODELS / "accurate")
    return model.reader(held.normal, held.segmented, extract(held.normal, held.segmented)), held.normal.text


def test_a_place_is_seen_where_it_stands_and_alone(tmp_path):
    words = "ร้านอาหารตามสั่งยังไม่ยอมร่วมเพราะกลัวลูกค้าหาย"
    reader, text = reader_of(REPORT, tmp_path)
    place = Span(text.index(words), text.index(words) + len(words))
    views = reader.views_of(place)
    (expected,) = load_model(MODELS / "accurate").alone([words])
    in_place, alone = views[: -len(expected)], views[-len(expected) :]
    assert np.allclose(alone, expected, atol=1e-5)
    assert not np.allclose(in_place, alone[: len(in_place)], atol=0.1)
    assert reader.views_of(Span(len(text), len(text))) is None


def test_what_stands_at_the_edge_of_a_window_is_read_with_what_follows_too(tmp_path):
    # The sentence is the last of a window or the first of the next one, whatever stands before it; what it is said to be hardly changes.
    words = "ร้านอาหารตามสั่งยังไม่ยอมร่วมเพราะกลัวลูกค้าหาย"
    before = "ทีมงานประชุมกันที่ศาลาประชาคมหมู่ที่ 4 เมื่อวันจันทร์ "
    found = []
    for count in range(16, 28, 2):
        reader, text = reader_of(f"ผลการดำเนินงาน\n{before * count}\n{words}\n{before * 8}\n", tmp_path)
        stretches = reader.stretches(load_model(MODELS / "accurate").cutting)
        found.append([each.span.slice(text) for each in stretches if words[:20] in each.span.slice(text)])
    assert all(spans and words in spans[0] for spans in found)


def test_a_finding_is_not_cut_where_a_window_ends(tmp_path):
    words = "ผู้ป่วยเบาหวานมารับยาตรงนัดร้อยละ 96 ของทั้งหมด 92 คน เดิมทั้งปีก่อนมีเพียง 41 คน"
    model = load_model(MODELS / "accurate")
    cut = 0
    for count in range(8, 40):
        meetings = [f"ทีมงานประชุมกันครั้งที่ {n} ที่ศาลา" for n in range(count)]
        lines = ["ผลลัพธ์", *meetings, words, "ทีมงานถอดบทเรียนร่วมกันที่วัด", ""]
        (tmp_path / "report.txt").write_text("\n".join(lines), encoding="utf-8")
        held = read_labelled(tmp_path, "report.txt", [], raw=True)
        at = held.normal.text.index("เดิมทั้งปี")
        windows = windows_of(held.normal, held.segmented, model.encoder.pieces)
        if any(window.atoms[0].span.start == at for window in windows):
            cut += 1
            reader = model.reader(held.normal, held.segmented, extract(held.normal, held.segmented))
            assert words in [each.span.slice(held.normal.text) for each in reader.stretches(model.cutting)]
    assert cut


def test_no_window_at_all(tmp_path):
    reader, _ = reader_of("\n", tmp_path)
    assert reader.stretches(load_model(MODELS / "accurate").cutting) == [] and reader.views_of(Span(0, 1)) is None
