"""One KPI for the base and for each segment, from sums: the estimate, the rest, effect and p-value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from personas.customers.models import Feature
from personas.estimates import Estimate, cohen_h, not_measured
from personas.experience.disclosure import hidden_shares, hidden_votes
from personas.experience.kpis.customer_kpis import how_tested
from personas.experience.models import Kpi, Part
from personas.experience.moments import Moments, difference_p, standardised, total_of
from personas.experience.suppression import hidden_groups

TEST = "z test, answers of one customer taken together; Benjamini-Hochberg"
NOT_TOLD = "not tested: the test would tell of a group too small to show"
GIVES_AWAY = "would give away a group of fewer than {} customers"


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
    wording: Wording, found: Mapping[int, Moments], estimate: Callable[..., Estimate], groups: Group
) -> dict[int, Kpi]:
    """The KPI of the base (0) and of each segment against its rest; {} where nobody answered.

    Groups in which fewer than `min_group` customers answered, and rests of so few, are not shown; nor is what would
    give such a group away by subtraction.
    """
    if not found:
        return {}
    base = total_of(found)
    hidden = hidden_groups({segment: own.customers for segment, own in found.items()}, groups.min_group)
    blunt: set[int] = set()
    if wording.key == "nps":
        blunt = hidden_votes(found, groups.min_group)
    elif estimate(base).unit == "share":
        hidden |= hidden_shares(found, groups.min_group)

    def shown(moments: Moments, segment: int) -> Estimate:
        """Told with an interval that does not tell who voted how, where these are few."""
        means = partial(estimate, blunt=groups.min_group) if segment in blunt else estimate
        return _shown(moments, means, groups, segment in hidden)

    kpis = {0: _kpi(wording, shown(base, 0), parts=_parts(wording, base, groups))}
    for segment in groups.segments:
        own = found.get(segment, Moments())
        rest = base - own
        alone = len(groups.segments) == 1
        first = shown(own, segment)
        second = None if alone else shown(rest, segment)
        # Effect and p-value hold the variances, and with them who voted how.
        compared = second is not None and first.measured and second.measured and segment not in blunt
        test = how_tested(wording.columns, groups.features)
        tested = compared and not test.startswith("not tested")
        kpis[segment] = _kpi(
            wording, first, rest=second, effect=_effect(own, rest, first) if compared else None,
            p=difference_p(own, rest) if tested else None,
            test="" if alone else TEST if tested else NOT_TOLD if segment in blunt else test,
            parts=() if segment in hidden | blunt else _parts(wording, own, groups),
        )  # fmt: skip
    return _without_lone_gap(kpis)


def _parts(wording: Wording, votes: Moments, groups: Group) -> tuple[Part, ...]:
    """Promoters, passives and detractors, as shares of the answers; () where one of them is too few to show."""
    if wording.key != "nps" or votes.count <= 0:
        return ()
    voted, net = votes.squares / votes.count, votes.mean
    shares = {"promoters": (voted + net) / 2, "passives": 1 - voted, "detractors": (voted - net) / 2}
    if any(0 < round(share * votes.customers, 6) < groups.min_group for share in shares.values()):
        return ()
    return tuple(Part(name=name, share=round(share, 6)) for name, share in shares.items())


def _without_lone_gap(kpis: dict[int, Kpi]) -> dict[int, Kpi]:
    """Hide the parts of all segments where those of one are hidden: the others and the base would give it away."""
    hidden = [number for number, kpi in kpis.items() if number and not kpi.parts]
    if len(hidden) != 1 or not kpis[0].parts:
        return kpis
    return {number: kpi if number == 0 else kpi.model_copy(update={"parts": ()}) for number, kpi in kpis.items()}


def _kpi(wording: Wording, estimate: Estimate, **more) -> Kpi:
    return Kpi(
        key=wording.key, label=wording.label, definition=wording.definition, better=wording.better, estimate=estimate,
        **more,
    )  # fmt: skip


def _shown(moments: Moments, estimate: Callable[[Moments], Estimate], groups: Group, hidden: bool = False) -> Estimate:
    found = estimate(moments)
    if 0 < moments.customers < groups.min_group:
        return not_measured(f"fewer than {groups.min_group} customers", found.unit)
    return not_measured(GIVES_AWAY.format(groups.min_group), found.unit) if hidden and found.measured else found


def _effect(own: Moments, rest: Moments, estimate: Estimate) -> float | None:
    return cohen_h(own.mean, rest.mean) if estimate.unit == "share" else standardised(own, rest)
