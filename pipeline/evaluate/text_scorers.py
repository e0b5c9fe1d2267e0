"""Text classifiers behind the learnt baselines: texts in, a probability for each code out."""

from __future__ import annotations

import importlib.util
import random
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.classify.embeddings import Embedder
from pipeline.segment.tokens import tokens

Truth = NDArray[np.bool_]
Scores = NDArray[np.float64]


class TextScorer(Protocol):
    """Anything that learns codes from texts."""

    def train(self, texts: Sequence[str], truth: Truth) -> None:
        """Learns from texts with their codes, shape (texts, codes); forgets what it has learnt before."""

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities with shape (texts, codes); 0 for a code that training never saw."""


@lru_cache(maxsize=1 << 16)  # each text is learnt from in several folds and for three schemes
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text by the project's tokeniser, without white space.

    >>> words_of("ขาด คน")
    ('ขาด', 'คน')
    """
    return tuple(word for span in tokens(text) if (word := span.slice(text).strip()))


class Tfidf:
    """Words, pairs of words and character n-grams, weighted by rarity; one logistic regression for each code."""

    strength = 10.0  # C of the regression; 1 to 10 differ little on TF-IDF, 10 is better for rare codes

    def __init__(self) -> None:
        """Not trained yet."""
        self._vectorizers: tuple[TfidfVectorizer, ...] = ()
        self._models: list[LogisticRegression | None] = []

    def train(self, texts: Sequence[str], truth: Truth) -> None:
        """Learns from texts with their codes."""
        words = TfidfVectorizer(analyzer=_pairs, ngram_range=(1, 1), min_df=2, sublinear_tf=True)
        chars = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), min_df=2, sublinear_tf=True, lowercase=False)
        self._vectorizers = (words.fit(texts), chars.fit(texts))
        features = self._features(texts)
        # dual: seven times faster where features outnumber texts; random_state: liblinear shuffles.
        self._models = [
            _fitted(
                LogisticRegression(
                    C=self.strength, solver="liblinear", dual=True, random_state=0, class_weight="balanced"
                ),
                features,
                truth[:, at],
            )
            for at in range(truth.shape[1])
        ]

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities with shape (texts, codes)."""
        return _by_models(self._models, self._features(texts)) if texts else np.zeros((0, len(self._models)))

    def _features(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Words and character n-grams of texts, side by side."""
        return sparse.hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers], format="csr")


def _pairs(text: str) -> Iterator[str]:
    """The words of a text, then its pairs of neighbours."""
    words = words_of(text)
    yield from words
    yield from (f"{a} {b}" for a, b in pairwise(words))


def _fitted(model: LogisticRegression, features: Any, answers: Truth) -> LogisticRegression | None:
    """The model, trained; None when all answers are the same."""
    if answers.all() or not answers.any():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early only regularises more
        return model.fit(features, answers)


def _by_models(models: Sequence[LogisticRegression | None], features: Any) -> Scores:
    """What one model for each code says; 0 where there is none."""
    result = np.zeros((features.shape[0], len(models)))
    for at, model in enumerate(models):
        if model is not None:
            result[:, at] = model.predict_proba(features)[:, 1]
    return result


class Vectors:
    """The vector of the text alone, without any rule, heading or neighbour; one logistic regression for each code."""

    strength = 3.0  # C; 0.3, 1, 3, 10 tried on the development reports

    def __init__(self, embedder: Embedder) -> None:
        """Takes what makes vectors of texts."""
        self._embedder = embedder
        self._models: list[LogisticRegression | None] = []

    def train(self, texts: Sequence[str], truth: Truth) -> None:
        """Learns from texts with their codes."""
        features = self._vectors(texts)
        self._models = [
            _fitted(LogisticRegression(C=self.strength, max_iter=300, class_weight="balanced"), features, truth[:, at])
            for at in range(truth.shape[1])
        ]

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities with shape (texts, codes)."""
        return _by_models(self._models, self._vectors(texts)) if texts else np.zeros((0, len(self._models)))

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts on one line each."""
        return self._embedder.embed([" ".join(text.split()) for text in texts])


