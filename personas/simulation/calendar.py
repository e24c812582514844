"""Days of the simulation: from numbers to timestamps, with seasons, weekends and evenings."""

from __future__ import annotations

import numpy as np

from personas.simulation.plans import DAYS, START

ORIGIN = np.datetime64(START.isoformat(), "s")
SEASON = 0.18
PEAK = 349  # mid-December


def at(days: np.ndarray) -> np.ndarray:
    """Timestamps to the second from days since the start; infinite days become "never" (NaT)."""
    known = np.isfinite(days)
    stamps = ORIGIN + np.rint(np.where(known, days, 0) * 86400).astype("timedelta64[s]")
    stamps[~known] = np.datetime64("NaT")
    return stamps


def season(days: np.ndarray) -> np.ndarray:
    """How much is bought on that day of the year beside the mean of 1."""
    return 1 + SEASON * np.cos(2 * np.pi * (days - PEAK) / 365.25)


def moved_in_week(rng: np.random.Generator, days: np.ndarray, weekend: np.ndarray, evening: np.ndarray) -> np.ndarray:
    """Move each day inside its week and its hour inside the day, by the shares of weekends and evenings."""
    n = len(days)
    # The observation starts on a Monday, so days 5 and 6 of a week are the weekend.
    late = rng.random(n) < weekend
    weekday = np.where(late, rng.integers(5, 7, n), rng.integers(0, 5, n))
    hour = np.where(rng.random(n) < evening, rng.uniform(18, 23, n), rng.uniform(8, 18, n))
    return np.minimum(np.floor(days / 7) * 7 + weekday, DAYS - 1) + hour / 24
