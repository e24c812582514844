"""The history keeps accepted runs, one that waits, and never stops a report."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from personas import history, succession
from personas.changes import noise
from personas.errors import InputError
from tests.changes.runs import project, run, wave

FIRST, SPLIT = wave(), wave(change="split", number=2)


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setitem(noise.TIMES, "k-means", 4)  # what chance does is no matter here
    return project(tmp_path)


def entries(work):
    return [(entry.number, entry.accepted) for entry in history.read_history(work).entries]


def files(work):
    folder = history.history_folder(work)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_repeated_run_replaces_itself_and_says_the_same(work):
    first = run(work, FIRST)
    before = files(work)
    again = run(work, FIRST)
    assert again.changes == first.changes
    assert first.changes.first_run
    assert files(work) == before
    assert entries(work) == [(1, True)]


def test_a_repeated_second_run_is_compared_with_the_one_before_again(work):
    run(work, FIRST)
    second = run(work, wave(number=2), end="2025-12-31")
    before = files(work)
    again = run(work, wave(number=2), end="2025-12-31")
    assert not second.changes.first_run
    assert again.changes.model_dump_json() == second.changes.model_dump_json()
    assert again.personas.model_dump_json() == second.personas.model_dump_json(), "the report is made of these alone"
    assert files(work) == before
    assert entries(work) == [(1, True), (2, True)]


def test_a_run_by_hand_reads_the_history_and_never_adds_to_it(work):
    run(work, FIRST)
    before = files(work)
    assert not run(work, SPLIT, 5, end="2025-12-31", publish=False).changes.first_run
    assert files(work) == before


def test_changed_personas_wait_and_the_next_run_takes_their_place(work):
    run(work, FIRST)
    proposed = run(work, SPLIT, 5, end="2025-12-31")
    assert proposed.changes.acceptance == "proposed"
    assert entries(work) == [(1, True), (2, False)]
    later = run(work, wave(number=3), end="2026-06-30")
    assert later.changes.earlier.number == 1, "what was never accepted is not compared with"
    assert entries(work) == [(1, True), (2, True)]


def test_accepted_personas_are_what_the_next_run_is_compared_with(work):
    run(work, FIRST)
    proposed = run(work, SPLIT, 5, end="2025-12-31")
    assert succession.accept(work).number == 2
    again = run(work, SPLIT, 5, end="2025-12-31")
    assert again.changes.acceptance == "accepted"
    assert again.changes.earlier.number == 1
    assert [p.status for p in again.changes.personas] == [p.status for p in proposed.changes.personas]
    later = run(work, wave(change="split", number=3), 5, end="2026-06-30")
    assert later.changes.earlier.number == 2
    assert {p.id for p in later.personas.personas} == {p.id for p in proposed.personas.personas}
    assert succession.accept(work) is None, "nothing waits"


def test_members_are_kept_of_the_last_runs_only_and_entries_of_the_last_sixty(work, monkeypatch):
    monkeypatch.setattr(succession, "ENTRIES_KEPT", 4)
    for year in range(2020, 2026):
        run(work, wave(number=1 + year % 2), end=f"{year}-12-31")
    kept = history.read_history(work).entries
    assert [entry.number for entry in kept] == [3, 4, 5, 6]
    assert [(entry.folder / history.MEMBERS).exists() for entry in kept] == [False, True, True, True]


def test_forgotten_customers_are_in_no_list_of_members(work):
    run(work, FIRST)
    run(work, wave(number=2), end="2025-12-31")
    folder = history.history_folder(work)
    assert succession.forget_customers(folder, ["w3-00001", "w3-00002", "nobody"]) == 4
    lists = [pd.read_parquet(path) for path in folder.glob("*/members.parquet")]
    assert len(lists) == 2
    assert all(len(one) == 298 and "w3-00001" not in set(one["customer_id"]) for one in lists)
    assert not run(work, wave(number=3), end="2026-12-31").changes.first_run


def spoil_json(entry):
    (entry / "run.json").write_text("{")


def spoil_version(entry):
    head = json.loads((entry / "run.json").read_text())
    (entry / "run.json").write_text(json.dumps(head | {"format": 99}))


def spoil_dataset(entry):
    head = json.loads((entry / "run.json").read_text())
    (entry / "run.json").write_text(json.dumps(head | {"dataset": "cafe"}))


def spoil_contents(entry):
    head = json.loads((entry / "run.json").read_text())
    (entry / "run.json").write_text(json.dumps(head | {"run": {"customers": "many"}}))


def spoil_segments(entry):
    (entry / "segmentation.json").unlink()


def spoil_ids(entry):
    """The same id twice, as a copy and paste by hand leaves it."""
    parts = json.loads((entry / "segmentation.json").read_text())
    (entry / "segmentation.json").write_text(json.dumps(parts | {"ids": ["P1", "P1", "P3", "P4"]}))


def spoil_numbers(entry):
    head = json.loads((entry / "run.json").read_text())
    head["run"]["highest"] = 2
    (entry / "run.json").write_text(json.dumps(head))


def spoil_members(entry):
    """Segments of another run: one of them has no persona."""
    parts = json.loads((entry / "segmentation.json").read_text())
    parts |= {"ids": [*parts["ids"], "P5"], "centres": [*parts["centres"], parts["centres"][0]]}
    (entry / "segmentation.json").write_text(json.dumps(parts))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_ids, "damaged or missing"),
        (spoil_numbers, "damaged or missing"),
        (spoil_members, "damaged or missing"),
        (spoil_json, "damaged or missing"),
        (spoil_version, "newer version"),
        (spoil_dataset, 'another dataset, "cafe"'),
        (spoil_contents, "damaged or missing"),
        (spoil_segments, "damaged or missing"),
    ],
)
def test_a_history_that_cannot_be_used_is_set_aside_and_said(work, spoil, words):
    run(work, FIRST)
    spoil(history.history_folder(work) / "0001")
    found = run(work, wave(number=2), end="2025-12-31")
    assert found.changes.first_run
    assert words in " ".join(found.changes.notes)
    assert "First run" not in found.changes.sentence
    later = run(work, wave(number=3), end="2026-12-31")
    assert not later.changes.first_run, "the run after the damage is compared with"


def test_members_that_cannot_be_read_only_cost_who_moved(work):
    run(work, FIRST)
    (history.history_folder(work) / "0001" / "members.parquet").write_bytes(b"not parquet")
    found = run(work, wave(number=2), end="2025-12-31").changes
    assert not found.first_run
    assert found.flows == ()
    assert any(line.startswith("Who moved") for line in found.unknown)


def test_data_that_ends_earlier_is_not_compared_and_does_not_enter_the_history(work):
    run(work, FIRST, end="2025-12-31")
    before = files(work)
    found = run(work, wave(number=2), end="2024-12-31")
    assert found.changes.out_of_order
    assert "31 December 2024" in found.changes.sentence
    assert "31 December 2025" in found.changes.sentence
    assert files(work) == before
    assert [p.id for p in found.personas.personas] == ["P1", "P2", "P3", "P4"], "ids hold all the same"


def test_a_history_that_changed_meanwhile_stops_publication_in_words(work):
    run(work, FIRST)
    run(work, wave(number=2), end="2025-12-31", publish=False)
    other = history.read_entry(history.history_folder(work) / "0001", "shop").read("run.json")
    place = history.history_folder(work) / "0002"
    place.mkdir()
    (place / "run.json").write_text(json.dumps(other | {"fingerprint": "somebody else's"}))
    (place / "segmentation.json").write_text("{}")
    (work.staged / "personas.json").write_text("{}")
    with pytest.raises(InputError, match="changed while this run was made"):
        succession.prepare(work)


@pytest.mark.parametrize("published", [True, False])
def test_a_publication_that_was_killed_is_put_right(work, published):
    run(work, FIRST)
    run(work, wave(number=2), end="2025-12-31", publish=False)
    work.staged.mkdir(exist_ok=True)
    (work.staged / "personas.json").write_text("this run's")
    succession.prepare(work)
    target = work.root / "reports" / "shop"
    target.mkdir(parents=True)
    (target / "personas.json").write_text("this run's" if published else "the one before")
    succession.mend(work)
    assert len(entries(work)) == (2 if published else 1)
    assert not (history.history_folder(work) / succession.NEXT).exists()


@pytest.mark.parametrize("left", ["", "{", '{"published": "x", "number": "many"}'])
def test_a_waiting_run_that_is_damaged_is_dropped(work, left):
    run(work, FIRST)
    waiting = history.history_folder(work) / succession.NEXT
    waiting.mkdir()
    if left:
        (waiting / "run.json").write_text(left)
    target = work.root / "reports" / "shop"
    target.mkdir(parents=True)
    (target / "personas.json").write_text("what is published")
    succession.mend(work)
    assert entries(work) == [(1, True)]
    assert not waiting.exists()


def test_accepting_does_not_need_what_was_decided_before(work):
    run(work, FIRST)
    run(work, SPLIT, 5, end="2025-12-31")
    decisions = history.history_folder(work) / history.DECISIONS
    decisions.write_text("[")
    assert succession.accept(work).number == 2
    assert len(json.loads(decisions.read_text())) == 1


def test_the_history_is_for_its_owner_only(work):
    run(work, FIRST)
    assert history.history_folder(work).stat().st_mode & 0o077 == 0