class FastText:
    """Mean of trained word and word-pair vectors with a logistic output for each code (Joulin et al. 2017), run by floret.

    One thread: then the same texts give the same model. Tried on the development reports: 15, 30 and 50 epochs, rates 0.1, 0.2 and 0.5, 64
    and 128 dimensions, words alone to triples; all between .41 and .42, words alone .38.
    """

    def __init__(self) -> None:
        """Not trained yet."""
        self._model: Any = None
        self._codes = 0

    def train(self, texts: Sequence[str], truth: Truth) -> None:
        """Learns from texts with their codes."""
        import floret  # an optional extra: the baseline is left out without it

        self._codes = truth.shape[1]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            lines = [f"{_labels(row)} {' '.join(words_of(text))}\n" for text, row in zip(texts, truth, strict=True)]
            path.write_text("".join(lines), encoding="utf-8", newline="\n")
            self._model = floret.train_supervised(
                input=str(path), loss="ova", epoch=30, lr=0.1, dim=64, wordNgrams=2, minn=0, maxn=0,
                bucket=200_000, thread=1, verbose=0,
            )  # fmt: skip

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities with shape (texts, codes)."""
        result = np.zeros((len(texts), self._codes))
        for at, text in enumerate(texts):
            # Its own predict() builds an array in a way that NumPy 2 refuses; below it stands the same call.
            for score, label in self._model.f.predict(" ".join(words_of(text)) + "\n", -1, 0.0, "strict"):
                number = label.removeprefix(_LABEL)
                if number != _NONE:
                    result[at, int(number)] = score
        return result


_LABEL, _NONE = "__label__", "none"


def _labels(row: Truth) -> str:
    """The codes of a text as fastText reads them; without any it would pass the text over."""
    return " ".join(f"{_LABEL}{at}" for at in np.flatnonzero(row)) or f"{_LABEL}{_NONE}"


class SpacyTextcat:
    """spaCy's `textcat_multilabel` on a blank Thai pipeline, with the project's words in place of its tokeniser's."""

    epochs = 20
    batch = 64
    # A bag of words and pairs: on the development reports .34 with 10 epochs and .37 with 20; spaCy's default, words in context by
    # convolutions, takes three times as long an epoch and stood at .25 after three.
    model: dict[str, object] = {  # noqa: RUF012  # read only, as spaCy wants a plain dict
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 262_144,
    }

    def __init__(self) -> None:
        """Not trained yet."""
        self._nlp: Any = None

    def train(self, texts: Sequence[str], truth: Truth) -> None:
        """Learns from texts with their codes."""
        import spacy  # an optional extra: the baseline is left out without it
        from spacy.training import Example
        from spacy.util import minibatch
        from thinc.api import fix_random_seed

        fix_random_seed(0)
        self._nlp = spacy.blank("th")
        pipe = self._nlp.add_pipe("textcat_multilabel", config={"model": self.model})
        for at in range(truth.shape[1]):
            pipe.add_label(str(at))
        examples = [
            Example.from_dict(self._doc(text), {"cats": {str(at): float(yes) for at, yes in enumerate(row)}})
            for text, row in zip(texts, truth, strict=True)
        ]
        optimiser = self._nlp.initialize(lambda: examples[: self.batch])
        order = random.Random(0)
        for _ in range(self.epochs):
            order.shuffle(examples)
            for batch in minibatch(examples, self.batch):
                self._nlp.update(batch, sgd=optimiser, drop=0.2)

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities with shape (texts, codes)."""
        docs = self._nlp.pipe([self._doc(text) for text in texts])
        return np.array([[doc.cats[str(at)] for at in range(len(doc.cats))] for doc in docs], dtype=np.float64)

    def _doc(self, text: str) -> Any:
        """A text as spaCy holds it, cut into the project's words."""
        from spacy.tokens import Doc

        return Doc(self._nlp.vocab, words=list(words_of(text)) or [" "])


def is_installed(library: str) -> bool:
    """Whether an optional library is there."""
    return importlib.util.find_spec(library) is not None
