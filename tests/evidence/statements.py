"""Statements about personas: are they true of the population, and is what was planted told?

A sample is divided and described as any customers are; the truth is what the same division finds in twenty times as
many others of the same population. A statement is false where the population's difference is none or the other way:
below `NOTHING` in Cohen's d or h, which is chance in so many customers. Planted is what sets a recovered segment apart
by `CLEAR` or more in the population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.customers.models import Feature
from personas.estimates import cohen_d, cohen_h
from personas.segments.space import forming, levels_of, numbers_of
from personas.simulation import features_of, planted
from tests.evidence.populations import NOTHING_NOTED

NAME = "statements"
TITLE = "Statements about personas, true of the population"
# What decides whether something is told, and of whom; how it is worded does not matter here.
CODE = (
    "personas.profiles.screening:screen_standings",
    "personas.profiles.screening:_above",
    "personas.profiles.traits:stand",
    "personas.profiles.traits:_stand_on_levels",
    "personas.profiles.traits:tested_how",
    "personas.segments.kmeans",
    "personas.segments.membership",
    "personas.simulation.tables",
)
EACH = 20
SAMPLE, POPULATION, SEGMENTS = 500, 20_000, 4
NOTHING, CLEAR = 0.05, 0.5
MOST_FALSE, LEAST_FOUND = 0.05, 0.9
KINDS = ("number", "amount", "yes or no", "ordered", "category")
EFFECTS = (0.4, 0.6, 0.8, 1.0)
FIVE, THREE = ("never", "seldom", "sometimes", "often", "always"), ("north", "south", "west")
GRID = {
    "plain": {},
    "overlapping": {"separation": 3.0},
    "half of the columns noise": {"noise_share": 0.5},
    "30 % of the cells empty": {"missing": 0.3},
    "sizes 6 : 1": {"imbalance": 6.0},
    "one population, cut in four": {"k": 1},
}
PLAIN = {"p": 10, "k": 4, "separation": 5.0}


def cases() -> list[dict]:
    return [{**PLAIN, **change, "seed": 400 + draw} for draw in range(EACH) for change in GRID.values()]


def cell_of(case: dict) -> str:
    return next(name for name, cell in GRID.items() if all(case.get(k) == v for k, v in ({**PLAIN, **cell}).items())
                and len(case) - 1 == len({**PLAIN, **cell}))  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """Customers of a population, and what the table's columns mean; (rows,) planted labels."""

    frame: pd.DataFrame
    features: tuple[Feature, ...]
    labels: np.ndarray


def draw(case: dict) -> Drawn:
    """A planted table with ten describing features that know of one label each and ten that know of nothing."""
    words = dict(case)
    seed = words.pop("seed")
    frame, labels = planted(SAMPLE + POPULATION, seed=seed, **words)
    rng = np.random.default_rng([seed, 11])
    described = {}
    for number in range(4 * len(KINDS)):
        kind = KINDS[number % len(KINDS)]
        latent = rng.standard_normal(len(frame))
        if number < 2 * len(KINDS) and case["k"] > 1:
            latent += EFFECTS[number % len(EFFECTS)] * (labels == number % case["k"])
        described[f"said_{number + 1:02d}"] = _seen(kind, latent)
    more = pd.DataFrame(described, index=frame.index)
    features = [f.model_copy(update={"forms": False, "columns": (f"asked.{f.name}",)}) for f in features_of(more)]
    made = [f.model_copy(update={"columns": (f"customers.{f.name}",)}) for f in features_of(frame)]
    return Drawn(frame.join(more).reset_index(), (*made, *features), labels)


def _seen(kind: str, latent: np.ndarray):
    if kind == "amount":
        return 40 * np.exp(0.8 * latent)
    if kind == "yes or no":
        return (latent > 0.4).astype(float)
    if kind in ("ordered", "category"):
        levels = FIVE if kind == "ordered" else THREE
        cuts = np.linspace(-1.2, 1.2, len(levels) - 1)
        return pd.Categorical.from_codes(np.searchsorted(cuts, latent), levels, ordered=kind == "ordered")
    return latent


