"""`make accept`, and what it makes out of date."""

from __future__ import annotations

import json

from personas.batch.publication import accept, summarise
from personas.batch.stamps import describe_stages
from tests.changes.runs import project, run, wave


def published(work):
    folder = work.root / "reports" / "shop"
    folder.mkdir(exist_ok=True)
    (folder / "personas.json").write_text(json.dumps({"personas": [1], "verdict": {"word": "natural"}}))


def test_accepting_is_said_once_and_makes_only_the_comparison_out_of_date(tmp_path):
    work = project(tmp_path)
    (tmp_path / "data" / "shop").mkdir()
    run(work, wave())
    before = describe_stages(tmp_path, "shop", {}, None)
    run(work, wave(change="split", number=2), 5, end="2025-12-31")
    published(work)
    assert describe_stages(tmp_path, "shop", {}, None) == before, "a run in the history makes nothing out of date"
    assert "make accept DATASET=shop" in summarise(tmp_path, ["shop"])
    assert "accepted" in accept(tmp_path, "shop")
    after = describe_stages(tmp_path, "shop", {}, None)
    assert [stage for stage in after if after[stage] != before[stage]] == ["05_changes"]
    assert "nothing waits" in accept(tmp_path, "shop")
    assert "make accept" not in summarise(tmp_path, ["shop"])


def test_a_wave_is_out_of_date_when_the_one_before_it_is_published_again(tmp_path):
    work = project(tmp_path)
    (tmp_path / "data" / "next").mkdir()
    (tmp_path / "data" / "next" / "dataset.yml").write_text("title: x\nprevious: shop\n")
    before = describe_stages(tmp_path, "next", {}, None)
    run(work, wave())
    after = describe_stages(tmp_path, "next", {}, None)
    assert [stage for stage in after if after[stage] != before[stage]] == ["04_profiles"]
