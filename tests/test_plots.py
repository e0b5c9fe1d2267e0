"""Figures: Thai that can be read, numbers that are those of the tables."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest

import pipeline
from pipeline.errors import UsageError
from pipeline.resources import DATA

pytest.importorskip("matplotlib")
image = pytest.importorskip("PIL.Image")

# Marks above and below, stacked, on tall letters, ำ with a tone mark, letters that lose their foot.
HARD_WORDS = "ที่ ผู้ น้ำ ป้องกัน เครื่องดื่ม ปี่ ฝ้าย กตัญญู ฐานะ ฎุ ฏู ก็ ทั้งนี้ ซึ่ง ซ้ำ ๑๒๓ ฯลฯ ๆ ฿"


@pytest.fixture(scope="module")
def data(small_dataset):
    return pipeline.load(small_dataset)


def drawn(figure) -> np.ndarray:
    """The figure as a picture; a letter without a glyph, or any other warning of Matplotlib, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return np.asarray(image.open(io.BytesIO(figure._repr_png_())).convert("L"))


def figures(data):
    table = pd.DataFrame(
        {"mean_score": [0.5, 0.9], "right": [0.4, 1.0], "least": [0.2, 0.7], "most": [0.6, 1.0], "guesses": [30, 9]}
    )
    plot = pipeline.plot
    return {
        "heat_map": lambda: plot.heat_map(data),
        "heat_map of provinces": lambda: plot.heat_map(data, "province", "issues", "projects", most=5),
        "heat_map of a table": lambda: plot.heat_map(data.matrix("sdh", "category")),
        "heat_map of nothing": lambda: plot.heat_map(data, of=data.lessons.head(0)),
        "bars": lambda: plot.bars(data, "category"),
        "bars of themes": lambda: plot.bars(
            data, "sdh", "projects", of=data.lessons[data.lessons["category"] == "obstacle"]
        ),
        "bars of provinces": lambda: plot.bars(data, "province", most=6),
        "small_multiples": lambda: plot.small_multiples(data, most=5),
        "over_time": lambda: plot.over_time(data),
        "over_time, share": lambda: plot.over_time(data, "category", share=True),
        "reliability": lambda: plot.reliability(table),
    }


@pytest.mark.parametrize("name", figures(None))
def test_every_figure_is_drawn_with_every_letter(data, name):
    picture = drawn(figures(data)[name]())
    assert picture.std() > 5, "the picture is empty"
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert edge.min() > 200, "something is cut off at the edge"


def test_the_check_of_letters_can_fail():
    figure = pipeline.plot.Picture()
    figure.text(0.1, 0.5, "\U00013000")
    with pytest.raises(UserWarning, match="Glyph"):
        drawn(figure)


def test_the_shipped_font_has_every_letter_of_the_corpus(data):
    from matplotlib.ft2font import FT2Font

    held = set(FT2Font(str(DATA / "fonts" / "Sarabun-Regular.ttf")).get_charmap())
    texts = "".join(data.lessons["text"]) + HARD_WORDS
    assert not {letter for letter in texts if "\u0e00" <= letter <= "\u0e7f" and ord(letter) not in held}


def test_the_font_comes_with_its_licence():
    licence = (DATA / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL Open Font License" in licence
    assert "Sarabun" in licence
    assert sum(path.stat().st_size for path in (DATA / "fonts").glob("*.ttf")) < 200_000


@pytest.mark.parametrize(("plain", "marked"), [("ท", "ที่"), ("ผ", "ผู้"), ("ดม", "ดื่ม"), ("ปา", "ป้า"), ("นา", "น้า")])
def test_marks_stand_on_their_letters(plain, marked):
    # Without shaping each mark takes a place of its own, or lies upon the other.
    pipeline.plot.use_thai_font()
    figure = pipeline.plot.Picture()
    boxes = [figure.text(0.1, 0.5, word, fontsize=40).get_window_extent() for word in (plain, marked)]
    assert abs(boxes[1].width - boxes[0].width) < 0.35 * boxes[0].width


def test_a_tone_mark_stands_above_a_vowel_mark():
    def ink(word: str) -> np.ndarray:
        figure = pipeline.plot.Picture(figsize=(2, 2), dpi=200)
        figure.text(0.3, 0.4, word, fontsize=60, fontfamily="Sarabun")
        return np.asarray(image.open(io.BytesIO(figure._repr_png_())).convert("L")) < 128

    pipeline.plot.use_thai_font()
    # Were the two marks in one place, the taller stack would be no taller than one mark.
    heights = [int(np.ptp(np.flatnonzero(ink(word).any(axis=1)))) for word in ("ท", "ที", "ที่")]
    assert heights[0] < heights[1] < heights[2]


def test_a_heat_map_holds_the_numbers_of_the_table(data):
    matrix = data.matrix("issues", "sdh", values="projects")
    axes = pipeline.plot.heat_map(data, values="projects").axes[0]
    assert sorted(int(text.get_text()) for text in axes.texts) == sorted(n for n in matrix.to_numpy().ravel() if n)
    assert [label.get_text().replace("\n", "").replace(" ", "") for label in axes.get_yticklabels()] == [
        name.replace(" ", "") for name in matrix.index
    ]


def test_what_is_left_out_is_said(data):
    provinces = data.matrix("province", "issues")
    figure = pipeline.plot.heat_map(data, "province", "issues", most=3)
    assert f"แสดง 3 จาก {len(provinces)} แถว" in figure.get_supxlabel()


def test_small_multiples_are_those_with_most_lessons(data):
    figure = pipeline.plot.small_multiples(data, most=2)
    counts = data.lessons[data.lessons["issues"].map(len) > 0]["province"].value_counts()
    assert {axes.get_title(loc="left") for axes in figure.axes} <= set(counts.index)


def test_nothing_to_show_is_said(data):
    with pytest.raises(UsageError, match="No lesson"):
        pipeline.plot.small_multiples(data, of=data.lessons.head(0))


def test_making_a_figure_leaves_the_users_style_alone(data):
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawn(pipeline.plot.bars(data))
    assert dict(matplotlib.rcParams) == before
