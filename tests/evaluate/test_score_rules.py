"""What counts as right, wrong, missed or taken, told on one small report."""

import pytest
from make_reading import BURNING, LORRY, PLACE, TARGET, TRAINING, Fixed, gold, guess, reading

from pipeline.evaluate.counts import Counts
from pipeline.evaluate.score import score_report
from pipeline.records import Tag

OUTPUT = gold(TRAINING, category="output", issues=("pollution",))
OUTCOME = gold(BURNING, category="outcome", issues=("pollution",), sdh=("env.physical_environment",))
PLAN = gold(TARGET, category="outcome", status="planned", negative="target", issues=None, sdh=None)


def score(folder, golds, *guesses, tags=()):
    """The score of guesses, given as (words, category, …), on a report with these gold spans."""
    report = reading(folder, *golds)
    made = [guess(report, words, category, **fields) for words, category, fields in guesses]
    return score_report(Fixed(made, tags), report)


def counts(result, level, code, scheme="category"):
    return result.tally.counts.get((level, scheme, code), Counts())


def test_a_finding_found_in_its_place_is_right_at_every_level(tmp_path):
    result = score(tmp_path, [OUTPUT, OUTCOME], (TRAINING, "output", {}))
    for level in ("overlap", "IoU 0.25", "IoU 0.5", "IoU 0.9"):
        assert counts(result, level, "output") == Counts(1, 0, 0)
        assert counts(result, level, "outcome") == Counts(0, 0, 1)
    assert result.errors == {"right": 1, "missed": 1}
    assert result.claims == [(0.8, True)]


def test_a_place_too_short_fails_as_the_iou_rises_and_is_a_boundary_error(tmp_path):
    result = score(tmp_path, [OUTCOME], ("หลังอบรมชาวบ้าน", "outcome", {}))
    assert counts(result, "overlap", "outcome") == Counts(1, 0, 0)
    assert counts(result, "IoU 0.9", "outcome") == Counts(0, 1, 1)
    assert result.errors == {"boundary": 1}


def test_the_wrong_category_in_the_right_place_is_a_type_error(tmp_path):
    result = score(tmp_path, [OUTCOME], (BURNING, "output", {}))
    assert counts(result, "overlap", "output") == Counts(0, 1, 0)
    assert counts(result, "overlap", "outcome") == Counts(0, 0, 1)
    assert result.errors == {"type": 1}
    assert result.confusion["outcome", "output"] >= 1


def test_a_guess_on_plain_text_is_a_text_error(tmp_path):
    assert score(tmp_path, [OUTCOME], (LORRY, "obstacle", {})).errors == {"text": 1, "missed": 1}


def test_a_second_guess_on_one_finding_is_wrong(tmp_path):
    result = score(tmp_path, [OUTCOME], ("หลังอบรมชาวบ้าน", "outcome", {}), ("เลิกเผาขยะ 30 ครัวเรือน", "outcome", {}))
    assert counts(result, "overlap", "outcome") == Counts(1, 1, 0)


def test_an_alternative_category_is_right_under_the_label_guessed(tmp_path):
    either = gold(TRAINING, category="output", alt=("outcome",))
    result = score(tmp_path, [either], (TRAINING, "outcome", {}))
    assert counts(result, "IoU 0.9", "outcome") == Counts(1, 0, 0)
    assert counts(result, "IoU 0.9", "output") == Counts()
    assert counts(result, "unit", "outcome").right >= 1


@pytest.mark.parametrize(
    ("category", "wrong"), [("output", 0), ("outcome", 0), ("obstacle", 1)], ids=["own", "alternative", "other"]
)
def test_an_arguable_finding_is_never_required_and_excuses_its_own_categories(tmp_path, category, wrong):
    doubtful = gold(TRAINING, category="output", alt=("outcome",), arguable=True)
    assert score(tmp_path, [doubtful]).tally.counts == {}
    result = score(tmp_path, [doubtful], (TRAINING, category, {}))
    for level in ("overlap", "IoU 0.9"):
        assert counts(result, level, category) == Counts(0, wrong, 0)
    assert counts(result, "unit", category).right == counts(result, "unit", category).missed == 0
    assert bool(counts(result, "unit", category).wrong) == bool(wrong)


def test_a_planned_guess_is_no_claim(tmp_path):
    result = score(tmp_path, [PLAN], (TARGET, "outcome", {"status": "planned"}))
    assert result.planned == (0, 1)
    assert result.tally.counts == {}


