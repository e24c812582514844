"""What a report needs beside personas: evidence for the segments, map, sizes, quality sheet, features."""

from __future__ import annotations

import math

import numpy as np

from personas.customers.models import ColumnQuality, Feature, Quality, SetAside, TableRead
from personas.profiles.models import PersonaSet
from personas.segments.models import CandidateRow, Evidence, MapPoint, SegmentSize
from tests.report.households import FEATURES, TOTAL


def evidence_of(count: int) -> Evidence:
    observed = (0.94, 0.78, 0.74, 0.62, 0.58, 0.47, 0.44, 0.41, 0.39, 0.38, 0.36)
    rows = []
    for k in range(1, max(9, count + 1)):
        s = None if k == 1 else observed[min(k - 2, len(observed) - 1)]
        rows.append(
            CandidateRow(
                k=k,
                within=1 / k**0.4,
                separation=None if k == 1 else 1.8 + 0.5 * k,
                stability=s,
                stability_low=s and s - 0.05,
                stability_high=s and s + 0.04,
                stability_null_low=s and (0.89 if k == 2 else 0.34),
                stability_null_high=s and (0.95 if k == 2 else 0.5),
                prediction_strength=1.0 if k == 1 else 0.9 - 0.06 * k,
                segment_stability=tuple(0.9 - 0.04 * i for i in range(k)),
                smallest=0.9 / k**1.4,
                useful=None,
                useful_random=None,
                useful_rule=None,
                useful_tree=None,
                structure=3 <= k <= 6,
                chosen=k == count,
                note="largest with structure whose segments all hold" if k == count else "",
            )
        )
    return Evidence(
        rows=tuple(rows),
        separation_p=0.01,
        stability_p=0.025,
        null_draws=99,
        stability_null_draws=39,
        pairs=100,
        customers=TOTAL,
        forming=16,
        outcome="spend in the next quarter",
        seed=7,
    )


def sizes_of(persona_set: PersonaSet) -> tuple[SegmentSize, ...]:
    return tuple(
        SegmentSize(
            segment=p.number,
            n=p.n,
            share=p.share.value,
            stability=p.stability,
            word="stable",
            in_between=p.in_between.value,
        )
        for p in persona_set.personas
    )


def points_of(persona_set: PersonaSet, most: int = 2000, seed: int = 7) -> tuple[MapPoint, ...]:
    rng = np.random.default_rng(seed)
    points = []
    for i, p in enumerate(persona_set.personas):
        angle, n = 2.4 * i, round(most * p.share.value)
        spread = rng.normal(0, 1.0, (n, 2)) @ np.array([[1.1, 0.4], [0.1, 0.8]])
        centre = 2.3 * math.sqrt(i) * np.array([math.cos(angle), math.sin(angle)])
        points += [MapPoint(x=float(x), y=float(y), segment=p.number) for x, y in spread + centre]
    return tuple(points[i] for i in rng.permutation(len(points)))


def quality(text=lambda words: words) -> Quality:
    return Quality(
        tables=(
            TableRead(
                table=text("transactions"),
                role="transactions",
                rows=1469307,
                used=1469307,
                first="2017-01-01",
                last="2017-12-31",
            ),
            TableRead(table=text("demographics"), role="customers", rows=801, used=801, first="", last=""),
        ),
        set_aside=(
            SetAside(
                table=text("transactions"),
                rows=7417,
                of=1469307,
                reason=text("fuel lines count thousandths of a gallon as quantity; the money stays"),
            ),
        ),
        columns=(
            ColumnQuality(
                name="age",
                label=text("Age"),
                known=0.32,
                low=None,
                median=None,
                high=None,
                distinct=6,
                note=text("known for 801 of 2,469"),
            ),
        ),
        notes=(text("1,982 households are first seen in January: how long they have been customers is not measured."),),
    )


def features(text=lambda words: words) -> tuple[Feature, ...]:
    return tuple(
        Feature(
            name=f[0],
            label=text(f[1]),
            kind="number",
            block=f[2],
            forms=True,
            unit=f[3],
            definition=text(f"{f[1]} over the period."),
            columns=(text(f"transactions.{f[0]}"),),
        )
        for f in FEATURES
    )