def run(case: dict) -> dict:
    from personas.experience import measure_experience
    from personas.profiles import derive_personas
    from personas.segments.membership import assign_members
    from tests.profiles.divided import CARD, divide

    drawn = draw(case)
    customers = Customers(drawn.frame[:SAMPLE], drawn.features, NOTHING_NOTED)
    segmentation = divide(customers, SEGMENTS)
    others = drawn.frame[SAMPLE:]
    space = segmentation.space
    segment = assign_members(others["customer_id"], space.points(others), segmentation.centres)["segment"].to_numpy()
    told = derive_personas(customers, segmentation, measure_experience(customers, segmentation, ("customers",)), CARD)
    features = {feature.name: feature for feature in drawn.features}
    made = {feature.name for feature in forming(drawn.features)}
    found = {"defines": [0, 0], "describes": [0, 0]}
    said, wrong = set(), []
    for claim in told.claims:
        if claim.feature not in features or claim.id != f"{claim.persona_id}-{claim.feature}":
            continue
        if claim.sentence.endswith(("hardly a difference.", "chance alone could give.")):
            continue
        feature = features[claim.feature]
        level = claim.filter.removeprefix(f"{feature.label} ") if claim.filter else ""
        truth = effect_in(others, feature, segment == int(claim.persona_id[1:]), level)
        false = truth * np.sign(claim.effect) < NOTHING
        found[claim.kind][0] += 1
        found[claim.kind][1] += bool(false)
        said.add((claim.persona_id, claim.feature))
        wrong += [[claim.id, round(float(claim.effect), 2), round(truth, 3)]] * bool(false)
    clear = {
        (f"P{number}", name)
        for number in range(1, SEGMENTS + 1)
        for name, feature in features.items()
        if clearest(others, feature, segment == number) >= CLEAR
    }
    described = {pair for pair in clear if pair[1] not in made}
    return {
        "told": found["defines"][0] + found["describes"][0],
        "false": found["defines"][1] + found["describes"][1],
        "describing": found["describes"][0],
        "describing_false": found["describes"][1],
        "planted": len(clear),
        "found": len(clear & said),
        "planted_describing": len(described),
        "found_describing": len(described & said),
        "wrong": wrong,
    }


def effect_in(frame: pd.DataFrame, feature: Feature, inside: np.ndarray, level: str = "") -> float:
    """Cohen's d of the numbers, or h of the share who say `level` (in the words of the statement)."""
    values = numbers_of(frame[feature.name], levels_of(feature, frame[feature.name]))
    known = np.isfinite(values)
    if level or feature.kind == "binary":
        flags = said(frame[feature.name], feature, level) if level else values
        return cohen_h(float(flags[known & inside].mean()), float(flags[known & ~inside].mean()))
    return float(cohen_d(values[known & inside], values[known & ~inside]))


def said(column: pd.Series, feature: Feature, level: str) -> np.ndarray:
    """Who says what "often or more" means, from the words alone; (n,) float."""
    levels = list(feature.levels)
    if level in levels:
        return (column == level).to_numpy(float)
    word, _, way = level.rpartition(" or ")
    place = levels.index(word)
    return column.isin(levels[place:] if way == "more" else levels[: place + 1]).to_numpy(float)


def clearest(frame: pd.DataFrame, feature: Feature, inside: np.ndarray) -> float:
    """How far the feature sets the segment apart: |d|, or the largest |h| over the answers."""
    levels = list(feature.levels)
    if not levels:
        return abs(effect_in(frame, feature, inside))
    answers = [f"{one} or more" for one in levels[1:-1]] + levels[-1:] if feature.kind == "ordered" else levels
    return max(abs(effect_in(frame, feature, inside, answer)) for answer in answers)


def rate(found: list[dict], part: str, whole: str) -> float:
    """Mean over the data sets of `part` over `whole`; nothing told is nothing false [Benjamini & Hochberg 1995]."""
    return float(np.mean([one[part] / max(one[whole], 1) for one in found]))


def summarise(pairs: list[tuple[dict, dict]]) -> dict:
    rows = []
    for name in GRID:
        own = [one for case, one in pairs if cell_of(case) == name]
        if own:
            rows.append(
                {
                    "tables": name,
                    "drawn": len(own),
                    "told": float(np.mean([one["told"] for one in own])),
                    "false": f"{rate(own, 'false', 'told'):.1%}",
                    "false, not used to form": f"{rate(own, 'describing_false', 'describing'):.1%}",
                    "planted": sum(one["planted"] for one in own),
                    "found": f"{sum(one['found'] for one in own) / max(sum(one['planted'] for one in own), 1):.1%}",
                }
            )
    found = [one for _case, one in pairs]
    false, described = rate(found, "false", "told"), rate(found, "describing_false", "describing")
    reached = sum(one["found"] for one in found) / max(sum(one["planted"] for one in found), 1)
    return {
        "rows": rows,
        "limits": [
            {"what": f"false statements, mean over {len(found)} data sets", "value": round(false, 4),
             "limit": f"at most {MOST_FALSE}", "kept": false <= MOST_FALSE},
            {"what": "the same among statements on what did not form the segments", "value": round(described, 4),
             "limit": f"at most {MOST_FALSE}", "kept": described <= MOST_FALSE},
            {"what": "planted traits told", "value": round(reached, 4), "limit": f"at least {LEAST_FOUND}",
             "kept": reached >= LEAST_FOUND},
        ],
    }  # fmt: skip
