"""The last look at what stage 03 measured, with the eyes of somebody who wants to count a group too small to show.

Each figure is told of the base and of each segment, often beside everybody else. A share times its n is a count, the
base less the segments that are shown is what is left, and a segment and the others are the base. So a share is not told
exactly where those with it or without it are few, here or among all others, nor in as many more segments as it takes
that what is left is a group too. Of 100 answers and more a few are told as half of `min_group`, which is nearer to the
truth than the interval of such a share is wide; of fewer answers the share is withheld. Where it was known how few
customers gave the answers, stage 03 has left them out before; here only what is told is looked at, in all alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from personas.estimates import Estimate, not_measured
from personas.experience.disclosure import is_few
from personas.experience.models import Experience, Withheld
from personas.experience.moments import wilson

COUNTED = ("Wilson", "Kaplan-Meier", "weighted to where")  # methods of shares that count customers or answers
ROUNDED = "Wilson, from a rounded count: fewer than {} are told as {}"
FEW = "withheld: it would tell of fewer than {}"
TO_SUBTRACT = "withheld: it would give away a group of fewer than {}"
FEWEST_ROUNDED = 10  # times `min_group`: of fewer, a rounded count would be further off than chance alone
NOT_TOLD = "not tested: the test would tell of a group too small to show"
COUNTS = ("customers", "affected")


@dataclass(frozen=True)
class Told:
    """Where a figure stands: `path` from the group on, the fields that name one of several, own field → others'.

    Whatever else would tell it is in `CLEARED`, by the name of the field.
    """

    path: tuple[str, ...]
    names: tuple[str, ...]
    fields: Mapping[str, str | None]


CLEARED = {"estimate": {"effect": None, "p": None, "p_adjusted": None, "parts": ()}}
LEVELS = {"reach": "rest", "among": None, "others": None}
FIGURES = (
    Told(("kpis",), ("key",), {"estimate": "rest"}),
    Told(("ratings",), ("key",), {"estimate": "rest"}),
    Told(("drivers", "rows"), ("key",), {"performance": None}),
    Told(("pain_points",), ("key",), LEVELS),
    Told(("delights",), ("key",), LEVELS),
    Told(
        ("journey",), ("stage", "touchpoint"),
        {"share": "rest", "feeling": None, "before": None, "kpi": None, "dropoff": None},
    ),
    Told(("trends", "points"), ("key", "month"), {"estimate": None}),
    Told(("movement", "transitions"), ("before", "after"), {"share": None}),
    Told(("movement", "channels"), ("before", "after"), {"share": None}),
    Told(("movement",), (), {"switches": None}),
    Told(("movement", "costs"), ("key",), {"switched": None, "stayed": None}),
    Told(("path", "steps"), ("stage", "touchpoint"), {"share": None, "feeling": None}),
    Told(
        ("recovery", "causes"), ("cause",),
        {"share": None, "again": None, "slow": None, "escalated": None, "reopened": None},
    ),
    Told(("business_case", "classes"), ("key",), {"share": None, "stay": None, "cost": None}),
    Told(("standing", "loyalists"), ("key",), {"confirmed": None, "otherwise": None}),
    Told(("standing", "at_risk"), ("key",), {"confirmed": None, "otherwise": None}),
    Told(("standing", "risks"), ("key",), {"confirmed": None, "otherwise": None}),
    Told(("standing", "neighbour"), (), {"in_between": None}),
    Told(("buying_centre",), (), {"decider": None, "healthy": None}),
    Told(("buying_centre", "roles"), ("role",), {"accounts": None, "nps": None}),
    Told(("rivals",), ("touchpoint", "brand"), {"own": None, "other": None, "difference": None}),
)  # fmt: skip


@dataclass
class Cell:
    """One estimate of one segment (0: everybody), and the dict in which it stands."""

    segment: int
    holder: dict
    name: str
    rest: str | None

    @property
    def estimate(self) -> dict:
        return self.holder[self.name]

    @property
    def others(self) -> dict | None:
        found = self.holder.get(self.rest) if self.rest else None
        return found if found is not None and found["value"] is not None else None

    @property
    def measured(self) -> bool:
        return self.estimate is not None and self.estimate["value"] is not None

    def withhold(self, why: str) -> None:
        for name in (self.name, self.rest):
            if name and self.holder.get(name) is not None:
                self.holder[name] = not_measured(why, self.holder[name]["unit"]).model_dump()
        self._clear()

    def tell_rounded(self, min_group: int) -> bool:
        """Put the share of the rounded count in the place of the exact one; returns False where too few answered.

        Those who are few become half of `min_group`, and the others of the base what is left of it then: which says no
        more of the few than the base does.
        """
        own, rest = self.estimate, self.others
        if not all(_may_round(told, min_group) for told in (own, rest) if told is not None):
            return False
        total = _counts(own)[0] + (_counts(rest)[0] if rest is not None else 0.0)
        yes = _told_as(own, min_group)
        if rest is not None:
            yes_of_rest = _told_as(rest, min_group)
            yes = total - yes_of_rest if yes is None else yes
            self.holder[self.rest] = _of_count(rest, total - yes if yes_of_rest is None else yes_of_rest, min_group)
        self.holder[self.name] = _of_count(own, yes, min_group)
        self.holder |= {name: round(yes) for name in COUNTS if name in self.holder}
        self._clear()
        return True

    def _clear(self) -> None:
        self.holder.update(CLEARED.get(self.name, {}))
        if self.holder.get("test"):
            self.holder["test"] = NOT_TOLD


def _may_round(estimate: dict, min_group: int) -> bool:
    return estimate["method"].startswith(COUNTED[0]) and estimate["n"] >= FEWEST_ROUNDED * min_group


def _told_as(estimate: dict, min_group: int) -> float | None:
    """How many are told to be, where those who are or are not are few; None where neither is."""
    n, yes = estimate["n"], _counts(estimate)[0]
    if is_few(yes, min_group):
        return min_group / 2
    return n - min_group / 2 if is_few(n - yes, min_group) else None


def _of_count(estimate: dict, yes: float, min_group: int) -> dict:
    """The share of so many, with Wilson's interval of that."""
    n = estimate["n"]
    share = min(max(yes / n, 0.0), 1.0)
    low, high = wilson(share, n if estimate["n_effective"] is None else estimate["n_effective"])
    method = ROUNDED.format(min_group, f"{min_group / 2:g}")
    return {**estimate, "value": share, "low": low, "high": high, "method": method}


