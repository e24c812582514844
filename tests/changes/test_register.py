"""Actions of a simulated grocer with a known truth: one works, one does not, one has nobody to compare with."""

import json
import shutil

import pandas as pd
import pytest
import yaml

from personas.changes import close_loop
from personas.changes.entries import find_pain, read_register
from personas.changes.models import Changes
from personas.changes.register import follow_actions
from personas.dataset import check_dataset, read_dataset
from personas.estimates import Estimate
from personas.experience.models import PainPoint, Plan
from personas.simulation import simulate
from tests.experience.households import customers_of, household_table
from tests.profiles.divided import describe, divide

CUSTOMERS = 5_000
PLACES = {"late_delivery": "Delivery", "app_failures": "Online shop", "unclear_prices": "Offers and prices"}
SHARE = Estimate(value=0.2, low=0.18, high=0.22, n=1000, unit="share")
PLAN = Plan(
    title="",
    gap="",
    owner="operations",
    effort="low",
    measure="",
    kpi="rating",
    check_after_weeks=12,
    assumed_effect=0.1,
)


def pain(code, place):
    return PainPoint(
        id=f"stated-0-problem_{code}", key=f"problem_{code}", title=code.replace("_", " ").capitalize(), kind="stated",
        stage="experience", touchpoint=place, reach=SHARE, rest=None, severity=0.5, severity_words="", impact=SHARE,
        impact_words="", score=0.1, rank=1, rank_low=1, rank_high=1, affected=200, remedy="", source="problems",
        plan=PLAN,
    )  # fmt: skip


@pytest.fixture(scope="module")
def personas():
    customers = customers_of(household_table())
    found = describe(customers, divide(customers, 2))
    return found.model_copy(update={"pain_points": tuple(pain(*item) for item in PLACES.items())})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder, "demo", CUSTOMERS, 7)
    return folder


@pytest.fixture(scope="module")
def actions(folder, personas):
    return {action.id: action for action in follow_actions(read_dataset("demo", data=folder), personas)}


def effect(action, key):
    return next(effect for effect in action.effects if effect.key == key)


def test_a_planted_effect_on_the_score_lies_inside_the_interval(folder, actions):
    """The planted 0.9 is lost on answers of 10; what is left of it is 0.9 × the share below 10 of those held out."""
    planted = json.loads((folder / "truth.json").read_text())["actions"][0]
    action = actions[planted["action_id"]]
    found = effect(action, "nps")
    register = pd.read_parquet(folder / "actions.parquet").query("action_id == 'live_tracking' and arm == 'holdout'")
    answers = pd.read_parquet(folder / "recommendations.parquet")
    answers = answers[(answers.time >= planted["date"]) & answers.customer_id.isin(register.customer_id)]
    below = (answers.score[answers.score <= 10] < 10).mean()
    assert found.difference.low < planted["effect_on_score"] * below < found.difference.high
    assert found.difference.low > 0 and found.sure and found.good
    assert action.outcome == "worked" and action.reading.startswith("It worked. Willingness to recommend")


def test_a_planted_effect_on_orders_lies_inside_the_interval_of_sales(actions):
    found = effect(actions["live_tracking"], "spend")
    low, high = (bound / found.compared.value for bound in (found.difference.low, found.difference.high))
    assert low < 0.12 < high and low > 0


def test_an_action_without_effect_says_so(actions):
    action = actions["app_vouchers"]
    assert action.outcome == "no effect found" and action.reading.startswith("No effect was found")
    assert not any(effect.sure for effect in action.effects)
    for found in action.effects:
        assert found.difference.low < 0 < found.difference.high


def test_without_a_holdout_the_words_are_weaker_and_no_return_is_told(actions):
    action = actions["price_labels"]
    assert action.held_out is None and not any(effect.holdout for effect in action.effects)
    assert "followed" in action.outcome and "worked" not in action.reading
    assert not action.gain.measured and not action.return_on_cost.measured
    assert "held out" in action.return_on_cost.method


def test_return_is_what_was_gained_beyond_the_cost(folder, actions):
    action = actions["live_tracking"]
    rows = pd.read_parquet(folder / "actions.parquet").query("action_id == 'live_tracking'")
    assert action.cost.value == pytest.approx(rows.cost.sum())
    assert action.treated == (rows.arm == "treated").sum() and action.held_out == (rows.arm == "holdout").sum()
    gain = effect(action, "spend").difference.value * action.treated
    assert action.gain.value == pytest.approx(gain)
    assert action.return_on_cost.value == pytest.approx(gain / action.cost.value - 1)


