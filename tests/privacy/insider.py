"""Two attacks that need the data beside what is told: rare words of the data, and sums that one customer makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from personas.customers import Customers
from personas.experience.disclosure import is_dominated
from tests.privacy.attack import EVERYBODY, NO_COUNTS, Figure, Finding, estimates_in, groups_of
from tests.privacy.sweep import words_of

TOLD = (".html", ".json", ".md", ".sql")
SHORTEST = 4  # characters: "no" or "1" stands in any text


def rare_levels(folder: Path, customers: Customers, declared: set[str], least: int) -> list[Finding]:
    """Words of a category that fewer than `least` customers have and the contract does not declare, where they stand.

    declared : all words of the contract, which may be told
    Files in `folder` that tell of everybody are searched: pages, cards, the questions, the assignment.
    """
    common = set()
    rare: dict[str, tuple[str, int]] = {}
    for feature in customers.features:
        if feature.kind in ("category", "ordered"):
            for level, count in customers.frame[feature.name].astype("string").value_counts().items():
                if count >= least:
                    common.add(level)
                elif len(level) >= SHORTEST:
                    rare[level] = (feature.label, int(count))
    rare = {level: where for level, where in rare.items() if level not in declared | common}
    found = []
    for path in sorted(folder.rglob("*")):
        if rare and path.is_file() and path.suffix in TOLD and not path.name.startswith("members"):
            words = words_of(path)
            found += [
                Finding(f"{path.name}: {label}", level, count, "a rare word of the data")
                for level, (label, count) in rare.items()
                if level in words
            ]
    return found


def dominated_sums(told: dict, customers: Customers, segments: np.ndarray) -> list[Finding]:
    """Sums of money that one customer (an account in B2B) makes more than half of, and that can be worked out.

    segments : (n,) the persona of each customer, from 1
    Means times their n are sums, the base is the sum of its personas, and a share of the value is a sum as well. What
    one customer makes of such a sum is known well enough by whoever knows the sum.
    """
    found: list[Finding] = []
    if "sales" not in customers.frame:
        return found
    sales = customers.frame["sales"].to_numpy(float)
    numbers = [persona["number"] for persona in told["personas"]]
    figure = sums_of_money(told, numbers)
    wholes = {(number,): sales[segments == number] for number in numbers}
    wholes |= {tuple(n for n in numbers if n != number): sales[segments != number] for number in numbers}
    wholes[tuple(numbers)] = sales
    for group, values in wholes.items():
        if group and is_dominated(values) and (total := known_sum(figure, group, numbers)) is not None:
            words = f"sum of {', '.join(map(str, group))}"
            found.append(Finding("money", words, round(total, 2), "one customer makes more than half of it"))
    return found


def sums_of_money(told: dict, numbers: list[int]) -> Figure:
    """What is told of the money that customers bring in, as equations over the personas."""
    figure = Figure()
    base = next((kpi["estimate"] for kpi in told["kpis"] if kpi["key"] == "spend"), None)
    everything = base["value"] * base["n"] if base is not None and base["value"] is not None else None
    for segment, _head, own in groups_of(told):
        inside = numbers if segment == EVERYBODY else [segment]
        for path, names, estimate in estimates_in({"kpis": own.get("kpis", ())}):
            if names == ("spend",) and not NO_COUNTS & set(path):
                who = [n for n in numbers if n not in inside] if path[-1] == "rest" else inside
                figure.say(who, ("sum",), estimate["value"] * estimate["n"])
    for persona in told["personas"]:
        share = persona["value_share"]["value"]
        if share is not None and everything is not None:
            figure.say([persona["number"]], ("sum",), share * everything)
    return figure


def known_sum(figure: Figure, group: tuple[int, ...], numbers: list[int]) -> float | None:
    """The sum over a group of personas, if the equations fix it."""
    if not figure.rows:
        return None
    matrix = np.array([[row.get((number, "sum"), 0.0) for number in numbers] for row, _value in figure.rows])
    wanted = np.array([float(number in group) for number in numbers])
    weights = np.linalg.lstsq(matrix.T, wanted, rcond=None)[0]
    if np.abs(matrix.T @ weights - wanted).max() > 1e-9:
        return None
    return float(weights @ np.array([value for _row, value in figure.rows]))
