"""The house format of numbers: words first, at most three digits, the interval beside its estimate.

An :class:`Estimate` becomes ``31 % (29 to 33)``, ``$1,240 (1,180 to 1,300)`` or ``not measured``. Value and
bounds share their decimals, so that a reader compares digits and not lengths. Spaces in a number do not break.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from personas.estimates import Estimate

GAP = "\u00a0"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "BRL": "R$"}
SMALL_N = 30
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def decimals_for(values: list[float], digits: int = 3, at_most: int = 2) -> int:
    """Count the decimals that show the largest of `values` with `digits` significant digits."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0:
        return 0
    wanted = digits - 1 - math.floor(math.log10(largest))
    if largest < 0.1:
        at_most = 4
    return max(0, min(at_most, wanted))


def rounded(value: float, decimals: int, digits: int = 3) -> str:
    """Write a number with thousands separators, a true minus and at most `digits` significant digits.

    >>> rounded(12345.6, 0)
    '12,300'
    >>> rounded(-0.04, 1)
    '0.0'
    """
    if value and abs(value) >= 10**digits:
        value = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    return text.replace("-", "−")


def decimals_of(estimate: Estimate) -> int:
    """Count the decimals an estimate needs: enough to keep it apart from its bounds, three digits at most.

    Shares, points and money are whole where they can be; whole counts stay whole.
    """
    scale = 100 if estimate.unit == "share" else 1
    known = [v * scale for v in (estimate.value, estimate.low, estimate.high) if v is not None]
    if (
        not known
        or estimate.unit == "hour"
        or (estimate.unit in ("count", "days") and all(v.is_integer() for v in known))
    ):
        return 0
    blurred = len({round(v) for v in known}) < len(set(known))
    if estimate.unit in ("share", "percent"):
        return 1 if blurred or 0 < abs(known[0]) < 1 else 0
    if estimate.unit == "points":
        return 0 if all(v.is_integer() for v in known) or not (blurred or max(map(abs, known)) < 10) else 1
    if estimate.unit == "money":
        return 2 if max(map(abs, known)) < 10 else 0
    return decimals_for(known)


def shared_decimals(estimate: Estimate, like: Sequence[Estimate | None]) -> int:
    """The decimals of an estimate and those it stands beside.

    Shares, points and money take the finest; other units as many as leave the largest three digits, so long as the
    smallest keeps one.
    """
    group = [e for e in (estimate, *like) if e is not None and e.measured and e.unit == estimate.unit] or [estimate]
    decimals = [decimals_of(e) for e in group]
    if estimate.unit in ("share", "percent", "points", "money"):
        return max(decimals)
    if not any(decimals):
        return 0
    known = [v for e in group for v in (e.value, e.low, e.high) if v is not None]
    smallest = min((abs(e.value) for e in group if e.value), default=1.0)
    return max(decimals_for(known), -math.floor(math.log10(smallest)) if smallest < 1 else 0)


