"""What is planted in demo is in its files: each figure recomputed from the Parquet, within sampling error.

Bounds of four standard errors where an error can be computed: with fixed seeds they fail only when the code changes.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

WAVES_BETWEEN = pd.Timedelta(days=90)


def within(found: float, planted: float, error: float) -> None:
    assert abs(found - planted) < 4 * error, f"{found:.4f} against {planted:.4f} ± {error:.4f}"


def segment_pains(world, key: str) -> list[dict]:
    return [row for row in world.truth["pain_points"] if row["segment_key"] == key]


def keys(world) -> list[str]:
    return [segment["key"] for segment in world.truth["segments"]]


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_segments_have_their_planted_shares(request, dataset):
    world = request.getfixturevalue(dataset)
    members = world["truth_members"].query("segment > 0").drop_duplicates("unit")
    for segment in world.truth["segments"]:
        share = (members["segment"] == segment["number"]).mean()
        within(share, segment["share"], np.sqrt(segment["share"] / len(members)))
        assert segment["units"] == (members["segment"] == segment["number"]).sum()


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_problems_ticked_reach_as_many_as_planted(request, dataset):
    world = request.getfixturevalue(dataset)
    waves = world.with_members("problems")
    answered = waves.groupby("segment_key")["unit"].nunique()
    for row in world.truth["pain_points"]:
        hit = waves[(waves["segment_key"] == row["segment_key"]) & (waves["problem"] == row["pain_point"])]
        n = answered[row["segment_key"]]
        # Asked more than once, nearly all name it at least once.
        assert hit["unit"].nunique() / n < row["reach"] + 4 * np.sqrt(row["reach"] / n)
        ticks = waves[waves["segment_key"] == row["segment_key"]].groupby(["customer_id", "time"])["problem"]
        share = ticks.apply(lambda ticked, key=row["pain_point"]: key in set(ticked)).mean()
        within(share, 0.95 * row["reach"], np.sqrt(row["reach"] * (1 - row["reach"]) / (n * 0.8)))


def scored(world) -> pd.DataFrame:
    answers = world.with_members("recommendations")
    return answers[answers["score"] <= 10]


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_answers_give_the_score_and_the_effects_that_the_truth_states(request, dataset):
    world = request.getfixturevalue(dataset)
    answers = scored(world)
    for segment in world.truth["segments"]:
        own = answers[answers["segment_key"] == segment["key"]]
        pains = segment_pains(world, segment["key"])
        # The truth counts the 0.4 % whose score was typed as 99.
        assert own["score"].mean() == pytest.approx(segment["score"]["answered"]["mean"], abs=0.03)
        design = np.column_stack([np.ones(len(own)), own[[p["pain_point"] for p in pains]].astype(float)])
        effects = np.linalg.lstsq(design, own["score"].to_numpy(float), rcond=None)[0][1:]
        stated = [p["population_effect"]["answered"]["score"] for p in pains]
        np.testing.assert_allclose(effects, stated, atol=0.12)


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_the_order_of_pain_points_can_be_recovered_in_every_segment(request, dataset):
    world = request.getfixturevalue(dataset)
    for key in keys(world):
        pains = segment_pains(world, key)
        assert sorted(p["order"] for p in pains) == list(range(1, len(pains) + 1))
        assert pains[np.argmin([p["order"] for p in pains])]["order_in_population"] == 1
        rank = spearmanr([p["order"] for p in pains], [p["order_in_population"] for p in pains]).statistic
        assert rank >= 0.75


def test_effects_follow_the_plan_for_those_who_are_many(demo):
    """Scores end at 0 and 10 and one action helps, so that the population's effect is a little weaker."""
    for row in demo.truth["pain_points"]:
        if row["reach"] >= 0.2 and row["effect_on_score"] <= -0.5:
            ratio = row["population_effect"]["everybody"]["score"] / row["effect_on_score"]
            assert 0.75 < ratio < 1.10, row


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_the_unhappy_answer_less(request, dataset):
    world = request.getfixturevalue(dataset)
    for segment in world.truth["segments"]:
        assert segment["score"]["answered"]["nps"] > segment["score"]["everybody"]["nps"] + 2
    loyalty = world["truth_members"].set_index("customer_id")["loyalty"]
    invited = world["invitations"].assign(loyalty=lambda rows: rows["customer_id"].map(loyalty))
    rate = invited.groupby(pd.cut(invited["loyalty"], [-9, -1, 1, 9]))["answered"].mean()
    assert rate.is_monotonic_increasing and rate.iloc[2] > 1.8 * rate.iloc[0]


