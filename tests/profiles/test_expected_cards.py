"""What a persona of each dataset should say, written by hand from the raw tables, against the report's page.

The cards in ``expected/*.html`` were counted in the files themselves, without this project's code. Each statement names
the section where it belongs, the words that it cannot do without and its numbers, to be found together in one sentence
or one row of the page.
"""

import pytest

from tests.profiles.described import SEGMENTS, described
from tests.profiles.pages import numbers_in, page_of, read_card
from tests.profiles.test_claims_counted_again import EXPECTED

pytestmark = pytest.mark.slow
every_dataset = pytest.mark.parametrize("name", SEGMENTS)
WHOLE, PART = 0.5, 0.005  # of a number without decimals half a unit, of one with decimals half a per cent


def near(wanted: float, shown: float) -> bool:
    """Whether a number is shown as it was counted, but for rounding.

    >>> near(55.2, 55), near(55.2, 54)
    (True, False)
    """
    return abs(shown - wanted) <= max(WHOLE * (shown == round(shown)), PART * abs(wanted)) + 1e-9


def missing(text: str, words, numbers) -> list[str]:
    shown = list(numbers_in(text))
    lost = [word for word in words if word not in text.lower()]
    return lost + [f"{number:g}" for number in numbers if not any(near(number, one) for one in shown)]


@every_dataset
def test_the_page_of_the_first_persona_says_what_the_data_says(name):
    own = described(name)
    label, statements = read_card(EXPECTED / f"{name}.html")
    page = page_of(own)
    assert own.personas.personas[0].name == label
    assert len(statements) >= 10
    assert len({one.section for one in statements}) >= 5
    unsaid = []
    for one in statements:
        assert one.section in page, (one.section, list(page))
        lost = min((missing(text, one.words, one.numbers) for text in page[one.section]), key=len)
        if lost:
            unsaid.append((one.section, one.text, lost))
    assert unsaid == []


def test_a_wrong_number_or_another_word_is_missed():
    said = "For 38 % of those known, “Came to the airport by” is “Connecting flight”; among the others for 11 %."
    assert missing(said, ("connecting flight",), (38.4, 11.1)) == []
    assert missing(said, ("connecting flight",), (36.9, 11.1)) == ["36.9"]
    assert missing(said, ("own car",), (38.4,)) == ["own car"]
