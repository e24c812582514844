"""One KPI for the base and for each segment, from sums: the estimate, the rest, effect and p-value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from personas.customers.models import Feature
from personas.estimates import Estimate, cohen_h, not_measured
from personas.experience.kpis import how_tested
from personas.experience.models import Kpi
from personas.experience.moments import Moments, difference_p, standardised, total_of

TEST = "z test, answers of one customer taken together; Benjamini-Hochberg"


@dataclass(frozen=True)
class Group:
    """What is compared: `segments` (1 …), the features that may have formed them, the smallest group shown."""

    segments: tuple[int, ...]
    features: tuple[Feature, ...]
    min_group: int


@dataclass(frozen=True)
class Wording:
    """What a KPI is called and means, and the table.column it is made from."""

    key: str
    label: str
    definition: str
    better: Literal["higher", "lower", "neither"]
    columns: tuple[str, ...]


def compare_groups(
    wording: Wording, found: Mapping[int, Moments], estimate: Callable[[Moments], Estimate], groups: Group
) -> dict[int, Kpi]:
    """The KPI of the base (0) and of each segment against its rest; {} where nobody answered.

    Groups in which fewer than `min_group` customers answered, and rests of so few, are not shown.
    """
    if not found:
        return {}
    base = total_of(found)
    kpis = {0: _kpi(wording, _shown(base, estimate, groups))}
    for segment in groups.segments:
        own = found.get(segment, Moments())
        rest = base - own
        alone = len(groups.segments) == 1
        first = _shown(own, estimate, groups)
        second = None if alone else _shown(rest, estimate, groups)
        compared = second is not None and first.measured and second.measured
        test = how_tested(wording.columns, groups.features)
        tested = compared and not test.startswith("not tested")
        kpis[segment] = _kpi(
            wording, first, rest=second, effect=_effect(own, rest, first) if compared else None,
            p=difference_p(own, rest) if tested else None, test="" if alone else TEST if tested else test,
        )  # fmt: skip
    return kpis


def _kpi(wording: Wording, estimate: Estimate, **more) -> Kpi:
    return Kpi(
        key=wording.key, label=wording.label, definition=wording.definition, better=wording.better, estimate=estimate,
        **more,
    )  # fmt: skip


def _shown(moments: Moments, estimate: Callable[[Moments], Estimate], groups: Group) -> Estimate:
    found = estimate(moments)
    if 0 < moments.customers < groups.min_group:
        return not_measured(f"fewer than {groups.min_group} customers", found.unit)
    return found


def _effect(own: Moments, rest: Moments, estimate: Estimate) -> float | None:
    return cohen_h(own.mean, rest.mean) if estimate.unit == "share" else standardised(own, rest)
