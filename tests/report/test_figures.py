"""Charts say what the numbers say: positions against values computed here, tables against the input."""

from __future__ import annotations

import math
import re

import pytest

from personas.estimates import Estimate, not_measured
from personas.experience.models import Driver, Drivers, Experience, GroupExperience, RetentionPoint
from personas.experience.text.models import Theme, Themes, ThemeShare
from personas.experience.value.value_models import Apart, BusinessCase, WorthClass
from personas.numerals import Numerals
from personas.report import figures
from personas.report.figure import scale_over
from personas.report.figures.flower import petal, radius
from personas.report.figures.map import closed_up, separate
from personas.report.figures.pains import spread_labels, told
from personas.report.figures.retention import retention_title
from personas.report.palette import hue
from tests.report import examples
from tests.report.pages import read_page
from tests.report.surroundings import evidence_of, points_of, sizes_of


@pytest.fixture(scope="module")
def persona_set():
    return examples.grocery(6)


@pytest.fixture(scope="module")
def every_figure(persona_set):
    people, card = persona_set.personas, persona_set.dataset
    second = people[1]
    return (
        figures.share_bars(people, card),
        figures.dot_multiples(people),
        figures.heat_table(people),
        figures.portrait(second),
        figures.distribution_bars(second.profile[0], second),
        figures.pain_bars(second.pain_points, 2),
        figures.priorities(persona_set.pain_points),
        figures.segment_map(points_of(persona_set), people, card, sizes_of(persona_set)),
        figures.stability_chart(evidence_of(6)),
        figures.journey_lanes(second.journey, 2),
    )


def test_each_figure_stands_alone_in_a_notebook(every_figure):
    for figure in every_figure:
        html = figure._repr_html_()
        elements = read_page(html)
        assert figure.title in html.replace("&#39;", "'")
        assert any(e.tag == "style" for e in elements)
        assert figure.description
        # The numbers stand in a table, unless the marks are rows that say them themselves.
        assert any(e.tag == "table" for e in elements) or figure.readable


def test_rows_that_say_their_numbers_say_all_of_them(every_figure):
    for figure in every_figure:
        if figure.readable and figure.table:
            text = " ".join(str(figure.html()).split()).replace("&#39;", "'")
            values = [row[1].split(" (")[0].split(".")[0].rstrip("\u00a0%") for row in figure.table.rows]
            assert [v for v in values if v not in text] == [], figure.title


def test_figure_titles_are_short(every_figure):
    for figure in every_figure:
        assert len(figure.title.split()) <= 12, figure.title


def test_charts_have_a_text_alternative_unless_their_text_can_be_read(every_figure):
    for figure in every_figure:
        for element in read_page(str(figure.html())):
            if element.tag != "svg" or any(e.tag == "svg" for e in element.ancestors):
                continue
            told = any(e.attributes.get("role") == "img" for e in (element, *element.ancestors))
            assert told or element.attributes.get("aria-hidden") == "true"


def test_marks_have_no_text_that_could_be_scaled(every_figure):
    assert not any(e.tag == "text" for figure in every_figure for e in read_page(str(figure.html())))


def test_share_bars_are_as_long_as_the_shares(persona_set):
    html = str(figures.share_bars(persona_set.personas, persona_set.dataset).marks)
    widths = [float(w) for w in re.findall(r'class="count" x="0" y="2" width="([\d.]+)%"', html)]
    shares = [p.share.value for p in persona_set.personas]
    assert [w / widths[0] for w in widths] == pytest.approx([s / shares[0] for s in shares], abs=1e-3)


def test_multiples_order_marks_as_the_values_are(persona_set):
    figure = figures.dot_multiples(persona_set.personas, ["basket"])
    at = [float(x) for x in re.findall(r'class="at [^"]*" x="([\d.]+)%"', str(figure.marks))]
    baskets = [next(t.persona.value for t in p.traits if t.feature == "basket") for p in persona_set.personas]
    assert sorted(range(6), key=at.__getitem__) == sorted(range(6), key=baskets.__getitem__)
    slope = (at[0] - at[1]) / (baskets[0] - baskets[1])
    assert at[2] - at[0] == pytest.approx(slope * (baskets[2] - baskets[0]), abs=0.1)


