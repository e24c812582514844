"""Orders and their lines, of one block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.simulation.calendar import SEASON, at, moved_in_week, season
from personas.simulation.cases import Cases, kept_after
from personas.simulation.people import People, Units, named, pick
from personas.simulation.plans import DAYS, MONTH, Plan

RETURNED, RETURNED_HURT = 0.015, 0.06


@dataclass(frozen=True)
class Orders:
    """What was bought when and where: a row an order, by unit and time. channel : index in the plan's"""

    unit: np.ndarray
    day: np.ndarray
    channel: np.ndarray


def draw_orders(plan: Plan, rng: np.random.Generator, units: Units, cases: Cases) -> Orders:
    """Draw orders at the unit's rate, thinned by season, by complaints that last and by actions.

    Thinning [Lewis & Shedler 1979] draws at the highest rate there can be and keeps each with its share of
    it.
    """
    most = (1 + SEASON) * max([action.orders for action in plan.actions], default=1.0)
    start, stop = np.maximum(units.joined, 0), np.minimum(units.leave, DAYS)
    expected = np.where(units.buys, units.rate / MONTH * (stop - start) * most, 0)
    unit = np.repeat(np.arange(len(start)), rng.poisson(expected))
    day = start[unit] + rng.random(len(unit)) * (stop - start)[unit]
    keep = season(day) * kept_after(cases.state(unit, day))
    for column, action in enumerate(plan.actions):
        keep *= np.where((units.treated[unit, column] == 1) & (day >= action.day), action.orders, 1.0)
    kept = rng.random(len(unit)) * most < keep
    unit, day = unit[kept], day[kept]
    day = np.clip(moved_in_week(rng, day, units.weekend[unit], units.evening[unit]), start[unit], stop[unit] - 1e-4)
    order = np.lexsort((day, unit))
    unit, day = unit[order], day[order]
    return Orders(unit, day, pick(rng, units.channels[unit]))


def transaction_table(
    plan: Plan, rng: np.random.Generator, orders: Orders, units: Units, people: People, first: int
) -> pd.DataFrame:
    """One row a line of an order; `amount` is what was paid, `discount` what was taken off."""
    n = len(orders.unit)
    line = np.repeat(np.arange(n), 1 + rng.poisson(plan.lines, n))
    unit = orders.unit[line]
    share = 0.3 + rng.standard_exponential(len(line))
    share /= np.bincount(line, weights=share, minlength=n)[line]
    basket = units.basket[orders.unit] * np.exp(0.25 * rng.standard_normal(n))
    amount = np.maximum(0.5, np.round(basket[line] * share, 2))
    category = pick(rng, units.categories[unit])
    names, prices = product_lists(plan)
    product = (rng.random(len(line)) ** 1.5 * names.shape[1]).astype(int)
    cut = rng.random(len(line)) < units.discount[unit]
    pain, first_categories = plan.spoils
    spoilt = units.hurt[unit, pain] & (category < first_categories)
    serial = first * 1000 + np.arange(n)
    return pd.DataFrame(
        {
            "order_id": named([f"O{number:012d}" for number in serial], line),
            "customer_id": named(people.ids, units.buyer[unit]),
            "time": at(orders.day)[line],
            "product_id": named(product_ids(plan), category * names.shape[1] + product),
            "quantity": np.maximum(1, np.rint(amount / prices[category, product])).astype(np.int32),
            "amount": amount,
            "discount": np.where(cut, np.round(amount * rng.uniform(0.1, 0.45, len(line)), 2), 0.0),
            "channel": named(plan.channels, orders.channel[line]),
            "returned": rng.random(len(line)) < np.where(spoilt, RETURNED_HURT, RETURNED),
        }
    )


def product_lists(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Names and prices of the products, categories × products."""
    names = np.array([list(products) for products in plan.categories.values()], dtype=object)
    prices = np.array([list(products.values()) for products in plan.categories.values()])
    return names, prices


def product_ids(plan: Plan) -> list[str]:
    return [f"P{i:03d}" for i in range(product_lists(plan)[0].size)]


def product_table(plan: Plan) -> pd.DataFrame:
    """One row a product."""
    names, prices = product_lists(plan)
    return pd.DataFrame(
        {
            "product_id": product_ids(plan),
            "product": names.ravel(),
            "category": np.repeat(list(plan.categories), names.shape[1]),
            "price": prices.ravel(),
        }
    )
