"""A sample of customers, drawn where they are: by a hash of their ids, so every engine draws the same ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value


def sample_customers(table: Table, n: int, seed: int = 7, by: str | Sequence[str] = (), at_least: int = 0) -> Table:
    """Draw customers without replacement, the same ones on every engine, in every order of rows and at every size.

    table : Ibis table with a row a customer and `customer_id`; n : customers wanted, all of them if there are fewer
    by : columns whose combinations are groups (unknown is one); each gives its share of n, at least `at_least` of it
    Returns the sampled rows, not yet computed. With `by`, up to a customer a group more than n for rounding up, those
    beyond its share for `at_least`, and a column `sampled_share`, the share of the customer's group that was drawn:
    a weight of 1 / sampled_share makes the sample stand for everybody.
    The order is that of the MD5 of id and seed, so a larger sample holds the smaller one.

    >>> import ibis
    >>> people = ibis.memtable({"customer_id": ["a", "b", "c", "d"], "place": ["x", "x", "x", "y"]})
    >>> sorted(sample_customers(people, 2, by="place", at_least=1).to_pandas().place)
    ['x', 'x', 'y']
    """
    import ibis

    if n < 1 or at_least < 0:
        raise ValueError(f"n from 1 and at_least from 0 on; found {n} and {at_least}")
    columns = list(table.columns)
    groups = [by] if isinstance(by, str) else list(by)
    drawn = table.mutate(drawn_by=drawing(table.customer_id, seed))
    if not groups:
        return drawn.order_by("drawn_by", "customer_id").limit(n).select(*columns)
    own = ibis.window(group_by=groups)
    everybody = ibis.window()
    sized = drawn.mutate(
        rank_in_group=ibis.row_number().over(group_by=groups, order_by=["drawn_by", "customer_id"]),
        in_group=ibis._.count().over(own),
        in_all=ibis._.count().over(everybody),
    )
    share = (n * sized.in_group.cast("float64") / sized.in_all.cast("float64")).ceil()
    quota = ibis.least(ibis.greatest(share, ibis.literal(float(at_least))), sized.in_group.cast("float64"))
    kept = sized.mutate(quota=quota).filter(lambda rows: rows.rank_in_group.cast("float64") < rows.quota)
    return kept.select(*columns, sampled_share=kept.quota / kept.in_group.cast("float64"))


def keep_share(table: Table, share: float, seed: int = 7) -> Table:
    """Keep about this share of the customers, 0 to 1, each by its own hash alone: no sorting, no counting.

    The choice of `sample_customers` in its first step: whoever is kept at a share is kept at every larger one.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share above 0 and up to 1; found {share}")
    edge = math.floor(share * 16**8)
    if edge == 16**8:
        return table
    return table.filter(drawing(table.customer_id, seed).substr(0, 8) < f"{edge:08x}")


def drawing(ids: Value, seed: int) -> Value:
    """What decides on the order in which customers are drawn: 32 hexadecimal digits."""
    import ibis

    return (ids.cast("string") + ibis.literal(f":{seed}")).hexdigest("md5")
