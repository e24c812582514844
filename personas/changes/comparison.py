"""Compares a run with the one before it: who the personas are now, who moved, what changed beyond chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from personas.changes.account import headlines_of, in_order, say_change, whole_sentence
from personas.changes.concealment import conceal_earlier
from personas.changes.drift import measure_drift
from personas.changes.fates import tell_fates
from personas.changes.figures import comparable, compare_figures, same_length
from personas.changes.models import Changes, EarlierRun
from personas.changes.movement import count_flows, tell_flows
from personas.changes.passports import first_passports, stamp
from personas.changes.redrawn import SAME_DATA, allow_for_redrawing, is_same_data
from personas.changes.verdicts import compare_verdicts, say_verdict
from personas.customers import Customers
from personas.estimates import Estimate, share_estimate
from personas.handover import Workspace
from personas.history import read_history
from personas.numerals import Numerals, day
from personas.profiles.earlier import Past, find_past
from personas.profiles.identities import Identities
from personas.profiles.matching import place_by, was_in
from personas.profiles.models import PersonaSet
from personas.profiles.past import reduce_run
from personas.segments import Segmentation

NEARLY_ALL = 0.9  # of the customers of either run, from which on they are compared with themselves


@dataclass(frozen=True)
class Earlier:
    """What this run is compared with; past : None for a first run; accepted : somebody accepted this very run."""

    past: Past | None
    accepted: bool = False


def read_earlier(workspace: Workspace, identities: Identities) -> Earlier:
    """Read the run that the personas were matched to."""
    past, _history = find_past(workspace, identities.fingerprint, identities.wave_of)
    return Earlier(past, read_history(workspace).knows_accepted(identities.fingerprint))


def compare_runs(
    personas: PersonaSet,
    earlier: Earlier | None = None,
    identities: Identities | None = None,
    customers: Customers | None = None,
    segmentation: Segmentation | None = None,
) -> Changes:
    """Say what changed between two runs of one dataset; without an earlier run, that this is the first.

    earlier : from :func:`read_earlier`; the others are what this run's stages handed over, needed only beside it

    All that is told as a change is beyond chance: of forty runs between which nothing happened, one may call a segment
    changed, and one a figure.

    >>> compare_runs(persona_set).sentence
    'First run: there is no earlier one of A corner shop, made up to compare with.'
    """
    notes = identities.notes if identities is not None else ()
    fingerprint = identities.fingerprint if identities is not None else ""
    past = earlier.past if earlier is not None else None
    if past is None or identities is None or customers is None or segmentation is None:
        return _nothing_to_compare(personas, notes, fingerprint)
    card, before = personas.dataset, conceal_earlier(past.run, personas.min_group)
    if card.observation_end and before.observation_end and card.observation_end[:10] < before.observation_end[:10]:
        return _nothing_to_compare(personas, notes, fingerprint, before.observation_end)
    numbers = Numerals(card.currency)
    today = segmentation.members["segment"].to_numpy()
    now = reduce_run(personas, customers, today, identities.highest)
    matched = tuple(one.persona_id for one in identities.personas if one.was_there)
    placed = place_by(past.segments, customers.frame)
    alike = same_length(now, before)
    moved = measure_drift(before.shapes, customers, comparable(alike))
    was = was_in(past, customers) if identities.shared else None
    held, paired = _held(placed, past, matched), _paired(placed, was, past)
    figures = compare_figures(now, before, matched, moved, held, paired)
    rows, columns = len(past.segments.ids), len(segmentation)
    table = count_flows(was, today - 1, rows, columns) if was is not None else None
    flows = tell_flows(table, past, identities, personas.min_group) if table is not None else ()
    by_definition = count_flows(placed, today - 1, rows, columns) if placed is not None else None
    drawn = table if table is not None else by_definition
    proposed = not earlier.accepted and (
        bool(identities.retired) or any(one.status != "same" for one in identities.personas)
    )
    changes = tell_fates(personas, past, identities, figures, flows, drawn, numbers, proposed)
    names = {persona.id: persona.name for persona in personas.personas}
    verdict = compare_verdicts(now, before)
    headlines = headlines_of(
        changes, figures.kpis, figures.pain_points, figures.statements, figures.drift, names, numbers
    )
    same_data = is_same_data(now, before, was, figures.kpis)
    headlines = allow_for_redrawing(headlines, changes, same_data)
    headlines = in_order(headlines if verdict is None else (verdict, *headlines))
    unsure = sum(change.within_chance for change in changes)
    since = f"the run of {day(before.observation_end)}" if before.observation_end else f"“{before.title}”"
    told = tuple(change for change in figures.kpis if change.beyond_chance and not same_data)
    sentence = whole_sentence(headlines, since, proposed, say_verdict(verdict, now, before), unsure)
    redrawn = same_data and any(one.status != "same" for one in changes)
    return Changes(
        first_run=False,
        sentence=f"{SAME_DATA} {sentence}" if redrawn else sentence,
        earlier=_earlier_run(past, was, customers, personas.min_group),
        headlines=headlines,
        personas=changes,
        flows=flows,
        figures=figures.kpis,
        pain_points=figures.pain_points,
        statements=figures.statements,
        drift=figures.drift,
        passports=stamp(
            before.passports, personas.personas, changes, told, _when(personas),
            before.observation_end or before.title, lambda change: say_change(change, numbers),
        ),
        unknown=_unknown(identities.wave_of, was is not None, placed is not None, alike),
        notes=notes,
        acceptance="proposed" if proposed else "accepted",
        segmentation="kept" if segmentation.verdict.kept else "refit",
        fit_for_use=" ".join(segmentation.verdict.reasons) if segmentation.verdict.kept else "",
        refit_advised=segmentation.verdict.refit_advised,
        fingerprint=fingerprint,
        verdict=now.verdict,
    )  # fmt: skip


def _nothing_to_compare(personas: PersonaSet, notes, fingerprint: str, later: str = "") -> Changes:
    title = personas.dataset.title
    sentence = f"First run: there is no earlier one of {title} to compare with."
    if later:
        sentence = (
            f"Nothing is compared: this run's data ends on {day(personas.dataset.observation_end)}, before that of the "
            f"last accepted run ({day(later)}). The history stays as it is."
        )
    elif notes:
        sentence = f"There is no earlier run of {title} that can be compared with."
    return Changes(
        first_run=True, sentence=sentence, notes=notes, fingerprint=fingerprint, out_of_order=bool(later),
        passports=() if later else first_passports(personas.personas, _when(personas)),
    )  # fmt: skip


def _when(personas: PersonaSet) -> str:
    return personas.dataset.observation_end or personas.dataset.title


def _held(placed: np.ndarray | None, earlier: Past, matched: tuple[str, ...]) -> dict[str, Estimate]:
    """Share of today's customers in each persona by its earlier definition."""
    ids = earlier.segments.ids
    if placed is None or len(ids) < 2:
        return {}
    return {one: share_estimate(placed == ids.index(one)) for one in matched}


