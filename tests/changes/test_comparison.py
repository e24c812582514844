"""What was planted between two runs is told as what it is, and what was not is not told."""

from __future__ import annotations

import pandas as pd
import pytest

from personas.changes import Changes, compare_runs, tabulate_figures, tabulate_moves, tabulate_passports
from personas.changes.account import say_change
from personas.changes.models import Headline, PersonaChange
from personas.changes.redrawn import SAME_DATA, allow_for_redrawing
from personas.customers import Customers
from personas.numerals import Numerals
from personas.report.news import tell_news
from tests.changes.runs import project, run, wave
from tests.evidence.false_alarms import found_in

N = 1_000


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """(first run, second run) with a change between them; made once."""
    made = {}

    def make(change, k=4):
        if change not in made:
            work = project(tmp_path_factory.mktemp(change))
            first = run(work, wave(N))
            made[change] = first, run(work, wave(N, change=change, number=2), k, end="2025-12-31")
        return made[change]

    return make


def test_the_first_run_says_that_there_is_none_before_it(pair):
    first, _second = pair("none")
    assert first.changes.first_run
    assert "First run" in first.changes.sentence
    assert compare_runs(first.personas).sentence == first.changes.sentence
    assert tell_news(first.changes, Numerals("EUR")).sentence == ""


def test_nothing_is_said_where_nothing_happened(pair):
    first, second = pair("none")
    changes = second.changes
    assert changes.headlines == ()
    assert changes.sentence == "Nothing changed beyond chance since the run of 31 December 2024."
    assert {one.status for one in changes.personas} == {"same"}
    assert changes.acceptance == "accepted"
    assert [p.name for p in second.personas.personas] == [p.name for p in first.personas.personas]
    assert not any(change.beyond_chance for change in changes.figures)
    assert (changes.earlier.shared, changes.earlier.joined, changes.earlier.left) == (N, 0, 0)


@pytest.mark.parametrize(("change", "k"), [("grown", 4), ("split", 5), ("merged", 3), ("cured", 4), ("drift", 4)])
def test_a_planted_change_is_found(pair, change, k):
    _first, second = pair(change, k)
    assert found_in(second.changes)[change]
    others = {"grown": "split", "split": "merged", "merged": "split", "cured": "drift", "drift": "cured"}
    assert not found_in(second.changes)[others[change]]


def test_a_split_keeps_the_old_id_for_one_part_and_gives_the_other_a_new_one(pair):
    first, second = pair("split", 5)
    names = {p.id: p.name for p in first.personas.personas}
    born = [one for one in second.changes.personas if one.status == "born"]
    assert [one.persona_id for one in born] == ["P5"]
    (origin,) = born[0].came_from
    changed = second.changes.of(origin)
    assert changed.status == "changed"
    assert changed.overlap < 0.7 < changed.floor
    assert f"split off from {names[origin]}" in born[0].sentence
    assert {one.persona_id for one in second.changes.personas if one.proposed} == {"P5", origin}
    assert second.changes.acceptance == "proposed"


def test_a_persona_that_went_into_another_is_retired_and_says_where(pair):
    _first, second = pair("merged", 3)
    gone = [one for one in second.changes.personas if one.status == "retired"]
    assert len(gone) == 1
    name = {p.id: p.name for p in second.personas.personas}[gone[0].went_to[0]]
    assert f"now in {name}" in gone[0].sentence
    passport = next(one for one in second.changes.passports if one.id == gone[0].persona_id)
    assert passport.retired == "2025-12-31"
    assert passport.events[-1].words == gone[0].sentence


def test_another_division_of_the_same_data_is_no_news_of_customers(tmp_path):
    work = project(tmp_path)
    run(work, wave(N))
    changes = run(work, wave(N), 5).changes
    assert changes.sentence.startswith(SAME_DATA)
    redrawn = {one.persona_id for one in changes.personas if one.status != "same"}
    assert redrawn and {one.persona_id for one in changes.headlines} <= redrawn
    assert not any(one.act.startswith(("Act:", "Keep")) or one.good is not None for one in changes.headlines)