def test_ratings_of_touchpoints_do_not_depend_on_who_answers(demo):
    for row in demo.truth["pain_points"]:
        both = row["rates_touchpoint_1_or_2"]
        answers = demo.truth["segments"][row["segment"] - 1]["score"]["answered"]["answers"]
        # Two answers of one person are alike: about half of them count.
        within(both["answered"], both["everybody"], np.sqrt(both["everybody"] / (answers / 2)))


def test_low_ratings_are_as_common_in_the_file_as_in_the_truth(demo):
    ratings = demo.with_members("ratings").query("brand == 'Marktkorb'")
    low = (ratings["rating"] <= 2).groupby([ratings["segment_key"], ratings["touchpoint"]]).mean()
    for row in demo.truth["pain_points"]:
        stated = row["rates_touchpoint_1_or_2"]["answered"]
        assert low[row["segment_key"], row["touchpoint"]] == pytest.approx(stated, abs=0.03)


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_drivers_rank_as_planted_by_relative_weights_from_the_file(request, dataset):
    """Independent of the code: Johnson's weights through a singular value decomposition of the answers."""
    world = request.getfixturevalue(dataset)
    ours = world["ratings"][world["ratings"]["brand"].isin(["Marktkorb", "Reagenta"])]
    wide = ours.pivot_table(index=["customer_id", "time"], columns="touchpoint", values="rating")
    score = scored(world).set_index(["customer_id", "time"])["score"]
    both = wide.join(score).dropna()
    names = list(wide.columns)
    x = ((both[names] - both[names].mean()) / both[names].std()).to_numpy() / np.sqrt(len(both) - 1)
    y = ((both["score"] - both["score"].mean()) / both["score"].std()).to_numpy() / np.sqrt(len(both) - 1)
    left, size, right = np.linalg.svd(x, full_matrices=False)
    loading = right.T @ np.diag(size) @ right
    weights = pd.Series((loading**2) @ ((left @ right).T @ y) ** 2, names)
    weights /= weights.sum()
    drivers = {driver["touchpoint"]: driver for driver in world.truth["drivers"]}
    stated = pd.Series({name: drivers[name]["relative_weight"]["answered"] for name in names})
    np.testing.assert_allclose(weights[names], stated[names], atol=0.035)
    planted = pd.Series({name: drivers[name]["weight"] for name in names})
    assert spearmanr(stated[names], planted[names]).statistic >= 0.9
    assert weights.idxmax() == planted.idxmax()


def kept_after(months: float, subscriptions: pd.DataFrame, end: pd.Timestamp) -> tuple[float, float]:
    """Kaplan–Meier by hand: the product of survivors over those at risk, with Greenwood's error."""
    stop = subscriptions["end"].fillna(end)
    days = ((stop - subscriptions["start"]).dt.total_seconds() / 86400).to_numpy()
    gone = subscriptions["end"].notna().to_numpy()
    survival, spread = 1.0, 0.0
    for day in np.sort(days[gone]):
        if day > months * 30.4375:
            break
        at_risk = (days >= day).sum()
        survival *= 1 - 1 / at_risk
        spread += 1 / (at_risk * (at_risk - 1))
    return survival, survival * np.sqrt(spread)


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_each_segment_keeps_as_many_subscribers_as_its_hazard_says(request, dataset):
    world = request.getfixturevalue(dataset)
    held = world.with_members("subscriptions")
    for row in world.truth["churn"]:
        own = held[held["segment_key"] == row["segment_key"]]
        assert row["subscriptions"] == len(own) and row["ended"] == own["end"].notna().sum()
        for months in (6, 12):
            found, error = kept_after(months, own, pd.Timestamp("2026-01-01"))
            within(found, row[f"kept_after_{months}_months"], error)


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_one_channel_is_worse_by_about_what_was_planted_and_other_channels_are_alike(request, dataset):
    world = request.getfixturevalue(dataset)
    odd = world.truth["channel_inconsistency"]
    ratings = world.with_members("ratings").query("channel.notna()")
    assert set(ratings["touchpoint"]) == {odd["touchpoint"]}
    calm = ratings[~ratings["long_waits" if dataset == "demo" else "slow_support"]]
    mean = calm.groupby("channel")["rating"].mean()
    others = mean.drop(odd["channel"])
    # Rounding and the ends of the scale take a little off.
    assert mean[odd["channel"]] - others.mean() == pytest.approx(odd["points"], abs=0.12)
    assert others.max() - others.min() < 0.15


