"""Goals: what was said, what was done, and what that may mean, each marked as what it is."""

import pytest

from personas.estimates import Estimate
from personas.experience.text.models import Theme, Themes, ThemeShare
from personas.numerals import Numerals
from personas.profiles.advice import read_advice
from personas.profiles.claims import Ledger
from personas.profiles.goals import enter_goals, is_habit, is_stated
from personas.profiles.traits import Standing
from tests.experience.households import feature


def share(value: float, n: int = 100) -> Estimate:
    return Estimate(value=value, low=value - 0.05, high=value + 0.05, n=n, unit="share")


def standing(name: str, block: str, column: str = "customers.x", gap: float = 1.0, level: str = "") -> Standing:
    own, rest = (0.6, 0.2) if gap > 0 else (0.2, 0.6)
    told = feature(name, column, forms=False, block=block)
    return Standing(told, share(own), share(rest), gap, gap, "h", True, own, 0.001, level)


def written(kind: str, own: float, rest: float, segment: int = 1) -> Themes:
    nothing = Estimate(value=None)
    theme = Theme(
        key=kind, label="longer opening hours", kind=kind, languages=("en",), comments=50, authors=40,
        reach=share(0.1), severity=nothing, score=nothing, stability=0.9,
        segments=(ThemeShare(segment=segment, reach=share(own), rest=share(rest)),),
    )  # fmt: skip
    return Themes(themes=(theme,))


def goals_of(standings: list[Standing], themes: Themes | None = None, observed=()) -> list:
    ledger = Ledger()
    ids = enter_goals(ledger, "P1", {s.feature.name: s for s in standings}, observed, themes, Numerals("EUR"), 1)
    return [ledger.claims.get(i, i) for i in ids]


def test_an_answer_on_what_matters_is_a_stated_goal():
    (claim,) = goals_of([standing("cares_price", "attitude", level="5")])
    assert claim.kind == "stated"
    assert claim.estimate.value == 0.6
    assert "answer 5" in claim.sentence


@pytest.mark.parametrize("name", ["purpose", "reason_to_come"])
def test_a_purpose_is_stated_whatever_its_block(name):
    assert is_stated(standing(name, "trip"))
    assert not is_stated(standing("came_by", "trip"))


def test_what_the_till_recorded_is_never_stated():
    assert not is_stated(standing("cares_price", "attitude", column="transactions.amount"))


def test_using_something_is_a_habit():
    assert is_habit(standing("used_wifi", "airport use"))
    assert not is_habit(standing("age", "passenger"))


def test_a_guess_is_marked_and_names_its_clue():
    (claim,) = goals_of([standing("discount_share", "price", "transactions.discount")])
    assert claim.kind == "inferred"
    assert claim.sentence.startswith("They may want their money to go further. Nobody said so;")
    assert claim.p_adjusted is None


def test_the_other_direction_hints_at_another_need():
    high, low = (goals_of([standing("discount_share", "price", "t.x", gap)])[0].sentence for gap in (1, -1))
    assert high.split(".")[0] != low.split(".")[0]


def test_two_traits_that_hint_at_one_need_give_one_goal():
    both = [standing("lines_per_order", "basket", "t.x"), standing("monetary_value", "basket", "t.y")]
    assert len(goals_of(both)) == 1


def test_two_guesses_are_not_told_in_the_same_words():
    both = goals_of([standing("discount_share", "price", "t.x", 2), standing("frequency", "rhythm", "t.y", 1)])
    assert both[0].sentence.split()[:2] == ["They", "may"]
    assert both[1].sentence.startswith("Perhaps they want")


def test_stated_comes_before_observed_and_that_before_inferred():
    told = [standing("discount_share", "price", "t.x", 2), standing("cares_price", "attitude", level="5")]
    stated, observed, inferred = goals_of(told, observed=("P1-mix_fuel",))
    assert (stated.kind, observed, inferred.kind) == ("stated", "P1-mix_fuel", "inferred")


def test_a_suggestion_made_more_often_than_by_others_is_a_goal():
    (claim,) = goals_of([], written("suggestion", 0.2, 0.05))
    assert claim.kind == "stated"
    assert "longer opening hours" in claim.sentence


@pytest.mark.parametrize(
    "themes", [written("suggestion", 0.06, 0.05), written("complaint", 0.2, 0.05), written("suggestion", 0.2, 0.05, 2)]
)
def test_what_others_suggest_as_often_or_complain_of_is_none(themes):
    assert goals_of([], themes) == []


def test_every_need_reads_after_they_may_and_after_perhaps_they():
    for directions in read_advice()["needs"].values():
        for side, need in directions.items():
            assert side in ("high", "low")
            assert need.split()[0] in ("want", "have", "enjoy")
            assert not need.endswith(".")
