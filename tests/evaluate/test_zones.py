"""What the zones of passages alone promise: recall at the review threshold, what it costs, and how often the surest claims are right."""

from pipeline.evaluate.zones import PassageScores, review_recall, review_share, surest

PASSAGES = (
    PassageScores("a", "obstacle", frozenset({"obstacle"}), {"obstacle": 0.9, "outcome": 0.2}, "obstacle"),
    PassageScores("a", "obstacle", frozenset({"obstacle"}), {"obstacle": 0.04}, ""),
    PassageScores("b", "outcome", frozenset({"outcome", "output"}), {"output": 0.7}, "output"),
    PassageScores("b", "", frozenset(), {"obstacle": 0.3}, "obstacle"),
)


def test_a_finding_below_its_own_threshold_is_lost():
    review = {"obstacle": 0.1, "outcome": 0.1}
    assert review_recall(PASSAGES, review) == {"obstacle": (1, 2), "outcome": (0, 1)}


def test_a_low_threshold_is_paid_for_in_passages_to_review():
    assert review_share(PASSAGES, "obstacle", 0.1) == 0.5
    assert review_share(PASSAGES, "obstacle", 0.01) == 0.75
    assert review_share((), "obstacle", 0.1) == 0.0


def test_the_surest_claims_come_first_and_an_allowed_code_is_right():
    assert surest(PASSAGES, coverage=0.67) == (2, 2)
    assert surest(PASSAGES, coverage=1.0) == (2, 3)
