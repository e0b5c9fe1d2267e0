"""The classifiers behind the baselines: they find what they were shown, twice the same, and know what they were never shown."""

import numpy as np
import pytest

from pipeline.classify.model import MODELS, load_model
from pipeline.evaluate.baselines import LearntBaseline, learnt_baselines
from pipeline.evaluate.genres import LEAST, OTHERS, genre_groups
from pipeline.evaluate.split import Traits
from pipeline.evaluate.text_scorers import FastText, SpacyTextcat, Tfidf, Vectors, is_installed

GARBAGE = "ครัวเรือนคัดแยกขยะได้เองทุกวัน"
MONEY = "งบประมาณมาล่าช้าและไม่พอ"
TALK = "ผู้เข้าร่วมลงทะเบียนแล้วพักรับประทานอาหารว่าง"
TEXTS = [f"{text} หมู่ {number}" for number in range(1, 21) for text in (GARBAGE, MONEY, TALK)]
# Of three codes the last one never occurs.
TRUTH = np.array([[at % 3 == 0, at % 3 == 1, False] for at in range(len(TEXTS))])


class Fast(Vectors):
    """Vectors of the shipped words."""

    def __init__(self):
        super().__init__(load_model(MODELS / "fast").embedder)


def scorers():
    yield Tfidf
    yield Fast
    yield pytest.param(FastText, marks=pytest.mark.skipif(not is_installed("floret"), reason="floret is not installed"))
    yield pytest.param(
        SpacyTextcat, marks=pytest.mark.skipif(not is_installed("spacy"), reason="spaCy is not installed")
    )


@pytest.mark.parametrize("kind", list(scorers()))
def test_a_scorer_finds_what_it_was_shown_and_twice_the_same(kind):
    one, other = kind(), kind()
    for scorer in (one, other):
        scorer.train(TEXTS, TRUTH)
    asked = [f"ใน{GARBAGE}", f"แต่{MONEY}", TALK]
    scores = one.scores(asked)
    assert scores.shape == (3, 3)
    assert (scores == other.scores(asked)).all()
    assert scores[0].argmax() == 0
    assert scores[1].argmax() == 1
    assert scores[2, :2].max() < min(scores[0, 0], scores[1, 1])
    assert scores[:, 2].max() < 0.5


def test_the_baselines_have_names_of_their_own():
    systems = learnt_baselines()
    assert isinstance(systems[0], LearntBaseline)
    assert len({system.name for system in systems}) == len(systems)


def test_genres_of_few_reports_are_one_group():
    names = [f"r{at}" for at in range(LEAST + 5)]
    traits = {name: Traits((f"genre {'G1' if at < LEAST else at}",)) for at, name in enumerate(names)}
    groups = genre_groups([*names, "unknown"], traits)
    assert list(groups) == ["G1", OTHERS]
    assert groups["G1"] == names[:LEAST]
    assert groups[OTHERS] == [*names[LEAST:], "unknown"]
