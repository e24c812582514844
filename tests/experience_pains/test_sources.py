"""Each source of pain points by itself, on rows written by hand: what is counted, joined, hidden and left unsaid."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.customers.feedback import Question
from personas.estimates import Estimate, not_measured, share_estimate
from personas.experience.models import Rival, Said
from personas.experience.pains.all_sources import measure_pains, silence
from personas.experience.pains.friction import gather_friction
from personas.experience.pains.halves import Halves, measure_trend
from personas.experience.pains.observed_pains import list_observed
from personas.experience.pains.pain_points import find_habits
from personas.experience.pains.playbook import read_playbook
from personas.experience.pains.stated_pains import Asked, find_named, outcome_of
from personas.experience.pains.theme_pains import join_themes
from personas.experience.pains.troubles import Support, Trouble
from personas.experience.text.models import Quote, Theme, Themes
from personas.experience.text.texts import Texts
from personas.experience.voices import Voices
from tests.experience.households import customers_of, household_table, rehearse
from tests.experience_kpis.tables import CUSTOMERS, small_dataset

DAY = pd.Timestamp
CONTRACT = (
    CUSTOMERS
    + """\
interactions: {source: contacts, customer: id, time: day, touchpoint: place, stage: {value: purchase}, outcome: outcome,
  wait: wait, page_time: page}