def latest_case(world) -> pd.DataFrame:
    """Answers with the latest ticket of the 90 days before, if any."""
    tickets = world["tickets"][["customer_id", "opened", "resolved"]]
    tickets = tickets[~(tickets["resolved"] < tickets["opened"])].sort_values("opened")
    answers = scored(world).sort_values("time")
    return pd.merge_asof(answers, tickets, left_on="time", right_on="opened", by="customer_id", tolerance=WAVES_BETWEEN)


def test_score_falls_with_an_open_or_slow_complaint_and_recovers_after_a_fast_one(demo):
    rows = latest_case(demo)
    is_open = rows["opened"].notna() & ~(rows["resolved"] <= rows["time"])
    closed = rows["opened"].notna() & ~is_open
    fast = closed & (rows["resolved"] - rows["opened"] <= pd.Timedelta(days=3))
    pains = list(dict.fromkeys(row["pain_point"] for row in demo.truth["pain_points"]))
    segments = pd.get_dummies(rows["segment_key"]).astype(float)
    hurts = [rows[p].astype(float) * segments[s] for s in segments for p in pains]
    states = [is_open, closed & ~fast, fast]
    design = np.column_stack([*[state.astype(float) for state in states], rows["loyalty"], segments, *hurts])
    found, *_ = np.linalg.lstsq(design, rows["score"].to_numpy(float), rcond=None)
    residual = rows["score"] - design @ found
    planted = demo.truth["recovery"]
    errors = [residual.std() / np.sqrt(state.sum()) for state in states]
    assert is_open.sum() > 25
    for value, name, error in zip(
        found, ("score_while_open", "score_after_slow", "score_after_fast"), errors, strict=False
    ):
        within(value, planted[name], error)
    assert found[2] - found[1] > 0.3


def orders_around(world, cases: pd.DataFrame) -> tuple[int, int]:
    """Orders in the 60 days before and after the complaints, of those who can still be seen then."""
    orders = world["transactions"].drop_duplicates("order_id")[["customer_id", "time"]]
    rows = orders.merge(cases, on="customer_id")
    gap = (rows["time"] - rows["opened"]).dt.total_seconds() / 86400
    return int(gap.between(-60, 0).sum()), int(gap.between(0, 60).sum())


def test_orders_fall_after_a_slow_complaint_and_not_after_a_fast_one(demo):
    tickets = demo["tickets"]
    left = demo["subscriptions"].dropna(subset="end")["customer_id"]
    tickets = tickets[tickets["opened"].between("2024-06-01", "2025-10-15") & ~tickets["customer_id"].isin(left)]
    tickets = tickets[tickets["customer_id"].isin(demo["subscriptions"]["customer_id"])]
    single = tickets[~tickets["customer_id"].duplicated(keep=False)]
    length = single["resolved"] - single["opened"]
    slow = single[(length > pd.Timedelta(days=3)) | length.isna()]
    fast = single[(length > pd.Timedelta(0)) & (length <= pd.Timedelta(days=3))]
    before, after = orders_around(demo, slow)
    kept = after / before
    within(
        kept,
        demo.truth["recovery"]["orders_kept_while_open_or_after_slow"],
        kept * np.sqrt(1 / before + 1 / after),
    )
    before, after = orders_around(demo, fast)
    assert after / before > 0.85