def test_in_the_demo_the_loop_is_closed(actions):
    told = {key: (action.check, action.decision, action.overdue) for key, action in actions.items()}
    assert told == {
        "live_tracking": ("2025-10-01", "kept", False),
        "app_vouchers": ("2025-09-01", "stopped", False),
        "price_labels": ("2026-02-02", "", False),
    }


def test_checks_that_nobody_decided_on_are_overdue(altered, personas):
    dataset = altered(lambda table: table.assign(decision=None, check=table.check.where(table.owner != "marketing")))
    found = {action.id: action for action in follow_actions(dataset, personas)}
    assert {key: action.check for key, action in found.items()} == {
        "live_tracking": "2025-10-01",
        "app_vouchers": "2025-07-24",
        "price_labels": "2025-08-24",
    }, "without a day of its own, when the remedy of the pain point says"
    assert all(action.overdue for action in found.values())


def test_groups_drawn_at_random_were_alike_before(actions):
    assert actions["live_tracking"].alike and actions["app_vouchers"].alike


@pytest.fixture
def altered(folder, tmp_path):
    """A demo whose actions were changed by a function of their table, read with an altered contract."""

    def make(change, **mapped):
        root = tmp_path / "project"
        target = root / "data" / "demo"
        target.mkdir(parents=True)
        (root / "notebooks").mkdir()
        original = read_dataset("demo", data=folder)
        contract = yaml.safe_load((original.folder / "dataset.yml").read_text())
        contract["actions"] |= mapped
        for key in ("interactions", "tickets", "subscriptions", "emotions"):  # only slower with them
            del contract[key]
        (target / "dataset.yml").write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True))
        for path in folder.glob("*.parquet"):
            shutil.copyfile(path, target / path.name)
        table = change(pd.read_parquet(folder / "actions.parquet"))
        table.to_parquet(target / "actions.parquet")
        return read_dataset("demo", root=root)

    return make


def only(table, action="app_vouchers"):
    return table[table.action_id == action].reset_index(drop=True)


def test_a_customer_in_both_groups_is_refused(altered):
    def twice(table):
        return pd.concat([table, only(table).iloc[:1].assign(arm=["holdout"])]).pipe(
            lambda t: pd.concat([t, only(t).iloc[:1].assign(arm=["treated"])])
        )

    problems = check_dataset(altered(twice)).problems
    assert ["1 customer both treated and held out" in p.found for p in problems] == [True]
    assert "actions.group" in problems[0].place


def test_a_negative_cost_and_an_unknown_group_are_refused(altered):
    problems = check_dataset(
        altered(lambda t: t.assign(cost=-t.cost, arm=t.arm.replace("holdout", "hold-out")))
    ).problems
    assert [p.place.rpartition(".")[2] for p in problems] == ["cost", "group"]
    assert '"hold-out"' in problems[1].found and problems[1].expected == "treated or holdout"


def test_treated_customers_whom_nobody_knows_are_refused_or_left_out(altered, personas):
    strangers = altered(lambda t: only(t).assign(customer_id=[f"X{i}" for i in range(len(only(t)))]))
    assert any("customers that are not listed" in p.found for p in check_dataset(strangers).problems)


def test_a_few_unknown_customers_are_left_out_and_warned_of(altered, personas, actions):
    def some(table):
        table = only(table)
        return table.assign(customer_id=table.customer_id.where(table.index > 9, "X" + table.index.astype(str)))

    dataset = altered(some)
    checked = check_dataset(dataset)
    assert not checked.problems and any("10 of" in w.found for w in checked.warnings)
    (action,) = follow_actions(dataset, personas)
    before = actions["app_vouchers"]
    assert action.treated + action.held_out == before.treated + before.held_out - 10


def test_an_action_of_the_future_is_planned(altered, personas):
    dataset = altered(lambda t: only(t).assign(date=pd.Timestamp("2026-03-01")))
    (action,) = follow_actions(dataset, personas)
    assert action.outcome == "planned" and not action.effects and not action.overdue