def test_the_dashed_base_is_the_mean_weighted_by_size(persona_set):
    """The example's base is made so: 31.0 for the basket, whichever persona it is computed from."""
    figure = figures.dot_multiples(persona_set.personas, ["basket"])
    assert "base $31" in str(figure.marks)


def test_portrait_draws_more_to_the_right_and_less_to_the_left(persona_set):
    persona = persona_set.personas[1]
    figure = figures.portrait(persona, reach=2.0)
    bars = re.findall(r'class="(more|less)" x="([\d.]+)%" y="3" width="([\d.]+)%"', str(figure.marks))
    traits = sorted(persona.traits, key=lambda t: -abs(t.gap))
    for (kind, left, width), trait in zip(bars, traits, strict=True):
        assert float(width) == pytest.approx(50 * abs(trait.gap) / 2, abs=0.01)
        assert kind == ("more" if trait.gap >= 0 else "less")
        assert float(left) == pytest.approx(50 if trait.gap >= 0 else 50 - float(width), abs=0.02)


def test_hidden_levels_are_said_and_not_drawn(persona_set):
    small = persona_set.personas[5]
    distribution = small.profile[0]
    assert distribution.persona[0] is None
    figure = figures.distribution_bars(distribution, small)
    assert figure.table.rows[0] == (distribution.levels[0], "hidden", "hidden")


def test_ranks_that_chance_could_swap_are_shown_as_tied(persona_set):
    marks = str(figures.pain_bars(persona_set.personas[0].pain_points, 1).marks)
    assert re.findall(r'class="rank">([^<]+)<', marks) == ["1", "2–3", "2–3"]


def test_quadrant_places_points_by_reach_and_severity(persona_set):
    figure = figures.priorities(persona_set.pain_points)
    points = re.findall(r'circle cx="([\d.]+)%" cy="([\d.]+)%"', str(figure.marks))
    ranked = sorted(persona_set.pain_points, key=lambda p: p.rank)
    for (x, y), pain in zip(points, ranked, strict=True):
        assert float(y) == pytest.approx(100 * (1 - pain.severity), abs=0.01)
        assert float(x) == pytest.approx(100 * pain.reach.value / 0.6, abs=0.01)
    assert figure.table.rows[0][-1] == "Fix first"


def test_a_level_of_an_attribute_makes_a_title_with_one_colon(persona_set):
    trait = persona_set.personas[0].traits[0].model_copy(update={"label": "Marital status: Unmarried"})
    title = figures.portrait(persona_set.personas[0].model_copy(update={"traits": (trait,)})).title
    assert title.startswith("Marital status, Unmarried: ")


def test_a_priority_says_of_whom_its_share_is(persona_set):
    pain = persona_set.pain_points[0].model_copy(update={"finding": "{share} of those sent offers used none"})
    marks = str(figures.priorities((pain,)).marks)
    assert ") of those sent offers used none" in marks
    assert "{share}" not in marks


def test_a_priority_does_not_repeat_its_title_and_keeps_details_for_the_table(persona_set):
    pain = persona_set.pain_points[0].model_copy(
        update={"title": "Late delivery", "finding": "{share} of those asked name this: late delivery"}
    )
    assert told(pain, "21 %") == "21 % of those asked name this"
    detailed = pain.model_copy(update={"finding": "{share} of those asked rate it low; most of them at noon"})
    figure = figures.priorities((detailed,))
    assert "most of them at noon" not in str(figure.marks)
    assert figure.table.rows[0][1].endswith("of those asked rate it low; most of them at noon")


def test_the_map_draws_each_customer_once_in_one_path_a_persona(persona_set):
    points = points_of(persona_set)
    html = str(figures.segment_map(points, persona_set.personas, persona_set.dataset).marks)
    paths = re.findall(r'<path class="(p\d)" d="([^"]+)"', html)
    drawn = {name: d.count("M") for name, d in paths}
    wanted = {hue(p.number): sum(q.segment == p.number for q in points) for p in persona_set.personas}
    assert drawn == wanted