def test_actions_work_as_much_as_planted_beside_their_holdout(demo):
    answers = scored(demo).merge(demo["actions"], on="customer_id")
    answers = answers[answers["time"] >= answers["date"]]
    for action in demo.truth["actions"]:
        own = answers[answers["action_id"] == action["action_id"]]
        arms = own.groupby("arm")["score"].agg(["mean", "std", "count"])
        assert ("holdout" in arms.index) == action["holdout"]
        if action["holdout"]:
            error = np.sqrt((arms["std"] ** 2 / arms["count"]).sum())
            lift = arms.loc["treated", "mean"] - arms.loc["holdout", "mean"]
            # The scale ends at 10, which takes up to a quarter of it.
            assert 0.7 * action["effect_on_score"] - 4 * error < lift < action["effect_on_score"] + 4 * error


def test_live_tracking_brings_orders(demo):
    group = demo["actions"].query("action_id == 'live_tracking'").set_index("customer_id")
    orders = demo["transactions"].drop_duplicates("order_id")
    orders = orders[orders["customer_id"].isin(group.index)]
    after = orders["time"] >= group["date"].iloc[0]
    arm = orders["customer_id"].map(group["arm"])
    counts = pd.crosstab(arm, after)
    ratio = (counts.loc["treated", True] / counts.loc["treated", False]) / (
        counts.loc["holdout", True] / counts.loc["holdout", False]
    )
    within(np.log(ratio), np.log(1.12), np.sqrt((1 / counts).to_numpy().sum()) * 1.5)


def test_mistyped_rows_are_as_many_as_the_truth_says(demo):
    noise, customers = demo.truth["mistyped_rows"], demo["customers"]
    assert ((customers["age"] < 16) | (customers["age"] > 105)).sum() == noise["impossible_ages"] > 0
    genders = customers["gender"].dropna()
    assert (~genders.isin(["female", "male"])).sum() == noise["genders_typed_oddly"] > 0
    clean = {"Nürnberg", "Fürth", "Erlangen", "Leeds", "York", "Harrogate", "Porto", "Braga", "Maia"}
    assert (~customers["city"].isin(clean)).sum() == noise["cities_typed_oddly"] > 0
    assert (demo["recommendations"]["score"] == 99).sum() == noise["scores_99_for_unknown"] > 0
    tickets = demo["tickets"]
    assert (tickets["resolved"] < tickets["opened"]).sum() == noise["tickets_resolved_before_opened"] > 0
    contact = demo["recommendations"]["comment"].str.contains(r"@example\.com|\+4[49]", na=False)
    assert contact.sum() == noise["comments_with_contact_data"] > 0


def test_contact_data_is_from_reserved_ranges_only(demo):
    text = " ".join(demo["recommendations"]["comment"].dropna())
    mails = pd.Series([text]).str.findall(r"\S+@\S+").explode()
    assert mails.str.rstrip(".").str.endswith("@example.com").all()
    numbers = pd.Series([text]).str.findall(r"\+\d[\d ]{6,}").explode()
    assert numbers.str.match(r"\+44 7700 900\d{3}|\+49 30 23125 \d{3}").all() and len(numbers) > 20


def test_high_income_is_refused_more_often(demo):
    customers = demo["customers"].merge(demo["truth_members"], on="customer_id").query("segment > 0")
    refused = customers["income"].isna().groupby(customers["segment_key"]).mean()
    assert refused["fresh"] > refused["bargain"] + 0.1


def test_comments_are_varied_and_speak_of_what_hurts(demo):
    comments = demo.with_members("recommendations").dropna(subset="comment")
    assert comments["comment"].nunique() > 0.7 * len(comments)
    assert set(comments["language"]) == {"en", "de", "pt"}
    late = comments["comment"].str.contains("driver|delivery|window|van", case=False)
    english = (comments["language"] == "en") & (comments["comment_kind"] == "complaint")
    assert late[english & comments["late_delivery"]].mean() > 3 * late[english & ~comments["late_delivery"]].mean()
    assert not comments["comment"].str.contains(r"[{}]").any()


