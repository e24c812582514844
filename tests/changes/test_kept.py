"""The earlier run's division: its number of segments stays, and the whole of it where that is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from personas.errors import InputError
from personas.segments import Effort, compare_candidates, divide, read_division
from personas.segments.kept import settled_number
from tests.changes.runs import project, run, simulate_wave, wave

LITTLE = Effort(pairs=4, pairs_published=8, pairs_shown=8, first_nulls=19, nulls=19, stability_nulls=5, most_nulls=19)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    work = project(tmp_path_factory.mktemp("kept"))
    return work, run(work, wave())


@pytest.fixture(scope="module")
def compared():
    return {name: compare_candidates(one.customers, 4, effort=LITTLE, workers=1) for name, one in WAVES.items()}


WAVES = {"same": wave(number=2), "split": simulate_wave(300, 3, "split", wave=2, size=1.6)}


def test_a_kept_division_places_everybody_by_the_earlier_definition(published, compared):
    work, first = published
    earlier = read_division(work)
    found = divide(WAVES["same"].customers, compared["same"], earlier=earlier, division="kept")
    space, centres = first.segmentation.space, first.segmentation.centres
    points = space.transform(WAVES["same"].customers.frame)
    nearest = ((points[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    same = np.array([np.bincount(found.members["segment"][nearest == i]).argmax() for i in range(4)])
    assert (same[nearest] == found.members["segment"]).all()
    assert (np.diff([size.n for size in found.sizes]) <= 0).all(), "the largest segment comes first"
    assert found.verdict.kept
    assert found.verdict.word in ("natural", "reproducible")


def test_a_kept_division_that_still_fits_says_so(published, compared):
    found = divide(WAVES["same"].customers, compared["same"], earlier=read_division(published[0]), division="kept")
    assert not found.verdict.refit_advised
    assert found.verdict.reasons[0].startswith("Fit for use")


def test_a_kept_division_that_is_worn_out_says_when_to_divide_anew(published, compared):
    found = divide(WAVES["split"].customers, compared["split"], earlier=read_division(published[0]), division="kept")
    assert found.verdict.refit_advised
    assert "divide anew" in found.verdict.reasons[0]


def test_a_run_with_a_kept_division_keeps_all_ids_and_says_that_it_is_kept(published, compared):
    work, _first = published
    kept = divide(WAVES["same"].customers, compared["same"], earlier=read_division(work), division="kept")
    changes = run(work, WAVES["same"], segmentation=kept, end="2025-12-31", publish=False).changes
    assert changes.segmentation == "kept"
    assert changes.fit_for_use.startswith("Fit for use")
    assert {one.status for one in changes.personas} == {"same"}
    assert {one.overlap for one in changes.personas} == {1.0}


def test_there_must_be_something_to_keep_and_columns_for_it(published, compared):
    customers = WAVES["same"].customers
    with pytest.raises(InputError, match="no earlier run"):
        divide(customers, compared["same"], earlier=None, division="kept")
    with pytest.raises(InputError, match="n_segments"):
        divide(customers, compared["same"], 3, earlier=read_division(published[0]), division="kept")
    narrower = replace(customers, frame=customers.frame.drop(columns="frequency"))
    with pytest.raises(InputError, match="frequency"):
        divide(narrower, compared["same"], earlier=read_division(published[0]), division="kept")


def test_the_earlier_number_of_segments_stays_while_its_evidence_is_as_good(compared):
    comparison = compared["same"]
    judged = comparison.judgement

    def settled(words, chosen, before, borderline=False):
        flags = dict.fromkeys(words, False) | {chosen: borderline}
        judgement = replace(judged, words=words, chosen=chosen, borderline=flags)
        return settled_number(replace(comparison, judgement=judgement), before)

    words = {1: "none", 2: "reproducible", 3: "reproducible", 4: "natural"}
    assert settled(words, 3, 2) == 2
    assert settled(words, 4, 3) is None, "natural groups go before cuts"
    assert settled(words, 4, 3, borderline=True) == 3
    assert settled(words, 3, 1) is None
    assert settled(words, 3, 9) is None


def test_a_settled_number_is_published_with_the_reason(published, compared):
    comparison = compared["same"]
    judged = comparison.judgement
    flags = judged.borderline | {judged.chosen: True}
    words = judged.words | {3: "reproducible"}
    other = replace(comparison, judgement=replace(judged, borderline=flags, words=words))
    earlier = read_division(published[0])
    fewer = earlier.model_copy(update={"centres": earlier.centres[:3]})
    found = divide(WAVES["same"].customers, other, earlier=fewer)
    assert len(found) == 3
    assert found.verdict.reasons[-1].startswith("As many as in the earlier run")
    assert len(divide(WAVES["same"].customers, other)) == judged.chosen
