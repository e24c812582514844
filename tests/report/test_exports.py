"""Files for other systems: who is in which persona, harmless in a spreadsheet, private on disk."""

from __future__ import annotations

import stat

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.report import write_exports, write_index, write_report
from personas.report.exports import inert
from personas.segments import TypingTool
from tests.customers.journey import build_journey
from tests.profiles.divided import divided_journey
from tests.report import examples
from tests.report.pages import read_page
from tests.report.questionnaires import tool_of


@pytest.fixture
def membership():
    return pd.DataFrame(
        {
            "customer_id": ["=HYPERLINK(1)", "b", "a", "-7"],
            "segment": [1, 2, 3, 1],
            "confidence": [0.51234, 0.9, 0.7, 1.0],
            "in_between": [True, False, False, False],
            "typical": [True, True, False, True],
        }
    )


def test_members_are_named_ordered_and_complete(tmp_path, membership):
    persona_set = examples.grocery(3)
    _, parquet, *_ = write_exports(tmp_path, membership, persona_set)
    frame = pd.read_parquet(parquet)
    assert list(frame.columns) == ["customer_id", "persona_id", "persona", "confidence", "in_between", "typical"]
    assert list(frame["customer_id"]) == sorted(membership["customer_id"])
    third = frame.set_index("customer_id").loc["a"]
    assert (third["persona_id"], third["persona"]) == (persona_set.personas[2].id, persona_set.personas[2].name)
    assert not third["typical"]


def test_csv_cells_that_a_spreadsheet_would_run_are_made_inert(tmp_path, membership):
    persona_set = examples.grocery(3, lambda words: "+" + words)
    csv, *_ = write_exports(tmp_path, membership, persona_set)
    frame = pd.read_csv(csv, dtype=str)
    assert set(frame["customer_id"]) == {"'=HYPERLINK(1)", "'-7", "a", "b"}
    assert all(name.startswith("'+") for name in frame["persona"])
    assert set(frame["confidence"]) == {"0.5123", "0.9", "0.7", "1.0"}


@given(st.text(max_size=20))
def test_inert_text_never_starts_a_formula_and_loses_nothing(text):
    safe = inert(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert safe.removeprefix("'") == text or safe == text


def test_exports_are_readable_by_their_owner_only(tmp_path, membership):
    for _ in range(2):
        for path in write_exports(tmp_path, membership, examples.grocery(3), tool=tool_of(examples.grocery(3))):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "exports").stat().st_mode) == 0o700


def test_loyalists_and_those_at_risk_have_a_column_only_where_a_rule_could_decide(tmp_path, membership):
    nobody = pd.array([pd.NA] * 4, dtype="boolean")
    flags = pd.DataFrame({"customer_id": ["a", "b", "-7", "=HYPERLINK(1)"], "loyalist": nobody})
    flags["at_risk"] = pd.array([True, False, None, False], dtype="boolean")
    _, parquet, *_ = write_exports(tmp_path, membership, examples.grocery(3), flags=flags)
    frame = pd.read_parquet(parquet).set_index("customer_id")
    assert "loyalist" not in frame
    assert frame["at_risk"].loc[["a", "b", "=HYPERLINK(1)"]].tolist() == [True, False, False]
    assert pd.isna(frame["at_risk"].loc["-7"])
    text = (tmp_path / "exports" / "members.csv").read_text()
    assert text.splitlines()[0] == "customer_id,persona_id,persona,confidence,in_between,typical,at_risk"


def test_a_run_leaves_nothing_of_the_one_before(tmp_path, membership):
    write_exports(tmp_path, membership, examples.grocery(6), tool=tool_of(examples.grocery(6)))
    written = write_exports(tmp_path, membership, examples.grocery(3))
    there = {path for path in (tmp_path / "exports").rglob("*") if path.is_file()}
    assert there == set(written)
    assert len(there) == 5


def test_the_assignment_is_written_for_both_engines_with_where_it_is_from(tmp_path):
    customers, persona_set = build_journey(), examples.grocery(4)
    segmentation = divided_journey()
    write_exports(tmp_path, segmentation.members, persona_set, segmentation)
    for name, quote in (("assign.sql", '"'), ("assign.spark.sql", "`")):
        text = (tmp_path / "exports" / name).read_text(encoding="utf-8")
        assert text.startswith(f"-- {persona_set.dataset.title}\n-- Data to 1 January 2018.\n-- Simulated data")
        assert f"FROM {quote}customers{quote}" in text
    with duckdb.connect() as connection:
        connection.register("customers", customers.frame)
        found = connection.sql((tmp_path / "exports" / "assign.sql").read_text(encoding="utf-8")).df()
    members = pd.read_parquet(tmp_path / "exports" / "members.parquet").set_index("customer_id")
    found = found.set_index("customer_id").loc[members.index]
    assert (found["persona_id"] == members["persona_id"]).all()
    assert (found["persona"] == members["persona"]).all()
    assert (found["confidence"] == members["confidence"]).all()


def test_the_questionnaire_is_written_as_it_is(tmp_path, membership):
    tool = tool_of(examples.grocery(3), lambda words: words + examples.HOSTILE)
    write_exports(tmp_path, membership, examples.grocery(3), tool=tool)
    assert TypingTool.model_validate_json((tmp_path / "exports" / "typing_tool.json").read_bytes()) == tool


def test_exports_are_the_same_bytes_each_time(tmp_path, membership):
    shuffled = membership.sample(frac=1, random_state=3)
    first, second = (
        [p.read_bytes() for p in write_exports(tmp_path / name, frame, examples.grocery(3))]
        for name, frame in (("a", membership), ("b", shuffled))
    )
    assert first == second


def test_a_segment_without_persona_is_refused(tmp_path, membership):
    with pytest.raises(ValueError, match="3"):
        write_exports(tmp_path, membership, examples.grocery(2))


def test_the_index_lists_every_published_run(tmp_path):
    for name, count in (("zebra shop", 3), ("alpha", 1)):
        write_report(tmp_path / name, **examples.inputs(count))
    (tmp_path / ".work" / "alpha").mkdir(parents=True)
    (tmp_path / ".work" / "personas.json").write_text("{}")
    html = write_index(tmp_path).read_text(encoding="utf-8")
    links = [e.attributes["href"] for e in read_page(html) if e.tag == "a"]
    assert [link for link in links if link.endswith("report.html")] == ["alpha/report.html", "zebra%20shop/report.html"]
    assert "zebra%20shop/report.html#persona-2" in links
    notice = examples.grocery().dataset.notice
    assert html.count(notice) == 2
    assert "Two reports" in html


def test_a_run_of_another_version_is_listed_with_what_to_do(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "personas.json").write_text('{"schema_version": "0.1"}')
    html = write_index(tmp_path).read_text(encoding="utf-8")
    assert "run this dataset again" in html


def test_an_empty_shelf_says_how_to_fill_it(tmp_path):
    assert "make personas" in write_index(tmp_path).read_text(encoding="utf-8")
