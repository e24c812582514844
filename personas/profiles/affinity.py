"""What a persona buys more of than the others: lifts of categories and products, and the offers that fit.

A lift is the share of its spending that a persona gives to something over the share that the others give to it, so
that a large basket alone lifts nothing. Many products are looked at, so one is told only if its interval stays above 1
at the level that allows for all of them [Bonferroni].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.dataset import Dataset
from personas.estimates import Estimate
from personas.numerals import Numerals
from personas.profiles.advice import read_advice
from personas.profiles.claims import Ledger
from personas.profiles.models import Advice, Claim
from personas.profiles.traits import Standing

SMALLEST_LIFT = 1.2
SUMS = ["buyers", "x", "xx", "xw"]
SMALLEST_SHARE = 0.005  # of the persona's spending: less is no habit
MOST_CATEGORIES, MOST_PRODUCTS, MOST_OFFERS = 2, 2, 3


@dataclass(frozen=True)
class Affinity:
    """What one segment gives more of its spending to.

    own, rest : share of spending; lift : own over rest; looks : how many things were looked at to find it
    buyers : customers of the segment who bought it
    """

    key: str
    label: str
    own: Estimate
    rest: Estimate
    lift: Estimate
    looks: int
    columns: tuple[str, ...]
    buyers: int = 0


def lift_of(own: float, own_error: float, rest: float, rest_error: float, n: int, looks: int = 1) -> Estimate:
    """Divide two shares; the interval is the delta method's on the logarithm, at 5 % divided by `looks`.

    >>> lift_of(0.2, 0.01, 0.1, 0.005, 100).value
    2.0
    """
    from scipy.stats import norm

    spread = float(np.hypot(own_error / own, rest_error / rest)) * float(norm.ppf(1 - 0.025 / looks))
    value = own / rest
    return Estimate(
        value=round(value, 6), low=round(value * float(np.exp(-spread)), 6),
        high=round(value * float(np.exp(spread)), 6), n=n, unit="ratio", method="ratio of shares, delta method on logs",
    )  # fmt: skip


def category_lifts(standings: Mapping[str, Standing]) -> tuple[Affinity, ...]:
    """Categories that set a segment apart (means of customers' shares), largest lift first."""
    found = []
    for standing in standings.values():
        feature, own, rest = standing.feature, standing.own, standing.rest
        if feature.parts_of != "spending" or not standing.distinct or standing.gap <= 0 or not rest.value:
            continue
        lift = lift_of(own.value, _error(own), rest.value, _error(rest), own.n)
        if lift.value >= SMALLEST_LIFT and lift.low > 1:
            found.append(Affinity(feature.name, feature.high, own, rest, lift, 1, feature.columns, own.n))
    return tuple(sorted(found, key=lambda a: (-a.lift.value, a.key)))


def _error(estimate: Estimate) -> float:
    return (estimate.high - estimate.low) / (2 * 1.96)


def sum_products(source: Dataset, members: pd.DataFrame, weights: np.ndarray | None = None) -> pd.DataFrame | None:
    """Sum spending by segment and kind of product in the engine; None without purchases or without kinds.

    Returns a row a kind (subcategory, else category) and segment: kind, segment, buyers, x, xx, xw, and the segment's
    own totals w, ww: sums over customers of what they spend on it (x), on all (w), and of their products; with survey
    weights, of as many times what each customer spends.
    """
    import ibis

    table = source.tables.get("transactions")
    kind = table is not None and next((c for c in ("subcategory", "category") if c in table.columns), None)
    if not kind:
        return None
    speaks = 1.0 if weights is None else weights
    placed = ibis.memtable(members[["customer_id", "segment"]].astype({"customer_id": str}).assign(speaks=speaks))
    lines = table.select(customer_id=table.customer_id.cast("string"), kind=table[kind], amount=table.amount)
    lines = lines.group_by("customer_id", "kind").agg(x=lines.amount.sum()).join(placed, "customer_id")
    lines = lines.select("customer_id", "segment", "kind", x=lines.x.cast("float64") * lines.speaks)
    whole = lines.group_by("customer_id", "segment").agg(w=lines.x.sum())
    both = lines.filter(lines.kind.notnull()).join(whole.select("customer_id", "w"), "customer_id")
    sums = both.group_by("kind", "segment").agg(
        buyers=(both.x > 0).sum(), x=both.x.sum(), xx=(both.x * both.x).sum(), xw=(both.x * both.w).sum()
    )
    totals = whole.group_by("segment").agg(w=whole.w.sum(), ww=(whole.w * whole.w).sum(), n=whole.count())
    found = source.connection.to_pandas(sums.join(totals, "segment"))
    found["source"] = kind
    return found.drop(columns="segment_right", errors="ignore").sort_values(["kind", "segment"], ignore_index=True)


def product_lifts(sums: pd.DataFrame | None, segment: int, min_group: int = 10) -> tuple[Affinity, ...]:
    """Kinds of product to which a segment gives more of its spending, surest first.

    sums : from :func:`sum_products`. Kinds that fewer than `min_group` customers of any segment bought are passed
    over: of those, a few buyers could be worked out.
    """
    if sums is None or sums["segment"].nunique() < 2:
        return ()
    table = sums.assign(kind=sums["kind"].astype(str))
    fewest = table.groupby("kind")["buyers"].agg(["min", "size"])
    kept = fewest.index[(fewest["min"] >= min_group) & (fewest["size"] == table["segment"].nunique())]
    totals = table.drop_duplicates("segment")
    inside, beside = totals[totals["segment"] == segment], totals[totals["segment"] != segment]
    of_own = table["segment"] == segment
    sums_inside = table[of_own].set_index("kind")[SUMS]
    sums_beside = table[~of_own].groupby("kind")[SUMS].sum()
    found = []
    for kind in kept:
        own, own_error = _share(sums_inside.loc[kind], inside)
        rest, rest_error = _share(sums_beside.loc[kind], beside)
        if own < SMALLEST_SHARE or rest <= 0 or own / rest < SMALLEST_LIFT:
            continue
        buyers, n = int(sums_inside.loc[kind, "buyers"]), int(inside["n"].sum())
        if lift_of(own, own_error, rest, rest_error, n, looks=len(kept)).low <= 1:
            continue
        found.append(
            Affinity(
                f"product-{kind}", _readable(kind), _told(own, own_error, n), _told(rest, rest_error,
                int(beside["n"].sum())), lift_of(own, own_error, rest, rest_error, n), len(kept),
                (f"transactions.{table['source'].iloc[0]}", "transactions.amount"), buyers,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda a: (-a.lift.low, a.key)))


def _share(sums: pd.Series, totals: pd.DataFrame) -> tuple[float, float]:
    """Σ x / Σ w over customers and its standard error by linearisation [Cochran 1977, ch. 6].

    sums : over the buyers of one kind; totals : over all customers, a row a segment
    """
    x, xx, xw = (float(sums[name]) for name in ("x", "xx", "xw"))
    w, ww, n = (float(totals[name].sum()) for name in ("w", "ww", "n"))
    share = x / w
    squares = max(xx - 2 * share * xw + share * share * ww, 0.0)
    return share, float(np.sqrt(n / (n - 1) * squares) / w)


def _told(share: float, error: float, n: int) -> Estimate:
    low, high = (round(max(share + way * 1.96 * error, 0.0), 8) for way in (-1, 1))
    return Estimate(
        value=round(share, 8), low=low, high=high, n=n, unit="share", method="ratio of sums, linearised"
    )  # fmt: skip


def _readable(kind: str) -> str:
    """A kind as words in a sentence: capitals of a till's list are no names."""
    return " ".join((kind.lower() if kind.isupper() else kind).replace("/", " or ").replace("&", " and ").split())


def enter_affinities(ledger: Ledger, persona_id: str, found: Sequence[Affinity], numbers: Numerals) -> tuple[str, ...]:
    """Enter what a persona buys more of than the others; returns the claims' ids."""
    ids: list[str] = []
    for thing in found:
        sentence = _sentence(thing, len(ids), numbers)
        if thing.looks > 1:
            test = f"interval only: found among {thing.looks} kinds, and above 1 allowing for all of them"
        else:
            test = "not tested: used to form the segments"
        ids.append(
            ledger.enter(
                Claim(
                    id=f"{persona_id}-buys-{thing.key}", persona_id=persona_id, sentence=sentence, kind="observed",
                    feature=thing.key, estimate=thing.lift, test=test, columns=thing.columns,
                    filter="" if thing.looks == 1 else thing.key.removeprefix("product-"),
                )
            )
        )  # fmt: skip
    return tuple(ids)


def _sentence(thing: Affinity, place: int, numbers: Numerals) -> str:
    """The same figures in another order at each place, since the sentences stand below each other."""
    own, rest = numbers.alike([thing.own, thing.rest])
    times = f"{thing.lift.value:.1f} times"
    return (
        f"On average {own} of what they spend goes to {thing.label}, {times} the others' {rest}.",
        f"{_capital(thing.label)}: {times} the share of spending that others give to it ({own}, others {rest}).",
        f"They lean to {thing.label} too: {own} of spending against {rest}, {times} as much.",
        f"Then {times} the others' share: {thing.label}, with {own} of spending (others {rest}).",
        f"At {own} of spending, {thing.label} is {times} what it is among others ({rest}).",
    )[place % 5]


def _capital(text: str) -> str:
    """Begin a sentence, unless the capital comes second, as in pH."""
    return text if text[1:2].isupper() else f"{text[:1].upper()}{text[1:]}"


def choose_affinities(standings: Mapping[str, Standing], products: Sequence[Affinity]) -> tuple[Affinity, ...]:
    """What to tell: the categories with the largest lifts, then the surest kinds of product.

    A kind that a list calls "misc", or by the name of a category told already, adds nothing.
    """
    unnamed = set(read_advice()["products"]["unnamed"])
    known = {thing.label.lower() for thing in category_lifts(standings)}
    named = [p for p in products if not (_words(p.label) & unnamed) and p.label.lower() not in known]
    # What they want tells of categories too, so one is enough where there is something finer.
    categories = category_lifts(standings)[: 1 if named else MOST_CATEGORIES]
    return (*categories, *named[:MOST_PRODUCTS])


def _words(label: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in label.lower()).split())


def fitting_offers(
    standings: Mapping[str, Standing], found: Sequence[Affinity], claim_ids: Sequence[str]
) -> tuple[Advice, ...]:
    """Three offers at most: what they buy more of, in the form that suits how they pay. Rules in ``advice.yml``.

    found, claim_ids : what was told of their buying, and the claims that back it
    """
    form = next((rule["form"] for rule in read_advice()["offers"] if _applies(rule, standings)), "{thing}")
    unfit = set(read_advice()["products"]["not_offered"])
    backed = [pair for pair in zip(found, claim_ids, strict=True) if not _words(pair[0].label) & unfit]
    # A kind of product is a better offer than a whole category.
    backed.sort(key=lambda pair: pair[0].looks == 1)
    texts = [(form.format(thing=thing.label), claim_id) for thing, claim_id in backed[:MOST_OFFERS]]
    return tuple(Advice(text=_capital(text), claim_id=claim_id) for text, claim_id in texts)


def _applies(rule: Mapping, standings: Mapping[str, Standing]) -> bool:
    if "given" not in rule:
        return True
    name, side = next(iter(rule["given"].items()))
    standing = standings.get(name)
    return standing is not None and standing.distinct and (standing.gap > 0) == (side == "high")
