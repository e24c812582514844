"""Every block of questions weighs the same, unknown stays unknown, and a fitted space survives as JSON."""

import numpy as np
import pandas as pd
import pytest

from personas.customers import Feature
from personas.errors import InputError
from personas.segments import FeatureSpace, fit_space


def feature(name, kind="number", block="behaviour", **more) -> Feature:
    return Feature(name=name, label=name, kind=kind, block=block, forms=more.pop("forms", True), **more)


FEATURES = (
    feature("spend", transform="log"),
    feature("visits"),
    feature("age", "ordered", "who", transform="order", levels=("young", "middle", "old")),
    feature("region", "category", "who", transform="onehot"),
    feature("constant"),
    feature("told", forms=False),
)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    common = rng.standard_normal(300)
    ages = pd.cut(common + rng.standard_normal(300), [-9, -0.5, 0.5, 9], labels=["young", "middle", "old"]).astype(str)
    regions = rng.choice(["north", "south", "east", "west", "islands"], 300)
    unknown = rng.random(300) < 0.68
    return pd.DataFrame(
        {
            "spend": np.exp(common) * 100, "visits": common + rng.standard_normal(300),
            "age": np.where(unknown, None, ages), "region": np.where(unknown, None, regions),
            "constant": 3.0, "told": rng.standard_normal(300),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def space(frame) -> FeatureSpace:
    return fit_space(frame, FEATURES)


@pytest.mark.parametrize("block", ["behaviour", "who"])
def test_the_first_singular_value_of_every_block_is_one(frame, space, block):
    placed = space.transform(frame)[:, [axis.block == block for axis in space.axes]]
    known = placed[np.isfinite(placed).all(axis=1)]
    assert np.linalg.svd(known, compute_uv=False)[0] / np.sqrt(len(known)) == pytest.approx(1.0)


def test_a_block_worth_four_has_a_first_singular_value_of_two(frame, space):
    heavy = fit_space(frame, FEATURES, {"who": 4.0}).transform(frame)
    plain = space.transform(frame)
    who = [axis.block == "who" for axis in space.axes]
    assert np.allclose(heavy[:, who], 2 * plain[:, who], equal_nan=True)
    assert np.allclose(heavy[:, ~np.array(who)], plain[:, ~np.array(who)])


def test_unknown_answers_stay_unknown(frame, space):
    placed = space.transform(frame)
    who = [axis.block == "who" for axis in space.axes]
    unknown = frame["age"].isna().to_numpy()
    assert np.isnan(placed[unknown][:, who]).all()
    assert np.isfinite(placed[~unknown]).all()


def test_features_that_say_nothing_are_dropped_with_the_reason(space):
    assert space.dropped == (("constant", "one value only"),)


def test_what_only_describes_has_no_axis(space):
    assert "told" not in {axis.feature for axis in space.axes}


def test_a_space_comes_back_from_json_and_places_customers_alike(frame, space):
    back = FeatureSpace.model_validate_json(space.model_dump_json())
    assert np.array_equal(back.transform(frame), space.transform(frame), equal_nan=True)


def test_an_outlier_is_clipped_to_the_robust_limits(frame, space):
    wild = frame.head(1).assign(visits=1e12)
    column = [axis.feature for axis in space.axes].index("visits")
    limit = np.nanmax(space.transform(frame)[:, column])
    assert space.transform(wild)[0, column] == pytest.approx(limit)


def test_the_currency_of_a_logged_amount_hardly_moves_anybody(frame, space):
    dearer = frame.assign(spend=frame["spend"] * 100)
    moved = fit_space(dearer, FEATURES).transform(dearer)[:, 0] - space.transform(frame)[:, 0]
    assert np.abs(moved).max() < 0.05


def test_a_category_never_seen_in_fitting_is_unknown(frame, space):
    stranger = space.transform(frame.head(1).assign(region="moon"))[0]
    assert np.isnan(stranger[[axis.feature == "region" for axis in space.axes]]).all()


def test_customers_who_do_not_differ_are_refused_with_a_reason(frame):
    with pytest.raises(InputError, match="every forming feature has one value"):
        fit_space(frame[["constant"]], (feature("constant"),))
