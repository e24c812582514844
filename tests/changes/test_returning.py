"""A retired persona that is back has its old id and name, and its passport goes on; another verdict is told."""

from __future__ import annotations

import shutil

import pytest

from personas import history, succession
from personas.changes import noise
from personas.changes.verdicts import compare_verdicts
from personas.numerals import Numerals
from personas.profiles.earlier import find_past
from personas.profiles.past import read_past
from personas.profiles.returning import last_seen, overlaps_then
from personas.report.news import tell_news
from tests.changes.runs import project, run, wave


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """Four personas, of which one joined another, and was told apart again a year later, beside a part of another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(noise.TIMES, "k-means", 4)  # what chance does is no matter here
        work = project(tmp_path_factory.mktemp("lives"))
        first = run(work, wave(600))
        merged = run(work, wave(600, change="merged", number=2), 3, end="2025-12-31")
        succession.accept(work)
        back = run(work, wave(600, change="split", number=3), 5, end="2026-12-31")
        return work, first, merged, back


def test_a_persona_that_is_back_has_its_old_id_and_name(lives):
    _work, first, merged, back = lives
    (gone,) = merged.identities.retired
    (returned,) = [one for one in back.changes.personas if one.status == "returned"]
    assert returned.persona_id == gone
    assert returned.overlap > 1 / 3
    names = {p.id: p.name for p in first.personas.personas}
    now = next(p for p in back.personas.personas if p.id == gone)
    assert now.name == names[gone] or now.name_reason
    born = [one.persona_id for one in back.changes.personas if one.status == "born"]
    assert born == ["P5"], "the number after the last one that was given, and none is left out"
    assert back.identities.highest == 5


def test_its_passport_goes_on_and_says_that_it_returned(lives):
    _work, _first, merged, back = lives
    (gone,) = merged.identities.retired
    before = next(one for one in merged.changes.passports if one.id == gone)
    after = next(one for one in back.changes.passports if one.id == gone)
    assert (before.retired, after.retired, after.born) == ("2025-12-31", "", "2024-12-31")
    assert after.events[:-1] == before.events
    assert after.events[-1].words.startswith(f"Returned: it is {gone} again, retired with the run of 31 December 2025")
    assert [one.id for one in back.changes.passports].count(gone) == 1


def test_the_report_tells_of_the_return_and_what_to_do(lives):
    _work, _first, merged, back = lives
    (gone,) = merged.identities.retired
    news = tell_news(back.changes, Numerals("EUR"))
    (told,) = [line for line in news.headlines if "Returned" in line.what]
    assert "not compared" in told.meaning
    assert "planned for it before" in told.act
    assert news.retired == ()
    assert "Proposed" in news.own[gone]
    assert all(figure.persona_id != gone for figure in back.changes.figures), "the run before has none of it"


def test_it_comes_back_however_many_runs_it_was_away(lives, tmp_path):
    work, _first, _merged, _back = lives
    later = project(tmp_path)
    shutil.copytree(history.history_folder(work), history.history_folder(later))
    shutil.rmtree(history.history_folder(later) / "0003")
    away = run(later, wave(600, change="merged", number=4), 3, end="2026-06-30")
    assert away.changes.acceptance == "accepted"
    back = run(later, wave(600, number=3), 4, end="2026-12-31")
    assert {one.persona_id for one in back.changes.personas} == {"P1", "P2", "P3", "P4"}
    assert back.identities.highest == 4


def test_a_persona_whose_definition_is_lost_gets_a_new_id(lives, tmp_path):
    """Without the definition of the one that retired nobody can say who is back, and its id is not given again."""
    work, _first, merged, _back = lives
    later = project(tmp_path)
    shutil.copytree(history.history_folder(work), history.history_folder(later))
    shutil.rmtree(history.history_folder(later) / "0003")
    shutil.rmtree(history.history_folder(later) / "0001")
    back = run(later, wave(600, number=3), 4, end="2026-12-31")
    (gone,) = merged.identities.retired
    ids = {one.persona_id for one in back.changes.personas if one.status != "retired"}
    assert gone not in ids
    assert "P5" in ids


def test_all_come_back_after_a_run_with_everybody_in_one(tmp_path, monkeypatch):
    monkeypatch.setitem(noise.TIMES, "k-means", 4)
    work = project(tmp_path)
    run(work, wave())
    one = run(work, wave(number=2), 1, end="2025-12-31")
    assert [p.id for p in one.personas.personas] == ["P5"]
    succession.accept(work)
    back = run(work, wave(number=3), 4, end="2026-12-31")
    assert {p.id for p in back.personas.personas} == {"P1", "P2", "P3", "P4"}
    assert {change.status for change in back.changes.personas} == {"returned", "retired"}
    succession.accept(work)
    past, known = find_past(work, "of no run")
    then, positions = next(last_seen(["P5"], past, known))
    assert (then.entry.number, positions) == (2, [0])
    assert overlaps_then(then, back.customers, back.segmentation) is None, "a part of them is not everybody"
    again = run(work, wave(number=4), 1, end="2027-12-31")
    assert [p.id for p in again.personas.personas] == ["P5"], "everybody is everybody again"


def test_another_verdict_is_told_with_what_it_means_and_never_as_beyond_chance(lives):
    work, _first, _merged, _back = lives
    before = read_past(history.read_history(work).entries[0])[0]
    assert compare_verdicts(before, before) is None
    weaker = before.model_copy(update={"verdict": "constructive", "borderline": True})
    told = compare_verdicts(weaker, before)
    assert "“constructive”; it was “reproducible”" in told.what
    assert "not groups that exist" in told.meaning
    assert "in this run the evidence is close to its limit" in told.meaning
    assert told.act.startswith("Watch: ")
    assert told.within_chance
    assert "can be dropped" in compare_verdicts(before, weaker).act


def test_a_run_in_which_only_the_verdict_differs_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(noise.TIMES, "k-means", 4)
    work = project(tmp_path)
    first = run(work, wave())
    verdict = first.segmentation.verdict.model_copy(update={"word": "constructive"})
    other = type(first.segmentation)(**vars(first.segmentation) | {"verdict": verdict})
    changes = run(work, wave(number=2), segmentation=other, end="2025-12-31").changes
    assert changes.sentence == (
        "Nothing changed beyond chance since the run of 31 December 2024. The verdict on the segments went from "
        "“reproducible” to “constructive”."
    )
    (told,) = changes.headlines
    assert told.persona_id is None
    assert tell_news(changes, Numerals("EUR")).title == "Only the word of the verdict changed"
    assert changes.acceptance == "accepted"
