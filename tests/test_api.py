"""`import pipeline`: quick to import, typed tables, cross tables, texts and search as notebooks use them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import pipeline
from pipeline.errors import StoreError, UsageError
from pipeline.spans import Span

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "corpus" / "reports"
HOSTILE = """โครงการทดสอบการแสดงผล
ผลลัพธ์
<script>alert(1)</script> คนในชุมชนเลิกบุหรี่ได้ 12 คน \u202eย้อน
ปัญหาอุปสรรค
ขาดงบประมาณและเจ้าหน้าที่ โทร 081-234-5678
"""


@pytest.fixture(scope="module")
def data(small_dataset):
    return pipeline.load(small_dataset)


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_is_quick_and_loads_nothing():
    code = (
        "import sys, time; t = time.perf_counter(); import pipeline; s = time.perf_counter() - t\n"
        "import json; print(json.dumps([s, sorted({'pandas', 'numpy', 'spacy', 'matplotlib', 'pythainlp'} & set(sys.modules))]))"
    )
    seconds, loaded = json.loads(run_python(code))
    assert seconds < 0.3
    assert loaded == []


def test_every_public_name_is_there():
    for name in pipeline._PUBLIC:
        assert getattr(pipeline, name) is not None
        assert name in dir(pipeline)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        pipeline.nothing  # noqa: B018 - the access is what is tested


def test_extract_is_both_the_function_and_the_stage():
    code = (
        "import pipeline.extract.cues, pipeline\n"
        "assert pipeline.extract.cues.cue_phrases, 'the stage'\n"
        "from pipeline.extract import findings\n"
        "print(callable(pipeline.extract), findings.__name__)"
    )
    assert run_python(code).split() == ["True", "pipeline.extract.findings"]


@pytest.mark.parametrize(("module", "use"), [("matplotlib", "pipeline.plot"), ("spacy", "pipeline.to_spacy")])
def test_a_missing_extra_is_named_with_its_command(module, use):
    code = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "import pipeline\nfrom pipeline.errors import UsageError\n"
        f"try:\n    {use}\nexcept UsageError as error:\n    print(error)"
    )
    told = run_python(code)
    assert 'pip install "lessons-pipeline[notebooks]"' in told
    assert module in told
    assert told.count("\n") == 1


def test_the_example_of_the_readme_runs(small_dataset, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    pytest.importorskip("spacy")
    blocks = re.findall(r"```python\n(import pipeline\n.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 1
    monkeypatch.setenv("LESSONS_DATASET", str(small_dataset))
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(blocks[0], names)  # the README's own words are what is tested
    assert (tmp_path / "heat_map.png").stat().st_size > 10_000
    assert "<mark" in names["html"]
    assert names["doc"].spans["lessons"]


class TestTables:
    def test_every_table_has_the_rows_of_the_store(self, data):
        counts = data.run["counts"]
        assert {name: len(getattr(data, name)) for name in counts} == counts

    @pytest.mark.parametrize(
        ("table", "column", "dtype"),
        [
            ("lessons", "category", "category"),
            ("lessons", "raw_start", "Int64"),
            ("lessons", "year_ce", "Int64"),
            ("lessons", "year_be", "Int64"),
            ("lessons", "text_start", "int64"),
            ("lessons", "confidence", "float64"),
            ("lessons", "text", "str"),
            ("tags", "accepted", "bool"),
            ("tags", "code", "category"),
            ("reports", "period_start", "datetime64[s]"),
            ("reports", "budget_baht", "float64"),
            ("places", "level", "category"),
            ("facts", "kind", "category"),
            ("problems", "stage", "category"),
        ],
    )
    def test_columns_are_typed(self, data, table, column, dtype):
        assert str(getattr(data, table)[column].dtype) == dtype

    def test_types_do_not_depend_on_rows(self, data, tmp_path):
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "ว่างเปล่า.txt").write_text("สวัสดี", encoding="utf-8")
        empty = pipeline.extract(tmp_path / "in", tmp_path / "out", model="rules", jobs=0)
        assert len(empty.lessons) == 0
        for name in ("lessons", "tags", "reports", "facts", "places"):
            one, other = getattr(empty, name).dtypes, getattr(data, name).dtypes
            assert {c: str(t) for c, t in one.items()} == {c: str(t) for c, t in other.items()}, name

    def test_lists_are_lists_and_have_thai_names(self, data):
        row = data.lessons[data.lessons["issues"].map(len) > 0].iloc[0]
        assert isinstance(row["issues"], list)
        assert row["issues_th"] == [data.names("issue")[code] for code in row["issues"]]
        assert data.lessons["category_th"].iloc[0] == data.names("category")[data.lessons["category"].iloc[0]]
        assert set(data.tags["name_th"].dropna()) <= {
            n for s in ("category", "issue", "sdh") for n in data.names(s).values()
        }
        assert data.tags["name_th"].notna().all()

    def test_years_are_both_eras(self, data):
        known = data.lessons.dropna(subset=["year_ce"])
        assert (known["year_be"] - known["year_ce"] == 543).all()

    def test_a_date_that_cannot_be_is_missing(self):
        made = pipeline.extract(
            REPORTS / "d15_phanom-child-helmet.txt", model="rules", jobs=0
        )  # dated the 31st of September
        assert pd.isna(made.reports["report_date"].iloc[0])
        assert made.reports["report_date"].dtype == "datetime64[s]"

    def test_the_summary_counts_what_is_there(self, data):
        told = data.summary()
        assert told["รายงาน"] == len(data.reports)
        assert told["ข้อค้นพบ"] == len(data.lessons)
        assert told["โครงการ"] <= told["รายงาน"]

    def test_silences_count_reports(self, data):
        assert data.silences().to_numpy().sum() == data.reports["silences"].map(len).sum()


class TestLoadAndExtract:
    def test_the_variable_names_the_dataset(self, small_dataset, monkeypatch):
        monkeypatch.setenv("LESSONS_DATASET", str(small_dataset))
        assert pipeline.load().folder == small_dataset

    def test_a_folder_above_is_found(self, small_dataset, monkeypatch, tmp_path):
        monkeypatch.delenv("LESSONS_DATASET", raising=False)
        (tmp_path / "dataset").symlink_to(small_dataset)
        (tmp_path / "notebooks").mkdir()
        monkeypatch.chdir(tmp_path / "notebooks")
        assert len(pipeline.load().lessons)

    def test_no_dataset_says_what_to_do(self, tmp_path):
        with pytest.raises(UsageError, match="make extract"):
            pipeline.load(tmp_path)

    def test_one_report_without_a_folder_lives_as_long_as_its_tables(self):
        one = pipeline.extract(REPORTS / "e21_bangkrabao-carers-final.txt", model="rules", jobs=0)
        folder = one.folder
        assert len(one.reports) == 1
        assert len(one.lessons)
        assert folder.is_dir()
        del one
        assert not folder.exists()

    def test_a_path_that_is_not_there(self):
        with pytest.raises(UsageError, match="does not exist"):
            pipeline.extract("ไม่มี.txt")

    def test_an_unknown_model(self):
        with pytest.raises(UsageError):
            pipeline.extract(REPORTS, model="ไม่มี")


class TestMatrix:
    def test_cells_are_what_counting_by_hand_gives(self, data):
        found = data.matrix("issues", "category", labels="code")
        for issue in found.index:
            for category in found.columns:
                rows = [row for row in data.rows.lessons if issue in row.issues and row.category == category]
                assert found.loc[issue, category] == len(rows)

    def test_projects_are_counted_once(self, data):
        lessons, projects = data.matrix("issues", "sdh"), data.matrix("issues", "sdh", values="projects")
        assert (projects <= lessons).all().all()
        assert ((projects > 0) == (lessons > 0)).all().all()
        assert projects.to_numpy().sum() < lessons.to_numpy().sum()

    def test_codes_without_a_lesson_have_their_row(self, data):
        found = data.matrix("issues", "sdh", of=data.lessons.head(0))
        assert found.shape == (8, 12)
        assert found.to_numpy().sum() == 0

    def test_lessons_without_a_value_are_shown_when_asked_for(self, data):
        found = data.matrix("issues", "category", missing=True)
        untagged = sum(not row.issues for row in data.rows.lessons)
        assert found.loc["(ไม่ระบุ)"].sum() == untagged

    def test_years_have_no_gaps(self, data):
        years = list(data.matrix("category", "year_be").columns)
        assert years == list(range(years[0], years[-1] + 1))

    def test_columns_of_reports_serve_too(self, data):
        assert (
            data.matrix("genre", "category").to_numpy().sum()
            == data.reports.loc[data.reports["genre"].notna(), "findings"].sum()
        )

    @pytest.mark.parametrize(("rows", "columns"), [("ไม่มี", "sdh"), ("issues", "issues")])
    def test_columns_that_cannot_be(self, data, rows, columns):
        with pytest.raises(UsageError):
            data.matrix(rows, columns)

    def test_coverage_adds_up(self, data):
        found = data.coverage(by=["issue"])
        states = ["reported", "none_reported", "section_missing", "copy", "unreadable", "not_processed"]
        assert (found[states].sum(axis=1) == found["matched"]).all()


class TestTexts:
    def test_highlights_stand_on_the_words_of_the_lessons(self, data):
        for source in data.reports.loc[data.reports["findings"] > 0, "source"]:
            report = data.report(source)
            for highlight in report.highlights:
                assert highlight.span.slice(report.text) == data.rows.by_id[highlight.key].text

    def test_a_lesson_is_shown_with_its_surroundings(self, data):
        longest = data.lessons.loc[data.lessons["text_start"].idxmax()]
        report = data.report(longest)
        part = report.part(200)
        assert report.focus == longest["lesson_id"]
        assert len(part.text) < len(report.text)
        assert any(h.span.slice(part.text) == longest["text"] for h in part.highlights)
        assert all(h.span.slice(part.text) in report.text for h in part.highlights)

    def test_an_unknown_key(self, data):
        with pytest.raises(UsageError, match="no report or lesson"):
            data.report("l-0000000000000000")

    def test_a_source_that_changed_is_not_shown(self, tmp_path):
        report = tmp_path / "in" / "รายงาน.txt"
        report.parent.mkdir()
        report.write_text(HOSTILE, encoding="utf-8")
        made = pipeline.extract(report.parent, tmp_path / "out", model="rules", jobs=0)
        report.write_text(HOSTILE + "เพิ่ม", encoding="utf-8")
        with pytest.raises(StoreError, match="changed"):
            made.report("รายงาน.txt")
        report.unlink()
        with pytest.raises(StoreError, match="no longer"):
            made.report("รายงาน.txt")

    def test_a_public_dataset_shows_masked_quotes_only(self, tmp_path):
        report = tmp_path / "in" / "รายงาน.txt"
        report.parent.mkdir()
        report.write_text(HOSTILE, encoding="utf-8")
        made = pipeline.extract(report.parent, tmp_path / "out", public=True, model="rules", jobs=0)
        text = made.report("รายงาน.txt").text
        assert "081-234-5678" not in text
        assert "ขาดงบประมาณ" in text

    def test_hostile_text_is_shown_as_text(self, tmp_path):
        pytest.importorskip("spacy")
        report = tmp_path / "รายงาน.txt"
        report.write_text(HOSTILE, encoding="utf-8")
        html = pipeline.show(report)
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "\u202e" not in html
        assert "ปัญหาอุปสรรค" in html
        assert html._repr_html_() == str(html)

    def test_the_legend_counts_in_thai(self, data):
        pytest.importorskip("spacy")
        report = data.report(data.reports.sort_values("findings").iloc[-1])
        html = pipeline.show(report)
        for code, count in pd.Series([h.category for h in report.highlights]).value_counts().items():
            assert f"{data.names('category')[code]} <b>{count}</b>" in html

    def test_overlapping_highlights_do_not_repeat_text(self):
        from pipeline.lessons.report_text import Highlight, disjoint

        found = disjoint([Highlight(Span(5, 9), "b"), Highlight(Span(0, 7), "a"), Highlight(Span(1, 3), "c")])
        assert [(h.span, h.category) for h in found] == [(Span(0, 7), "a"), (Span(7, 9), "b")]


class TestSpacy:
    def test_the_doc_holds_the_text_and_the_spans(self, data):
        spacy = pytest.importorskip("spacy")
        reports = [data.report(source) for source in data.reports["source"][:6]]
        binned = pipeline.to_docbin(reports)
        docs = list(type(binned)().from_bytes(binned.to_bytes()).get_docs(spacy.vocab.Vocab()))
        for report, doc in zip(reports, docs, strict=True):
            assert doc.text == report.text
            assert doc.user_data["source"] == report.source
            spans = [(span.start_char, span.end_char, span.label_, span.id_) for span in doc.spans["lessons"]]
            assert spans == [(h.span.start, h.span.end, h.category, h.key) for h in report.highlights]
            assert len(doc.spans["issues"]) == sum(len(h.issues) for h in report.highlights)


class TestSearchAndTables:
    def test_search_gives_a_table_and_a_page(self, data):
        found = pipeline.search(data, "ขาดงบประมาณ", categories=["obstacle"], limit=5)
        assert 0 < len(found) <= 5
        assert set(found.table["category_th"]) == {"ปัญหาอุปสรรค"}
        assert list(found.table["score"]) == sorted(found.table["score"], reverse=True)
        assert found.lesson_ids == [hit.lesson.lesson_id for hit in found]
        assert "<mark>" in found._repr_html_()

    def test_years_are_asked_for_in_the_buddhist_era(self, data):
        year = int(data.lessons["year_be"].dropna().mode().iloc[0])
        found = pipeline.search(data, "กิจกรรม", years_be=[year])
        assert set(found.table["year_be"]) == {year}

    def test_a_table_is_escaped_and_says_what_it_leaves_out(self):
        html = pipeline.table(pd.DataFrame({"ข้อความ": ["<script>x</script>", "ข"], "n": [0.5, None]}), most=1)
        assert "<script" not in html
        assert "และอีก 1 แถว" in html
        assert "0.50" in html

    def test_a_queue_is_a_table_and_a_file(self, tmp_path):
        names = pipeline.corpus_reports("train")[:3]
        pool = pipeline.extract([REPORTS / name for name in names], model="rules", jobs=0)
        queue = pipeline.queue(pool, tmp_path / "คิว.xlsx", size=8, second="none")
        assert 0 < len(queue) <= 8
        assert {"reason", "why", "text", "label_category"} <= set(queue.columns)
        assert (tmp_path / "คิว.xlsx").stat().st_size > 0


@pytest.fixture(scope="module")
def compared():
    return pipeline.compare(pipeline.corpus_reports("dev")[:4])


class TestComparison:
    def test_counts_add_up(self, compared):
        by_category = compared.by_category
        assert compared.errors["right"] == by_category["right"].sum()
        assert len(compared.claims) == compared.reliability["guesses"].sum()
        assert (compared.reliability["least"] <= compared.reliability["right"]).all()
        assert (compared.reliability["right"] <= compared.reliability["most"]).all()

    def test_both_texts_are_the_same_report(self, compared):
        labels, guesses = compared.texts(compared.readings[0].name)
        assert labels.text == guesses.text
        assert labels.highlights != guesses.highlights

    def test_a_model_does_not_differ_from_itself(self, compared):
        assert len(compared.changed(compared)) == 0

    def test_a_report_without_labels(self):
        with pytest.raises(UsageError, match="No labels"):
            pipeline.compare(["ไม่มี.txt"])

    def test_a_small_model_reads_reports(self, tmp_path, compared):
        model = pipeline.train(pipeline.corpus_reports("train")[:4], tmp_path / "model")
        other = pipeline.compare([compared.readings[0].name], model=model)
        assert len(compared.changed(other))
        made = pipeline.extract(REPORTS / compared.readings[0].name, model=model, jobs=0)
        assert set(made.lessons["decided_by"]) & {"model", "rules+model"}
