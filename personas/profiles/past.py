"""A run reduced to what the next one is compared with, as the history keeps it.

No customer is in it: figures of groups, statements with the figure behind them, and the shape of every input. What
assigns a customer is beside it, with how far a refit alone would move the segments.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.estimates import Estimate, Frozen
from personas.history import RUN, SEGMENTS, Entry
from personas.profiles.models import Persona, PersonaSet
from personas.profiles.weighing import standing_of, weights_of
from personas.segments.latent_classes import LatentClasses
from personas.segments.space import FeatureSpace, levels_of, numbers_of

BINS = 10  # of a number's distribution: the usual choice for the population stability index
COARSEST = 6  # decimals of the edges between them


class Event(Frozen):
    """One line of a passport: at the run with this observation end."""

    when: str
    words: str


class Passport(Frozen):
    """A persona's life: permanent id, the name it has and those it had, what happened to it; kept after it retires."""

    id: str
    name: str
    born: str
    retired: str = ""
    names: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


class PastKpi(Frozen):
    key: str
    label: str
    better: Literal["higher", "lower", "neither"]
    estimate: Estimate


class PastPain(Frozen):
    key: str
    title: str
    kind: str
    source: str
    reach: Estimate
    rank: int
    rank_low: int
    rank_high: int


class PastStanding(Frozen):
    """How a persona stood on one feature against the rest; `sentence` is what was told of it, "" where nothing was.

    effect : Cohen's d or h; error : its standard error; level : the answer that was compared, "" for a number
    """

    feature: str
    label: str
    forms: bool
    level: str
    own: Estimate
    effect: float
    error: float
    sentence: str


class PastPersona(Frozen):
    id: str
    number: int
    name: str
    name_from_data: str
    named_by: str
    n: int
    share: Estimate
    kpis: tuple[PastKpi, ...] = ()
    pain_points: tuple[PastPain, ...] = ()
    standings: tuple[PastStanding, ...] = ()


class Shape(Frozen):
    """How one input is distributed over the customers.

    edges : between the bins of a number, (bins − 1,); levels : of a category; one of the two is empty
    shares : of those known, a value a bin or level; known : customers with a value; unknown : share without one
    unit : of a number, such as "share"
    """

    feature: str
    label: str
    forms: bool
    edges: tuple[float, ...]
    levels: tuple[str, ...]
    shares: tuple[float, ...]
    known: int
    unknown: float
    unit: str = ""


class PastRun(Frozen):
    """One run.

    highest : the largest number that a permanent id ever had; it is never given again
    """

    dataset: str
    title: str
    units: str
    observation_start: str
    observation_end: str
    customers: int
    verdict: str
    borderline: bool
    k: int
    kpis: tuple[PastKpi, ...]
    pain_points: tuple[PastPain, ...]
    personas: tuple[PastPersona, ...]
    shapes: tuple[Shape, ...]
    highest: int
    min_group: int
    passports: tuple[Passport, ...] = ()


class PastSegments(Frozen):
    """What assigned customers in a run.

    ids : permanent ids in the order of the centres; floors : overlap below which refitting does not explain that a
        segment is another one; moved : (k, k) share of row's customers that a refit alone puts into column's segment,
        95th percentile; both empty for one segment
    """

    space: FeatureSpace
    centres: tuple[tuple[float, ...], ...]
    classes: LatentClasses | None = None
    ids: tuple[str, ...] = ()
    floors: tuple[float, ...] = ()
    moved: tuple[tuple[float, ...], ...] = ()


def reduce_run(personas: PersonaSet, customers: Customers, segments: np.ndarray, highest: int) -> PastRun:
    """Reduce a persona set and its customers to what the next run needs.

    segments : (n,) number of everybody's segment; highest : the largest number that an id ever had
    """
    card = personas.dataset
    return PastRun(
        dataset=card.name, title=card.title, units=card.units, observation_start=card.observation_start,
        observation_end=card.observation_end, customers=len(customers.frame), verdict=personas.verdict.word,
        borderline=personas.verdict.borderline, k=len(personas.personas), kpis=_kpis(personas.kpis),
        pain_points=_pains(personas.pain_points),
        personas=tuple(
            PastPersona(
                id=p.id, number=p.number, name=p.name, name_from_data=p.name_from_data or p.name,
                named_by=p.named_by, n=p.n, share=p.share, kpis=_kpis(p.kpis), pain_points=_pains(p.pain_points),
                standings=_standings(p, personas, customers, segments),
            )
            for p in personas.personas
        ),
        shapes=tuple(shape_of(customers.frame, f) for f in customers.features), highest=highest,
        min_group=personas.min_group,
    )  # fmt: skip


