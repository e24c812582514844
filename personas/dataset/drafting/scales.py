"""Values that have an order: scores, bands of numbers, words; and values that mean: not known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from personas.dataset.drafting.guesses import Guess
from personas.dataset.drafting.vocabulary import fit, plain, speaks_of, vocabulary

LOW_CODES = (-99, -98, -97, -9, -8, -7, -1)
HIGH_CODES = (9, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999)
WHOLE = re.compile(r"[-+]?\d{1,4}(?:\.0+)?", re.ASCII)
BAND = re.compile(
    r"(?P<under>under|below|less than|up to|bis|unter|<=?|≤)?\s*[€$£]?\s*(?P<low>\d[\d.,]*)\s*(?P<lowk>k)?"
    r"(?:\s*(?:-|–|—|to|bis)\s*[€$£]?\s*(?P<high>\d[\d.,]*)\s*(?P<highk>k)?)?"
    r"\s*(?P<over>\+|and more|and over|and older|or more|or older|plus|und mehr|und aelter|und älter)?"
    r"\s*(?:years?|yrs?|jahre|€|\$|£|eur|usd|gbp)?",
    re.IGNORECASE | re.ASCII,
)
OVER = re.compile(r"^(?:over|above|more than|ab|über|ueber|>=?|≥)\s*(?=[€$£]?\s*\d)", re.IGNORECASE)
LEADING = re.compile(r"(\d{1,2})\s*[-–:=.)]?\s+\D.*|(\d{1,2})\s*[-–:=)]\s*\D.*")


@dataclass(frozen=True)
class Scale:
    """The scale of a score. missing : values that are no answer, as they are written"""

    low: int
    high: int
    missing: tuple[str, ...]
    guess: Guess


def missing_words(counts: Counter, among_numbers: bool = False) -> tuple[str, ...]:
    """List the values that are words for "not known".

    >>> missing_words(Counter(["a", "N/A", "None"])), missing_words(Counter(["3", "None"]), among_numbers=True)
    (('N/A',), ('None',))
    """
    words = set(vocabulary()["missing"]["always"])
    if among_numbers:
        words |= set(vocabulary()["missing"]["among_numbers"])
    return tuple(value for value in counts if value.strip().casefold() in words)


def guess_scale(name: str, counts: Counter) -> Scale | None:
    """See whether whole numbers are answers on a scale, and which values lie outside it on purpose.

    >>> guess_scale("nps", Counter({"10": 9, "9": 9, "8": 5, "7": 4, "6": 4, "0": 3, "99": 2})).missing
    ('99',)
    >>> guess_scale("sales", Counter({"120": 3, "45": 1})) is None
    True
    """
    words = missing_words(counts, among_numbers=True)
    values = {value: n for value, n in counts.items() if value not in words}
    if len(values) > 16 or not all(WHOLE.fullmatch(value) for value in values):
        return None
    numbers: dict[int, int] = {}
    for value, n in values.items():
        numbers[int(float(value))] = numbers.get(int(float(value)), 0) + n
    kept, codes = _without_codes(numbers)
    if not kept:
        return None
    asks = speaks_of(name, "recommending")
    found = _ends(min(kept), max(kept), kept, asks)
    if found is None:
        return None
    low, high, doubt, outside = found
    inside = [number for number in kept if low <= number <= high]
    enough = 5 if asks and high == 10 else max(3, round(0.6 * (high - low + 1)))
    if len(inside) < enough or sum(kept[n] for n in inside) < 2 * len(inside):
        return None
    codes |= outside
    missing = (*(value for value in values if int(float(value)) in codes), *words)
    why = f"whole numbers from {min(inside)} to {max(inside)}"
    if codes:
        why += f"; {', '.join(map(str, sorted(codes)))} lie{'s' if len(codes) == 1 else ''} apart: no answer"
    return Scale(low, high, missing, Guess("unsure" if doubt else "likely", f"{why}; {doubt}" if doubt else why))


def _without_codes(numbers: dict[int, int]) -> tuple[dict[int, int], set[int]]:
    """Split off numbers at the ends that stand apart from the others by a gap, and look like codes."""
    kept = dict(numbers)
    codes: set[int] = set()
    while len(kept) > 2:
        ordered = sorted(kept)
        if ordered[-1] in HIGH_CODES and ordered[-1] - ordered[-2] >= 2:
            codes.add(ordered[-1])
        elif ordered[0] in LOW_CODES and ordered[1] >= 0 and min(kept) < 0:
            codes.add(ordered[0])
        else:
            break
        kept.pop(max(codes & set(kept)) if ordered[-1] in codes else ordered[0])
    return kept, codes


def _ends(least: int, most: int, kept: dict[int, int], asks: bool) -> tuple[int, int, str, set[int]] | None:
    """Find lowest and highest score: (low, high, doubt, numbers that are none); None for no known scale."""
    if (least, most) in {(-2, 2), (-3, 3)}:
        return least, most, "", set()
    if least < 0:
        return None
    if most == 11 and {0, 10} & kept.keys() and asks:
        return 0, 10, "11 is taken for no answer", {11}
    if most == 10:
        doubt = "" if asks or least == 0 else "lowest seen is not 0: 0 to 10, or 1 to 10?"
        return (0 if asks or least == 0 else 1), 10, doubt, set()
    if asks and most in (8, 9) and len(kept) >= 8:
        return 0, 10, "10 was not seen", set()
    if most in (4, 5, 7):
        doubt = "" if most != 4 else "nobody gave 5, or a scale of 4?"
        if least == 0:
            return 1, most, "0 is taken for no answer", {0}
        return 1, most, doubt, set()
    if most == 6:
        return min(least, 1), 6, "a scale to 6, one to 7, or one to 5 with 6 for 'not applicable'?", set()
    return None


def metric_of(name: str, scale: Scale) -> str:
    """Name what a score measures.

    >>> metric_of("Would you recommend us?", Scale(0, 10, (), Guess("likely", "")))
    'nps'
    """
    if speaks_of(name, "recommending") and (scale.low, scale.high) == (0, 10):
        return "nps"
    if speaks_of(name, "effort"):
        return "ces"
    return "csat" if speaks_of(name, "satisfied") else "rating"


def order_of_bands(values: list[str]) -> tuple[str, ...] | None:
    """Sort bands of numbers from low to high.

    >>> order_of_bands(["65+", "18-34", "35-64", "under 18"])
    ('under 18', '18-34', '35-64', '65+')
    >>> order_of_bands(["1", "2"]) is None
    True
    """
    keys, bands = {}, 0
    for value in values:
        text = value.strip().replace(" ", " ")
        above = OVER.match(text)
        found = BAND.fullmatch(text[above.end() :] if above else text)
        if found is None:
            return None
        low = _amount(found["low"], found["lowk"] or (found["highk"] if found["high"] else None))
        high = _amount(found["high"], found["highk"]) if found["high"] else low
        if low is None or high is None or high < low:
            return None
        bands += bool(above or found["under"] or found["high"] or found["over"])
        start = -1.0 if found["under"] else low + (0.5 if above else 0)
        keys[value] = (start, high)
    if len(values) < 2 or bands < max(1, len(values) // 3):
        return None
    return tuple(sorted(values, key=keys.__getitem__))


def _amount(text: str, thousand: str | None) -> float | None:
    text = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", text).rstrip(".,").replace(",", ".")
    try:
        return float(text) * (1000 if thousand else 1)
    except ValueError:
        return None


def order_of_words(values: list[str]) -> tuple[str, ...] | None:
    """Sort words of a known scale from low to high, or labels that begin with their number.

    >>> order_of_words(["Agree", "Strongly disagree", "Neutral"])
    ('Strongly disagree', 'Neutral', 'Agree')
    >>> order_of_words(["2 = good", "1 = bad"])
    ('1 = bad', '2 = good')
    """
    if len(values) < 2:
        return None
    leading = {value: LEADING.fullmatch(value.strip()) for value in values}
    if all(leading.values()):
        numbers = {value: int(found[1] or found[2]) for value, found in leading.items()}
        if len(set(numbers.values())) == len(values):
            return tuple(sorted(values, key=numbers.__getitem__))
    for scale in vocabulary()["ordered"]:
        places = {plain(word): place for place, words in enumerate(scale) for word in words}
        found = {value: places.get(plain(value)) for value in values}
        if None not in found.values() and len(set(found.values())) >= 2:
            return tuple(sorted(values, key=lambda value: (found[value], value)))
    return None


def yes_labels(values: list[str]) -> dict[str, str] | None:
    """Map words of yes and no; empty where the contract knows them itself; None if they are something else.

    >>> yes_labels(["Ja", "Nein"]), yes_labels(["yes", "no"]), yes_labels(["1", "2"])
    ({'Ja': 'yes', 'Nein': 'no'}, {}, None)
    """
    yes, no = set(vocabulary()["yes"]), set(vocabulary()["no"])
    words = {value: value.strip().casefold() for value in values}
    if not words or not all(word in yes | no for word in words.values()):
        return None
    known = {"true", "yes", "y", "t", "1", "false", "no", "n", "f", "0"}
    if set(words.values()) <= known:
        return {}
    return {value: "yes" if word in yes else "no" for value, word in sorted(words.items(), key=lambda w: w[1] in no)}


def odd_numbers(name: str, numbers: Counter) -> tuple[float, ...]:
    """List numbers that are codes for "not known": far above or below all others, and such as people choose.

    numbers : number → rows

    >>> odd_numbers("age", Counter({34.0: 20, 51.0: 20, 67.0: 9, 999.0: 3, 0.0: 2}))
    (0.0, 999.0)
    >>> odd_numbers("orders", Counter({0.0: 5, 1.0: 4, 9.0: 1}))
    ()
    """
    found = []
    ordered = sorted(numbers)
    if len(ordered) < 3:
        return ()
    top = [number for number in ordered if number not in HIGH_CODES]
    for code in (number for number in ordered[-3:] if number in HIGH_CODES and number >= 77):
        if top and code > 2 * top[-1] and (code >= 777 or top[-1] < 40):
            found.append(code)
    low = [number for number in ordered if number in LOW_CODES]
    rest = [number for number in ordered if number not in LOW_CODES]
    if low and rest and rest[0] >= 0 and len(rest) >= 3:
        found += low
    aged = fit(name, ["age", "alter", "age years", "income", "einkommen", "year of birth", "height", "weight kg"])
    above = [number for number in ordered if number > 0]
    if aged and 0.0 in numbers and above and above[0] >= 12:
        found.append(0.0)
    return tuple(sorted(found))