def test_failed_checkouts_and_slow_pages_show_where_the_app_fails(demo):
    seen = demo.with_members("interactions")
    failed = (seen["outcome"] == "failed")[seen["touchpoint"] == "Checkout"].groupby(seen["app_failures"]).mean()
    assert failed[True] == pytest.approx(0.30, abs=0.02) and failed[False] == pytest.approx(0.04, abs=0.01)
    pages = seen.groupby("app_failures")["page_time"].median()
    assert pages[True] / pages[False] == pytest.approx(3.0, rel=0.05)
    waits = seen[seen["touchpoint"] == "Customer service"].groupby("long_waits")["wait"].median()
    assert waits[True] / waits[False] == pytest.approx(6.0, rel=0.1)


def test_staff_see_the_worse_channel_kinder_than_customers_do(demo):
    planted = demo.truth["employees"]
    staff, place = demo["employees"], planted["kinder_than_customers"]["touchpoint"]
    assert len(staff) == planted["employees"] and staff["employee_id"].is_unique
    own = staff[staff["touchpoint"] == place]["customers_served"]
    customers = demo["ratings"].query("brand == 'Marktkorb' and touchpoint == @place")["rating"]
    assert own.mean() - customers.mean() > planted["kinder_than_customers"]["points"]
    assert (staff["team"] == planted["too_small_to_show"]["team"]).sum() == planted["too_small_to_show"]["staff"] < 10
    assert set(staff.groupby("team")["needs_training"].mean().nlargest(1).index) == set(planted["needs_training"])


def test_more_is_bought_in_december_and_at_weekends_by_those_who_prefer_them(demo):
    orders = demo.with_members("transactions").drop_duplicates("order_id")
    stayed = orders[orders["customer_id"].isin(demo["customers"].query("joined < '2024-01-01'")["customer_id"])]
    months = stayed["time"].dt.to_period("M").value_counts()
    assert months["2024-12"] > 1.15 * months["2024-06"]
    weekend = (orders["time"].dt.day_of_week >= 5).groupby(orders["segment_key"]).mean()
    assert weekend["bargain"] == pytest.approx(0.50, abs=0.03)
    assert weekend["traditional"] == pytest.approx(0.18, abs=0.03)


def test_answers_of_one_account_are_alike(demo_b2b):
    """Beyond what hurts the whole account: likeness 0.4 of loyalty leaves about a tenth of the rest in common."""
    answers = scored(demo_b2b).merge(demo_b2b["customers"][["customer_id", "account_id"]], on="customer_id")
    pains = list(dict.fromkeys(row["pain_point"] for row in demo_b2b.truth["pain_points"]))
    segments = pd.get_dummies(answers["segment_key"]).astype(float)
    design = np.column_stack([segments, *[answers[p] * segments[s] for s in segments for p in pains]])
    fitted = design @ np.linalg.lstsq(design, answers["score"].to_numpy(float), rcond=None)[0]
    person = answers.assign(left=answers["score"] - fitted).groupby(["account_id", "customer_id"])["left"].mean()
    accounts = person.groupby("account_id")
    total, size = accounts.transform("sum"), accounts.transform("size")
    others = (total - person) / (size - 1).where(size > 1)
    correlation = person.corr(others)
    assert 0.06 < correlation < 0.35


@pytest.mark.parametrize("dataset", ["demo", "demo_b2b"])
def test_the_loyal_leave_less(request, dataset):
    held = request.getfixturevalue(dataset).with_members("subscriptions")
    ended = held["end"].notna()
    gap = held.loc[~ended, "loyalty"].mean() - held.loc[ended, "loyalty"].mean()
    assert gap > 4 * held["loyalty"].std() * np.sqrt(1 / ended.sum() + 1 / (~ended).sum())


def test_contacts_of_an_account_share_its_segment_and_its_first_is_the_buyer(demo_b2b):
    contacts = demo_b2b.with_members("customers")
    assert (contacts.groupby("account_id")["segment"].nunique() == 1).all()
    assert set(contacts["account_id"]) == set(demo_b2b["accounts"]["account_id"])
    buyers = contacts[contacts["customer_id"].isin(demo_b2b["transactions"]["customer_id"])]
    assert (buyers["role"] == "buyer").all()