def read_past(entry: Entry) -> tuple[PastRun, PastSegments]:
    """Read an entry of the history; raises ValueError where it was damaged by hand."""
    run = PastRun.model_validate(entry.read(RUN)["run"])
    segments = PastSegments.model_validate(entry.read(SEGMENTS))
    _check(run, segments)
    return run, segments


def _check(run: PastRun, segments: PastSegments) -> None:
    """Raise ValueError where the two files do not belong together, or an id is there twice."""
    k, ids = len(segments.ids), [persona.id for persona in run.personas]
    divided = len(segments.centres) if segments.classes is None else len(segments.classes.weights)
    numbers = [int(one.removeprefix("P")) for one in (*ids, *(passport.id for passport in run.passports))]
    if not k == divided == len(set(segments.ids)) or sorted(segments.ids) != sorted(ids):
        raise ValueError("its segments are not its personas")
    if segments.floors and len(segments.floors) != k:
        raise ValueError("its segments are not those that were measured")
    if max(numbers) > run.highest:
        raise ValueError("an id is larger than the largest that was given")


def shape_of(frame: pd.DataFrame, feature: Feature) -> Shape:
    """The distribution of one feature; numbers in up to ten bins of about equal size."""
    levels = levels_of(feature, frame[feature.name])
    values = numbers_of(frame[feature.name], levels)
    known = values[np.isfinite(values)]
    edges: tuple[float, ...] = ()
    if not levels and len(known):
        cuts = np.quantile(known, np.arange(1, BINS) / BINS, method="higher")
        inner = np.unique(np.round(cuts, COARSEST))
        # An edge at the least value would leave the bin below it empty.
        edges = tuple(float(edge) for edge in inner if edge > known.min())
    return Shape(
        feature=feature.name, label=feature.label, forms=feature.forms, edges=edges, levels=levels,
        shares=tuple(shares_in(values, edges, levels).tolist()), known=len(known),
        unknown=float(1 - len(known) / max(len(values), 1)), unit=feature.unit or "",
    )  # fmt: skip


def shares_in(values: np.ndarray, edges: tuple[float, ...], levels: tuple[str, ...]) -> np.ndarray:
    """Shares of the known values by level, or in the bins that the edges make, each with its lower edge."""
    known = values[np.isfinite(values)]
    bins = known.astype(int) if levels else np.searchsorted(np.array(edges), known, side="right")
    counts = np.bincount(bins, minlength=len(levels) or len(edges) + 1)
    return counts / max(len(known), 1)


def _standings(persona: Persona, personas: PersonaSet, customers: Customers, segments) -> tuple[PastStanding, ...]:
    if len(personas.personas) == 1:
        return ()
    told = {claim.id: claim.sentence for claim in personas.claims}
    inside = segments == persona.number
    weights, found = weights_of(customers), []
    for feature in customers.features:
        standing = standing_of(customers.frame, feature, inside, personas.min_group, weights)
        if standing is not None:
            inner, outer = standing.own.n, standing.rest.n
            error = np.sqrt(1 / inner + 1 / outer + standing.effect**2 / (2 * (inner + outer)))
            found.append(
                PastStanding(
                    feature=feature.name, label=feature.label, forms=feature.forms, level=standing.level,
                    own=standing.own, effect=round(standing.effect, 6), error=round(float(error), 6),
                    sentence=told.get(f"{persona.id}-{feature.name}", "") if standing.distinct else "",
                )
            )  # fmt: skip
    return tuple(found)


def _kpis(kpis) -> tuple[PastKpi, ...]:
    return tuple(PastKpi(key=k.key, label=k.label, better=k.better, estimate=k.estimate) for k in kpis)


def _pains(pains) -> tuple[PastPain, ...]:
    return tuple(
        PastPain(
            key=p.key, title=p.title, kind=p.kind, source=p.source, reach=p.reach, rank=p.rank, rank_low=p.rank_low,
            rank_high=p.rank_high,
        )
        for p in pains
    )  # fmt: skip
