"""The verdict on the segments beside that of the run before: what another word means to whoever uses the personas."""

from __future__ import annotations

from personas.changes.models import Headline
from personas.profiles.past import PastRun

ORDER = ("none", "constructive", "reproducible", "natural")  # from weak to strong
MEANS = {
    "natural": "The segments are groups that stand apart in the data.",
    "reproducible": "The segments are found again in other samples, but as cuts through a continuum.",
    "constructive": "The segments are a useful division that somebody chose, not groups that exist in the data.",
    "none": "No division of these customers holds up in the data.",
}
CLOSE = "the evidence is close to its limit"


def compare_verdicts(now: PastRun, before: PastRun) -> Headline | None:
    """What to tell where the word is another; None where it is the same.

    Evidence is judged anew in every run, against fixed limits, and the level of false alarms does not count this: it is
    never told as beyond chance.
    """
    if now.verdict == before.verdict:
        return None
    where = [name for name, run in (("this run", now), ("the earlier run", before)) if run.borderline]
    doubt = f"in {' and '.join(where)} {CLOSE}" if where else "a figure near its limit may cross it"
    weaker = ORDER.index(now.verdict) < ORDER.index(before.verdict)
    act = "plans must not rest on the earlier, stronger word" if weaker else "the earlier reservation can be dropped"
    return Headline(
        what=f"The verdict on the segments is “{now.verdict}”; it was “{before.verdict}”.",
        meaning=f"{MEANS[now.verdict]} Chance alone may have changed the word: {doubt}.",
        act=f"Watch: if the next run says so again, {act}.", within_chance=True,
    )  # fmt: skip


def say_verdict(headline: Headline | None, now: PastRun, before: PastRun) -> str:
    """The same in a few words for the whole sentence; "" where nothing is to tell."""
    return "" if headline is None else f" The verdict on the segments went from “{before.verdict}” to “{now.verdict}”."
