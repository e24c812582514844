"""Two runs after each other: is nothing said where nothing happened, and is what happened found?

The runs are those of a project: segments, experience, personas with their ids, the comparison. The number of segments
is given, since what is tried here is the comparison and not the choice.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from scipy.stats import binom

from tests.evidence.populations import customers_of, draw

NAME = "false_alarms"
TITLE = "Two runs, one after the other"
CODE = (
    "personas.changes.account:headlines_of",
    "personas.changes.differences:adjust",
    "personas.changes.differences:subtract",
    "personas.changes.drift:index_of",
    "personas.changes.drift:measure_drift",
    "personas.changes.figures:compare_figures",
    "personas.changes.noise:joint_limits",
    "personas.changes.noise:measure_noise",
    "personas.profiles.identity:match_personas",
    "personas.profiles.identity:overlaps_of",
    "personas.simulation.waves:simulate_wave",
    "tests.evidence.false_alarms:run",
)  # and not all that they import: what measures KPIs and names personas has evidence of its own
DRAWS = 200
LEVEL = 0.05  # of pairs with a false alarm; 16 of 200 is what chance makes of it, once in forty
PLANTED = {"grown": 4, "split": 5, "merged": 3, "cured": 4, "drift": 4}
EACH = 10
N = 1_000
UNCHANGED = {
    "other customers of one shop": "shop",
    "the same customers, later": "later",
    "other customers of one continuum, cut in four": "cloud",
}


def cases() -> list[dict]:
    unchanged = [{"kind": kind, "seed": seed} for seed in range(1, DRAWS + 1) for kind in UNCHANGED.values()]
    return unchanged + [{"kind": change, "seed": seed} for seed in range(1, EACH + 1) for change in PLANTED]


def run(params: dict) -> dict:
    """Make both runs; what the second says of itself."""
    from tests.changes.runs import project, run, simulate_wave

    kind, seed = params["kind"], params["seed"]
    if kind == "cloud":
        first, second = halves_of_a_continuum(seed)
    elif kind in ("shop", "later"):
        first = simulate_wave(N, seed)
        second = simulate_wave(N, seed + 100_000) if kind == "shop" else simulate_wave(N, seed, wave=2)
    else:
        first, second = simulate_wave(N, seed), simulate_wave(N, seed, kind, wave=2)
    with TemporaryDirectory() as folder:
        workspace = project(Path(folder))
        run(workspace, first, 4)
        changes = run(workspace, second, PLANTED.get(kind, 4), end="2025-12-31").changes
    alarms = [one for one in changes.headlines if not one.within_chance]
    structure = [one.persona_id for one in changes.personas if one.status != "same" and not one.within_chance]
    return {
        "alarms": len(alarms),
        "segments": len(structure),
        "unstable": sum(one.within_chance for one in changes.personas),
        "found": found_in(changes).get(kind),
    }


def halves_of_a_continuum(seed: int):
    """Two lots of customers out of one correlated cloud without groups: its seed makes the population too."""
    frame = draw({"kind": "structureless", "family": "correlated", "n": 2 * N, "p": 6, "seed": seed})[0]
    return customers_of(frame.iloc[:N]), customers_of(frame.iloc[N:])


def found_in(changes) -> dict[str, bool]:
    """Whether each planted change is told as what it is."""
    now = {one.persona_id: one for one in changes.personas}
    grown = [one for one in now.values() if one.share is not None and one.share.beyond_chance]
    born = [one for one in now.values() if one.status == "born" and not one.within_chance]
    gone = [one for one in now.values() if one.status == "retired"]
    eased = [pain.key for pain in changes.pain_points if pain.status == "eased" and pain.persona_id is not None]
    return {
        "grown": any(one.share.change.value > 0 for one in grown),
        "split": any(one.came_from and one.came_from[0] in now for one in born),
        "merged": any(set(one.went_to) & set(now) for one in gone),
        "cured": eased == ["unused_campaigns"],
        "drift": any(one.feature == "monetary_value" and one.level != "none" for one in changes.drift),
    }


def summarise(found: list[tuple[dict, dict]]) -> dict:
    """A row a kind of pair; the limits are on unchanged ones."""
    rows, limits = [], []
    for title, kind in UNCHANGED.items():
        own = [one for case, one in found if case["kind"] == kind]
        if not own:
            continue
        alarms = sum(one["alarms"] > 0 for one in own)
        rows.append(
            {
                "between the runs": f"nothing: {title}", "pairs": len(own), "something said": alarms,
                "a segment called changed": sum(one["segments"] > 0 for one in own),
                "a segment too unstable to follow": sum(one["unstable"] > 0 for one in own), "found": "",
            }
        )  # fmt: skip
        most = int(binom.ppf(0.975, len(own), LEVEL))
        limits.append(
            {"what": f"false alarms, {title}, of {len(own)}", "value": alarms, "limit": f"at most {most}",
             "kept": alarms <= most}
        )  # fmt: skip
    for change in PLANTED:
        own = [one for case, one in found if case["kind"] == change]
        if not own:
            continue
        hits = sum(bool(one["found"]) for one in own)
        rows.append(
            {
                "between the runs": WORDS[change], "pairs": len(own),
                "something said": sum(one["alarms"] > 0 for one in own),
                "a segment called changed": sum(one["segments"] > 0 for one in own),
                "a segment too unstable to follow": sum(one["unstable"] > 0 for one in own), "found": str(hits),
            }
        )  # fmt: skip
        limits.append(
            {"what": f"found: {WORDS[change]}, of {len(own)}", "value": hits, "limit": f"all {len(own)}",
             "kept": hits == len(own)}
        )  # fmt: skip
    return {"rows": rows, "limits": limits}


WORDS = {
    "grown": "a fifth of one segment joined another",
    "split": "one segment fell in two",
    "merged": "one segment became like another",
    "cured": "a pain point of one segment was cured",
    "drift": "everybody spends a quarter more a visit",
}