def withhold_small(experience: Experience, min_group: int) -> Experience:
    """The experience without estimates that tell of a group of 1 to `min_group` − 1; `withheld` counts them."""
    plain = experience.model_dump()
    figures: dict[tuple, list[Cell]] = defaultdict(list)
    for group in plain["groups"]:
        for told in FIGURES:
            for names, holder in _standing_at(group, told.path, told.names):
                for name, rest in told.fields.items():
                    if holder.get(name) is not None:
                        figures[told.path, names, name].append(Cell(group["segment"], holder, name, rest))
    rounded = withheld = 0
    for cells in figures.values():
        for cell in cells:
            if not cell.measured and cell.others is not None:  # everybody less the others would be what is not told
                cell.holder[cell.rest] = not_measured(TO_SUBTRACT.format(min_group), cell.others["unit"]).model_dump()
                withheld += 1
        few, given_away = _judge(cells, min_group)
        for cell in few:
            if cell.tell_rounded(min_group):
                rounded += 1
            else:
                cell.withhold(FEW.format(min_group))
                withheld += 1
        for cell in given_away:
            cell.withhold(TO_SUBTRACT.format(min_group))
            withheld += 1
    for group in plain["groups"]:
        withheld += _add_up(group, min_group)
        _leave_out(group, min_group)
    counts = Withheld(figures=sum(map(len, figures.values())), rounded=rounded, withheld=withheld)
    plain["withheld"] = counts.model_dump()
    return Experience.model_validate(plain)


def tells_of_few(estimate: Estimate, min_group: int) -> bool:
    """Whether a figure counts fewer than `min_group`: answers, or those with it or without it.

    >>> import numpy as np
    >>> from personas.estimates import share_estimate
    >>> tells_of_few(share_estimate(np.arange(40) < 7), 10), tells_of_few(share_estimate(np.arange(40) < 17), 10)
    (True, False)
    """
    return estimate.value is not None and _is_small(estimate.model_dump(), min_group)


def _standing_at(node, path: tuple[str, ...], names: tuple[str, ...], said=()) -> Iterator[tuple[tuple, dict]]:
    """Every dict at the end of `path`, with what the fields called `names` say on the way."""
    if node is None:
        return
    if isinstance(node, (list, tuple)):
        for one in node:
            yield from _standing_at(one, path, names, said)
        return
    own = tuple((name, node[name]) for name in names if name in node)
    if not path:
        yield (*said, *own), node
        return
    yield from _standing_at(node.get(path[0]), path[1:], names, (*said, *own))