def test_a_figure_of_a_persona_that_was_redrawn_may_be_its_members():
    redrawn = PersonaChange(persona_id="P1", name="Regulars", status="changed", sentence="Redrawn.")
    kept = PersonaChange(persona_id="P2", name="Others", status="same")
    told = [
        Headline(what="Regulars. Redrawn.", meaning="m", act="a", persona_id="P1"),
        Headline(what="Regulars: NPS fell.", meaning="m", act="Act: ask.", persona_id="P1", good=False),
        Headline(what="Others: NPS fell.", meaning="m", act="Act: ask.", persona_id="P2", good=False),
        Headline(what="NPS fell.", meaning="m", act="Act: ask.", good=False),
    ]
    fate, figure, other, base = allow_for_redrawing(told, [redrawn, kept], same_data=False)
    assert (fate, other, base) == (told[0], told[2], told[3])
    assert figure.good is None and "members" in figure.meaning and not figure.act.startswith("Act")
    assert allow_for_redrawing(told, [redrawn, kept], same_data=True) == (told[0], told[3])


def test_a_cured_pain_point_is_told_with_the_figure_that_went_with_it_and_as_no_cause(pair):
    _first, second = pair("cured")
    told = [one for one in second.changes.headlines if "Campaigns answered improved" in one.what]
    assert told
    assert all(one.good for one in told)
    assert "Whether one made the other is not known" in told[0].meaning
    eased = [one for one in second.changes.pain_points if one.status == "eased" and one.persona_id]
    assert all(one.reach.change.high < 0 for one in eased)


def test_the_first_sentence_says_whether_to_act(pair):
    assert "(two for the worse). Two call for action." in pair("merged", 3)[1].changes.sentence
    assert pair("grown")[1].changes.sentence.endswith("None calls for action now.")
    assert "None calls" not in pair("split", 5)[1].changes.sentence, "proposed personas are to be read and accepted"


def test_the_other_way_round_is_said_only_of_what_was_said_before(pair):
    _first, second = pair("cured")
    now = [one for one in second.changes.statements if one.sure and one.status == "became true"]
    assert now
    for one in now:
        (told,) = [line for line in second.changes.headlines if line.what.endswith(one.sentence)]
        earlier = [s for s in second.changes.statements if (s.persona_id, s.feature) == (one.persona_id, one.feature)]
        assert ("other way round" in told.meaning) == (len(earlier) == 2)


def test_shares_in_words_are_percent_and_never_the_same_twice(pair):
    _first, second = pair("split", 5)
    (told,) = [one for one in second.changes.drift if one.feature == "weekend_share"]
    assert told.words.count("%") >= 5, "edges of a share are read as percent, as the shares between them"
    share = next(one.share for one in pair("grown")[1].changes.personas if one.share is not None)
    close = share.model_copy(
        update={
            "now": share.now.model_copy(update={"value": 0.1134}),
            "before": share.before.model_copy(update={"value": 0.1082}),
        }
    )
    assert say_change(close, Numerals("EUR")).startswith("from 10.8\u00a0% to 11.3\u00a0%")


def test_a_change_that_most_personas_share_is_told_once(pair):
    _first, second = pair("drift")
    told = [one.what for one in second.changes.headlines if "Sales a customer" in one.what]
    assert len(told) == 1
    assert "four of four personas" in next(o.meaning for o in second.changes.headlines if o.what == told[0])


def test_who_moved_is_counted_beyond_what_a_refit_moves(pair):
    _first, second = pair("grown")
    moved = [flow for flow in second.changes.flows if flow.beyond_noise]
    assert moved
    assert all(flow.share > flow.noise and flow.source != flow.target for flow in moved)
    listing = tabulate_moves(second.changes)
    assert "yes" in set(listing.frame["beyond chance"])


def test_passports_go_on_from_run_to_run(pair):
    first, second = pair("grown")
    old = {one.id: one for one in first.changes.passports}
    for passport in second.changes.passports:
        assert passport.born == "2024-12-31"
        assert passport.events[: len(old[passport.id].events)] == old[passport.id].events
    assert any("share went" in event.words for one in second.changes.passports for event in one.events)
    assert len(tabulate_passports(second.changes)) >= 4


def test_the_report_tells_the_news_and_each_persona_its_own(pair):
    from personas.report import render_report
    from personas.segments.models import Evidence

    _first, second = pair("split", 5)
    evidence = Evidence(
        rows=(), separation_p=0.01, stability_p=0.01, null_draws=99, stability_null_draws=39, pairs=30, customers=N,
        forming=4, outcome="", seed=7,
    )  # fmt: skip
    page = render_report(
        second.personas, evidence, second.segmentation.sizes, (), second.customers.quality, second.customers.features,
        second.changes,
    )  # fmt: skip
    assert 'id="changes"' in page
    assert second.changes.sentence in page
    assert page.count("Proposed: it waits to be accepted.") == 2
    assert "Passport P5" in page