def test_an_action_of_yesterday_is_too_early_to_judge(altered, personas):
    (action,) = follow_actions(altered(lambda t: only(t).assign(date=pd.Timestamp("2025-12-28"))), personas)
    assert action.outcome == "too early" and not action.effects


def test_a_decision_ends_the_waiting(altered, personas):
    dataset = altered(
        lambda t: only(t).assign(what="stopped", due=pd.Timestamp("2025-06-01")), decision="what", check="due"
    )
    (action,) = follow_actions(dataset, personas)
    assert (action.decision, action.check, action.overdue) == ("stopped", "2025-06-01", False)


def test_groups_that_differed_before_are_not_compared_in_earnest(folder, altered, personas):
    """Whoever spends much is treated: the difference afterwards is that of before."""
    spent = (
        pd.read_parquet(folder / "transactions.parquet")
        .query("time < '2025-04-01'")
        .groupby("customer_id")
        .amount.sum()
    )

    def chosen(table):
        table = only(table, "live_tracking")
        much = table.customer_id.map(spent).fillna(0)
        return table.assign(arm=(much > much.median()).map({True: "treated", False: "holdout"}))

    (action,) = follow_actions(altered(chosen), personas)
    assert action.alike is False and action.outcome == "cannot tell"
    assert not action.gain.measured


def test_an_action_for_everybody_has_no_others_and_counts_nobody(folder, altered, personas):
    members = pd.read_parquet(folder / "customers.parquet")[["customer_id"]].assign(segment=1)

    def one_row(table):
        return only(table, "price_labels").iloc[:1].assign(customer_id=None, arm=None)

    dataset = altered(one_row)
    (action,) = follow_actions(dataset, personas, members)
    assert action.everybody and action.treated is None
    assert all(effect.elsewhere is None for effect in action.effects) and action.effects


def test_an_unknown_pain_point_is_named_with_a_suggestion(personas):
    found, doubts = find_pain("late_delivry", personas.pain_points)
    assert found is None and 'did you mean "late_delivery"' in doubts[0]
    assert find_pain("Late delivery", personas.pain_points)[0].key == "problem_late_delivery"


def test_groups_under_the_privacy_threshold_are_not_told(altered, personas):
    def few(table):
        table = only(table)
        return pd.concat([table[table.arm == "treated"].head(30), table[table.arm == "holdout"].head(5)])

    (action,) = follow_actions(altered(few), personas)
    assert action.treated == 30 and action.held_out is None
    assert any("too few to compare with" in doubt for doubt in action.doubts)


def test_closing_the_loop_twice_gives_the_same_bytes(folder, personas):
    first_run = Changes(first_run=True, sentence="First run.")
    found = [close_loop(first_run, read_dataset("demo", data=folder), personas) for _ in range(2)]
    assert found[0].model_dump_json() == found[1].model_dump_json()
    assert {reply.audience for reply in found[0].replies} >= {"customers"}


def test_a_dataset_without_a_register_has_no_actions(personas):
    from tests.customers.journey import read_journey

    assert read_register(read_journey()) == () and follow_actions(read_journey(), personas) == ()


def test_accounts_are_compared_and_one_with_people_in_both_groups_is_in_neither(tmp_path, personas):
    """A register names people; what they buy is their account's, so the account is treated or held out."""
    folder = tmp_path / "b2b"
    simulate(folder, "demo_b2b", 2_000, 7)
    table = pd.read_parquet(folder / "actions.parquet").query("action_id == 'shipping_notice'")
    people = pd.read_parquet(folder / "customers.parquet")
    companies = people.groupby("account_id").customer_id.agg(list)
    of = people.set_index("customer_id").account_id
    row = next(row for row in table.to_dict("records") if len(companies[of[row["customer_id"]]]) > 1)
    colleague = next(c for c in companies[of[row["customer_id"]]] if c != row["customer_id"])
    other = {"treated": "holdout", "holdout": "treated"}[row["arm"]]
    torn = pd.concat([table, pd.DataFrame([row | {"customer_id": colleague, "arm": other}])], ignore_index=True)
    torn.to_parquet(folder / "actions.parquet")
    (action,) = follow_actions(read_dataset("demo_b2b", data=folder), personas)
    accounts = of[table.customer_id].nunique()
    assert action.treated + action.held_out == accounts - 1
    assert any("fewer than 10 customers with people in both groups are left out" in doubt for doubt in action.doubts)
