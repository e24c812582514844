"""All of it together on the demo: every group has what it can have, nothing small is shown, tables can be read."""

import numpy as np
import pytest

from personas.estimates import Estimate, not_measured
from personas.experience.journey import course
from personas.experience.journey.cells import complete_cells
from personas.experience.journey.ownership import owner_of
from personas.experience.journey.stages import measure_stages
from personas.experience.models import Experience, GroupExperience, JourneyCell, Kpi
from personas.experience.pains.playbook import read_playbook
from personas.experience.showing.course_plots import (
    plot_business_case,
    plot_journey,
    plot_path,
    plot_recovery,
    plot_transitions,
)
from personas.experience.showing.course_tables import (
    tabulate_business_case,
    tabulate_causes,
    tabulate_neighbours,
    tabulate_path,
    tabulate_recovery,
    tabulate_standing,
    tabulate_switches,
    tabulate_transitions,
)
from personas.segments import Segmentation, Verdict, fit_space

VERDICT = Verdict(word="natural", borderline=False, k=6, asked=None, sentence="", meaning="", reasons=())


@pytest.fixture(scope="session")
def measured(planted) -> Experience:
    """The course of the demo's customers in their planted segments; prospects go to the first."""
    import pandas as pd

    frame, segments = planted.frame, np.maximum(planted.segments, 1)
    space = fit_space(frame, planted.customers.features)
    placed = np.nan_to_num(space.transform(frame))
    centres = np.array([placed[segments == s].mean(axis=0) for s in range(1, 7)])
    members = pd.DataFrame({"customer_id": frame["customer_id"], "segment": segments, "confidence": 0.9})
    segmentation = Segmentation(members, space, centres, (), VERDICT)
    stages = planted.dataset.contract.stages
    journey = measure_stages(planted.dataset.tables, stages, planted.members, planted.groups)
    nothing = not_measured("", "share")
    groups = tuple(
        GroupExperience(segment=s, value_share=nothing, kpis=(), pain_points=(), journey=journey[s]) for s in range(7)
    )
    found = course.measure_course(planted.customers, segmentation, planted.dataset, groups, read_playbook(), 10, 7)
    return Experience(groups=tuple(found.complete(group) for group in groups), not_measured=found.missing)


def test_the_base_and_each_segment_have_their_course(measured):
    for group in measured.groups:
        assert group.movement and group.path and group.standing, group.segment
    assert measured.base.recovery.outcomes and measured.base.business_case and measured.base.reasons
    assert measured.not_measured == ()


def test_cells_say_how_it_goes_who_is_lost_and_who_answers(measured):
    cells = {cell.touchpoint: cell for cell in measured.base.journey}
    checkout = cells["Checkout"]
    assert (checkout.kpi_label, checkout.owner) == ("contacts that went well", "product")
    assert 0.8 < checkout.kpi.value < 0.95 and checkout.dropoff.measured
    assert {why.name for why in cells["Product search"].motives} == {"search engine", "direct"}
    assert cells["Loyalty club"].dropoff is None  # nothing comes after


def test_no_group_under_ten_is_shown(measured):
    for group in measured.groups:
        assert all(step.customers >= 10 for step in group.path.steps)
        counted = [group.standing.loyalists, group.standing.at_risk, *group.standing.risks]
        assert all(entry.customers is None or entry.customers >= 10 for entry in counted)
        arms = [arm for o in (group.recovery.outcomes if group.recovery else ()) for arm in o.arms]
        assert all(arm.cases is None or arm.cases >= 10 for arm in arms)
        case = group.business_case
        assert all(c.customers >= 10 for c in (case.classes if case else ()))


def test_it_survives_being_handed_over(measured):
    assert Experience.model_validate_json(measured.model_dump_json()) == measured


def test_tables_can_be_read(measured):
    for table in (tabulate_transitions, tabulate_switches, tabulate_path, tabulate_recovery, tabulate_causes,
                  tabulate_business_case, tabulate_standing, tabulate_neighbours):  # fmt: skip
        listing = table(measured)
        assert len(listing) and "nan" not in repr(listing).lower(), table.__name__


def test_plots_show_what_there_is_and_nothing_else(measured):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    for plot in (plot_journey, plot_transitions, plot_path, plot_recovery, plot_business_case):
        assert plot(measured) is not None, plot.__name__
        plt.close("all")
    bare = measured.groups[0].model_copy(
        update={"journey": (), "movement": None, "path": None, "recovery": None, "business_case": None}
    )
    empty = Experience(groups=(bare,), not_measured=())
    for plot in (plot_journey, plot_transitions, plot_path, plot_recovery, plot_business_case):
        assert plot(empty) is None
    assert len(tabulate_recovery(empty)) == 0 and len(tabulate_path(empty)) == 0


def test_large_bases_are_followed_by_a_sample(planted, monkeypatch):
    monkeypatch.setattr(course, "MOST_FOLLOWED", 500)
    frame, segments = course._followed(planted.customers, planted.segments, 7)
    again, _segments = course._followed(planted.customers, planted.segments, 7)
    assert len(frame) == len(segments) == 500 and list(frame["customer_id"]) == list(again["customer_id"])
    assert frame["customer_id"].is_monotonic_increasing


def test_a_cell_is_led_by_its_rating_then_by_its_contacts_then_by_the_stage():
    share = Estimate(value=0.5, n=40, unit="share")
    cell = JourneyCell(
        stage="purchase", touchpoint="Till", doing="", share=share, rest=None, feeling=share, kind="observed"
    )
    rating = Kpi(key="rating_till", label="Till", definition="", better="higher", estimate=share)
    repeat = Kpi(key="repeat_rate", label="Repeat purchase", definition="", better="higher", estimate=share)
    group = GroupExperience(
        segment=0, value_share=share, kpis=(repeat,), pain_points=(), journey=(cell,), ratings=(rating,)
    )
    went = {("purchase", "Till"): {0: share}}
    assert complete_cells(group, went)[0].kpi_label == "rating"
    assert complete_cells(group.model_copy(update={"ratings": ()}), went)[0].kpi_label == "contacts that went well"
    (bare,) = complete_cells(group.model_copy(update={"ratings": ()}))
    assert (bare.kpi_label, bare.owner) == ("Repeat purchase", "operations")


def test_owners_follow_the_name_of_the_touchpoint():
    assert owner_of("anywhere", "Customer service") == "service" and owner_of("contact", "Trade fair") == "marketing"
