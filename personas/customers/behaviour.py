"""What customers do: one expression per table that yields a row a customer, as of a date.

Everything is an Ibis expression, so the same lines run in DuckDB on a laptop and on a cluster. Windows are
half-open: ``[start, end)``; nothing on or after ``end`` is looked at. The vocabulary is that of recency, frequency
and monetary value: `recency` counts days since the *last* purchase, `frequency` counts purchase days.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
from ibis import _

from personas.customers.wording import worded
from personas.dataset.engine import read_anew

LEADING_CATEGORIES = 5
EVENING_FROM = 17
LEFT_TRUNCATION_DAYS = 31


def within(table, start, end):
    """Rows of a timed table in ``[start, end)``."""
    return table.filter(_.time >= ibis.literal(_moment(start)), _.time < ibis.literal(_moment(end)))


def _moment(day) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _total(amounts, where=None):
    """Sum of money as a float: added up as decimals, since floats add up differently in every order of rows."""
    return amounts.sum(where=where).cast("float64")


def _ratio(top, bottom):
    """top / bottom as a float, NULL where the bottom is not positive."""
    return ibis.cases((bottom > 0, top.cast("float64") / bottom.cast("float64")))


def leading_categories(transactions, start: date, end: date, most: int = LEADING_CATEGORIES) -> tuple[str, ...]:
    """The categories with the largest sales in ``[start, end)``, largest first; "other" categories never lead.

    The least of them is left out when they make up everything, so that one is always the remainder.
    """
    sales = (
        within(transactions, start, end)
        .group_by("category")
        .agg(sales=_.amount.sum())
        .filter(_.sales > 0)
        .order_by(ibis.desc("sales"), "category")
        .limit(most + 2)  # room for "other" and for one that remains
        .to_pyarrow()
        .to_pydict()["category"]
    )
    named = [name for name in sales if name is not None and name.lower() != "other"]
    leading = named[:most]
    return tuple(leading[:-1] if len(leading) == len(sales) else leading)


def purchase_features(transactions, start: date, end: date, categories: tuple[str, ...] = ()):
    """Summarise purchases in ``[start, end)``: (expression with a row a customer, its features).

    transactions : normalised table (customer_id, time, amount, and what else the contract maps)
    categories : leading categories whose shares of spending become columns
    A column that the transactions lack leaves out the features that need it.
    """
    has = set(transactions.columns)
    lines = read_anew(within(transactions, start, end).mutate(day=_.time.date()))
    visits = _visits(lines, has)
    days = visits.group_by("customer_id", "day").agg(day_sales=_.sales.sum())
    order = "order_id" if "order_id" in has else "day"
    coupon = {"coupon": _.coupon.any()} if "coupon_discount" in has else {}
    orders = visits.group_by("customer_id", order).agg(
        **({"day": _.day.min()} if order != "day" else {}), hour=_.time.min().hour(), lines=_.lines.sum(), **coupon
    )
    rhythm, rhythm_features = _rhythm(days, start, end)
    baskets, basket_features = _baskets(orders, has, order)
    money, money_features = _money(has)
    stores, store_features = _stores(visits, has)
    mix, mix_features = _mix(categories)
    change, change_features = _change(lines, has, start, end)
    table = rhythm.join(baskets, "customer_id")
    table = table.join(lines.group_by("customer_id").agg(**money, **mix), "customer_id")
    for part in (*stores, *change):  # those of whom no store or kind of goods is known are missing there
        table = table.left_join(part, "customer_id").drop("customer_id_right")
    table = table.mutate(monetary_value=_ratio(_.sales, _.frequency))
    if stores:
        table = table.mutate(stores=_.stores.coalesce(0))
    features = (
        *rhythm_features, *basket_features, *money_features, *store_features, *mix_features, *change_features
    )  # fmt: skip
    return table.select("customer_id", *[feature.name for feature in features]), features


def _visits(lines, has):
    """A row a customer, day, order and store: few against the lines, and all that tells days and orders apart.

    Days, orders and stores are then counted by grouping these rows, which takes a fifth of counting them as distinct
    values among the lines.
    """
    by = [name for name in ("order_id", "store") if name in has]
    coupon = {"coupon": (_.coupon_discount.abs() > 0).any()} if "coupon_discount" in has else {}
    return lines.group_by("customer_id", "day", *by).agg(
        time=_.time.min(), lines=_.count(), sales=_.amount.sum(), **coupon
    )


def _rhythm(days, start, end):
    """When and how often they come, from one row a customer and purchase day."""
    span = (_moment(end) - _moment(start)).days
    half = _moment(start) + timedelta(days=span // 2)
    quarter = _moment(end) - timedelta(days=span // 4)
    last_day = ibis.literal(_moment(end).date())
    window = ibis.window(group_by="customer_id", order_by="day")
    gaps = days.mutate(gap=_.day.delta(_.day.lag().over(window), unit="day"))
    table = gaps.group_by("customer_id").agg(
        first=_.day.min(),
        recency=-_.day.max().delta(last_day, unit="day").cast("int64"),
        frequency=_.count(),
        gaps=_.gap.count(),
        gap_sum=_.gap.sum(),
        gap_squares=(_.gap * _.gap).sum(),
        longest_gap=_.gap.max().cast("int64"),
        later=_total(_.day_sales, where=_.day >= ibis.literal(half.date())),
        whole=_total(_.day_sales),
        late_days=_.count(where=_.day >= ibis.literal(quarter.date())),
        early_days=_.count(where=_.day < ibis.literal(quarter.date())),
    )
    known_start = ibis.literal((_moment(start) + timedelta(days=LEFT_TRUNCATION_DAYS)).date())
    table = table.mutate(
        # Standard deviation over mean, from whole numbers alone, so that the order of rows cannot matter.
        irregularity=ibis.cases((_.frequency >= 4, _ratio(_spread(_.gaps, _.gap_sum, _.gap_squares), _.gap_sum))),
        trend=_ratio(2 * _.later.coalesce(0) - _.whole, _.whole),
        recent_visit_change=ibis.cases((_.early_days >= 3, _ratio(3 * _.late_days, _.early_days) - 1)),
        tenure=ibis.cases((_.first >= known_start, -_.first.delta(last_day, unit="day").cast("int64"))),
    )
    source = ("transactions.time",)
    features = (
        worded("recency", kind="count", block="rhythm", forms=True, transform="log", columns=source),
        worded("frequency", kind="count", block="rhythm", forms=True, transform="log", columns=source),
        worded("irregularity", kind="number", block="rhythm", forms=True, transform="log", columns=source),
        worded("trend", kind="number", block="rhythm", forms=False, columns=(*source, "transactions.amount")),
        worded("recent_visit_change", kind="number", block="rhythm", forms=False, columns=source),
        worded("longest_gap", kind="count", block="rhythm", forms=False, columns=source),
        worded("tenure", kind="count", block="rhythm", forms=False, columns=source),
    )
    return table.select("customer_id", *[feature.name for feature in features]), features


def _spread(count, total, squares):
    """`count` times the standard deviation (of the population) of whole numbers."""
    return (count * squares - total * total).cast("float64").sqrt()


def _baskets(orders, has, order):
    """What an order looks like, from one row a customer and order."""
    columns = {
        "orders": _.count(),
        "lines_per_order": _ratio(_.lines.sum(), _.count()),
        "weekend_share": _ratio(_.count(where=_.day.day_of_week.index() >= 5), _.count()),
    }
    source = ("transactions.order" if order == "order_id" else "transactions.time",)
    features = [
        worded("orders", kind="count", block="rhythm", forms=False, columns=source),
        worded("lines_per_order", kind="number", block="basket", forms=True, transform="log", columns=source),
        worded("weekend_share", kind="share", block="time", forms=False, columns=("transactions.time",)),
    ]
    if order == "order_id":
        columns["evening_share"] = _ratio(_.count(where=_.hour >= EVENING_FROM), _.count())
        features.append(
            worded("evening_share", kind="share", block="time", forms=False, columns=("transactions.time",))
        )
    if "coupon_discount" in has:
        columns["coupon_share"] = _ratio(_.count(where=_.coupon), _.count())
        features.append(
            worded(
                "coupon_share",
                kind="share",
                block="price",
                forms=True,
                transform="log",
                columns=("transactions.coupon_discount",),
            )
        )
    return orders.group_by("customer_id").agg(**columns), tuple(features)


def _money(has):
    """What the money goes to, from the purchase lines."""
    columns = {"sales": _total(_.amount)}
    features = [
        worded("sales", kind="number", block="basket", forms=False, columns=("transactions.amount",)),
        worded(
            "monetary_value",
            kind="number",
            block="basket",
            forms=True,
            transform="log",
            columns=("transactions.amount",),
        ),
    ]

    def add(name, expression, *source, forms=True):
        columns[name] = expression
        features.append(worded(name, kind="share", block="price", forms=forms, columns=source))

    if "discount" in has:
        given = _total(_.discount.abs())
        if "coupon_discount" in has:
            given = given + _total(_.coupon_discount.abs())
        share = _ratio(given, given + _total(_.amount))
        add("discount_share", share, "transactions.discount", "transactions.amount")
    if "private_label" in has:
        own = _total(_.amount, where=_.private_label).coalesce(0)
        add("private_label_share", _ratio(own, _total(_.amount)), "transactions.private_label")
    if "returned" in has:
        share = _ratio(_.count(where=_.returned), _.count())
        add("return_share", share, "transactions.returned", forms=False)
    return columns, features


def _stores(visits, has):
    """How many stores, as no table or one with a row a customer of whom any store is known."""
    if "store" not in has:
        return [], []
    seen = visits.filter(_.store.notnull()).select("customer_id", "store").distinct()
    source = ("transactions.store",)
    features = [worded("stores", kind="count", block="time", forms=False, columns=source)]
    return [seen.group_by("customer_id").agg(stores=_.count())], features


def _mix(categories):
    """The share of spending that goes to each of the leading categories."""
    source = ("transactions.category", "transactions.amount")
    columns, features = {}, []
    for category in categories:
        name = mix_column(category)
        columns[name] = _ratio(_total(_.amount, where=_.category == category).coalesce(0), _total(_.amount))
        words = {"key": "mix", "category": category, "kind": "share", "block": "range", "forms": True}
        features.append(worded(name, parts_of="spending", columns=source, **words))
    return columns, features


def mix_column(category: str) -> str:
    """The column of the customer table with a category's share of spending.

    >>> mix_column("Meat & fish")
    'mix_meat___fish'
    """
    return "mix_" + "".join(c if c.isalnum() else "_" for c in category.lower())


def _change(lines, has, start, end):
    """How many more kinds of goods in the later half: no table, or a row a customer of whom any kind is known."""
    detail = next((name for name in ("subcategory", "category") if name in has), None)
    if detail is None:
        return [], []
    half = ibis.literal(_moment(start) + (_moment(end) - _moment(start)) / 2)
    # Each kind once a customer: grouping takes the engine less than counting distinct values twice.
    kinds = lines.filter(_[detail].notnull()).group_by("customer_id", detail)
    kinds = kinds.agg(later=(_.time >= half).any(), earlier=(_.time < half).any()).group_by("customer_id")
    kinds = kinds.agg(later=_.count(where=_.later), earlier=_.count(where=_.earlier))
    change = ibis.cases((_.earlier >= 5, _ratio(_.later, _.earlier) - 1))
    source = (f"transactions.{detail}", "transactions.time")
    features = [worded("range_change", kind="number", block="range", forms=False, columns=source)]
    return [kinds.select("customer_id", range_change=change)], features


def campaign_features(interactions, start: date, end: date):
    """Campaigns sent and answered in ``[start, end)``, where interactions name campaigns.

    A campaign counts as answered when the customer has an interaction of stage "purchase" with it. None where no
    interaction of the dataset links a purchase to a campaign: nobody answering would be an invention.
    """
    linked = interactions.filter(_.campaign.notnull(), _.stage == "purchase")
    if linked.limit(1).count().to_pyarrow().as_py() == 0:
        return None
    touched = within(interactions, start, end).filter(_.campaign.notnull())
    table = touched.group_by("customer_id").agg(
        campaigns_received=_.campaign.nunique(where=_.stage != "purchase"),
        campaigns_answered=_.campaign.nunique(where=_.stage == "purchase"),
    )
    # An answer to a campaign that was sent before the period still shows that it was received.
    table = table.mutate(campaigns_received=ibis.greatest(_.campaigns_received, _.campaigns_answered))
    table = table.mutate(campaign_response=_ratio(_.campaigns_answered, _.campaigns_received))
    source = ("interactions.campaign", "interactions.stage")
    features = tuple(
        worded(name, kind=kind, block="campaigns", forms=False, columns=source)
        for name, kind in (
            ("campaigns_received", "count"),
            ("campaigns_answered", "count"),
            ("campaign_response", "share"),
        )
    )
    return table.select("customer_id", *[feature.name for feature in features]), features
