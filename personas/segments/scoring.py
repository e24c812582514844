"""Who belongs where, worked out by the engine: the fitted space and its centres as one table expression.

The expression repeats what :mod:`personas.segments.membership` does step by step (place, measure, round, compare), so
that a warehouse gives every customer the segment that Python gives. Distances are rounded before they are compared and
ties go to the lowest number. What is unknown adds nothing to a distance, which is scaled up by the weight of what is
known; of latent classes it adds nothing to the likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from personas.errors import InputError, Problem, did_you_mean
from personas.segments.latent_classes import LOG_2_PI, CategoryInClasses, LatentClasses, NumberInClasses
from personas.segments.membership import IN_BETWEEN, IN_BETWEEN_ODDS
from personas.segments.space import Axis, FeatureSpace

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from personas.segments.segmentation import Segmentation

FARTHEST = 1e308  # stands in for the own centre where the next nearest is looked for


def score_customers(table: Table, segmentation: Segmentation, personas: Sequence = ()) -> Table:
    """Assign every row of a customer table to its segment, inside the table's engine.

    table : an Ibis table with `customer_id` and the forming features under their names, one row a customer
    personas : objects with `number`, `id` and `name`, as in a persona set; they add `persona_id` and `persona`
    Returns an Ibis table with a row a customer: customer_id, segment (1 = largest), confidence (0.5 to 1; the
    posterior for latent classes) and in_between. Nothing is computed before it is asked for.
    Raises InputError naming every column that is missing, and for groups that were made elsewhere.

    >>> import ibis
    >>> score_customers(ibis.memtable(customers.frame), segmentation).to_pandas()["segment"].head(3).tolist()
    [1, 2, 1]
    """
    if segmentation.given:
        fix = "ask for their rule where they were made, or place new customers with the typing tool"
        raise InputError([Problem("segmentation", "groups made elsewhere", "segments made here", fix)])
    check_columns(table, segmentation)
    if segmentation.classes is not None:
        scored = _most_probable(table, segmentation.classes)
    else:
        scored = _nearest(table, segmentation.space, np.asarray(segmentation.centres, float))
    return _named(scored, personas)


def columns_needed(segmentation: Segmentation) -> dict[str, tuple[str, ...]]:
    """Columns that an assignment reads with their levels, () for a number."""
    needed: dict[str, tuple[str, ...]] = {"customer_id": ()}
    if segmentation.classes is None:
        return needed | {a.feature: segmentation.space.levels.get(a.feature, ()) for a in segmentation.space.axes}
    needed |= {number.feature: () for number in segmentation.classes.numbers}
    return needed | {c.feature: () if c.values else c.levels for c in segmentation.classes.categories}


def check_columns(table: Table, segmentation: Segmentation) -> None:
    """Raise InputError for every column that the assignment needs and the table has not."""
    known = list(table.columns)
    problems = [
        Problem(f"customer table: {name}", "no such column", "a forming feature", did_you_mean(name, known))
        for name in columns_needed(segmentation)
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def _nearest(table: Table, space: FeatureSpace, centres: np.ndarray) -> Table:
    coded = _coded(table, space)
    placed = coded.select("customer_id", **{f"x{j}": place(coded, space, a) for j, a in enumerate(space.axes, 1)})
    return _compared(_distances(placed, space, centres), len(centres))


def _coded(table: Table, space: FeatureSpace) -> Table:
    """The forming features, words as the places of their levels: each of a dozen axes would compare them again."""
    import ibis

    columns = {}
    for feature in dict.fromkeys(axis.feature for axis in space.axes):
        column, levels = table[feature], space.levels.get(feature, ())
        if levels:
            word = column.cast("string")
            column = ibis.cases(*[(word == level, i) for i, level in enumerate(levels)], else_=None).cast("int16")
        columns[feature] = column
    return table.select("customer_id", **columns)


def place(table: Table, space: FeatureSpace, axis: Axis) -> Value:
    """One coordinate of every customer as an expression; null where it is not known.

    table : with words as the places of their levels
    """
    levels = space.levels.get(axis.feature, ())
    if not levels:
        return axis.weight * (clipped(table, axis) - axis.centre) / axis.spread
    marks = [float(level == axis.level) if axis.transform == "onehot" else float(i) for i, level in enumerate(levels)]
    if axis.transform == "log":
        marks = [float(np.log1p(mark)) for mark in marks]
    worth = [axis.weight * (min(max(mark, axis.low), axis.high) - axis.centre) / axis.spread for mark in marks]
    return _by_code(table[axis.feature], worth)


def _by_code(code: Value, worth: Sequence[float]) -> Value:
    """A number for each place, null for none; the number that most places have is told of all others together."""
    import ibis

    usual = max(worth, key=worth.count)
    branches = [(code == i, number) for i, number in enumerate(worth) if number != usual]
    return ibis.cases(*branches, (code.notnull(), usual), else_=ibis.literal(None, "float64"))


def clipped(table: Table, part: Axis | NumberInClasses) -> Value:
    """A number, less skewed where the part says so, kept within its limits."""
    import ibis

    value = number_of(table[part.feature])
    if part.transform == "log":
        value = value.sign() * (1.0 + value.abs()).ln()
    return ibis.cases((value < part.low, part.low), (value > part.high, part.high), else_=value)


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


def _filled(placed: Table, names: Sequence[str], kept: Sequence[str] = ()) -> Table:
    """0 for what is unknown beside m_… = 1 for what is known: plain products are much faster than a choice a term."""
    values = {name: placed[name].coalesce(double(0)) for name in names}
    known = {f"m_{name}": placed[name].notnull().cast("float64") for name in names}
    return placed.select("customer_id", *kept, **values, **known)


def _distances(placed: Table, space: FeatureSpace, centres: np.ndarray) -> Table:
    """Distance to every centre, d1 … dk, rounded as Python rounds them."""
    names = [f"x{j}" for j in range(1, len(space.axes) + 1)]
    worth = [axis.weight**2 for axis in space.axes]
    filled = _filled(placed, names)
    if in_duckdb(placed):
        from personas.segments.scoring_lists import squared_sums

        return _rooted(squared_sums(filled, space, centres), float(np.sum(worth)), len(centres))
    known = reduce(add, [filled[f"m_{name}"] * w for name, w in zip(names, worth, strict=True)])
    measured = {
        f"s{c}": reduce(
            add,
            [
                filled[f"m_{name}"] * ((filled[name] - float(x)) * (filled[name] - float(x)))
                for name, x in zip(names, centre, strict=True)
            ],
        )
        for c, centre in enumerate(centres, 1)
    }
    return _rooted(filled.select("customer_id", known=known, **measured), float(np.sum(worth)), len(centres))


def _rooted(sums: Table, worth: float, k: int) -> Table:
    """From squared sums over what is known, of weight `known`, to distances d1 … dk over all of weight `worth`."""
    import ibis

    scale = ibis.cases((sums.known > 0, worth / sums.known), else_=double(0))
    scaled = sums.select("customer_id", *[f"s{c}" for c in range(1, k + 1)], scale=scale)
    distances = {f"d{c}": (scaled[f"s{c}"] * scaled.scale).round(9).sqrt() for c in range(1, k + 1)}
    return scaled.select("customer_id", **distances)


def in_duckdb(table: Table) -> bool:
    """Say whether a table is one of DuckDB's; tables of no engine yet are of none."""
    from ibis.expr import operations as ops

    return {node.source.name for node in table.op().find((ops.DatabaseTable, ops.SQLQueryResult))} == {"duckdb"}


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


