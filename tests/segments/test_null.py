"""Tables without segments keep everything of the data but its groups."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from personas.segments.null import fit_null
from personas.simulation import features_of, structureless


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return structureless("unknown_demographics", 3000, 14, 5)


@pytest.fixture(scope="module")
def drawn(data) -> pd.DataFrame:
    return fit_null(data, features_of(data)).draw(np.random.default_rng(1), 6000)


def numeric(frame) -> list[str]:
    return [name for name in frame if pd.api.types.is_float_dtype(frame[name])]


def test_marginals_are_kept(data, drawn):
    for name in numeric(data):
        if not name.startswith("behaviour_mix"):
            assert ks_2samp(data[name].dropna(), drawn[name].dropna()).statistic < 0.05, name
    for name in data.columns.difference(numeric(data)):
        seen, got = (frame[name].dropna().astype(str).value_counts(normalize=True) for frame in (data, drawn))
        assert (seen - got.reindex(seen.index).fillna(0)).abs().max() < 0.05, name


def test_shares_of_a_whole_keep_their_means_and_add_up_to_one_at_most(data, drawn):
    mix = [name for name in data if "_mix_" in name]
    assert len(mix) == 4
    assert drawn[mix].sum(axis=1).max() <= 1 + 1e-9
    assert np.allclose(drawn[mix].mean(), data[mix].mean(), atol=0.02)


def test_rank_correlations_are_kept(data, drawn):
    names = [name for name in numeric(data) if "_mix_" not in name]
    before, after = (frame[names].corr("spearman").to_numpy() for frame in (data, drawn))
    assert np.abs(before).max(where=~np.eye(len(names), dtype=bool), initial=0) > 0.5, "there is something to keep"
    assert np.abs(before - after).max() < 0.08


def test_what_is_missing_together_stays_missing_together(data, drawn):
    asked = [name for name in data if name.startswith("demographic")]
    missing = drawn[asked].isna()
    assert missing.mean().to_numpy() == pytest.approx(data[asked].isna().mean().to_numpy(), abs=0.03)
    assert (missing.nunique(axis=1) == 1).all()


def test_missing_that_goes_with_a_value_still_does(data):
    frame = data[["behaviour_spend", "behaviour_basket"]].copy()
    frame["behaviour_weekend_share"] = data["behaviour_weekend_share"].where(
        data["behaviour_spend"] > data["behaviour_spend"].median()
    )
    drawn = fit_null(frame, features_of(frame)).draw(np.random.default_rng(2), 6000)
    gone = drawn["behaviour_weekend_share"].isna()
    assert gone.mean() == pytest.approx(0.5, abs=0.03)
    assert drawn.loc[gone, "behaviour_spend"].median() < drawn.loc[~gone, "behaviour_spend"].median() / 2


def test_groups_are_not_kept():
    rng = np.random.default_rng(3)
    side = rng.choice([-4.0, 4.0], 2000)
    frame = pd.DataFrame(rng.standard_normal((2000, 3)) + np.column_stack([side, -side, side]), columns=list("abc"))
    drawn = fit_null(frame, features_of(frame)).draw(rng, 2000)
    agree = (np.sign(drawn["a"]) == np.sign(drawn["c"])) & (np.sign(drawn["a"]) != np.sign(drawn["b"]))
    assert agree.mean() < 0.95, "in the data all but no customer is of one group in one column and another elsewhere"


def test_the_same_seed_draws_the_same_table(data):
    null = fit_null(data, features_of(data))
    pd.testing.assert_frame_equal(null.draw(np.random.default_rng(5), 50), null.draw(np.random.default_rng(5), 50))