def test_the_map_never_draws_more_than_two_thousand(persona_set):
    points = points_of(persona_set, most=7000)
    html = str(figures.segment_map(points, persona_set.personas, persona_set.dataset).marks)
    drawn = sum(d.count("M") for d in re.findall(r'<path class="p\d" d="([^"]+)"', html))
    assert 1500 <= drawn <= 2000


def test_numbers_on_the_map_keep_their_distance():
    groups = [{"x": 50.0, "y": 50.0}, {"x": 50.0, "y": 50.0}, {"x": 53.0, "y": 50.0}, {"x": 2.0, "y": 99.0}]
    separate(groups)
    gaps = [math.dist((a["x"], a["y"]), (b["x"], b["y"])) for i, a in enumerate(groups) for b in groups[:i]]
    assert min(gaps) >= 8.5


def test_labels_of_equal_points_do_not_lie_on_each_other():
    points = [{"x": 30.0, "y": 40.0} for _ in range(6)]
    spread_labels(points)
    places = {(p["label_x"], p["label_y"]) for p in points}
    assert len(places) == 6
    assert all(
        abs(a["label_x"] - b["label_x"]) >= 9 or abs(a["label_y"] - b["label_y"]) >= 9
        for i, a in enumerate(points)
        for b in points[:i]
    )


def test_petals_reach_the_ring_where_the_persona_is_like_everybody():
    assert radius(0) == 31
    assert radius(-2) < radius(-1) < radius(0) < radius(1) < radius(2)
    tips = [float(v) for v in re.findall(r"-?[\d.]+", petal(0.0, radius(2)))]
    assert min(tips[1::2]) == pytest.approx(50 - radius(2), abs=0.06)


def test_the_glyph_is_described_in_words(persona_set):
    svg = read_page(str(figures.flower(persona_set.personas[0])))[0]
    assert svg.attributes["role"] == "img"
    assert persona_set.personas[0].glyph_words in svg.attributes["aria-label"]


def test_stability_says_when_the_published_number_beats_chance():
    assert figures.stability_chart(evidence_of(6)).title == "6 segments come back more often than chance explains"
    assert figures.stability_chart(evidence_of(8)).title == "8 segments come back no more often than chance"


def test_a_journey_without_feelings_draws_no_feeling(persona_set):
    figure = figures.journey_lanes(persona_set.personas[0].journey, 1)
    assert "feel" not in str(figure.marks)
    felt = tuple(
        c.model_copy(update={"feeling": c.share.model_copy(update={"value": v, "low": v - 0.2, "high": v + 0.2})})
        for c, v in zip(persona_set.personas[0].journey[:3], (1.0, -2.0, 0.0), strict=True)
    )
    line = re.search(r'polyline points="([^"]+)"', str(figures.journey_lanes(felt, 1).marks)).group(1)
    # Two points are 46 of 100 and not 50, so that a line at the end is not cut.
    assert [float(p.split(",")[1]) for p in line.split()] == [
        27.0,
        96.0,
        50.0,
    ]


def test_a_scale_keeps_marks_inside_and_survives_equal_values():
    assert scale_over([1.0, 3.0])(2.0) == 50.0
    assert scale_over([2.0, 2.0])(2.0) == 50.0
    assert scale_over([1.0, 3.0])(9.0) == 98.0


def test_an_island_on_the_map_leaves_room_for_the_rest():
    mass, island = [i / 100 for i in range(100)], [90.0, 90.1]
    placed = closed_up([*mass, *island])
    assert placed == sorted(placed)
    assert placed[99] == pytest.approx(0.99)
    assert 0.99 < placed[100] < 1.1, "far away is only a little away"
    assert placed[101] - placed[100] < placed[100] - placed[99] + 1e-9


def test_a_persona_like_everybody_has_no_glyph(persona_set):
    persona = persona_set.personas[0]
    flat = persona.model_copy(update={"glyph": tuple(a.model_copy(update={"gap": 0.0}) for a in persona.glyph)})
    assert figures.flower(persona)
    assert figures.flower(flat) == ""
    assert figures.bloom(flat) == ""