def _most_probable(table: Table, classes: LatentClasses) -> Table:
    """From the likelihood of each latent class to segment, posterior and in_between."""
    import ibis

    numbers = {f"z{j}": (clipped(table, part) - part.centre) / part.spread for j, part in enumerate(classes.numbers, 1)}
    words = {f"w{j}": table[part.feature] for j, part in enumerate(classes.categories, 1)}
    placed = _filled(table.select("customer_id", **numbers, **words), list(numbers), list(words))
    names = [f"s{c}" for c in range(1, len(classes) + 1)]
    scores = {name: _log_score(placed, classes, c).round(9) for c, name in enumerate(names)}
    scored = placed.select("customer_id", **scores)
    best = scored.select("customer_id", *names, largest=ibis.greatest(*[scored[n] for n in names]))
    branches = [(best[name] == best.largest, c) for c, name in enumerate(names, 1)]
    chosen = best.select("customer_id", *names, "largest", segment=ibis.cases(*branches).cast("int32"))
    chances = [(chosen[name] - chosen.largest).exp() for name in names]
    others = [(chosen.segment == c).ifelse(double(0), chance) for c, chance in enumerate(chances, 1)]
    following = ibis.greatest(*others) if len(names) > 1 else double(0)
    summed = chosen.select("customer_id", "segment", total=reduce(add, chances), following=following)
    own = 1.0 / summed.total
    between = own < IN_BETWEEN_ODDS * (summed.following / summed.total)
    return summed.select("customer_id", "segment", confidence=own.round(4), in_between=between)


def _log_score(placed: Table, classes: LatentClasses, c: int) -> Value:
    """Log of a class's share times its likelihood, as :meth:`LatentClasses.log_scores` adds it up."""
    nothing, terms = double(0), []
    for j, number in enumerate(classes.numbers, 1):
        away = placed[f"z{j}"] - float(number.means[c])
        spread = float(number.variances[c])
        terms.append(placed[f"m_z{j}"] * (-0.5 * (LOG_2_PI + float(np.log(spread)) + away * away / spread)))
    for j, category in enumerate(classes.categories, 1):
        logs = np.log(np.array(category.probabilities[c])).tolist()
        terms.append(_log_chance(placed[f"w{j}"], category, logs).coalesce(nothing))
    return reduce(add, terms, double(0) + float(np.log(classes.weights[c])))


def _log_chance(column: Value, category: CategoryInClasses, logs: Sequence[float]) -> Value:
    """The log probability of each customer's level; null where it is unknown."""
    import ibis

    if not category.values:
        return _by_level(column.cast("string"), category.levels, logs)
    number = number_of(column)
    branches = [(number == value, log) for value, log in zip(category.values, logs, strict=True)]
    return ibis.cases(*branches, else_=ibis.literal(None, "float64"))


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
