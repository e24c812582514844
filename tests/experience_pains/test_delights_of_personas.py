"""What delights a persona more than the others comes first; what delights the others more is not said of it."""

from types import SimpleNamespace

from personas.estimates import Estimate, share_estimate
from personas.experience import Delight
from personas.numerals import Numerals
from personas.profiles.claims import Ledger
from personas.profiles.statements import back_delights


def of_a_hundred(number):
    return share_estimate([1] * number + [0] * (100 - number))


def delight(key, here, elsewhere, gain, rank):
    return Delight(
        id=key, key=key, title=key, kind="stated", stage="", touchpoint="", finding=f"{{share}} like {key}",
        reach=of_a_hundred(here), rest=of_a_hundred(elsewhere),
        impact=Estimate(value=gain, low=gain - 5, high=gain + 5, n=50, unit="points"), impact_words="", score=0.1,
        rank=rank, rank_low=rank, rank_high=rank, customers=here,
    )  # fmt: skip


def test_the_choice_of_delights():
    group = SimpleNamespace(
        delights=(
            delight("theirs", 10, 40, 50.0, 1), delight("common", 50, 50, 20.0, 2), delight("costly", 50, 20, -30.0, 3),
            delight("own", 40, 10, 10.0, 4),
        )
    )  # fmt: skip
    ledger = Ledger()
    ids = back_delights(group, "P1", ledger, Numerals())
    assert ids == ("P1-delight-own", "P1-delight-common")
    assert ledger.claims["P1-delight-own"].sentence == "40\u00a0% (others 10\u00a0%) like own."
