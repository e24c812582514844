"""The customer table by polars, no dependency here, run by a Python that has it: `python polars_process.py DIR out`.

DIR has `lines.parquet` and `people.parquet`. Its lazy streaming engine, and distinct counts by `n_unique`.
"""

import sys
from datetime import date, datetime
from pathlib import Path

START, HALF, END = datetime(2024, 1, 1), datetime(2024, 7, 2), datetime(2025, 1, 1)
QUARTER, KNOWN = date(2024, 10, 2), date(2024, 2, 1)
MIX = tuple(f"category {number}" for number in range(5))


def customer_table(place: Path):
    import polars as pl

    c = pl.col
    lines = pl.scan_parquet(place / "lines.parquet").filter(c("time") >= START, c("time") < END)
    lines = lines.with_columns(
        day=c("time").dt.date(), **{n: c(n).cast(float) for n in ("amount", "discount", "coupon")}
    )
    since, before = c("time") >= HALF, c("time") < HALF
    money = lines.group_by("customer").agg(
        frequency=c("day").n_unique(), orders=c("basket").n_unique(), first=c("day").min(), last=c("day").max(),
        sales=c("amount").sum(), n=pl.len(), returned=c("returned").sum(), given=(c("discount") + c("coupon")).sum(),
        stores=c("store").n_unique(), later=c("amount").filter(since).sum(),
        late_days=c("day").filter(c("day") >= QUARTER).n_unique(),
        later_range=c("subcategory").filter(since).n_unique(), earlier_range=c("subcategory").filter(before).n_unique(),
        **{f"m{n}": c("amount").filter(c("category") == name).sum() for n, name in enumerate(MIX)},
    )  # fmt: skip
    gap = c("day").sort().unique(maintain_order=True).diff().dt.total_days().cast(float)
    gaps = lines.group_by("customer").agg(irregularity=gap.std(ddof=0) / gap.mean(), longest_gap=gap.max())
    baskets = lines.group_by("customer", "basket").agg(
        day=c("day").min(), hour=c("time").min().dt.hour(), coupon=(c("coupon") > 0).any()
    )
    orders = baskets.group_by("customer").agg(
        weekend_share=(c("day").dt.weekday() >= 6).mean(), evening_share=(c("hour") >= 17).mean(),
        coupon_share=c("coupon").mean(),
    )  # fmt: skip
    early = c("frequency") - c("late_days").cast(pl.Int64)
    table = pl.scan_parquet(place / "people.parquet").select("customer")
    for part in (money, gaps, orders):
        table = table.join(part, on="customer", how="left")

    def when(condition, value):
        return pl.when(condition).then(value)

    def days_to_end(day):
        return (pl.lit(END.date()) - day).dt.total_days()

    return (
        table.select(
            customer_id=c("customer"), recency=days_to_end(c("last")), frequency=c("frequency"),
            irregularity=when(c("frequency") >= 4, c("irregularity")), trend=(2 * c("later") - c("sales")) / c("sales"),
            recent_visit_change=when(early >= 3, 3 * c("late_days") / early - 1), longest_gap=c("longest_gap"),
            tenure=when(c("first") >= KNOWN, days_to_end(c("first"))), orders=c("orders"),
            lines_per_order=c("n") / c("orders"), weekend_share=c("weekend_share"), evening_share=c("evening_share"),
            coupon_share=c("coupon_share"), sales=c("sales"), monetary_value=c("sales") / c("frequency"),
            discount_share=c("given") / (c("given") + c("sales")), return_share=c("returned") / c("n"),
            stores=c("stores"), **{f"mix_category_{n}": c(f"m{n}") / c("sales") for n in range(len(MIX))},
            range_change=when(c("earlier_range") >= 5, c("later_range") / c("earlier_range").cast(float) - 1),
        )
        .sort("customer_id")
        .collect(engine="streaming")
    )  # fmt: skip


def main() -> None:
    place, out = map(Path, sys.argv[1:3])
    customer_table(place).write_parquet(out)


if __name__ == "__main__":
    main()
