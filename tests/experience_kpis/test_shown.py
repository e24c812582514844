"""Tables and plots of trends, retention, contrasts, rivals and staff: what a reader sees is what was measured."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from personas.estimates import not_measured
from personas.experience import (
    Experience,
    GroupExperience,
    LifetimeModel,
    NotMeasured,
    plot_contrasts,
    plot_retention,
    plot_trends,
    tabulate_contrasts,
    tabulate_lifetime,
    tabulate_rivals,
    tabulate_staff,
    tabulate_training,
    tabulate_trends,
)
from personas.experience.drivers.importance import measure_drivers
from personas.experience.models import Kpi


def group(number, **more):
    blank = {"kpis": (), "pain_points": (), "journey": ()}
    return GroupExperience(segment=number, value_share=not_measured("no sales", "share"), **(blank | more))


@pytest.fixture(scope="module")
def experience(demo):
    found = demo.outcomes
    groups = [
        group(
            number, kpis=found.kpis[number], trends=found.trends[number], retention=found.retention[number],
            rivals=found.rivals[number], drivers=measure_drivers(demo.voices, None, 0, 7) if number == 0 else None,
        )
        for number in (0, *demo.numbers)
    ]  # fmt: skip
    return Experience(groups=tuple(groups), not_measured=(), staff=found.staff, training=found.training)


@pytest.fixture(scope="module")
def nothing():
    gap = NotMeasured(what="Lifetime value", why="cut off on the left", would_need="dates")
    return Experience(groups=(group(0), group(1)), not_measured=(gap,))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_every_trend_has_a_row_and_a_panel(experience):
    table = tabulate_trends(experience, "EUR").frame
    assert len(table) == 7 * 6
    assert set(table["reading"]) <= {"rising", "falling", "no clear change", "not measured"}
    sales = table[(table["KPI"] == "Sales a customer and month") & (table["group"] == "everybody")].iloc[0]
    assert sales["reading"] == "rising" and sales["last"].startswith("2025-12: €")
    grid = plot_trends(experience)
    assert len(grid.axes_dict) == 6
    line = grid.axes_dict["Recommendation (NPS)"].lines[0]
    assert line.get_ydata() == pytest.approx([p.estimate.value for p in experience.base.trends[0].points])
    assert max(grid.axes_dict["Bought in the month, %"].lines[0].get_ydata()) > 20, "shares are drawn in per cent"


def test_a_retention_curve_starts_at_everybody_and_has_a_panel_a_segment(experience):
    grid = plot_retention(experience)
    assert len(grid.axes_dict) == 6
    for number, axes in grid.axes_dict.items():
        own = axes.lines[0].get_ydata()
        assert own[0] == 1 and own[-1] == experience.of(number).retention[-1].left.value
        assert len(axes.lines) == 2, "everybody beside it"


def test_contrasts_show_penalty_and_reward(experience):
    table = tabulate_contrasts(experience)
    assert "Associated, not caused" in table.caption and len(table) == 7
    assert plot_contrasts(experience).get_xlim()[0] < -1


def test_rivals_staff_and_training_say_who_is_ahead(experience):
    rivals = tabulate_rivals(experience).frame
    late = rivals[(rivals["group"] == "segment 1") & (rivals["touchpoint"] == "Delivery")].iloc[0]
    assert late["reading"] == "they are ahead" and "who rated both" in late["among"]
    assert tabulate_staff(experience).frame.iloc[0]["reading"] == "staff see it better than customers"
    assert "Sustainability" not in str(tabulate_training(experience).frame)


def test_what_is_not_measured_is_said_and_never_drawn(nothing):
    assert plot_trends(nothing) is None and plot_retention(nothing) is None and plot_contrasts(nothing) is None
    for table in (
        tabulate_trends(nothing), tabulate_contrasts(nothing), tabulate_rivals(nothing), tabulate_staff(nothing),
        tabulate_training(nothing), tabulate_lifetime(nothing),
    ):  # fmt: skip
        assert len(table) == 0 and "not measured" in table.caption
    assert "cut off on the left" in tabulate_lifetime(nothing).caption


def test_lifetime_value_stands_below_its_model_and_its_trial(experience):
    kpi = Kpi(key="lifetime_value", label="Lifetime value", definition="", better="higher",
              estimate=not_measured("few", "money").model_copy(update={"value": 99.0, "n": 50}))  # fmt: skip
    alive = kpi.model_copy(update={"key": "still_customer", "estimate": not_measured("few", "share")})
    model = LifetimeModel(
        model="MBG/NBD", parameters={}, customers=50, horizon_months=12, discount_a_year=0.1, margin=0.3,
        correlation=0.1, independent=True, predicted=2.0, actual=2.1, calibrated=True, words="Tried out.",
    )  # fmt: skip
    table = tabulate_lifetime(
        Experience(groups=(group(0, kpis=(kpi, alive)),), not_measured=(), lifetime=model), currency="EUR"
    )
    assert table.caption.startswith("MBG/NBD with Gamma-Gamma over 12 months") and "Tried out." in table.caption
    assert table.frame.iloc[0]["lifetime value"] == "€99"