def left(months: int, value: float, n: int = 200) -> RetentionPoint:
    return RetentionPoint(
        months=months, left=Estimate(value=value, low=value - 0.1, high=value + 0.1, n=n, unit="share")
    )


def experienced(*curves) -> Experience:
    groups = tuple(
        GroupExperience(
            segment=i,
            value_share=not_measured("made up", "share"),
            kpis=(),
            pain_points=(),
            journey=(),
            retention=points,
        )
        for i, points in enumerate(curves)
    )
    return Experience(groups=groups, not_measured=())


def test_contracts_kept_are_drawn_to_one_scale_with_everybody_behind(persona_set):
    year = tuple(left(m, 1 - 0.02 * m) for m in range(1, 13))
    short = tuple(left(m, 1 - 0.1 * m) for m in range(1, 7))
    figure = figures.retention_panels(experienced(year, year, short), persona_set.personas[:2])
    lines = re.findall(r'<polyline( class="base")? points="([^"]+)"', str(figure.marks))
    assert [bool(base) for base, _ in lines] == [True, False, True, False]
    ends = [tuple(map(float, points.split()[-1].split(","))) for _, points in lines]
    assert ends[1] == ends[0] == (100.0, pytest.approx(98 - 96 * 0.76, abs=0.05))
    assert ends[3] == (50.0, pytest.approx(98 - 96 * 0.4, abs=0.05)), "six of twelve months reach the middle"
    assert figure.title == "After 6 months 40\u00a0% to 88\u00a0% of contracts still run", (
        "the last month that both tell"
    )
    assert figure.table.rows[0][:3] == ("3", "94\u00a0% (84 to 104)", "70\u00a0% (60 to 80)")


def test_curves_without_a_month_in_common_say_of_how_many_the_title_is():
    quarters, halves, late = ([left(m, 1 - 0.02 * m) for m in months] for months in ((3, 9), (9, 18), (5, 10)))
    assert retention_title([quarters, halves, late], Numerals()).endswith("still run in 2 of 3 personas")


def test_a_curve_that_ends_with_the_year_is_told_once(persona_set):
    year = tuple(left(m, 1 - 0.02 * m) for m in range(1, 13))
    assert str(figures.retention_panels(experienced(year)).marks).count("12 months:") == 1


def test_the_table_of_traits_names_who_is_furthest_out_most_often(persona_set):
    people = persona_set.personas
    features = {t.feature for p in people for t in p.traits}
    gaps = {f: {p.name: abs(t.gap) for p in people for t in p.traits if t.feature == f} for f in features}
    leads = [max(by_name, key=by_name.get) for by_name in gaps.values()]
    first = max(set(leads), key=leads.count)
    assert leads.count(first) > max(leads.count(other) for other in set(leads) - {first}), "the example has no tie"
    figure = figures.heat_table(people)
    assert figure.title == f"Furthest out on {leads.count(first)} of {len(features)} traits: {first}"
    assert len(figure.claim.split()) == leads.count(first)


def worth(low: float, high: float, method: str = "") -> BusinessCase:
    def money(value: float) -> Estimate:
        return Estimate(value=value, low=value - 9, high=value + 9, n=200, unit="money")

    share = Estimate(value=0.5, low=0.4, high=0.6, n=200, unit="share")
    classes = tuple(
        WorthClass(
            key=key, label=f"{key} (of 10)", customers=200, share=share, spend=money(v), stay=share,
            cost=not_measured("no cases"),
        )
        for key, v in (("promoters", 90), ("detractors", 40))
    )  # fmt: skip
    gap = Estimate(value=(low + high) / 2, low=low, high=high, n=400, unit="money", method=method)
    apart = (Apart(key="spend", label="spend", difference=gap),)
    return BusinessCase(
        basis="recommendation", later="2025", out_of_time=True, classes=classes, apart=apart,
        at_stake=not_measured("-"), at_stake_words="",
    )  # fmt: skip


def test_what_attitudes_go_with_is_told_with_its_size_and_its_doubt():
    sure, unsure = (
        figures.case_ranges(worth(20, 80), "EUR"),
        figures.case_ranges(worth(-20, 80, "within segments"), "EUR"),
    )
    assert sure.title == "Promoters later spend €50 more than detractors"
    assert unsure.title == "Promoters later spend €30 more, perhaps by chance"
    assert "promoters less detractors within a persona €30 (−20 to 80)" in unsure.subtitle


