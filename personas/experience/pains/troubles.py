"""What customers say hurts, or delights: a problem ticked where all were asked, else a low rating or a complaint.

A touchpoint is told once. Where everybody was asked about it, that answer gives the reach: a problem ticked comes
before a low rating, and a low rating is joined with the complaints about the same touchpoint. What was only written
stands by itself where nobody was asked; else it lends its quotes and its count, and is not counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.feedback import Question, about_us
from personas.experience.models import Said
from personas.experience.pains.halves import Halves, RatingHalves, split
from personas.experience.pains.signals import Remedy

LOW = 0.375  # of the scale: a mean that rounds to the bottom two of five boxes
HIGH = 0.875  # a mean that rounds to the top box of five
COLUMNS = ("place", "metric", "code", "label", "touchpoint", "stage", "polarity", "later")


@dataclass(frozen=True)
class Support:
    """What else points to a trouble: who, and a sentence with {count} of them in it."""

    source: str
    words: str
    who: np.ndarray
    quotes: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """Something that hurts (or delights), as customers said it or as it was recorded.

    affected : (n,) whom; rating : column of the touchpoint's rating, "" if it is not rated
    finding : a sentence about {share} of those who gave feedback
    asked : (n,) who could say so, None: everybody who gave feedback; depth : (n,) how bad for each, None: by the rating
    halves : the same in the earlier and the later half of the observation, None where answers have no date
    whole : it is about everything at once, so it is told beside its parts and never weighed against them
    """

    key: str
    title: str
    touchpoint: str
    stage: str
    affected: np.ndarray
    rating: str
    finding: str
    columns: tuple[str, ...]
    filter: str
    source: str = "problems"
    asked: np.ndarray | None = None
    depth: np.ndarray | None = None
    halves: Halves | None = None
    support: tuple[Support, ...] = ()
    remedy: Remedy | None = None
    whole: bool = False


@dataclass(frozen=True)
class Complaints:
    """What was coded, complaints and praise; suggestions are neither.

    rows : a row a customer, code and half: COLUMNS, `place` the row of the customer table, `later` None without dates
    asked : (n,) who was asked for problems or complained
    problems_asked, by_half : (n,) who was asked for problems at all, in the earlier and in the later half
    """

    rows: pd.DataFrame
    asked: np.ndarray
    problems_asked: np.ndarray | None = None
    by_half: tuple[np.ndarray, np.ndarray] | None = None

    def of(self, polarity: str) -> pd.DataFrame:
        return self.rows[self.rows["polarity"] == polarity]

    def who(self, rows: pd.DataFrame) -> np.ndarray:
        """(n,) those with one of these rows."""
        flags = np.zeros(len(self.asked), bool)
        flags[rows["place"].to_numpy(int)] = True
        return flags


def gather_complaints(feedback, ids: pd.Series, middle: datetime | None = None) -> Complaints:
    """Gather coded problems and comments of known customers about the own brand.

    middle : where the later half of the observation begins; None: no trend
    """
    nobody = np.zeros(len(ids), bool)
    if not {"customer_id", "metric", "code", "polarity"} <= set(feedback.columns):
        return Complaints(pd.DataFrame(columns=list(COLUMNS)), nobody)
    rows = about_us(feedback).filter(_.metric.isin(("problem", "comment")), _.code.notnull())
    texts = {
        n: rows[n].fill_null("") if n in rows.columns else ibis.literal("") for n in ("label", "touchpoint", "stage")
    }
    dated = middle is not None and "time" in rows.columns
    later = rows.time >= ibis.literal(middle) if dated else ibis.null("boolean")
    rows = rows.select("customer_id", "metric", "code", "polarity", later=later, **texts).distinct()
    order = ("customer_id", "metric", "code", "label", "touchpoint", "stage", "polarity", "later")
    frame = rows.order_by(*order).to_pandas()
    frame["place"] = pd.Index(ids).get_indexer(frame["customer_id"])
    frame = frame[frame["place"] >= 0]
    problem, complained = (frame["metric"] == "problem"), (frame["polarity"] == "complaint").fillna(False)
    asked, problems = nobody.copy(), nobody.copy()
    asked[frame.loc[complained | problem, "place"].to_numpy(int)] = True
    problems[frame.loc[problem, "place"].to_numpy(int)] = True
    halves = split(frame.loc[problem, "place"], frame.loc[problem, "later"], len(ids)) if dated else None
    kept = frame["polarity"].isin(("complaint", "praise"))
    return Complaints(frame.loc[kept, list(COLUMNS)].reset_index(drop=True), asked, problems, halves)


def list_troubles(
    questions: Mapping[str, Question],
    ratings: Mapping[str, np.ndarray],
    complaints: Complaints,
    halves: RatingHalves | None = None,
    polarity: str = "complaint",
) -> tuple[Trouble, ...]:
    """Every trouble that somebody has; a touchpoint of which a problem was asked by name is not told a second time.

    questions, ratings : column of the customer table → the touchpoint rated, and (n,) ratings
    polarity : complaint for what hurts, praise for what delights
    """
    columns = {question.touchpoint: name for name, question in questions.items()}
    rows = complaints.of(polarity)
    parts = any(question.metric == "rating" for question in questions.values())
    # Where touchpoints are rated as such, satisfaction is the verdict on all of them and no touchpoint.
    whole = {q.touchpoint for q in questions.values() if parts and q.metric == "csat"}
    named = rows[rows["metric"] == "problem"].groupby("code", sort=True)
    found = [_problem(own, complaints, columns, whole) for _code, own in named]
    covered = {trouble.touchpoint for trouble in found}
    for name, question in questions.items():
        if question.touchpoint not in covered | whole:
            found.append(_rated(name, question, ratings[name], complaints, halves, polarity))
    told = covered | {question.touchpoint for question in questions.values()} - whole
    written = rows[(rows["metric"] == "comment") & ~rows["touchpoint"].isin(told)]
    found += [_written(own, complaints, halves, whole, polarity) for own in _by_place(written, whole)]
    return tuple(trouble for trouble in found if trouble.affected.any())


def _by_place(rows: pd.DataFrame, whole: set[str]):
    """The rows of each touchpoint; what is about everything is told code by code."""
    general = (rows["touchpoint"] == "") | rows["touchpoint"].isin(whole)
    for _place, own in rows[~general].groupby("touchpoint", sort=True):
        yield own
    for _label, own in rows[general].groupby("label", sort=True):
        yield own


def _problem(rows: pd.DataFrame, complaints: Complaints, columns: Mapping[str, str], whole: set[str]) -> Trouble:
    first = rows.iloc[0]
    title, everything = first["label"] or first["code"], first["touchpoint"] in whole
    says = "say so" if everything else "name this as a problem"
    halves = None
    if complaints.by_half is not None:
        hurt = split(rows["place"], rows["later"], len(complaints.asked))
        halves = Halves(complaints.by_half[0], hurt[0], complaints.by_half[1], hurt[1])
    return Trouble(
        key=f"problem_{first['code']}", title=title, touchpoint=first["touchpoint"], stage=first["stage"],
        affected=complaints.who(rows), rating=columns.get(first["touchpoint"], ""),
        finding=f"{{share}} of those asked {says}: {lower_first(title)}",
        columns=("feedback.code",), filter=f"problem {first['code']}", asked=complaints.problems_asked, halves=halves,
        whole=everything,
    )  # fmt: skip


def _rated(
    name: str, question: Question, ratings: np.ndarray, complaints: Complaints, halves, polarity: str
) -> Trouble:
    place, complaint = question.touchpoint, polarity == "complaint"
    share = LOW if complaint else HIGH
    bound = question.low + share * (question.high - question.low)
    said = complaints.of(polarity)
    said = said[said["touchpoint"] == place]
    with np.errstate(invalid="ignore"):
        beyond = ratings <= bound if complaint else ratings >= bound
    word, sign = ("complain about", "≤") if complaint else ("praise", "≥")
    also = f" or {word} it" if len(said) else ""
    leading = said["label"].value_counts(sort=True).index[0] if len(said) else ""
    often = f"; the most common {polarity}: {lower_first(leading)}" if leading else ""
    kind, edge = ("low", "low end") if complaint else ("high", "top")
    by_half = None
    if halves is not None:
        wrote = split(said["place"], said["later"], len(ratings))
        by_half = halves.of(place, share, complaint, wrote)
    return Trouble(
        key=name.replace("rating", kind, 1), title=f"{place} rated {'low' if complaint else 'high'}", touchpoint=place,
        stage=question.stage, affected=beyond | complaints.who(said), rating=name,
        finding=f"{{share}} of those who gave feedback rate {place} at the {edge}{also}{often}",
        columns=("feedback.score", *(("feedback.code",) if len(said) else ())),
        filter=f"mean rating of {place} {sign} {bound:g} on {question.scale}{also}", source="ratings", halves=by_half,
    )  # fmt: skip


def _written(rows: pd.DataFrame, complaints: Complaints, halves, whole: set[str], polarity: str) -> Trouble:
    """Comments about something that nobody was asked to rate."""
    place = rows["touchpoint"].iloc[0]
    general = place == "" or place in whole
    leading = rows["label"].value_counts(sort=True).index[0]
    several = rows["label"].nunique() > 1
    thing = "problems and complaints" if polarity == "complaint" else "praise"
    often = f"; the most common: {lower_first(leading)}" if several else ""
    said = "complain about" if polarity == "complaint" else "praise"
    key = "".join(c if c.isalnum() else "_" for c in (leading if general else place).lower())
    by_half = None
    if halves is not None:
        hurt = split(rows["place"], rows["later"], len(complaints.asked))
        by_half = Halves(halves.spoke[0], hurt[0] & halves.spoke[0], halves.spoke[1], hurt[1] & halves.spoke[1])
    about = f": {lower_first(leading)}" if general or not several else f" {place}{often}"
    return Trouble(
        key=f"{'wrote' if polarity == 'complaint' else 'praised'}_{key}", touchpoint=place,
        title=leading if general or not several else f"{place}: {thing}", stage=rows["stage"].iloc[0],
        affected=complaints.who(rows), rating="", finding=f"{{share}} of those who gave feedback {said}{about}"
        if not (general or not several) else f"{{share}} of those who gave feedback say this{about}",
        columns=("feedback.code",), filter=f"coded {polarity} about {leading if general else place}", source="comments",
        halves=by_half,
    )  # fmt: skip


def lower_first(text: str) -> str:
    """Lower the first letter unless the word is an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