def test_a_target_taken_as_achieved_is_counted_and_wrong(tmp_path):
    result = score(tmp_path, [PLAN, OUTPUT], (TARGET, "outcome", {}), (TRAINING, "output", {}))
    assert result.planned == (1, 1)
    assert result.claims_on_plans == (1, 2)
    assert result.negatives == {("target", "all"): 1, ("target", "taken"): 1}
    assert counts(result, "overlap", "outcome") == Counts(0, 1, 0)


def test_a_tempting_code_counts_only_when_it_is_given_and_wrong_there(tmp_path):
    trap = gold(PLACE, negative="lookalike_word", tempts=("alcohol_drugs",), issues=None, sdh=None)
    line = "โครงการอยู่ที่จังหวัดสุราษฎร์ธานี"
    drunk = {"issues": ("alcohol_drugs",)}
    assert score(tmp_path, [trap], (line, "output", drunk)).tempted == {
        ("lookalike_word", "all"): 1,
        ("lookalike_word", "taken"): 1,
    }
    assert score(tmp_path, [trap], (line, "output", {})).tempted["lookalike_word", "taken"] == 0
    # A finding around the word that is truly about alcohol does not tempt.
    true = gold(line, category="output", issues=("alcohol_drugs",))
    assert score(tmp_path, [trap, true], (line, "output", drunk)).tempted["lookalike_word", "taken"] == 0


def test_issues_are_counted_apart_from_the_category(tmp_path):
    result = score(tmp_path, [OUTCOME], (BURNING, "lesson", {"issues": ("pollution", "food")}))
    assert counts(result, "overlap", "pollution", "issue") == Counts(1, 0, 0)
    assert counts(result, "overlap", "food", "issue") == Counts(0, 1, 0)
    assert counts(result, "overlap", "env.physical_environment", "sdh") == Counts(0, 0, 1)


def test_alternative_issues_are_free_to_give_or_leave(tmp_path):
    either = gold(BURNING, category="outcome", alt_issues=("pollution",))
    for issues in ((), ("pollution",)):
        result = score(tmp_path, [either], (BURNING, "outcome", {"issues": issues}))
        assert counts(result, "overlap", "pollution", "issue") == Counts()


def test_passages_are_tagged_where_the_gold_says_unless_nobody_looked(tmp_path):
    tags = (Tag("issue", "pollution", 0.9, True, "x", ""), Tag("issue", "food", 0.3, False, "x", ""))
    result = score(tmp_path, [OUTCOME, PLAN], tags=tags)
    assert counts(result, "passage", "pollution", "issue") == Counts(1, 0, 0)
    assert len(result.scores["issue"]) == 8
    assert sorted(s for s in result.scores["issue"] if s[0]) == [(0.3, False), (0.9, True)]


def test_white_space_does_not_count_in_the_overlap(tmp_path):
    text = "ผลลัพธ์\nขยะลด        ลงครึ่งหนึ่งจากเดิม\n"
    label = gold("ขยะลด        ลง", text, category="outcome")
    report = reading(tmp_path, label, text=text)
    found = report.normal.text
    words = found[found.index("ขยะลด") : found.index("ครึ่ง")]
    result = score_report(Fixed([guess(report, words, "outcome")]), report)
    assert counts(result, "IoU 0.9", "outcome") == Counts(1, 0, 0)


@pytest.mark.parametrize(
    ("given", "right", "wrong", "missed"),
    [
        ((), 0, 0, 1),
        (("output",), 1, 0, 0),
        (("outcome",), 1, 0, 0),
        (("output", "outcome"), 1, 0, 0),
        (("lesson",), 0, 1, 1),
    ],
)
def test_a_passage_alone_needs_one_of_its_categories(tmp_path, given, right, wrong, missed):
    either = gold(TRAINING, category="output", alt=("outcome",))
    result = score(tmp_path, [either], tags=[Tag("category", code, 0.9, True, "x", "") for code in given])
    found = [
        c for (level, scheme, _), c in result.tally.counts.items() if (level, scheme) == ("passage alone", "category")
    ]
    assert sum(found, Counts()) == Counts(right, wrong, missed)


def test_a_category_on_a_negative_passage_is_wrong_and_on_an_arguable_one_free(tmp_path):
    tags = [Tag("category", "output", 0.9, True, "x", "")]
    assert counts(score(tmp_path, [PLAN], tags=tags), "passage alone", "output") == Counts(0, 1, 0)
    doubtful = gold(TRAINING, category="output", arguable=True)
    assert counts(score(tmp_path, [doubtful], tags=tags), "passage alone", "output") == Counts()
    trap = gold(PLACE, negative="lookalike_word", tempts=("alcohol_drugs",), issues=None, sdh=None)
    assert counts(score(tmp_path, [trap], tags=tags), "passage alone", "output") == Counts()