def test_feelings_that_are_all_good_have_the_whole_height(persona_set):
    cells = persona_set.personas[0].journey[:3]
    felt = tuple(
        c.model_copy(update={"feeling": c.share.model_copy(update={"value": v, "low": v - 0.2, "high": v + 0.2})})
        for c, v in zip(cells, (0.5, 1.0, 1.5), strict=True)
    )
    marks = str(figures.journey_lanes(felt, 1).marks)
    ups = [float(p.split(",")[1]) for p in re.search(r'polyline points="([^"]+)"', marks).group(1).split()]
    assert ups == [73.0, 50.0, 27.0], "from 0 at 96 to 2 at 4"
    assert "Feeling, from 0 (neither) up to +2 (good)" in marks


def test_drivers_beyond_the_first_are_another_figure_and_none_is_lost():
    share = Estimate(value=0.1, low=0.05, high=0.2, n=300, unit="share")
    rows = tuple(
        Driver(
            key=f"t{i}", touchpoint=f"Touchpoint {i}", stage="use", weight=share, counts=True, performance=share,
            scale_low=1, scale_high=5, slope=share, quadrant="watch",
        )
        for i in range(12)
    )  # fmt: skip
    drivers = Drivers(outcome="Recommendation", n=300, r2=share, rows=rows)
    first, others = figures.driver_ranges(drivers, most=8), figures.driver_ranges(drivers, after=8)
    assert [len(first.table.rows), len(others.table.rows)] == [8, 4]
    assert [r[0] for r in (*first.table.rows, *others.table.rows)] == [f"Touchpoint {i}: watch" for i in range(12)]
    assert "the first 8 of 12" in first.subtitle
    assert first.title == others.title == "Touchpoint 0 goes with recommendation most"


def test_contracts_of_everybody_are_one_panel_and_none_are_no_figure(persona_set):
    year = tuple(left(m, 1 - 0.02 * m) for m in range(1, 13))
    assert str(figures.retention_panels(experienced(year)).marks).count("<svg") == 1
    assert figures.retention_panels(experienced((), (), ()), persona_set.personas[:2]) is None


def theme(kind: str, key: str, value: float, **more) -> Theme:
    reach = Estimate(value=value, low=value / 2, high=2 * value, n=200, unit="share")
    none = not_measured("made up", "score")
    return Theme(
        key=key, label=f"{key}, more", kind=kind, languages=("en",), comments=round(400 * value), authors=20,
        reach=reach, severity=none, score=none, stability=0.9, **more,
    )  # fmt: skip


def test_themes_stand_apart_by_kind_with_the_largest_first():
    themes = Themes(
        themes=(theme("complaint", "small", 0.1), theme("complaint", "large", 0.2), theme("praise", "kind", 0.05)),
        comments=400,
    )
    figure = figures.theme_bars(themes)
    assert [(row[0], row[4]) for row in figure.table.rows] == [
        ("“large, more”", "complaint"), ("“small, more”", "complaint"), ("“kind, more”", "praise"),
    ]  # fmt: skip
    widths = [float(w) for w in re.findall(r'class="more" x="0" y="3" width="([\d.]+)%"', str(figure.marks))]
    assert widths == pytest.approx([49, 24.5, 12.25]), "one scale for all, to the highest bound"
    assert "the one largest of 2" in str(figures.theme_bars(themes, most=1).marks)


def test_themes_of_a_persona_are_those_it_wrote_enough_of():
    own = ThemeShare(
        segment=2, reach=Estimate(value=0.4, low=0.3, high=0.5, n=50, unit="share"), rest=not_measured("-")
    )
    themes = Themes(themes=(theme("complaint", "all", 0.3), theme("complaint", "ours", 0.1, segments=(own,))))
    assert [row[0] for row in figures.theme_bars(themes, 2).table.rows] == ["“ours, more”"]
    assert figures.theme_bars(themes, 3) is None
    assert figures.theme_bars(Themes()) is None
