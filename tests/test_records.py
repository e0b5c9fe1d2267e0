"""The shared records: frozen, comparable, with ids that depend on content alone."""

import dataclasses
import pickle

import pytest
from samples import make_result

from pipeline.errors import PipelineError, ReadError
from pipeline.process import StageError
from pipeline.records import content_id


def test_ids_depend_on_every_part_and_nothing_else():
    assert content_id("l", "ก", 1) == content_id("l", "ก", "1") == "l-" + content_id("x", "ก", 1).removeprefix("x-")
    ids = {content_id("l", *parts) for parts in (("ก", "ข"), ("กข",), ("ก", ""), ("", "ก"), ("ข", "ก"))}
    assert len(ids) == 5
    assert content_id("l", "\ud800")


def test_records_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_result().source = "x"


def test_results_travel_between_processes_unchanged():
    result = make_result(texts=("ก", "ข"))
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize("error", [PipelineError("ก", "ข"), ReadError("ก"), StageError("ก", "ข", "segment")])
def test_errors_travel_too(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