def _counts(estimate: dict) -> tuple[float, ...]:
    """Those with and those without where it is a share that counts; else how many answered, and their sum of counts."""
    n = float(estimate["n"])
    if estimate["unit"] == "count" and estimate["method"].startswith("mean"):
        return (n, abs(estimate["value"]) * n)  # so many of something in all, of as many customers at most
    if estimate["unit"] != "share" or not estimate["method"].startswith(COUNTED):
        return (n,)
    yes = estimate["value"] * n
    return (yes, n - yes)


def _judge(cells: list[Cell], min_group: int) -> tuple[list[Cell], list[Cell]]:
    """(cells that tell of few, cells that would give away what the others leave)."""
    base = next((cell for cell in cells if cell.segment == 0 and cell.measured), None)
    own = [cell for cell in cells if cell.segment and cell.measured]
    if base is not None and _is_small(base.estimate, min_group):
        return [base], own
    small = [c for c in own if any(_is_small(e, min_group) for e in (c.estimate, c.others) if e is not None)]
    shown = sorted((c for c in own if c not in small), key=lambda c: (c.estimate["n"], -c.segment))
    whole = _counts(base.estimate) if base is not None else _whole(own)
    if whole is not None:  # where hardly anybody was in contact another KPI stands, which tells nothing of this one
        shown = [cell for cell in shown if len(_counts(cell.estimate)) == len(whole)]
    hidden: list[Cell] = []
    while shown and whole is not None and _leaves_few(whole, shown, min_group):
        hidden.append(shown.pop(0))
    return small, hidden


def _is_small(estimate: dict, min_group: int) -> bool:
    return any(is_few(count, min_group) for count in _counts(estimate))


def _whole(cells: list[Cell]) -> tuple[float, ...] | None:
    """The counts of everybody from a segment and its others, where the base itself is not told."""
    for cell in cells:
        if cell.others is not None:
            own, rest = _counts(cell.estimate), _counts(cell.others)
            return tuple(a + b for a, b in zip(own, rest, strict=True)) if len(own) == len(rest) else None
    return None


def _leaves_few(whole: tuple[float, ...], shown: list[Cell], min_group: int) -> bool:
    """Whether everybody less those shown is a small group; rounding errors are none."""
    told = [_counts(cell.estimate) for cell in shown]
    left = [all_ - sum(counts[i] for counts in told) for i, all_ in enumerate(whole)]
    # Those told to be few are 1 to `min_group` − 1 and the others at least that: of twice as many, any split could be.
    return any(is_few(count, 2 * min_group) for count in left)


SUMS = ((("movement", "transitions"), "before"), (("movement", "channels"), "before"), (("recovery", "causes"), ""))


def _add_up(group: dict, min_group: int) -> int:
    """Withhold the rarest where the shares of a whole that are told leave few; returns how many were.

    What follows a contact adds up to 1, and so do the causes of cases.
    """
    done = 0
    for (outer, inner), by in SUMS:
        rows: dict[str, list[dict]] = defaultdict(list)
        for row in (group[outer] or {}).get(inner, ()):
            if row["share"]["value"] is not None:
                rows[row.get(by, "")].append(row)
        for told in rows.values():
            told.sort(key=lambda row: -row["share"]["value"])
            n = told[0]["share"]["n"]
            while told and is_few(n * (1 - sum(row["share"]["value"] for row in told)), min_group):
                told.pop()["share"] = not_measured(TO_SUBTRACT.format(min_group), "share").model_dump()
                done += 1
    return done


def _leave_out(group: dict, min_group: int) -> None:
    """Take out the rows that are nothing without what was withheld."""

    def kept(rows, *names):
        return [row for row in rows if all(row[name] is None or row[name]["value"] is not None for name in names)]

    group["pain_points"], group["delights"] = (kept(group[name], "reach") for name in ("pain_points", "delights"))
    group["rivals"] = kept(group["rivals"], "own", "other", "difference")
    for trend in group["trends"]:
        trend["points"] = kept(trend["points"], "estimate")
    if group["movement"]:
        moves = group["movement"]
        moves["transitions"], moves["channels"] = (kept(moves[name], "share") for name in ("transitions", "channels"))
        moves["costs"] = kept(moves["costs"], "switched", "stayed")
    if group["recovery"]:
        group["recovery"]["causes"] = kept(group["recovery"]["causes"], "share")
    if group["path"]:
        group["path"]["steps"] = kept(group["path"]["steps"], "share")
        if not group["path"]["steps"]:
            group["path"] = None
