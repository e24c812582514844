"""What stage 05 hands over: what changed since the run before, what it means and whether to act."""

from __future__ import annotations

from html import escape
from typing import Literal

from pydantic import Field

from personas.changes.loop_models import Aim, AlertReport, Reply, TriedAction
from personas.estimates import Estimate, Frozen
from personas.profiles.past import Passport

Status = Literal["same", "changed", "born", "returned", "retired"]


class EarlierRun(Frozen):
    """The run that this one is compared with.

    number : its place in the history; dataset : another one's where this is a wave of a survey
    shared, joined, left : customers in both runs, only in this one, only in the earlier one; None where respondents
        differ by design
    """

    number: int
    dataset: str
    title: str
    observation_end: str
    customers: int
    verdict: str
    units: str = "customers"
    shared: int | None = None
    joined: int | None = None
    left: int | None = None


class Change(Frozen):
    """One figure, in the earlier run and in this one.

    key : the KPI's, pain point's or feature's own; persona_id None: the base
    change : now less before, with a 95 % interval; p_adjusted : over everything compared (Benjamini-Hochberg)
    beyond_chance : the change is more than chance would make it; only then is it told as one
    reading : "better", "worse", "higher", "lower", or "within chance", or "not compared" where one is not measured
    """

    persona_id: str | None
    key: str
    label: str
    better: Literal["higher", "lower", "neither"]
    before: Estimate
    now: Estimate
    change: Estimate
    p: float | None = None
    p_adjusted: float | None = None
    beyond_chance: bool = False
    reading: str = "within chance"


class PainChange(Frozen):
    """A pain point in both runs, or in one of them; `reach` compares the share of customers it reaches.

    rank_before, rank_now : 1 is worst, None where it was not found; status "new" and "gone" are said only where the
    reach differs beyond chance, else a pain point that comes or goes is "unsure"
    """

    persona_id: str | None
    key: str
    title: str
    kind: str
    status: Literal["new", "gone", "grown", "eased", "as before", "unsure"]
    rank_before: int | None
    rank_now: int | None
    reach: Change


class StatementChange(Frozen):
    """A statement that became true or stopped being true.

    sure : the figure behind it moved beyond chance; turned : the earlier run said the contrary of it
    """

    persona_id: str | None
    feature: str
    sentence: str
    status: Literal["became true", "stopped being true"]
    sure: bool
    why: str
    claim_id: str | None = None
    turned: bool = False


class Flow(Frozen):
    """Customers in both runs who went from one persona to another; None stands for hidden (too few to be shown).

    source, target : persona ids; share : of those who were in `source`; noise : the share that refitting alone moves
    (95th percentile); beyond_noise : more went than that
    """

    source: str
    target: str
    customers: int | None
    share: float | None
    noise: float | None
    beyond_noise: bool


class Drift(Frozen):
    """How far the distribution of one input moved.

    psi : population stability index, about 0.1 is worth a look and 0.25 large; p_adjusted : chi-squared, adjusted
    words : where it moved to
    """

    feature: str
    label: str
    forms: bool
    psi: float
    p_adjusted: float
    level: Literal["none", "some", "large"]
    words: str


class PersonaChange(Frozen):
    """What became of one persona.

    overlap : Jaccard of the old and the new definition on today's customers; floor : below it, refitting alone does
    not explain the difference (the segment's own bootstrap); shared_overlap : Jaccard of members among shared customers
    came_from, went_to : ids of personas that it came from or went into (split, merge)
    proposed : waits to be accepted; name_before, name_reason : set where the name changed
    within_chance : it came or went because its segment is too unstable to be followed
    sentence : what changed; meaning : what follows; act : whether to act, "" where there is nothing to do
    """

    persona_id: str
    name: str
    status: Status
    overlap: float | None = None
    floor: float | None = None
    shared_overlap: float | None = None
    share: Change | None = None
    came_from: tuple[str, ...] = ()
    went_to: tuple[str, ...] = ()
    proposed: bool = False
    within_chance: bool = False
    name_before: str = ""
    name_reason: str = ""
    sentence: str = ""
    meaning: str = ""
    act: str = ""


class Headline(Frozen):
    """One entry of "What changed": what, what it means, whether to act; persona_id None: the whole base.

    within_chance : told because a reader would miss it, though chance alone may have done it
    """

    what: str
    meaning: str
    act: str
    persona_id: str | None = None
    good: bool | None = None
    within_chance: bool = False


class Changes(Frozen):
    """All of ``changes.json``.

    first_run : there is nothing to compare with; sentence : the whole in one sentence
    headlines : what a reader is told first; figures : KPIs of base and personas; unknown : what cannot be known
    acceptance : "accepted", or "proposed" until `make accept`; segmentation : "refit", or "kept" from the earlier run
    fit_for_use : of a kept segmentation, whether it still fits, in words; refit_advised : it should be made anew
    notes : what a reader must know of the history, such as one that was set aside
    actions : the register, and what came of each; aims : KPIs beside targets and benchmarks; alerts : by the rules of
        dataset.yml; replies : what to tell customers and staff
    """

    first_run: bool
    sentence: str
    earlier: EarlierRun | None = None
    headlines: tuple[Headline, ...] = ()
    personas: tuple[PersonaChange, ...] = ()
    flows: tuple[Flow, ...] = ()
    figures: tuple[Change, ...] = ()
    pain_points: tuple[PainChange, ...] = ()
    statements: tuple[StatementChange, ...] = ()
    drift: tuple[Drift, ...] = ()
    passports: tuple[Passport, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    acceptance: Literal["accepted", "proposed"] = "accepted"
    segmentation: Literal["refit", "kept"] = "refit"
    fit_for_use: str = ""
    refit_advised: bool = False
    actions: tuple[TriedAction, ...] = ()
    aims: tuple[Aim, ...] = ()
    alerts: AlertReport | None = None
    replies: tuple[Reply, ...] = ()
    verdict: str = Field("", description="on the segments of this run, one word")
    fingerprint: str = Field("", description="of what was measured; the same for a repeated run")
    out_of_order: bool = Field(False, description="the data ends before the last run's, so that nothing is compared")

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<li><b>{escape(one.what)}</b> {escape(one.meaning)} {escape(one.act)}</li>" for one in self.headlines
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in (*self.notes, *self.unknown))
        return f"<p><b>{escape(self.sentence)}</b></p><ul>{rows}</ul>{notes}"

    def __repr__(self) -> str:
        return "\n".join([self.sentence, *(f"{h.what} {h.meaning} {h.act}".strip() for h in self.headlines)])

    def of(self, persona_id: str) -> PersonaChange | None:
        """What became of one persona; None where there is nothing to compare."""
        return next((found for found in self.personas if found.persona_id == persona_id), None)
