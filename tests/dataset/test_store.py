import sqlite3

import pytest
from samples import make_result

from pipeline.dataset.schema import tables
from pipeline.dataset.store import STORE_NAME, Store, Stored, UnfitRowsError
from pipeline.errors import StoreError
from pipeline.records import Problem


def rows(folder, name):
    with Store.read(folder) as store:
        return list(store.rows(name))


def test_a_result_comes_back_as_rows_of_every_table(tmp_path):
    with Store.create(tmp_path) as store:
        store.put(make_result(texts=("ก", "ข")), "f1")
        assert store.stored() == {"ก.txt": Stored("0" * 64, "f1", False)}
    counts = {of.name: len(rows(tmp_path, of.name)) for of in tables()}
    assert counts == {"lessons": 2, "tags": 6, "reports": 1, "facts": 1, "places": 1, "problems": 1}


def test_cells_keep_their_types(tmp_path):
    with Store.create(tmp_path) as store:
        store.put(make_result(), "f1")
        lesson = dict(zip(tables()[0].names, next(store.rows("lessons")), strict=True))
        tags = [dict(zip(tables()[1].names, row, strict=True)) for row in store.rows("tags")]
    assert (lesson["issues"], lesson["raw_start"], lesson["confidence"]) == (("food",), 0, 0.8)
    assert lesson["province"] is None and lesson["year_ce"] is None
    assert [(tag["scheme"], tag["accepted"]) for tag in tags] == [("category", True), ("issue", True), ("issue", False)]


def test_a_report_read_again_replaces_its_rows(tmp_path):
    with Store.create(tmp_path) as store:
        store.put(make_result(texts=("ก", "ข", "ค")), "f1")
        store.put(make_result(texts=("ง",)), "f2")
        assert [row[5] for row in store.rows("lessons")] == ["ง"]
        assert store.count("tags") == 3
        assert store.stored()["ก.txt"].fingerprint == "f2"


def test_rows_stand_in_the_order_of_sources_however_they_came(tmp_path):
    with Store.create(tmp_path) as store:
        for name in ("ค.txt", "a.txt", "ก.txt"):
            store.put(make_result(name, texts=(f"{name}2", f"{name}1")), "f1")
        assert [row[5] for row in store.rows("lessons")] == [
            *("a.txt2", "a.txt1"),
            *("ก.txt2", "ก.txt1"),
            *("ค.txt2", "ค.txt1"),
        ]


def test_sources_that_are_gone_leave_the_store(tmp_path):
    with Store.create(tmp_path) as store:
        store.put(make_result("ก.txt"), "f1")
        store.put(make_result("ข.txt"), "f1")
        store.put_problem(Problem("รูป.bmp", "read", "not a report format", ""))
        assert store.keep_only(["ข.txt"]) == 2
        assert [row[2] for row in store.rows("lessons")] == ["ข.txt"]
        assert [row[0] for row in store.rows("problems")] == ["ข.txt"]


def test_a_result_that_does_not_fit_changes_nothing(tmp_path):
    twice = make_result(texts=("ก",))
    twice = make_result(lessons=twice.lessons * 2)
    with Store.create(tmp_path) as store:
        store.put(make_result(texts=("เดิม",)), "f1")
        with pytest.raises(UnfitRowsError):
            store.put(twice, "f2")
        with pytest.raises(UnfitRowsError):
            store.put(make_result(texts=("\ud800",)), "f2")
        assert [row[5] for row in store.rows("lessons")] == ["เดิม"]
        assert store.stored()["ก.txt"].fingerprint == "f1"


def test_a_second_writer_is_turned_away(tmp_path):
    with Store.create(tmp_path), pytest.raises(StoreError, match="Another run"):
        Store.create(tmp_path)


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00" + b"\xff" * 200])
def test_another_file_of_that_name_is_refused(tmp_path, content):
    (tmp_path / STORE_NAME).write_bytes(content)
    with pytest.raises(StoreError, match=STORE_NAME):
        Store.create(tmp_path)
    with pytest.raises(StoreError, match=STORE_NAME):
        Store.read(tmp_path)


@pytest.mark.parametrize("name", ["lessons", "problems", "sources"])
def test_a_store_of_other_tables_is_refused(tmp_path, name):
    with Store.create(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / STORE_NAME)
    connection.execute(f"ALTER TABLE {name} ADD COLUMN more TEXT")
    connection.close()
    with pytest.raises(StoreError, match="another version"):
        Store.create(tmp_path)


def test_reading_where_there_is_no_dataset_says_so(tmp_path):
    with pytest.raises(StoreError, match="holds no"):
        Store.read(tmp_path)


def test_a_store_damaged_further_down_says_so(tmp_path):
    with Store.create(tmp_path) as store:
        store.put(make_result(texts=tuple(f"{n} " + "ก" * 500 for n in range(50))), "f1")
    path = tmp_path / STORE_NAME
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    with pytest.raises(StoreError, match=STORE_NAME), Store.read(tmp_path) as store:
        for of in tables():
            list(store.rows(of.name))
