"""Models of buying and leaving where nobody gives notice: MBG/NBD and BG/NBD for purchases, Gamma-Gamma for spend.

While a customer is one, purchases come at random at an own rate; after each of them the customer may leave for good
[Fader, Hardie & Lee 2005; MBG/NBD, where the first purchase may be the last: Batislam, Denizel & Filiztekin 2007]. The
models and their estimation are those of clvkit; what is added here is how far each customer pulls on the parameters,
from which intervals follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from ibis import _

from personas.customers.behaviour import LEFT_TRUNCATION_DAYS, within
from personas.customers.feedback import exact_sum

if TYPE_CHECKING:
    from clvkit import CustomerBase

WEEK = 7.0
WEEKS_A_MONTH = 365.25 / 12 / WEEK
STEP = 1e-4
FIT_SAMPLE = 20_000


def gather_histories(transactions, start: datetime, end: datetime) -> pd.DataFrame:
    """Purchase histories in [start, end) of customers whose first purchase is seen, a row each, by customer_id.

    Columns, times in weeks: frequency (purchase days after the first), recency (first to last), T (first to `end`),
    monetary_value (mean spend of the days after the first). A day counts if more was paid than given back. Who bought
    in the first month may have done so before and is left out: such a history is cut off on the left.
    """
    days = within(transactions, start, end).mutate(day=_.time.date())
    days = days.group_by("customer_id", "day").agg(paid=_.amount.sum()).filter(_.paid > 0)
    rows = days.group_by("customer_id").agg(
        days=_.count(), first=_.day.min(), last=_.day.max(), paid=exact_sum(_.paid),
        at_first=_.paid.argmin(_.day).cast("float64"),
    )  # fmt: skip
    cut = (pd.Timestamp(start) + pd.Timedelta(days=LEFT_TRUNCATION_DAYS)).date()
    frame = rows.filter(_.first >= ibis.literal(cut)).order_by("customer_id").to_pandas()
    first, last = pd.to_datetime(frame["first"]), pd.to_datetime(frame["last"])
    again = frame["days"].to_numpy(float) - 1
    later = (frame["paid"] - frame["at_first"]).to_numpy(float)
    spend = np.divide(later, again, out=np.zeros(len(frame)), where=again > 0)
    return pd.DataFrame(
        {
            "frequency": again,
            "recency": (last - first).dt.days.to_numpy(float) / WEEK,
            "T": np.ceil((pd.Timestamp(end) - first) / pd.Timedelta(days=1)).to_numpy(float) / WEEK,
            "monetary_value": spend,
        },
        index=pd.Index(frame["customer_id"], name="customer_id"),
    )


@dataclass(frozen=True)
class Buying:
    """Fitted models; parameters are r, alpha, a, b of buying (in weeks) and p, q, gamma of spend.

    pulls : (m, 7) what each customer fitted on adds to the logarithms of the parameters; fitted_on : (m,) their ids
    """

    model: str
    parameters: pd.Series
    end: pd.Timestamp
    pulls: np.ndarray
    fitted_on: pd.Index

    def expected_purchases(self, histories: pd.DataFrame, weeks: float) -> np.ndarray:
        """(n,) purchases expected in the next `weeks`."""
        return self._flow().predict(weeks, as_base(histories, self.end)).to_pandas().iloc[:, 0].to_numpy(float)

    def probability_alive(self, histories: pd.DataFrame) -> np.ndarray:
        """(n,) probability of still being a customer at the end of the observation."""
        return self._flow().probability_alive(as_base(histories, self.end)).to_pandas().iloc[:, 0].to_numpy(float)

    def expected_spend(self, histories: pd.DataFrame) -> np.ndarray:
        """(n,) expected spend a purchase, between the own mean and that of all, nearer to the own the more there were.

        Equation 5 of Fader & Hardie (2013).
        """
        p, q, gamma = (float(self.parameters[name]) for name in ("p", "q", "gamma"))
        x, spend = (histories[name].to_numpy(float) for name in ("frequency", "monetary_value"))
        return p * (gamma + x * spend) / (p * x + q - 1)

    def _flow(self):
        flow = model_of(self.model)
        flow.params_ = self.parameters[["r", "alpha", "a", "b"]]
        flow.time_unit_, flow.collapse_ = "W", "D"
        return flow

    def moved(self, number: int, by: float) -> Buying:
        """The same with one parameter multiplied by exp(by)."""
        parameters = self.parameters.copy()
        parameters.iloc[number] *= np.exp(by)
        return replace(self, parameters=parameters)


def model_of(name: str):
    from clvkit import BGNBD, MBGNBD

    return MBGNBD() if name == "mbg_nbd" else BGNBD()


def as_base(histories: pd.DataFrame, end) -> CustomerBase:
    """The histories as clvkit takes them, time in weeks and purchases a day."""
    from clvkit import CustomerBase

    return CustomerBase(
        histories, time_unit="W", collapse="D", observation_period_end=pd.Timestamp(end), has_monetary=True,
        on_negative="net",
    )  # fmt: skip


def fit_buying(histories: pd.DataFrame, model: str, end, seed: int) -> Buying:
    """Fit by maximum likelihood, on at most 20,000 customers drawn by `seed`.

    Raises RuntimeError where the likelihood has no maximum that can be found.
    """
    from clvkit import GammaGamma

    if len(histories) > FIT_SAMPLE:
        rows = np.random.default_rng([seed, 50]).choice(len(histories), FIT_SAMPLE, replace=False)
        histories = histories.iloc[np.sort(rows)]
    base = as_base(histories, end)
    flow, spend = model_of(model).fit(base), GammaGamma().fit(base)
    parameters = pd.concat([flow.params_, spend.params_]).astype(float)
    if not np.isfinite(parameters).all():
        raise RuntimeError("the likelihood has no maximum")
    return Buying(model, parameters, pd.Timestamp(end), _pulls(histories, parameters, model), histories.index)


def log_likelihood(histories: pd.DataFrame, parameters: pd.Series, model: str) -> np.ndarray:
    """(n, 2) logarithm of the likelihood of each customer's purchases, and of the spend of those who bought again."""
    from scipy.special import gammaln

    r, alpha, a, b, p, q, gamma = parameters
    x, recency, T, spend = (histories[name].to_numpy(float) for name in histories.columns)
    shift = 1.0 if model == "mbg_nbd" else 0.0
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = gammaln(a + b) + gammaln(b + x + shift) - gammaln(b) - gammaln(a + b + x + shift)
    alive = -(r + x) * np.log(alpha + T)
    if model == "mbg_nbd":
        left = np.log(a) - np.log(b + x) - (r + x) * np.log(alpha + recency)
    else:
        left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency)
        left = np.where(x > 0, left, -np.inf)
    flow = common + stayed + np.logaddexp(alive, left)
    again = (x > 0) & (spend > 0)
    k, z = np.where(again, x, 1.0), np.where(again, spend, 1.0)
    money = (
        gammaln(p * k + q) - gammaln(p * k) - gammaln(q) + q * np.log(gamma) + (p * k - 1) * np.log(z)
        + p * k * np.log(k) - (p * k + q) * np.log(gamma + k * z)
    )  # fmt: skip
    return np.column_stack([flow, np.where(again, money, 0.0)])


def _pulls(histories: pd.DataFrame, parameters: pd.Series, model: str) -> np.ndarray:
    """What each customer adds to the logarithms of the parameters: inverse curvature times own slope, (m, 7)."""

    def slopes(at: pd.Series) -> np.ndarray:
        found = []
        for number in range(len(at)):
            up, down = at.copy(), at.copy()
            up.iloc[number] *= np.exp(STEP)
            down.iloc[number] *= np.exp(-STEP)
            change = log_likelihood(histories, up, model) - log_likelihood(histories, down, model)
            found.append(change.sum(axis=1) / (2 * STEP))
        return np.column_stack(found)

    curvature = np.empty((len(parameters), len(parameters)))
    for number in range(len(parameters)):
        up, down = parameters.copy(), parameters.copy()
        up.iloc[number] *= np.exp(10 * STEP)
        down.iloc[number] *= np.exp(-10 * STEP)
        curvature[number] = (slopes(up).sum(axis=0) - slopes(down).sum(axis=0)) / (20 * STEP)
    curvature = -(curvature + curvature.T) / 2
    return slopes(parameters) @ np.linalg.pinv(curvature, rcond=1e-8, hermitian=True)