def _paired(placed: np.ndarray | None, was: np.ndarray | None, earlier: Past) -> dict[str, tuple[Estimate, float]]:
    """Change of each persona's share by its earlier definition among the same customers, with its p-value.

    Only where nearly everybody is in both runs: each is then compared with what they were [McNemar 1947].
    """
    if placed is None or was is None or (was >= 0).sum() < NEARLY_ALL * max(len(was), earlier.run.customers):
        return {}
    both = was >= 0
    found = {}
    for position, persona_id in enumerate(earlier.segments.ids):
        came = (placed[both] == position).astype(float) - (was[both] == position)
        n, mean = len(came), float(came.mean())
        error = float(np.sqrt(((came**2).mean() - mean**2) / n))
        change = Estimate(
            value=mean, low=mean - 1.96 * error, high=mean + 1.96 * error, n=n, unit="share",
            method="the same customers in both runs, paired",
        )  # fmt: skip
        found[persona_id] = change, float(2 * norm.sf(abs(mean) / error)) if error > 0 else 1.0
    return found


def _earlier_run(earlier: Past, was, customers: Customers, min_group: int) -> EarlierRun:
    run = earlier.run
    shared = joined = left = None
    if was is not None:
        both = int((was >= 0).sum())
        counts = (both, len(was) - both, run.customers - both)
        # A small count could be had from the other two, so that all go if one does.
        if all(count == 0 or count >= min_group for count in counts):
            shared, joined, left = counts
    return EarlierRun(
        number=earlier.entry.number, dataset=run.dataset, title=run.title, observation_end=run.observation_end,
        customers=run.customers, verdict=run.verdict, units=run.units, shared=shared, joined=joined, left=left,
    )  # fmt: skip


def _unknown(wave_of: str, followed: bool, placed: bool, alike: bool) -> tuple[str, ...]:
    found = []
    if wave_of:
        found.append(
            "Who moved from one persona to another, and whether the same people changed their minds: the respondents "
            "are others in each wave. Asking some of them again would tell."
        )
    elif not followed:
        found.append(
            "Who moved from one persona to another: respondents or their ids differ between the runs, or too few are "
            "in both. Asking the same customers again would tell."
        )
    if not placed:
        found.append("Whether today's customers would fall into the earlier segments: the columns are others.")
    if not alike:
        found.append(
            "How sums and counts changed: the runs cover periods of other lengths. Equal periods would be comparable."
        )
    return tuple(found)
