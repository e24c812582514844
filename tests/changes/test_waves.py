"""Waves of one survey: other respondents, matched on profiles alone; simulated waves hold what was planted."""

from __future__ import annotations

import numpy as np
import pytest

from personas.batch.checks import find_wave_problems
from personas.changes import compare_runs, read_earlier, write_run
from personas.errors import InputError
from personas.handover import open_workspace
from personas.profiles import derive_personas, identify_personas
from personas.simulation.waves import simulate_wave
from personas.succession import prepare
from tests.changes.runs import CARD, measured, project, run, wave


def later_wave(first_workspace, one, k=4, dataset="shop_next"):
    """Stages 04 and 05 of a dataset whose contract says ``previous: shop``."""
    work = open_workspace(dataset, "batch", first_workspace.root)
    customers = one.customers
    segmentation, experience = measured(customers, k)
    card = CARD.model_copy(update={"name": dataset, "title": "The shop, next wave", "observation_end": "2025-12-31"})
    identities = identify_personas(work, customers, segmentation, experience, "shop")
    personas = derive_personas(customers, segmentation, experience, card, identities=identities)
    changes = compare_runs(personas, read_earlier(work, identities), identities, customers, segmentation)
    write_run(work, personas, customers, segmentation, identities, changes)
    return work, personas, changes


def test_a_wave_is_matched_on_profiles_and_says_what_cannot_be_known(tmp_path):
    work = project(tmp_path)
    first = run(work, wave())
    own, personas, changes = later_wave(work, wave(seed=77))
    assert changes.earlier.dataset == "shop"
    assert {p.id: p.name for p in personas.personas} == {p.id: p.name for p in first.personas.personas}
    assert changes.flows == ()
    assert changes.earlier.shared is None
    assert any("respondents" in line for line in changes.unknown)
    own.staged.mkdir(exist_ok=True)
    (own.staged / "personas.json").write_text("{}")
    prepare(own)


def test_the_same_ids_in_another_wave_are_other_people(tmp_path):
    work = project(tmp_path)
    run(work, wave())
    _own, _personas, changes = later_wave(work, wave(number=2))
    assert changes.flows == ()
    assert all(one.shared_overlap is None for one in changes.personas)


def test_a_wave_before_its_earlier_one_was_published_is_a_first_run_and_says_so(tmp_path):
    work = project(tmp_path)
    _own, _personas, changes = later_wave(work, wave())
    assert changes.first_run
    assert any("no run is published yet" in note for note in changes.notes)


def test_an_unknown_earlier_wave_is_refused_with_the_nearest_name(tmp_path):
    project(tmp_path)
    for name in ("survey_2017", "survey_2018"):
        (tmp_path / "data" / name).mkdir()
        (tmp_path / "data" / name / "dataset.yml").write_text("title: x\n")

    class Source:
        class contract:
            previous = "survey_2071"

    (problem,) = find_wave_problems(tmp_path, "survey_2018", Source)
    assert "survey_2017" in problem.fix
    Source.contract.previous = "survey_2018"
    assert find_wave_problems(tmp_path, "survey_2018", Source), "no wave comes before itself"
    Source.contract.previous = "survey_2017"
    assert find_wave_problems(tmp_path, "survey_2018", Source) == []


def test_the_same_seed_gives_the_same_people_in_every_wave():
    one, two = simulate_wave(400, 3), simulate_wave(400, 3, wave=2)
    assert (one.group == two.group).all()
    assert one.customers.frame["customer_id"].equals(two.customers.frame["customer_id"])
    alike = np.corrcoef(np.log(one.customers.frame["sales"]), np.log(two.customers.frame["sales"]))[0, 1]
    assert 0.9 < alike < 1


def test_what_is_planted_is_in_the_simulated_wave():
    plain = simulate_wave(4_000, 3, wave=2)
    shares = np.bincount(plain.group) / 4_000
    grown = simulate_wave(4_000, 3, "grown", wave=2)
    assert np.bincount(grown.group)[3] / 4_000 - shares[3] == pytest.approx(0.2 * shares[0], abs=0.02)
    assert set(simulate_wave(4_000, 3, "merged", wave=2).group) == {0, 1, 2}
    assert set(simulate_wave(4_000, 3, "split", wave=2).group) == {0, 1, 2, 3, 4}
    cured = simulate_wave(4_000, 3, "cured", wave=2)
    for wave_, share in ((plain, 0.55), (cured, 0.11)):
        never = wave_.customers.frame["campaigns_answered"].to_numpy()[wave_.group == 1] == 0
        assert never.mean() == pytest.approx(share, abs=0.05)
    drift = simulate_wave(4_000, 3, "drift", wave=2).customers.frame["monetary_value"]
    assert (drift / plain.customers.frame["monetary_value"]).median() == pytest.approx(1.25)


def test_an_unknown_change_is_refused():
    with pytest.raises(InputError, match="grown"):
        simulate_wave(100, 1, "grow")