def test_a_persona_keeps_its_name_until_what_it_says_is_untrue(tmp_path):
    work = project(tmp_path)
    first = run(work, wave())
    frame = wave(number=2).customers.frame.copy()
    swapped = first.personas.personas[0]
    mine = (first.segmentation.members["segment"] == swapped.number).to_numpy()
    frame.loc[mine, "frequency"] = 2.0
    frame.loc[mine, "coupon_share"] = 0.9
    second = run(work, Customers(frame, wave().customers.features, wave().customers.quality), end="2025-12-31")
    for persona in second.personas.personas:
        before = next((p.name for p in first.personas.personas if p.id == persona.id), None)
        if before is not None and before != persona.name:
            assert persona.name_before == before
            assert persona.name_reason
            assert f"Renamed from “{before}”" in second.changes.of(persona.id).sentence
        else:
            assert persona.name_before == ""
    assert any(
        persona.name_before or persona.id not in {"P1", "P2", "P3", "P4"} for persona in second.personas.personas
    )


def test_an_analysts_name_is_a_reason_on_record(tmp_path):
    work = project(tmp_path)
    run(work, wave())
    second = run(work, wave(number=2), end="2025-12-31", names={"P2": "Fresh-first regulars"})
    renamed = next(p for p in second.personas.personas if p.id == "P2")
    assert (renamed.name, renamed.named_by) == ("Fresh-first regulars", "analyst")
    assert "analyst" in renamed.name_reason
    third = run(work, wave(number=3), end="2026-12-31")
    back = next(p for p in third.personas.personas if p.id == "P2")
    assert back.name_before == "Fresh-first regulars"
    assert "taken out" in back.name_reason


def test_ids_in_use_again_for_other_people_are_not_followed(tmp_path):
    work = project(tmp_path)
    run(work, wave())
    frame = wave(number=2).customers.frame
    others = frame.assign(customer_id=frame["customer_id"].sample(frac=1, random_state=1).to_numpy())
    found = run(work, Customers(others, wave().customers.features, wave().customers.quality), end="2025-12-31").changes
    assert found.flows == ()
    assert any("ids of the earlier run are in use again" in note for note in found.notes)
    assert {one.status for one in found.personas} == {"same"}


def test_a_run_with_other_columns_says_what_cannot_be_known(tmp_path):
    work = project(tmp_path)
    run(work, wave())
    customers = wave(number=2).customers
    gone = ["monetary_value", "frequency", "coupon_share"]
    kept = tuple(
        f.model_copy(update={"forms": True}) if f.name in ("recency", "sales") else f
        for f in customers.features
        if f.name not in gone
    )
    found = run(work, Customers(customers.frame.drop(columns=gone), kept, customers.quality), end="2025-12-31").changes
    assert not found.first_run
    assert any("formed the earlier segments" in note for note in found.notes)
    assert any("the columns are others" in line for line in found.unknown)


def test_sums_over_periods_of_other_lengths_are_not_compared(tmp_path):
    work = project(tmp_path)
    run(work, wave())
    later = wave(change="drift", number=2)
    found = run(work, later, end="2025-12-31", start="2023-01-01").changes
    spend = next(change for change in found.figures if change.key == "spend" and change.persona_id is None)
    assert spend.reading == "not compared"
    assert not spend.change.measured
    assert any("periods of other lengths" in line for line in found.unknown)


def test_small_flows_are_hidden_and_cannot_be_had_by_subtraction(pair):
    _first, second = pair("split", 5)
    by_source = {}
    for flow in second.changes.flows:
        by_source.setdefault(flow.source, []).append(flow)
        assert flow.customers is None or flow.customers >= second.personas.min_group
    assert all(sum(flow.customers is None for flow in flows) != 1 for flows in by_source.values())


def test_changes_show_themselves_and_escape_names(pair):
    _first, second = pair("drift")
    assert isinstance(second.changes, Changes)
    evil = second.changes.headlines[0].model_copy(update={"what": "<script>alert(1)</script>"})
    shown = second.changes.model_copy(update={"headlines": (evil,)})._repr_html_()
    assert "<script>" not in shown
    frame = tabulate_figures(second.changes, "EUR").frame
    assert isinstance(frame, pd.DataFrame)
    assert frame["reading"].iloc[0] == "better"