def digits_of(estimate: Estimate, number: float, decimals: int) -> str:
    """A value or bound of `estimate` without its unit: shares in per cent, hours as a clock shows them."""
    if estimate.unit == "hour":
        minutes = round(number * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if estimate.unit in ("count", "days") and decimals == 0 and float(number).is_integer():
        return whole(number)
    return rounded(number * (100 if estimate.unit == "share" else 1), decimals)


def all_or_none(text: str, estimate: Estimate, number: float, like: Sequence[Estimate | None]) -> str:
    """A share of all or none written whole where nothing stands beside it: "100.0" says no more than "100"."""
    beside = any(e is not None and e.measured and e is not estimate for e in like)
    ends = estimate.unit == "share" and (text.startswith("100.") or number == 0)
    return text.partition(".")[0] if ends and not beside else text


class Numerals:
    """Formats estimates of one dataset; `currency` is an ISO code such as USD.

    >>> n = Numerals("USD")
    >>> n.say(Estimate(value=0.312, low=0.29, high=0.334, n=569, unit="share")).replace(GAP, " ")
    '31 % (29 to 33)'
    >>> n.say(Estimate(value=1243.5, low=1180.2, high=1301.0, n=40, unit="money"))
    '$1,240 (1,180 to 1,300)'
    >>> n.say(Estimate(value=None))
    'not measured'
    """

    def __init__(self, currency: str = "USD"):
        self.symbol = SYMBOLS.get(currency.upper(), f"{currency}{GAP}" if currency else "")

    def value(self, estimate: Estimate, like: Sequence[Estimate | None] = ()) -> str:
        """The estimate alone, with its unit; `like` names others whose decimals it shares."""
        if estimate.value is None:
            return "not measured"
        if estimate.unit == "money" and abs(estimate.value) >= 1e6:
            return f"{self.symbol}{estimate.value / 1e6:,.2f}{GAP}million"
        digits = digits_of(estimate, estimate.value, shared_decimals(estimate, like))
        return self._with_unit(all_or_none(digits, estimate, estimate.value, like), estimate)

    def interval(self, estimate: Estimate, like: Sequence[Estimate | None] = ()) -> str:
        """The bounds alone, without unit; empty where there are none."""
        if estimate.value is None or estimate.low is None or estimate.high is None:
            return ""
        decimals = shared_decimals(estimate, like)
        low, high = (
            all_or_none(digits_of(estimate, bound, decimals), estimate, bound, like)
            for bound in (estimate.low, estimate.high)
        )
        return f"{low} to {high}"

    def say(self, estimate: Estimate, like: Sequence[Estimate | None] = ()) -> str:
        """Value and interval, the form for sentences, notes and tables.

        >>> mine = Estimate(value=0.24, low=0.23, high=0.25, unit="share")
        >>> rest = Estimate(value=0.266, low=0.264, high=0.268, unit="share")
        >>> Numerals().say(mine, [rest]).replace(GAP, " ")
        '24.0 % (23.0 to 25.0)'
        """
        interval = self.interval(estimate, like)
        return f"{self.value(estimate, like)} ({interval})" if interval else self.value(estimate, like)

    def alike(self, estimates: Sequence[Estimate]) -> tuple[str, ...]:
        """The values of one column or row, all with the same decimals.

        >>> wide, close = Estimate(value=9.0, low=7.0, high=11.0), Estimate(value=1.52, low=1.48, high=1.56)
        >>> Numerals().alike([wide, close])
        ('9.0', '1.5')
        """
        return tuple(self.value(e, estimates) for e in estimates)

    def exact(self, estimate: Estimate) -> str:
        """A total in full digits: money to the cent, counts whole."""
        if estimate.value is None:
            return "not measured"
        if estimate.unit == "money":
            return f"{self.symbol}{estimate.value:,.2f}"
        if estimate.unit == "count" and float(estimate.value).is_integer():
            return f"{estimate.value:,.0f}"
        return self.value(estimate)

    def difference(self, estimate: Estimate, other: Estimate | None) -> str:
        """The signed gap between two estimates, shares in points; empty where either is missing.

        >>> Numerals().difference(Estimate(value=0.6, unit="share"), Estimate(value=0.48, unit="share"))
        '+12 points'
        """
        if other is None or estimate.value is None or other.value is None or estimate.unit == "hour":
            return ""
        gap = estimate.value - other.value
        sign = "+" if gap > 0 else "−" if gap < 0 else "±"
        if estimate.unit in ("share", "percent", "points"):
            scale = 100 if estimate.unit == "share" else 1
            size = rounded(abs(gap) * scale, 1 if abs(gap) * scale < 1 else 0)
            return f"{sign}{size} points"
        size = rounded(abs(gap), shared_decimals(estimate, [other]))
        return f"{sign}{self._with_unit(size, estimate)}"

    def _with_unit(self, digits: str, estimate: Estimate) -> str:
        if estimate.unit in ("share", "percent"):
            return f"{digits}{GAP}%"
        if estimate.unit == "money":
            return f"−{self.symbol}{digits[1:]}" if digits.startswith("−") else f"{self.symbol}{digits}"
        if estimate.unit in ("days", "points"):
            return f"{digits}{GAP}{'day' if digits == '1' and estimate.unit == 'days' else estimate.unit}"
        return digits


def whole(number: float) -> str:
    """A count of things, in full.

    >>> whole(2469)
    '2,469'
    """
    return f"{number:,.0f}".replace("-", "−")


def unless_few(count: int, min_group: int) -> str:
    """A count of customers, in full unless so few are not told.

    >>> unless_few(2469, 10), unless_few(5, 10)
    ('2,469', 'fewer than 10')
    """
    return f"fewer than {min_group}" if 0 < count < min_group else whole(count)


def percent(share: float) -> str:
    """A share without interval, for descriptions and axes."""
    return f"{rounded(share * 100, 1 if 0 < abs(share) < 0.01 else 0)}{GAP}%"


def p_words(p: float | None) -> str:
    """An adjusted p-value as text.

    >>> p_words(0.00004), p_words(0.032)
    ('p < .001', 'p .032')
    """
    if p is None:
        return ""
    return "p < .001" if p < 0.001 else f"p {p:.3f}".replace("0.", ".", 1)


def effect_words(effect: float | None, name: str) -> str:
    """A standardised difference with its size in words (Cohen's conventions).

    >>> effect_words(0.61, "d")
    'd +0.61, medium'
    """
    if effect is None:
        return ""
    size = abs(effect)
    word = "large" if size >= 0.8 else "medium" if size >= 0.5 else "small" if size >= 0.2 else "negligible"
    sign = "+" if effect >= 0 else "−"
    return f"{name or 'effect'} {sign}{size:.2f}, {word}"


def day(text: str) -> str:
    """An ISO date as a reader writes it; other text is passed through.

    >>> day("2018-01-01T00:00:00")
    '1 January 2018'
    """
    try:
        date = dt.date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def in_words(number: int) -> str:
    """A small whole number as a word.

    >>> in_words(6), in_words(40)
    ('six', '40')
    """
    words = [
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ]
    return words[number] if 0 <= number < len(words) else whole(number)


def small(estimate: Estimate) -> bool:
    """True where the estimate rests on fewer observations than an interval can be trusted with."""
    return estimate.measured and estimate.low is not None and 0 < estimate.n < SMALL_N
