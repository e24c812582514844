"""Which differences are told at all: of the many that are looked at, chance alone makes some look large.

Some sixty features in six segments are hundreds of looks, and one in twenty of those at nothing has an interval off
zero. A difference on what did not form the segments is told only if it stays significant after Benjamini and Hochberg's
adjustment over all of them, so that about one told in twenty is false at most; ``make evidence`` counts it. What formed
the segments differs by construction: a test of it would always say yes, so none is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from personas.customers.models import Feature
from personas.profiles.traits import Standing, tested_how

LEVEL = 0.05


def screen_standings(
    standings: Sequence[Mapping[str, Standing]], features: Sequence[Feature], others: Sequence[float] = ()
) -> list[dict[str, Standing]]:
    """Take back "distinct" where the adjusted p-value is above 5 %.

    standings : for each segment its standing by feature; others : p-values that the run's ledger adjusts them with
    Two families must agree: every feature that did not form the segments, and those that the ledger may test.
    """
    looked = {
        (place, name): standing.p
        for place, own in enumerate(standings)
        for name, standing in own.items()
        if not standing.feature.forms and standing.p is not None
    }
    tested = {key: p for key, p in looked.items() if tested_how(standings[key[0]][key[1]].feature, features)}
    unsure = _above(looked, ()) | _above(tested, others)
    return [
        {
            name: replace(standing, distinct=False) if (place, name) in unsure else standing
            for name, standing in own.items()
        }
        for place, own in enumerate(standings)
    ]


def _above(tests: Mapping[tuple[int, str], float], others: Sequence[float]) -> set[tuple[int, str]]:
    """The tests whose adjusted p-value, with `others` in the family, is above the level."""
    if not tests:
        return set()
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control([*tests.values(), *others])[: len(tests)]
    return {key for key, p in zip(tests, adjusted, strict=True) if p > LEVEL}
