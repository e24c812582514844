"""Who belongs where, worked out by the engine: the fitted space and its centres as one table expression.

The expression repeats :func:`personas.segments.membership.assign_members` step by step (place, measure, round,
compare), so that a warehouse gives every customer the segment that Python gives. Distances are rounded before they
are compared and ties go to the lowest number. What is unknown adds nothing to a distance, which is scaled up by the
weight of what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from personas.errors import InputError, Problem, did_you_mean
from personas.segments.membership import IN_BETWEEN
from personas.segments.space import Axis, FeatureSpace

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from personas.segments.comparison import Segmentation

OWN_COLUMNS = ("customer_id", "segment", "persona_id", "persona", "confidence", "in_between")
FARTHEST = 1e308  # stands in for the own centre where the next nearest is looked for


def score_customers(table: Table, segmentation: Segmentation, personas: Sequence = ()) -> Table:
    """Assign every row of a customer table to its segment, inside the table's engine.

    table : an Ibis table with `customer_id` and the forming features under their names, one row a customer
    personas : objects with `number`, `id` and `name`, as in a persona set; they add `persona_id` and `persona`
    Returns an Ibis table with a row a customer: customer_id, segment (1 = largest), confidence (0.5 to 1; the
    posterior for latent classes) and in_between. Nothing is computed before it is asked for.
    Raises InputError naming every column that is missing.
    """
    scored = _nearest(table, segmentation.space, np.asarray(segmentation.centres, float))
    return _named(scored, personas)


def columns_needed(space: FeatureSpace) -> dict[str, str]:
    """Columns that an assignment reads, each with what it holds: "number" or the categories in words."""
    needed = {"customer_id": "id"}
    for axis in space.axes:
        levels = space.levels.get(axis.feature)
        needed[axis.feature] = " | ".join(levels) if levels else "number"
    return needed


def check_columns(table: Table, space: FeatureSpace) -> None:
    """Raise InputError for every column that the assignment needs and the table has not."""
    known = list(table.columns)
    problems = [
        Problem(f"customer table: {name}", "no such column", "a forming feature", did_you_mean(name, known))
        for name in columns_needed(space)
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def _nearest(table: Table, space: FeatureSpace, centres: np.ndarray) -> Table:
    check_columns(table, space)
    placed = table.select("customer_id", **{f"x{j}": place(table, space, a) for j, a in enumerate(space.axes, 1)})
    return _compared(_distances(placed, space, centres), len(centres))


def place(table: Table, space: FeatureSpace, axis: Axis) -> Value:
    """One coordinate of every customer as an expression; null where it is not known."""
    import ibis

    levels = space.levels.get(axis.feature, ())
    if not levels:
        value = number_of(table[axis.feature])
        if axis.transform == "log":
            value = value.sign() * (1.0 + value.abs()).ln()
        clipped = ibis.cases((value < axis.low, axis.low), (value > axis.high, axis.high), else_=value)
        return axis.weight * (clipped - axis.centre) / axis.spread
    word = table[axis.feature].cast("string")
    marks = [float(level == axis.level) if axis.transform == "onehot" else float(i) for i, level in enumerate(levels)]
    if axis.transform == "log":
        marks = [float(np.log1p(mark)) for mark in marks]
    worth = [axis.weight * (min(max(mark, axis.low), axis.high) - axis.centre) / axis.spread for mark in marks]
    return _by_level(word, levels, worth)


def _by_level(word: Value, levels: Sequence[str], worth: Sequence[float]) -> Value:
    """A number for each level, levels with the same number told together; null for any other word."""
    import ibis

    unknown = ibis.literal(None, "float64")
    groups: dict[float, list[str]] = {}
    for level, number in zip(levels, worth, strict=True):
        groups.setdefault(number, []).append(level)
    branches = [(word == words[0] if len(words) == 1 else word.isin(words), n) for n, words in groups.items()]
    return ibis.cases(*branches, else_=unknown)


def number_of(column: Value) -> Value:
    """A column as numbers, null where it holds none; text that is no number counts as unknown."""
    kind = column.type()
    value = column.try_cast("float64") if kind.is_string() else column.cast("float64")
    return value.nullif(float("nan"))


def double(whole: int) -> Value:
    """A whole number as a double: engines read a bare 0.5 as a decimal, whose products run out of digits."""
    import ibis

    return ibis.literal(whole, "int64").cast("float64")


def _distances(placed: Table, space: FeatureSpace, centres: np.ndarray) -> Table:
    """Distance to every centre, d1 … dk, rounded as Python rounds them."""
    import ibis

    names = [f"x{j}" for j in range(1, len(space.axes) + 1)]
    worth = [axis.weight**2 for axis in space.axes]
    nothing = double(0)
    known = reduce(add, [placed[name].notnull().ifelse(w, nothing) for name, w in zip(names, worth, strict=True)])
    measured = {
        f"s{c}": reduce(
            add,
            [
                ((placed[n] - float(x)) * (placed[n] - float(x))).coalesce(nothing)
                for n, x in zip(names, centre, strict=True)
            ],
        )
        for c, centre in enumerate(centres, 1)
    }
    sums = placed.select("customer_id", known=known, **measured)
    scale = ibis.cases((sums.known > 0, float(np.sum(worth)) / sums.known), else_=nothing)
    scaled = sums.select("customer_id", *[f"s{c}" for c in range(1, len(centres) + 1)], scale=scale)
    distances = {f"d{c}": (scaled[f"s{c}"] * scaled.scale).round(9).sqrt() for c in range(1, len(centres) + 1)}
    return scaled.select("customer_id", **distances)


def _compared(measured: Table, k: int) -> Table:
    """From distances to segment, confidence and in_between."""
    import ibis

    names = [f"d{c}" for c in range(1, k + 1)]
    if k == 1:
        return measured.select(
            "customer_id", segment=ibis.literal(1, "int32"), confidence=double(1), in_between=ibis.literal(False)
        )
    near = measured.select("customer_id", *names, own=ibis.least(*[measured[name] for name in names]))
    branches = [(near[name] == near.own, c) for c, name in enumerate(names[:-1], 1)]
    segment = ibis.cases(*branches, else_=k).cast("int32")
    chosen = near.select("customer_id", *names, "own", segment=segment)
    others = [(chosen.segment == c).ifelse(FARTHEST, chosen[name]) for c, name in enumerate(names, 1)]
    pair = chosen.select("customer_id", "segment", "own", following=ibis.least(*others))
    both = pair.own + pair.following
    return pair.select(
        "customer_id",
        "segment",
        confidence=ibis.cases((both > 0, pair.following / both), else_=0.5).round(4),
        in_between=pair.own >= IN_BETWEEN * pair.following,
    )


def _named(scored: Table, personas: Sequence) -> Table:
    """Add id and name of the persona to each segment's number."""
    import ibis

    if not personas:
        return scored
    ordered = sorted(personas, key=lambda persona: persona.number)
    words = {
        column: ibis.cases(*[(scored.segment == p.number, getattr(p, field)) for p in ordered])
        for column, field in (("persona_id", "id"), ("persona", "name"))
    }
    return scored.select("customer_id", "segment", **words, confidence=scored.confidence, in_between=scored.in_between)
