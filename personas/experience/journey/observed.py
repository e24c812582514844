"""The journey from first contact to loyalty, as far as the data saw it. Feelings need somebody to have been asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.estimates import Estimate, not_measured, share_estimate
from personas.experience.kpis.customer_kpis import ACTIVE_DAYS
from personas.experience.models import JourneyCell

STAGES = ("contact", "interest", "purchase", "experience", "loyalty")
NOBODY_ASKED = "nobody was asked"


def measure_journey(frame: pd.DataFrame, inside: np.ndarray | None) -> tuple[JourneyCell, ...]:
    """One cell a stage for one group (`inside`: (n,) bool; None: everybody)."""
    cells = []
    for stage, touchpoint, doing, who, among in _steps(frame):
        if who is None:
            cells.append(blank_cell(stage, touchpoint))
            continue
        own = among if inside is None else among & inside
        rest = None if inside is None or inside.all() else share_estimate(who[among & ~inside])
        cells.append(
            JourneyCell(
                stage=stage, touchpoint=touchpoint, doing=doing, share=share_estimate(who[own]), rest=rest,
                feeling=not_measured(NOBODY_ASKED, "score"), kind="observed",
            )
        )  # fmt: skip
    return tuple(cells)


def _steps(frame: pd.DataFrame):
    """(stage, touchpoint, what they do, who did (n,) bool or None, among whom (n,) bool)."""
    everybody = np.ones(len(frame), bool)

    def at_least(name, least):
        return (frame[name] >= least).to_numpy() if name in frame else None

    sent, answered = at_least("campaigns_received", 1), at_least("campaigns_answered", 1)
    yield "contact", "Campaign mailing", "were sent at least one campaign", sent, everybody
    yield "interest", "Coupons", "used an offer, of those who were sent one", answered, sent
    yield "purchase", "Store", "bought at least twice", at_least("frequency", 2), everybody
    yield "experience", "", "", None, everybody
    active = (frame["recency"] <= ACTIVE_DAYS).to_numpy() if "recency" in frame else None
    yield "loyalty", "Store", f"still bought in the last {ACTIVE_DAYS} days", active, everybody


def blank_cell(stage: str, touchpoint: str) -> JourneyCell:
    """A stage of which the data says nothing."""
    empty: Estimate = not_measured("no data on this stage", "share")
    return JourneyCell(
        stage=stage, touchpoint=touchpoint, doing="", share=empty, rest=None,
        feeling=not_measured(NOBODY_ASKED, "score"), kind="not measured",
    )  # fmt: skip