tickets: {source: cases, customer: id, opened: opened, resolved: resolved, due: due, reopened: again, category: about}
subscriptions: {source: plans, customer: id, start: start, end: end, plan: plan, price: price}
"""
)


@pytest.fixture
def recorded(tmp_path):
    contacts = [
        ("a", "2024-02-01", "Till", "failed", 10.0, 1.0), ("a", "2024-09-01", "Till", "success", 10.0, 5.0),
        ("b", "2024-02-01", "Till", "Abandoned", 10.0, None), ("b", "2024-02-02", "Till", None, 40.0, None),
        ("c", "2024-10-01", "Desk", "success", None, 9.0), ("a", "2024-03-01", "Survey sent", "failed", None, None),
    ]  # fmt: skip
    cases = [
        ("a", DAY("2024-03-01"), DAY("2024-03-01 12:00"), DAY("2024-03-04"), False, "bills"),
        ("a", DAY("2024-11-01"), DAY("2024-11-05"), DAY("2024-11-04"), True, "bills"),
        ("b", DAY("2024-12-22"), None, DAY("2024-12-25"), False, "bills"),
        ("c", DAY("2024-12-30"), None, DAY("2025-02-01"), False, "other"),
    ]
    plans = [
        ("a", DAY("2024-01-01"), DAY("2024-03-01"), "big", 20.0), ("a", DAY("2024-03-01"), None, "small", 10.0),
        ("b", DAY("2024-01-01"), DAY("2024-12-01"), "small", 10.0), ("b", DAY("2024-12-01"), None, "small", 12.0),
    ]  # fmt: skip
    contacts = pd.DataFrame(contacts, columns=["id", "day", "place", "outcome", "wait", "page"])
    return small_dataset(
        tmp_path, CONTRACT, people=pd.DataFrame({"id": list("abcd")}),
        contacts=contacts.assign(day=pd.to_datetime(contacts["day"])),
        cases=pd.DataFrame(cases, columns=["id", "opened", "resolved", "due", "again", "about"]),
        plans=pd.DataFrame(plans, columns=["id", "start", "end", "plan", "price"]),
    )  # fmt: skip


def test_contacts_are_counted_by_touchpoint_and_half_and_survey_invitations_are_none(recorded):
    friction = gather_friction(recorded, pd.Series(list("abcd")))
    assert set(friction.touchpoints) == {"Till", "Desk"}
    stage, till = friction.touchpoints["Till"]
    assert stage == "purchase" and till.index.tolist() == [0, 1]
    columns = ["contacts", "outcomes", "failed", "abandoned", "waits", "long_waits", "pages", "slow_pages"]
    assert till.loc[0, columns].tolist() == [2, 2, 1, 0, 2, 0, 2, 1]
    assert till.loc[1, columns].tolist() == [2, 1, 0, 1, 2, 1, 0, 0]  # 40 seconds are over three times the usual 10
    assert till.loc[0, "failed_share"] == 0.5 and np.isnan(till.loc[1, "slow_page_share"])
    early, late = friction.touchpoint_halves
    assert (early["Till"]["contacts"].tolist(), late["Till"]["contacts"].tolist()) == ([1, 2], [1])


def test_cases_and_contracts_are_counted_with_open_ones_kept_in(recorded):
    friction = gather_friction(recorded, pd.Series(list("abcd")))
    whole = friction.whole
    assert whole["cases"].tolist() == [2, 1, 1, 0]
    assert whole["overdue_cases"].tolist() == [1, 1, 0, 0]  # one that is due after the end is neither kept nor broken
    assert whole["quick_cases"].tolist() == [1, 0, 0, 0] and whole["returning_cases"].tolist() == [1, 0, 0, 0]
    assert whole["plan_downgrades"].tolist() == [1, 0, 0, 0] and whole["price_rises"].tolist() == [0, 1, 0, 0]
    assert whole["early_endings"].tolist() == [1, 0, 0, 0]
    _, bills = friction.categories["bills"]
    assert bills.loc[0].tolist() == [2, 2.25] and bills.loc[1].tolist() == [1, 10.0]


def test_every_rule_is_told_at_every_place_and_cases_about_anything_else_are_not(recorded):
    stated = [named("problem_bills", "Bills are wrong", "Billing", [1, 0, 0, 0])]
    friction = gather_friction(recorded, pd.Series(list("abcd")))
    found = {t.key: t for t in list_observed(friction, read_playbook(("subscription",)), stated)}
    assert found["failed_contacts_till"].affected.tolist() == [True, False, False, False]
    assert found["failed_contacts_till"].depth[0] == 1.0 and found["failed_contacts_till"].stage == "purchase"
    assert found["downgrades"].affected.tolist() == [True, False, False, False]
    assert "cases_other" not in found
    bills = found["cases_bills"]
    assert (bills.title, bills.touchpoint) == ("Service cases: bills are wrong", "Billing"), "the words of the problem"
    assert bills.remedy.gap == "price", "what cases are about decides on what helps"
    assert bills.halves.early.tolist() == [True, False, False, False]
    assert bills.halves.late.tolist() == [True, True, False, False]
    assert list_observed(friction, read_playbook(), (), "delight") == (), "settled quickly once, but late another time"


def test_a_category_with_the_name_of_a_touchpoint_takes_nothing_from_it(recorded):
    friction = gather_friction(recorded, pd.Series(list("abcd")))
    same = replace(
        friction,
        categories={"Till": friction.categories["bills"]},
        category_halves=tuple({"Till": half["bills"]} for half in friction.category_halves),
    )
    found = {t.key: t for t in list_observed(same, read_playbook())}
    contacts, cases = found["failed_contacts_till"].halves, found["cases_till"].halves
    assert contacts.early.tolist() == [True, False, False, False] and not contacts.late.any()
    assert cases.late.tolist() == [True, True, False, False]


def named(key, title, touchpoint, affected, source="problems", **more):
    return Trouble(
        key, title, touchpoint, "", np.array(affected, bool), "", "{share} say so", (), "", source=source, **more
    )


def theme(key, said, kind="complaint", touchpoint="", code="", quotes=1):
    quote = tuple(Quote(text=f"as written {n}", language="en", similar=3) for n in range(quotes))
    found = Theme(
        key=key, label=key, kind=kind, languages=("en",), comments=3, authors=int(np.sum(said)), touchpoint=touchpoint,
        reach=share_estimate([1, 0]), severity=not_measured("", "share"), score=not_measured("", "share"),
        stability=1.0, code=code, quotes=quote,
    )  # fmt: skip
    return found, np.array(said, bool)


def written(*themes):
    said = {found.key: who for found, who in themes}
    return Texts(
        Themes(themes=tuple(found for found, _ in themes)), said, {}, np.ones(8, bool), pd.DataFrame(columns=["theme"])
    )


HALF = [1, 1, 1, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("told", "joined"),
    [
        (theme("by_code", [0, 0, 0, 0, 1, 1, 0, 0], code="late"), True),
        (theme("by_place", [0, 0, 0, 0, 1, 1, 0, 0], touchpoint="Delivery"), True),
        (theme("by_authors", [1, 1, 1, 0, 0, 0, 0, 0]), True),
        (theme("elsewhere", [1, 1, 1, 0, 0, 0, 0, 0], touchpoint="Store"), False),
        (theme("by_chance", [1, 1, 0, 0, 1, 1, 0, 0]), False),
    ],
    ids=lambda value: value[0].key if isinstance(value, tuple) else "",
)
def test_a_theme_joins_what_is_told_already_or_stands_alone_and_nobody_counts_twice(told, joined):
    late = named("problem_late", "Late", "Delivery", HALF)
    found = join_themes([late], written(told), "complaint", np.ones(8, bool))
    assert len(found) == (1 if joined else 2)
    assert found[0].affected.tolist() == late.affected.tolist(), "the reach stays that of those who were asked"
    if joined:
        assert found[0].support[0].who.tolist() == (told[1] & late.affected).tolist()
    else:
        assert found[1].source == "themes" and found[1].affected.tolist() == told[1].tolist()


def test_who_is_content_rates_everything_high_so_praise_joins_no_rating_by_its_authors():
    high = named("high_till", "Till rated high", "Till", HALF, source="ratings")
    found = join_themes([high], written(theme("staff", HALF, "praise")), "praise", np.ones(8, bool))
    assert [trouble.source for trouble in found] == ["ratings", "themes"]


def voices_of(n, vote=None, satisfied=None, troubles=()):
    spoke = np.ones(n, bool)
    score = None if vote is None else vote / 10
    return Voices({}, {}, score, vote, np.ones(n), spoke, tuple(troubles), satisfied=satisfied)


def test_quotes_and_counts_are_shown_only_where_enough_wrote_so():
    who = np.arange(100) < 40
    wrote = np.arange(100) < 12
    quote = Said(text="too late", where="1 of 12 similar")
    support = Support("themes", "{count} of them also wrote so", wrote, (quote,))
    trouble = named("late", "Late", "", who, support=(support,))
    voices = voices_of(100, troubles=[trouble])
    everybody, _ = find_named([trouble], voices, Asked("stated", voices.spoke), None, 0, 10, 7)
    assert everybody[0].evidence[0].words == "12 of them also wrote so" and everybody[0].quotes[0].text == "too late"
    most, _ = find_named([trouble], voices, Asked("stated", voices.spoke), np.arange(100) != 0, 1, 10, 7)
    assert (most[0].evidence, most[0].quotes) == ((), ()), "eleven here leave one elsewhere"


def test_a_segment_that_would_give_a_small_one_away_is_not_told():
    segments = np.repeat([1, 2, 3], 100)
    hurt = np.concatenate([np.arange(100) < n for n in (40, 25, 4)])
    voices = voices_of(300, troubles=[named("late", "Late", "", hurt)])
    customers = customers_of(pd.DataFrame({"customer_id": [f"c{i:03}" for i in range(300)]}), features=())
    told = measure_pains(customers, segments, read_playbook(), voices=voices).hurts
    assert {segment: [p.affected for p in pains] for segment, pains in told.items()} == {0: [69], 1: [40], 2: [], 3: []}


def test_a_competitor_rated_better_is_a_pain_of_its_own_only_where_nothing_else_tells_of_the_touchpoint():
    rating = np.tile([3.0, 4.0], 50)
    gap = Estimate(value=-1.0, low=-1.2, high=-0.8, n=100, unit="score")
    better = Estimate(value=4.5, low=4.3, high=4.7, n=100, unit="score")
    rival = Rival(
        touchpoint="Till", stage="purchase", brand="Next door", scale_low=1, scale_high=5, own=better, other=better,
        difference=gap, paired=True,
    )  # fmt: skip
    question = Question("rating", "Till", "purchase", 1.0, 5.0, 100)
    customers = customers_of(pd.DataFrame({"customer_id": [f"c{i:03}" for i in range(100)]}), features=())

    def told(*troubles):
        voices = Voices(
            {"rating_till": question}, {"rating_till": rating - (np.arange(100) < 30)}, None, None, np.ones(100),
            np.ones(100, bool), troubles,
        )  # fmt: skip
        rivals = {0: (rival,)}
        found = measure_pains(customers, np.ones(100, int), read_playbook(), voices=voices, rivals=rivals)
        return found.hurts[0]

    (alone,) = told()
    assert (alone.source, alone.affected, alone.title) == ("rivals", 100, "Till rated worse than Next door")
    (low,) = told(named("low_till", "Till rated low", "Till", np.arange(100) < 20, source="ratings"))
    assert low.source == "ratings"
    (entry,) = low.evidence
    assert entry.words == "rated lower than Next door by 1.00 (0.80 to 1.20) points of the scale"


def test_the_trend_is_the_difference_of_two_shares_with_the_span_that_statsmodels_gives_independent_ones():
    from statsmodels.stats.proportion import confint_proportions_2indep

    n = 1_000
    first = np.arange(n) < 400
    halves = Halves(first, np.arange(n) < 80, ~first, (np.arange(n) >= 400) & (np.arange(n) < 610))
    change, words = measure_trend(halves, np.ones(n, bool), np.ones(n), 10)
    assert change.value == pytest.approx(210 / 600 - 80 / 400)
    low, high = confint_proportions_2indep(210, 600, 80, 400, method="wald", compare="diff")
    assert (change.low, change.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    assert words.startswith("rising (+9.")


@pytest.mark.parametrize(("late", "why"), [(9, "too few answers"), (200, "too few affected")])
def test_a_half_with_too_few_has_no_trend(late, why):
    n = 400
    first = np.arange(n) < n - late
    halves = Halves(first, np.arange(n) < 100, ~first, np.arange(n) >= n - 5)
    change, words = measure_trend(halves, np.ones(n, bool), np.ones(n), 10)
    assert change is None and why in words


def test_satisfaction_stands_in_where_nobody_was_asked_to_recommend():
    hurt = np.arange(400) < 100
    noise = np.random.default_rng(1).standard_normal(400)
    voices = voices_of(400, satisfied=np.clip(80 - 30 * hurt + 5 * noise, 0, 100))
    assert outcome_of(voices).noun.startswith("satisfaction") and outcome_of(voices_of(4)) is None
    (pain,), _ = find_named([named("late", "Late", "", hurt)], voices, Asked("stated", voices.spoke), None, 0, 10, 7)
    assert pain.impact.low < -30 < pain.impact.high
    assert (round(pain.others.value), round(pain.among.value)) == (80, 50)
    assert "points less satisfaction" in pain.impact_words


def test_what_goes_with_more_sales_is_a_delight_and_what_befalls_everybody_is_nothing():
    frame = household_table().assign(campaigns_answered=np.where(np.arange(600) % 10 < 4, 0.0, 3.0))
    frame["campaign_response"] = frame["campaigns_answered"] / frame["campaigns_received"]
    noise = np.random.default_rng(1).lognormal(0, 0.2, len(frame))
    later = frame["sales"].to_numpy() * np.where(frame["campaigns_answered"] > 0, 1.3, 1.0) * noise
    rehearsal = rehearse(frame, later)
    signals = {"offers_used": read_playbook(("retail",)).signals["offers_used"]}
    (delight,) = find_habits(frame, signals, rehearsal, None, 0, 10, 7)
    assert delight.customers == 360 and delight.impact.low < 0.3 < delight.impact.high
    assert delight.impact_words.startswith("associated with") and "more later sales" in delight.impact_words
    customers = customers_of(frame.assign(campaigns_answered=0.0), rehearsal)
    pains = measure_pains(customers, np.ones(600, int), read_playbook()).hurts[0]
    assert "unused_campaigns" not in {pain.key for pain in pains}


def test_nobody_asked_and_nothing_recorded_leaves_nothing_to_tell(tmp_path):
    people = pd.DataFrame({"id": list("abc")})
    dataset = small_dataset(tmp_path, CUSTOMERS, people=people)
    found = measure_pains(build_customers(dataset), np.ones(3, int), read_playbook(), dataset, min_group=1)
    assert (found.hurts, found.delights, found.missing) == ({0: (), 1: ()}, {0: (), 1: ()}, ())
    assert not silence(3).spoke.any()
