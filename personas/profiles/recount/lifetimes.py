"""Fitting lifetime value again: the likelihoods and expectations as their papers print them, maximised by SciPy.

MBG/NBD: Batislam, Denizel & Filiztekin (2007); BG/NBD: Fader, Hardie & Lee (2005); Gamma-Gamma: Fader & Hardie (2013).
The fit ends where another one would, but for the last digits, so it is compared with :data:`FITTED`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.profiles.models import Claim
from personas.profiles.recount.rows import Counted, Rows

FITTED = 0.005  # how far two searches for the same maximum may end apart, as a share of the value
MOST = 20_000  # customers: of more, a sample is fitted
SEEN_AFTER = 31  # days into the period: who bought before may have been a customer already
WEEK, YEAR = 7.0, 365.25


def count_lifetime(claim: Claim, rows: Rows) -> Counted | None:
    """Mean expected value, or probability of still being a customer, among those whose first purchase is seen."""
    if not rows.has("transactions", "time", "amount"):
        raise KeyError("transactions")
    each = rows.once("lifetimes", lambda: _lifetimes(rows))
    return None if each is None else rows.of_customers(each[claim.feature], claim.persona_id)


def _lifetimes(rows: Rows) -> dict[str, np.ndarray] | None:
    """(n,) value and probability of each customer, NaN where the first purchase is not seen."""
    from scipy.special import hyp2f1

    terms = rows.source.contract.lifetime_value
    past = _histories(rows)
    if len(past) > MOST:
        return None
    x, t_x, T = (past[name].to_numpy(float) for name in ("again", "t_x", "T"))
    late = 1.0 if terms.model == "mbg_nbd" else 0.0  # whether one may leave after the first purchase already
    r, alpha, a, b = _maximise(lambda logs: _flow(np.exp(logs), x, t_x, T, late), np.array([1.0, 4.0, 1.0, 2.0]))
    bought = (x > 0) & (past["spend"] > 0).to_numpy()
    z = past["spend"].to_numpy(float)
    p, q, gamma = _maximise(
        lambda logs: _money(np.exp(logs), x[bought], z[bought]), np.array([2.0, 4.0, z[bought].mean()])
    )
    gone = np.where(x + late > 0, a / (b + x + late - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x), 0.0)
    alive = 1 / (1 + gone)
    m = x + late

    def purchases(t: float) -> np.ndarray:
        series = hyp2f1(r + x, b + m, a + b + m - 1, t / (alpha + T + t))
        left = 1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series
        return (a + b + m - 1) / (a - 1) * left * alive

    months = np.array([purchases(month * YEAR / 12 / WEEK) for month in range(terms.horizon_months + 1)])
    discounts = (1 + terms.discount) ** (np.arange(1, terms.horizon_months + 1) / 12)
    spend = p * (gamma + x * z) / (p * x + q - 1)
    value = terms.margin * spend * (np.diff(months, axis=0) / discounts[:, None]).sum(axis=0)
    found = {"lifetime_value": value, "still_customer": alive}
    each = {name: np.full(len(rows.frame), np.nan) for name in found}
    for name, values in found.items():
        each[name][past.index] = values
    return each


def _histories(rows: Rows) -> pd.DataFrame:
    """By place: days with a purchase after the first, weeks from first to last and to the end, mean spend of them."""
    start, end = (pd.Timestamp(t) for t in (rows.source.observation_start, rows.source.observation_end))
    lines = rows.table("transactions")
    lines = lines[(lines["time"] >= start) & (lines["time"] < end)]
    paid = lines.groupby(["place", lines["time"].dt.normalize()])["amount"].sum().astype(float)
    days = paid[paid > 0].reset_index()
    first, last = days.groupby("place")["time"].min(), days.groupby("place")["time"].max()
    begun = days.groupby("place")["amount"].first()
    sums = days.groupby("place")["amount"].agg(["sum", "size"])
    again = sums["size"] - 1.0
    past = pd.DataFrame(
        {
            "again": again, "t_x": (last - first).dt.days / WEEK,
            "T": np.ceil((end - first) / pd.Timedelta(days=1)) / WEEK,
            "spend": ((sums["sum"] - begun) / again.replace(0, np.nan)).fillna(0.0),
        }
    )  # fmt: skip
    return past[first >= (start + pd.Timedelta(days=SEEN_AFTER)).normalize()]


def _maximise(likelihood, start: np.ndarray) -> np.ndarray:
    from scipy.optimize import minimize

    at = np.log(start)
    for method, options in (("Nelder-Mead", {"maxiter": 4_000, "maxfev": 4_000}), ("BFGS", {"gtol": 1e-7})):
        at = minimize(lambda logs: -likelihood(logs).mean(), at, method=method, options=options).x
    return np.exp(at)


def _flow(parameters: np.ndarray, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, late: float) -> np.ndarray:
    """Logarithm of the likelihood of x purchases, the last at t_x, seen until T."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    steps = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x + late) - betaln(a, b) - (r + x) * np.log(alpha + T)
    goes = betaln(a + 1, b + np.maximum(x + late - 1, 0)) - betaln(a, b) - (r + x) * np.log(alpha + t_x)
    return steps + np.where(x + late > 0, np.logaddexp(stays, goes), stays)


def _money(parameters: np.ndarray, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    from scipy.special import betaln

    p, q, gamma = parameters
    whole = p * x
    return -betaln(whole, q) + q * np.log(gamma / (gamma + x * z)) + whole * np.log(x * z / (gamma + x * z)) - np.log(z)
