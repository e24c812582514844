"""An alert is what was asked for and is beyond chance; what cannot be judged is said, and exit codes follow."""

import json

import pytest

from personas.batch import publication
from personas.changes.alerts import raise_alerts
from personas.changes.loop_models import Aim, TriedAction
from personas.changes.models import Change, Changes, Drift, PainChange
from personas.dataset.aims import Alerts
from personas.estimates import Estimate, not_measured
from personas.experience.models import Kpi
from tests.experience.households import customers_of, household_table
from tests.profiles.divided import describe, divide

NOTHING = not_measured("not given", "money")


@pytest.fixture(scope="module")
def personas():
    customers = customers_of(household_table())
    return describe(customers, divide(customers, 2))


def points(value, low, high, unit="points"):
    return Estimate(value=value, low=low, high=high, n=100, unit=unit)


def figure(key="nps", value=-6.0, p=0.001, better="higher", persona=None):
    before, now = points(40, 37, 43), points(40 + value, 37 + value, 43 + value)
    return Change(
        persona_id=persona, key=key, label=key, better=better, before=before, now=now,
        change=points(value, value - 3, value + 3), p=p,
    )  # fmt: skip


def since(*figures, pains=(), drift=()):
    return Changes(first_run=False, sentence="", figures=figures, pain_points=tuple(pains), drift=tuple(drift))


def raised(rules, personas, changes, actions=(), aims=()):
    report = raise_alerts(Alerts.model_validate(rules), personas, changes, actions, aims)
    return [(alert.rule, alert.subject) for alert in report.alerts], report


def test_nothing_is_an_alert_that_was_not_asked_for(personas):
    found, report = raised({}, personas, since(figure()))
    assert found == [] and report.rules == () and report.silent == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (figure(), True),
        (figure(value=6.0), False),
        (figure(p=0.2), False),
        (figure(value=6.0, better="lower"), True),
        (figure(persona="P1"), False),
    ],
)
def test_a_kpi_that_is_worse_beyond_chance_is_told(personas, change, told):
    found, _ = raised({"kpi_worse": ["nps"]}, personas, since(change))
    assert found == ([("kpi_worse", "nps")] if told else [])


def test_many_kpis_are_tested_together(personas):
    """One p-value of .03 among twenty is what chance makes; alone it is not."""
    figures = [figure("nps", p=0.03), *(figure(f"other{i}", p=0.5) for i in range(19))]
    assert raised({"kpi_worse": "nps"}, personas, since(*figures))[0] == [("kpi_worse", "nps")]
    assert raised({"kpi_worse": "all"}, personas, since(*figures))[0] == []


def test_a_first_run_says_which_rules_it_cannot_judge(personas):
    rules = {"kpi_worse": "nps", "new_pain_point": 3, "drift": 0.25, "response_rate": 0.3, "overdue": True}
    found, report = raised(rules, personas, Changes(first_run=True, sentence=""))
    assert found == []
    assert [line.partition(":")[0] for line in report.silent] == list(rules)


def test_a_kpi_of_one_run_only_is_not_judged(personas):
    _, report = raised({"kpi_worse": ["nps", "csat"]}, personas, since(figure()))
    assert report.silent == ("kpi_worse: csat is not in both runs",)


def pain(status, rank):
    return PainChange(
        persona_id=None, key="late", title="Late", kind="stated", status=status, rank_before=None, rank_now=rank,
        reach=figure("late"),
    )  # fmt: skip


@pytest.mark.parametrize(("status", "rank", "told"), [("new", 3, True), ("new", 4, False), ("unsure", 1, False)])
def test_a_new_pain_point_counts_among_the_first_and_beyond_chance(personas, status, rank, told):
    found, _ = raised({"new_pain_point": 3}, personas, since(pains=[pain(status, rank)]))
    assert found == ([("new_pain_point", "late")] if told else [])


@pytest.mark.parametrize(
    ("forms", "psi", "p", "told"),
    [(True, 0.3, 0.01, True), (False, 0.3, 0.01, False), (True, 0.2, 0.01, False), (True, 0.3, 0.2, False)],
)
def test_drift_counts_in_what_forms_segments_and_beyond_chance(personas, forms, psi, p, told):
    moved = Drift(feature="age", label="Age", forms=forms, psi=psi, p_adjusted=p, level="large", words="")
    found, _ = raised({"drift": 0.25}, personas, since(drift=[moved]))
    assert found == ([("drift", "age")] if told else [])


@pytest.mark.parametrize(("value", "told"), [((0.2, 0.18, 0.22), True), ((0.29, 0.27, 0.31), False)])
def test_a_response_rate_is_low_with_its_whole_interval(personas, value, told):
    rate = Kpi(key="response_rate", label="", definition="", better="neither", estimate=points(*value, unit="share"))
    found, _ = raised({"response_rate": 0.3}, personas.model_copy(update={"kpis": (rate,)}), since())
    assert found == ([("response_rate", "response_rate")] if told else [])


def action(overdue):
    return TriedAction(
        id="a", title="Vouchers", pain_point="late", pain_title="Late", owner="", date="2025-01-01", segment="",
        treated=20, held_out=None, everybody=False, days=90, effects=(), alike=None, balance="",
        cost=NOTHING, gain=NOTHING, return_on_cost=NOTHING, check="2025-03-01", check_given=True,
        decision="", overdue=overdue, outcome="not measured", reading="",
    )  # fmt: skip


def test_overdue_checks_and_missed_targets_are_told(personas):
    short = Aim(
        key="nps", label="NPS", better="higher", now=points(30, 28, 32), target=40, standing="short", sentence="s"
    )
    rules = {"overdue": True, "target_missed": "all"}
    found, _ = raised(rules, personas, since(), [action(True), action(False)], [short])
    assert found == [("target_missed", "nps"), ("overdue", "a")]


@pytest.fixture
def reports(tmp_path):
    def publish(dataset, alerts, leave):
        folder = tmp_path / "reports" / dataset
        folder.mkdir(parents=True)
        told = [{"rule": "drift", "subject": "age", "sentence": "Age\x1b[31m has moved."}] if alerts else []
        (folder / "alerts.json").write_text(json.dumps({"alerts": told, "exit": leave}))
        (folder / "personas.json").write_text(json.dumps({"personas": [1], "verdict": {"word": "natural"}}))
        return tmp_path

    return publish


@pytest.mark.parametrize(
    ("alerts", "asked", "wish", "leaves"),
    [(True, True, "", True), (True, False, "", False), (True, False, "exit", True), (False, True, "exit", False)],
)
def test_a_run_ends_with_an_error_only_where_asked(reports, alerts, asked, wish, leaves):
    root = reports("shop", alerts, asked)
    assert publication.must_exit(root, ["shop"], wish) is leaves


def test_the_summary_names_alerts_without_what_a_terminal_would_obey(reports):
    told = publication.summarise(reports("shop", True, False), ["shop"])
    assert "  alert: Age [31m has moved." in told and "\x1b" not in told
