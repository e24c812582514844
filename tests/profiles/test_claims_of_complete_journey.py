"""Every claim of the shipped dataset's personas against its own recomputation from the customer table."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from statsmodels.stats.multitest import multipletests

from personas.profiles.traits import stand
from tests.customers.journey import build_journey
from tests.profiles.divided import describe, described_journey, divide, divided_journey

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def personas():
    return described_journey()


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return build_journey().frame


@pytest.fixture(scope="module")
def inside() -> dict[str, np.ndarray]:
    segment = divided_journey().members["segment"].to_numpy()
    return {f"P{number}": segment == number for number in range(1, 5)}


def flags_of(frame, feature, told: str) -> pd.Series:
    """What "25K or more" means, from the words alone."""
    column = frame[feature.name]
    levels = list(feature.levels)
    if told in levels:
        return (column == told).where(column.notna())
    level, _, words = told.rpartition(" or ")
    wanted = levels[levels.index(level) :] if words == "more" else levels[: levels.index(level) + 1]
    return column.isin(wanted).where(column.notna())


KPIS = {
    "spend": lambda rows: rows["sales"].mean(),
    "repeat_rate": lambda rows: (rows["frequency"] >= 2).mean(),
    "active_share": lambda rows: (rows["recency"] <= 56).mean(),
    "coupon_users": lambda rows: (rows["coupon_share"] > 0).mean(),
    "campaign_response": lambda rows: rows["campaigns_answered"].sum() / rows["campaigns_received"].sum(),
}


def recomputed(claim, frame, inside) -> tuple[float, float | None, int | None]:
    """(in the persona, among the rest, known customers of the persona) of one claim."""
    if claim.id.startswith(("set-principle", "set-represented")):
        return recomputed_of_all(claim, frame, inside)
    member = inside[claim.persona_id]
    features = {feature.name: feature for feature in build_journey().features}
    if "-kpi-" in claim.id:
        figure = KPIS[claim.feature]
        return figure(frame[member]), figure(frame[~member]), None
    if claim.feature == "share of sales":
        return frame["sales"][member].sum() / frame["sales"].sum(), None, None
    if claim.id.endswith("-sure-in-between"):
        return divided_journey().members["in_between"][member].mean(), None, int(member.sum())
    if claim.id.endswith("-sure-stability"):
        return divided_journey().sizes[int(claim.persona_id[1:]) - 1].stability, None, int(member.sum())
    feature = features[claim.feature]
    values = frame[feature.name]
    if claim.filter:
        values = flags_of(frame, feature, claim.filter.removeprefix(f"{feature.label} ")).astype(float)
    return values[member].mean(), values[~member].mean(), int(values[member].notna().sum())


def recomputed_of_all(claim, frame, inside) -> tuple[float, float | None, int | None]:
    """The same for a claim about all personas together."""
    known = frame[claim.feature].notna() if claim.feature in frame else None
    match claim.id.removeprefix("set-"):
        case "principle-apart":
            means = [frame.loc[member, claim.feature].mean() for member in inside.values()]
            return max(means), min(means), None
        case "principle-worth":
            parts = [(frame["sales"][m].sum() / frame["sales"].sum(), m.mean()) for m in inside.values()]
            return max(parts, key=lambda part: part[0] / part[1])[0], None, None
        case "principle-borders":
            return divided_journey().members["in_between"].mean(), None, 2469
        case "represented-known":
            return known.mean(), None, 2469
        case "represented-sales":
            return frame.loc[known, "sales"].mean(), frame.loc[~known, "sales"].mean(), 801
        case "represented-spread":
            shares = [known[member].mean() for member in inside.values()]
            return max(shares), min(shares), None
    raise AssertionError(f"no recomputation of {claim.id}")


def test_every_claim_that_defines_or_describes_equals_its_recomputation(personas, frame, inside):
    checked = 0
    for claim in personas.claims:
        if claim.kind not in ("defines", "describes") or claim.id.endswith(("-sure-rule", "-sure-variety")):
            continue
        if not claim.estimate.measured:  # hidden, since it would tell of a small group
            continue
        own, rest, n = recomputed(claim, frame, inside)
        assert claim.estimate.value == pytest.approx(own, rel=1e-9), claim.id
        assert (claim.rest is None) == (rest is None) or claim.rest.value == pytest.approx(rest, rel=1e-9), claim.id
        if rest is not None:
            assert claim.rest.value == pytest.approx(rest, rel=1e-9), claim.id
        if n is not None:
            assert claim.estimate.n == n, claim.id
        checked += 1
    assert checked > 60


def test_variety_is_that_of_the_told_sentence_which_fits_fewest(personas):
    told = {claim.id: claim for claim in personas.claims}
    for persona in personas.personas:
        fits = [told[t.claim_id].fits_share for t in persona.traits if told[t.claim_id].kind == "defines"]
        assert told[f"{persona.id}-sure-variety"].estimate.value in [pytest.approx(share) for share in fits]


def test_effects_have_the_sign_of_the_difference(personas):
    for claim in personas.claims:
        if claim.effect is not None and claim.rest is not None and "campaign_response" not in claim.id:
            assert np.sign(claim.effect) == np.sign(claim.estimate.value - claim.rest.value), claim.id


def test_pain_points_reach_those_who_meet_the_condition_they_name(personas, frame, inside):
    rules = {
        "unused_campaigns": lambda f: ((f["campaigns_received"] >= 3), (f["campaigns_answered"] <= 0)),
        "falling_visits": lambda f: (f["recent_visit_change"].notna(), f["recent_visit_change"] <= -0.33),
        "price_dependence": lambda f: ((f["orders"] >= 5), (f["discount_share"] >= 0.2)),
        "narrowing_range": lambda f: (f["range_change"].notna(), f["range_change"] <= -0.33),
        "long_gaps": lambda f: ((f["frequency"] >= 4), (f["longest_gap"] >= 60)),
    }
    seen = 0
    for claim in personas.claims:
        if claim.kind != "inferred" or claim.feature not in rules or claim.id == "set-pain":
            continue
        among, hurt = rules[claim.feature](frame)
        member = inside.get(claim.persona_id, np.ones(len(frame), bool))
        assert claim.estimate.n == (among & member).sum(), claim.id
        assert claim.estimate.value == pytest.approx((among & hurt & member).sum() / (among & member).sum()), claim.id
        seen += 1
    assert seen >= 15


def test_every_sentence_that_is_shown_has_a_claim(personas):
    known = {claim.id for claim in personas.claims}
    sentences = {claim.sentence for claim in personas.claims}
    for p in personas.personas:
        shown = [p.finding_claim, *p.who, *p.wants, *p.struggles, *p.goals, *p.delights]
        shown += [trait.claim_id for trait in p.traits] + [advice.claim_id for advice in (*p.do, *p.dont)]
        shown += [i for pain in p.pain_points for i in pain.claim_ids] + [i for a in p.actions for i in a.claim_ids]
        shown += [d.claim_id for d in p.profile if d.claim_id] + ([p.expect_claim] if p.expect else [])
        assert set(shown) <= known, p.id
        assert p.expect is None or p.expect_claim, p.id
    assert personas.headline in sentences
    assert set(personas.summary) <= sentences | {personas.verdict.meaning}


def test_nothing_made_from_what_formed_the_segments_has_a_p_value(personas):
    features = build_journey().features
    formed = {column for feature in features if feature.forms for column in feature.columns}
    columns = {feature.name: set(feature.columns) for feature in features}
    for claim in personas.claims:
        if columns.get(claim.feature, set()) & formed or claim.kind in ("defines", "inferred", "associated"):
            assert claim.p_adjusted is None, claim.id
            assert claim.test.startswith(("not tested", "interval only")), claim.id
    assert sum(claim.p_adjusted is not None for claim in personas.claims) >= 4


def test_p_values_are_adjusted_over_every_test_that_was_made_and_not_only_over_those_told(personas, frame, inside):
    features = build_journey().features
    formed = {column for feature in features if feature.forms for column in feature.columns}
    blocks = {feature.block for feature in features if feature.forms}
    raw = {}
    for persona, member in inside.items():
        for feature in features:
            if feature.block in blocks or set(feature.columns) & formed:
                continue
            if feature.kind in ("ordered", "category"):
                found = stand(frame, feature, member)
                if found is not None:
                    raw[f"{persona}-{feature.name}"] = found.p
            else:
                a, b = (frame[feature.name][side].dropna() for side in (member, ~member))
                raw[f"{persona}-{feature.name}"] = ttest_ind(a, b, equal_var=False).pvalue
        a, b = (frame["campaign_response"][side].dropna() for side in (member, ~member))
        raw[f"{persona}-kpi-campaign_response"] = ttest_ind(a, b, equal_var=False).pvalue
    adjusted = dict(zip(raw, multipletests(list(raw.values()), method="fdr_bh")[1], strict=True))
    told = {claim.id: claim.p_adjusted for claim in personas.claims if claim.p_adjusted is not None}
    assert set(told) < set(raw), "some tests are not told, and count all the same"
    assert told == pytest.approx({claim: adjusted[claim] for claim in told}, rel=1e-9, abs=1e-300)


def test_what_says_again_what_formed_the_segments_is_not_tested_either(personas):
    told = [claim for claim in personas.claims if claim.feature in ("kids_count", "marital_status", "home_ownership")]
    assert told
    assert all(claim.p_adjusted is None and claim.test.startswith("not tested") for claim in told)


def test_kpis_and_their_claims_have_the_same_p_value(personas):
    claims = {claim.id: claim for claim in personas.claims}
    for p in personas.personas:
        for kpi in p.kpis:
            assert kpi.p_adjusted == claims[f"{p.id}-kpi-{kpi.key}"].p_adjusted


def test_names_are_distinct_short_and_come_from_traits(personas):
    names = [p.name for p in personas.personas]
    assert len(set(names)) == 4
    for p in personas.personas:
        assert 0 < len(p.name) <= 60
        words = {word for f in build_journey().features for word in (f.high, f.low, f.name_high, f.name_low) if word}
        assert any(word.lower() in p.name.lower() for word in words), p.name


def test_shares_and_customers_add_up(personas):
    assert sum(p.n for p in personas.personas) == 2469
    assert sum(p.share.value for p in personas.personas) == pytest.approx(1)
    assert sum(p.value_share.value for p in personas.personas) == pytest.approx(1)


def test_the_headline_names_whoever_brings_in_most_for_their_number(personas, frame, inside):
    worth = {p: frame["sales"][member].mean() for p, member in inside.items()}
    claim = next(claim for claim in personas.claims if claim.id == "set-headline")
    assert claim.persona_id == max(worth, key=worth.get)


def test_what_hurts_most_is_the_first_priority_and_told_of_whom_it_hits_most(personas):
    costly = [pain for pain in personas.pain_points if pain.impact.measured and pain.impact.high < 0]
    claim = next(claim for claim in personas.claims if claim.id == "set-pain")
    assert claim.feature == costly[0].key
    reach = {p.id: pain.reach.value for p in personas.personas for pain in p.pain_points if pain.key == claim.feature}
    assert claim.persona_id == max(reach, key=reach.get)


def test_no_two_pieces_of_advice_on_what_to_show_contradict_each_other(personas):
    for p in personas.personas:
        words = [advice.text for advice in (*p.do, *p.dont)]
        assert len(set(words)) == len(words)
        assert not [text for text in words if "anything but" in text or text.endswith("first")]


def test_two_runs_give_the_same_bytes(personas):
    from personas.profiles import describe_dataset
    from tests.customers.journey import read_journey

    again = describe(build_journey(), divide(build_journey(), 4), describe_dataset(read_journey(), build_journey()))
    assert again.model_dump_json() == personas.model_dump_json()


def test_no_distribution_lets_a_group_below_ten_be_worked_out(personas, frame, inside):
    hidden = 0
    for p in personas.personas:
        for d in p.profile:
            column = frame[d.feature]
            for shares, member in ((d.persona, inside[p.id]), (d.rest, ~inside[p.id])):
                counts = column[member].value_counts().reindex(d.levels).fillna(0).to_numpy()
                shown = np.array([share is not None for share in shares])
                assert ((counts[shown] == 0) | (counts[shown] >= 10)).all(), (p.id, d.feature)
                assert shown.all() or counts[~shown].sum() >= 10, (p.id, d.feature)
                assert np.allclose([s for s in shares if s is not None], counts[shown] / counts.sum())
                hidden += (~shown).sum()
    assert hidden, "eight hundred known households over twelve incomes leave small cells"
