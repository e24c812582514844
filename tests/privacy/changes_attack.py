"""The attack on what two runs and the register of actions tell: `changes.json`, which the report shows in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.privacy.attack import (
    NO_COUNTS,
    Figure,
    Finding,
    count_of,
    counts_said,
    estimates_in,
    said_in,
    solve,
    strings_in,
    tells_count,
)

COUNTED = ("joined", "left", "shared", "treated", "held_out", "customers")


def flows_of(changes: dict) -> Figure:
    """Who went where, as equations over cells (old persona, new persona).

    A flow that is told is a cell; with its share of those who were there it gives the whole row; all rows together are
    the customers in both runs; a pair without a flow is nobody.
    """
    figure, rows = Figure(), defaultdict(list)
    targets = sorted({flow["target"] for flow in changes["flows"]})
    for flow in changes["flows"]:
        rows[flow["source"]].append(flow)
    for source, flows in sorted(rows.items()):
        there = {flow["target"]: flow for flow in flows}
        for target in targets:
            count = there[target]["customers"] if target in there else 0
            if count is not None:
                figure.say([source], [target], count)
        told = [flow["customers"] / flow["share"] for flow in flows if flow["customers"] and flow["share"]]
        if told:
            figure.say([source], targets, told[0])
    earlier = changes.get("earlier") or {}
    if earlier.get("shared") is not None:
        figure.say(sorted(rows), targets, earlier["shared"])
    return figure


def small_numbers(changes: dict, least: int) -> Iterator[Finding]:
    """Whole numbers, shares and means that count fewer than `least`, also of what is not told otherwise."""

    def walk(node, path):
        if isinstance(node, dict):
            if "value" in node and "method" in node and node["value"] is None and 0 < node["n"] < least:
                yield Finding(" · ".join(path), "n", node["n"], "told though it is not measured")
            for name, value in node.items():
                if name in COUNTED and isinstance(value, int) and 0 < value < least:
                    yield Finding(" · ".join((*path, name)), "count", value, "told")
                yield from walk(value, (*path, name))
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, path)

    yield from walk(changes, ())
    for path, names, estimate in estimates_in(changes):
        where = " · ".join((*path, *names))
        if 0 < estimate["n"] < least:
            yield Finding(where, "n", estimate["n"], "told")
        # What an action did is told as a mean; of yes and no that is a share all the same.
        share = tells_count(estimate) or (estimate["unit"] == "share" and path[-1] in ("treated", "compared"))
        if share and not NO_COUNTS & set(path):
            for count, what in ((count_of(estimate), "yes"), (estimate["n"] - count_of(estimate), "no")):
                if 0.02 < count < least - 0.02:
                    yield Finding(where, what, round(count, 2), "share × n")


def attack_changes(changes: dict, least: int, people: tuple[str, ...] = ()) -> list[Finding]:
    """Everything that the comparison of two runs, the register of actions and the alerts give away."""
    found = [*small_numbers(changes, least), *counts_said(changes | {"min_group": least})]
    if changes.get("flows"):
        found += solve("flows", flows_of(changes), least)
    for text in strings_in(changes):
        found += said_in(text, least, people)
    return list(dict.fromkeys(found))
