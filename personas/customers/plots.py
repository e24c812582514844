"""Plots of the customer table for the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from personas.customers.table import Customers

if TYPE_CHECKING:
    import seaborn


def plot_distributions(customers: Customers, most: int = 24) -> seaborn.FacetGrid | None:
    """Draw the distribution of the forming numbers, one panel each; None where only categories form.

    The highest and lowest 1 % are left out: they may point to one customer.
    """
    import seaborn as sns

    numeric = [f for f in customers.features if f.forms and f.kind not in ("category", "ordered")][:most]
    if not any(customers.frame[f.name].notna().any() for f in numeric):
        return None
    labels = {f.name: f.label for f in numeric}
    long = customers.frame[list(labels)].melt(var_name="feature", value_name="value").dropna()
    low, high = (long.groupby("feature")["value"].transform("quantile", q) for q in (0.01, 0.99))
    long = long[long["value"].between(low, high)].replace({"feature": labels})
    grid = sns.displot(
        long, x="value", col="feature", col_wrap=4, height=2, aspect=1.3, bins=30, common_bins=False, color="#5b6770",
        facet_kws={"sharex": False, "sharey": False},
    )  # fmt: skip
    return grid.set_titles("{col_name}").set_axis_labels("", "customers")
