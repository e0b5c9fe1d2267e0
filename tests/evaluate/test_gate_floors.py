"""Floors only rise, hold for one gold, and a fall below one is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.gate import GateError, falls, load_floors, part_fingerprint, raised, write_floors
from pipeline.evaluate.gold import Gold, GoldReport
from pipeline.evaluate.labels import GoldSpan

VALUES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.floats(0, 1), max_size=3)


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_raising_never_lowers_a_floor(runs):
    floors = {}
    for values in runs:
        before = floors.get("gold", {}).get("rules", {})
        floors = raised(floors, "gold", "rules", values)
        after = floors["gold"]["rules"]
        assert all(after[metric] >= floor for metric, floor in before.items())
        assert all(after[metric] <= max(value, before.get(metric, 0.0)) for metric, value in values.items())
        best = {m: max(run.get(m, 0.0) for run in runs) for m in after}
        assert falls(floors, "gold", "rules", best) == ()


def test_a_fall_is_named_and_a_missing_metric_is_one():
    floors = raised({}, "gold", "rules", {"a": 0.5, "b": 0.5})
    assert [(f.metric, f.floor, f.value) for f in falls(floors, "gold", "rules", {"a": 0.49})] == [
        ("a", 0.5, 0.49),
        ("b", 0.5, 0.0),
    ]


def test_floors_of_another_gold_or_system_say_nothing():
    floors = raised({}, "gold", "rules", {"a": 0.5})
    for gold, system in (("other", "rules"), ("gold", "fast")):
        with pytest.raises(GateError, match="no floors"):
            falls(floors, gold, system, {"a": 1.0})
    both = raised(floors, "other", "rules", {"a": 0.1})
    assert both["gold"] == floors["gold"] and both["other"]["rules"] == {"a": 0.1}


def test_floors_are_read_as_written_and_a_faulty_file_refused(tmp_path):
    floors = raised({}, "gold", "rules", {"a": 0.51239})
    write_floors(floors, tmp_path / "floors.json")
    assert load_floors(tmp_path / "floors.json") == floors == {"gold": {"rules": {"a": 0.512}}}
    assert load_floors(tmp_path / "none.json") == {}
    (tmp_path / "bad.json").write_text('{"gold": {"rules": {"a": "high"}}}')
    with pytest.raises(GateError, match="no floors"):
        load_floors(tmp_path / "bad.json")


def test_the_fingerprint_changes_with_the_part_and_only_with_it():
    reports = (GoldReport("a", "0", "raw", "A"), GoldReport("b", "0", "raw", "A"))
    spans = (GoldSpan("a", 0, 2, "กข", "output", "achieved"), GoldSpan("b", 0, 2, "กข", "output", "achieved"))
    gold = Gold(reports, spans, ())
    mark = part_fingerprint(gold, ["a"])
    assert mark == part_fingerprint(Gold(reports, spans[:1], ()), ["a"])
    assert mark != part_fingerprint(Gold(reports, spans[1:], ()), ["a"])
    assert mark != part_fingerprint(gold, ["a", "b"])
