"""Training from a small labelled folder: a model comes out that finds what the labels showed, twice the same."""

import json

import pytest

from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.features import Passage
from pipeline.classify.model import MANIFEST, load_model, tag_passages
from pipeline.learn import commands
from pipeline.learn.commands import main
from pipeline.learn.distil import distil
from pipeline.learn.examples import bare_view
from pipeline.records import Settings

POINTS = {
    "outcome": "ครัวเรือนคัดแยกขยะได้เองทุกวัน ขยะในหมู่บ้านลดลงครึ่งหนึ่ง",
    "obstacle": "งบประมาณมาล่าช้า แกนนำไม่มีเวลามาประชุม",
    "recommendation": "ควรให้เทศบาลจัดรถเก็บขยะเพิ่ม และควรสอนเด็กในโรงเรียนด้วย",
}


@pytest.fixture
def corpus(tmp_path):
    """Six labelled reports in a folder, as `lessons gold` leaves them."""
    reports, gold = tmp_path / "reports", tmp_path / "gold"
    reports.mkdir()
    gold.mkdir()
    rows, spans = [], []
    for number in range(6):
        name = f"r{number}.txt"
        text = f"รายงานหมู่บ้านที่ {number}\n\n"
        for category, point in POINTS.items():
            start = len(text)
            text += f"{point}\n\n"
            spans.append(
                {
                    "report": name,
                    "start": start,
                    "end": start + len(point),
                    "text": point,
                    "category": category,
                    "status": "achieved",
                    "issues": ["pollution"],
                    "sdh": ["env.physical_environment"],
                    "labelled_by": "A",
                }
            )
        (reports / name).write_text(text, encoding="utf-8")
        rows.append(commands_row(name))
    write(gold / "spans.jsonl", spans)
    write(gold / "facts.jsonl", [])
    write(gold / "reports.jsonl", rows)
    return tmp_path


def commands_row(name):
    return {"report": name, "sha256": "", "addressed": "raw", "labelled_by": "A"}


def write(path, lines):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def trained(corpus, out):
    arguments = ["--gold", corpus / "gold", "--reports", corpus / "reports", "--split", corpus / "none.tsv"]
    return main([*map(str, arguments), "--out", str(corpus / out), "--tier", "fast"])


def test_a_users_own_labels_make_a_model(corpus, monkeypatch):
    monkeypatch.setattr(commands, "has_accurate", lambda: False)  # then the shipped word vectors serve
    assert trained(corpus, "one") == 0
    folder = corpus / "one" / "fast"
    model = load_model(folder)
    assert set(model.heads) == {"unit", "passage", "join", "issue", "sdh"}
    assert "outcome" in (folder / "CARD.md").read_text(encoding="utf-8")
    (tags,) = tag_passages([Passage(POINTS["obstacle"])], Settings(model=str(folder)))
    assert all(tag.scheme in {"issue", "sdh"} for tag in tags)
    assert trained(corpus, "two") == 0
    assert (folder / MANIFEST).read_bytes() == (corpus / "two" / "fast" / MANIFEST).read_bytes()


def test_too_few_labels_say_what_to_do(corpus, capsys):
    write(corpus / "gold" / "reports.jsonl", [])
    write(corpus / "gold" / "spans.jsonl", [])
    assert trained(corpus, "one") == 1
    assert "Label" in capsys.readouterr().err


class Ends:
    """An embedder that looks at the first and last letter."""

    name = "ends"
    dimensions = 4

    def embed(self, texts):
        import numpy as np

        made = [[1.0, ord(text[0]) % 7, ord(text[-1]) % 5, len(text) % 3] for text in texts]
        vectors = np.array(made, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_distilled_words_are_the_same_each_time_and_known(monkeypatch):
    texts = [f"{point} {number}" for number in range(5) for point in POINTS.values()]
    one, other = (distil(texts, ["สุขภาพ"], Ends()) for _ in range(2))
    assert all((one[name] == other[name]).all() for name in one)
    static = StaticWords(one)
    assert static.embed(["สุขภาพ"]).any()
    assert static.embed([texts[0]]).shape == (1, static.dimensions)


def test_a_bare_view_has_no_surroundings():
    view = bare_view("งบประมาณมาล่าช้า")
    assert (view.before, view.after, view.title) == ("", "", "")
    assert view.window == view.text == "งบประมาณมาล่าช้า"
