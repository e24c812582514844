"""Actions, targets and alerts in the report: there where there are any, escaped, and gone where there are none."""

import json

import pytest
from bs4 import BeautifulSoup

from personas.changes.loop_models import Aim, Alert, AlertReport, Effect, Reply, TriedAction
from personas.changes.models import Changes
from personas.estimates import Estimate, not_measured
from personas.numerals import Numerals
from personas.report import render_report, write_index, write_report
from personas.report.followed import Followed, aims_title, follow
from tests.report import examples

HOSTILE = '</script><script>alert(1)</script><b onclick="x">'


def estimate(value, low=None, high=None, unit="score"):
    return Estimate(value=value, low=low, high=high, n=400, unit=unit)


def effect(holdout=True, **more):
    given = {"difference": estimate(0.6, 0.3, 0.9), "p": 0.001, "p_adjusted": 0.002, "sure": True, "good": True}
    return Effect(
        key="nps", label="Willingness to recommend, 0 to 10,", treated=estimate(8.6), compared=estimate(8.0),
        better="higher", holdout=holdout, **given | more,
    )  # fmt: skip


def action(number=1, outcome="worked", held_out=200, **more):
    nothing = not_measured("none", "money")
    given = {"title": f"Vouchers {number}", "overdue": False, "decision": "", "doubts": (), "effects": (effect(),)}
    return TriedAction(
        id=f"a{number}", pain_point="late", pain_title="Late", owner="operations", date="2025-04-01", segment="",
        treated=300, held_out=held_out, everybody=False, days=200, alike=True, balance="Alike.",
        cost=nothing, gain=nothing, return_on_cost=nothing, check="2025-06-24", check_given=False, outcome=outcome,
        reading="It worked. So it did.",
        **given | more,
    )  # fmt: skip


def aim(standing="short", target=40.0, beside=""):
    return Aim(key="nps", label="NPS", better="higher", now=estimate(30, 28, 32, "points"), target=target,
               standing=standing, beside=beside, sentence="NPS is 30. The target is away.")  # fmt: skip


def told(*sentences, silent=()):
    alerts = tuple(Alert(rule="drift", subject="age", sentence=sentence) for sentence in sentences)
    return AlertReport(
        dataset="shop", observation_end="2025-12-31", alerts=alerts, silent=silent, rules=("drift",), exit=False
    )


def page_of(**found):
    changes = Changes(first_run=True, sentence="First run.", **found)
    return BeautifulSoup(render_report(**examples.inputs(3) | {"changes": changes}), "html.parser")


def test_nothing_is_said_where_nothing_was_asked_for():
    page = page_of(alerts=told().model_copy(update={"rules": ()}))
    for name in ("effects", "aims", "alerts"):
        assert page.find(id=name) is None and page.find("a", href=f"#{name}") is None


def test_an_action_stands_with_its_groups_money_and_check():
    page = page_of(actions=(action(overdue=True, money="It cost €5."), action(2, decision="kept")))
    section = page.find(id="effects")
    assert section.h2.get_text() == "Two of two actions with a holdout worked"
    text = " ".join(section.get_text(" ").split())
    expected = ("300 treated, 200 held out", "It cost €5.", "24 June 2025 overdue", "decided: kept", "So it did.")
    assert [words for words in expected if words not in text] == []
    assert page.find("a", href="#effects") is not None


def test_every_outcome_is_in_the_table_whatever_came_out():
    none = effect(difference=estimate(0.1, -0.2, 0.4), sure=False, good=None, p_adjusted=0.7)
    share = effect(difference=estimate(-0.04, -0.06, -0.02, "share"))
    rows = page_of(actions=(action(effects=(effect(), none, share)),)).find(id="effects").find("tbody").find_all("tr")
    assert len(rows) == 3
    assert "0.1" in rows[1].get_text() and "p .700" in rows[1].get_text()
    assert "−4\u00a0points (−6 to −2)" in rows[2].get_text(), "a difference of shares is told in points"


def test_before_and_after_is_not_called_held_out():
    page = page_of(actions=(action(held_out=None, outcome="was followed by better", effects=(effect(holdout=False),)),))
    section = page.find(id="effects")
    assert section.h2.get_text() == "No customers were held out: no effect can be shown"
    assert "nobody held out" in section.get_text() and "8.00 before" in section.find("tbody").get_text()


@pytest.mark.parametrize(
    ("aims", "title"),
    [
        ((aim(),), "The target is not reached"),
        ((aim("reached"), aim()), "One of two targets reached"),
        ((aim(target=None, beside="better"), aim(target=None, beside="worse")), "One of two benchmarks beaten"),
    ],
)
def test_targets_are_counted_in_the_title(aims, title):
    assert aims_title(aims) == title and page_of(aims=aims).find(id="aims").h2.get_text() == title


def test_alerts_are_one_line_on_the_overview():
    line = page_of(alerts=told("Age has moved.", "NPS is worse.")).find(id="finding").find(id="alerts")
    assert line.summary.get_text() == "2 alerts: Age has moved." and "NPS is worse." in line.get_text()
    quiet = page_of(alerts=told(silent=("drift: there is no earlier run",))).find(id="alerts")
    assert quiet.get_text() == "No alerts; not judged: drift: there is no earlier run."


def test_whatever_the_register_says_is_text():
    reply = Reply(audience="staff", said=HOSTILE, did=HOSTILE, since="1 May 2025", so_far="", action_id="a")
    hostile = action(title=HOSTILE, doubts=(HOSTILE,))
    page = page_of(actions=(hostile,), replies=(reply,), alerts=told(HOSTILE), aims=(aim(),))
    assert len(page.find_all("script")) == 1 and page.find("b", onclick=True) is None
    assert HOSTILE in page.find(id="effects").h3.get_text()


def test_ids_of_the_page_stay_unique():
    page = page_of(actions=(action(), action(2)), aims=(aim(),), alerts=told("Age has moved."))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_alerts_are_written_beside_the_personas(tmp_path):
    report = told("Age has moved.")
    changes = Changes(first_run=True, sentence="", alerts=report)
    write_report(tmp_path, **examples.inputs(3) | {"changes": changes})
    assert AlertReport.model_validate(json.loads((tmp_path / "alerts.json").read_text())) == report


def test_the_index_counts_alerts_and_leads_to_them(tmp_path):
    changes = Changes(first_run=True, sentence="", alerts=told("Age has moved.", "NPS is worse."))
    write_report(tmp_path / "loud", **examples.inputs(3) | {"changes": changes})
    write_report(tmp_path / "quiet", **examples.inputs(3))
    (tmp_path / "quiet" / "alerts.json").write_text("{}")
    page = BeautifulSoup(write_index(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert [link.get_text() for link in page.find_all("a", href=lambda to: to.endswith("#alerts"))] == ["Two alerts"]
    assert page.find("a", href="loud/report.html#alerts") is not None


def test_other_kinds_of_changes_say_nothing_of_this():
    assert follow(None, Numerals()) == Followed()
