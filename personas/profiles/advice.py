"""How to talk to a persona, and where expectation and data part: rules in ``advice.yml``, each tied to a claim."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from personas.profiles.models import Advice
from personas.profiles.traits import SMALLEST_EFFECT, Standing


@cache
def read_advice() -> dict:
    """The rules, as written."""
    return yaml.safe_load((Path(__file__).parent / "advice.yml").read_text(encoding="utf-8"))


def talk_to(
    standings: Mapping[str, Standing], claim_ids: Mapping[str, str], most: int = 3
) -> tuple[tuple[Advice, ...], tuple[Advice, ...]]:
    """(do, dont) from the traits that set the persona apart most.

    standings : by feature name; claim_ids : feature name → id of the claim that backs it
    """
    do: list[Advice] = []
    dont: list[Advice] = []
    for name, standing in sorted(standings.items(), key=lambda item: (-abs(item[1].gap), item[0])):
        if name not in claim_ids or not standing.distinct:
            continue
        words = _rule(name).get("high" if standing.gap > 0 else "low")
        if words and len(do) < most:
            category = standing.feature.high  # of a share of spending: the category's name
            do.append(Advice(text=words["do"].format(category=category), claim_id=claim_ids[name]))
            dont.append(Advice(text=words["dont"].format(category=category), claim_id=claim_ids[name]))
    return tuple(do), tuple(dont)


def _rule(name: str) -> dict:
    rules = read_advice()["talk"]
    if name in rules:
        return rules[name]
    return next((rule for key, rule in rules.items() if key.endswith("*") and name.startswith(key[:-1])), {})


def surprise(standings: Mapping[str, Standing]) -> tuple[str, Standing] | None:
    """The first expectation that the data contradicts: its words and the standing that does it."""
    for rule in read_advice()["expectations"]:
        (given, given_side), (expected, side) = (
            next(iter(rule["given"].items())),
            next(iter(rule["expect"].items())),
        )
        if given not in standings or expected not in standings:
            continue
        holds = standings[given].distinct and _sided(standings[given], given_side) >= SMALLEST_EFFECT
        # Contradicted, not merely unproven: the difference points the other way or is too small to matter.
        if holds and _sided(standings[expected], side) < SMALLEST_EFFECT / 2:
            return rule["words"], standings[expected]
    return None


def _sided(standing: Standing, side: str) -> float:
    effect = np.copysign(standing.effect, standing.gap)
    return float(effect if side == "high" else -effect)
