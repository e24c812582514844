"""Lifetime value where customers come and go without notice: what each is expected to bring, as a mean of a group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from personas.customers.models import Feature
from personas.dataset.contract import LifetimeValue
from personas.estimates import Estimate, Unit, cohen_d, not_measured
from personas.experience.kpis.buying import WEEKS_A_MONTH, Buying, as_base, fit_buying, gather_histories
from personas.experience.kpis.customer_kpis import LIFETIME_VALUE, formed_by
from personas.experience.models import Kpi, LifetimeModel, NotMeasured
from personas.experience.moments import Z
from personas.experience.suppression import hidden_groups

FEWEST, FEWEST_AGAIN = 100, 30
KNOWN_SHARE = 0.5
WITHIN, BEYOND = 0.25, 2.0
NAMES = {"mbg_nbd": "MBG/NBD", "bg_nbd": "BG/NBD"}
COLUMNS = ("transactions.time", "transactions.amount")
PREDICTED = "not tested: a prediction"
METHOD = "{} and Gamma-Gamma, fitted on {:,} customers; linearised over customers, parameters included"


def measure_lifetimes(
    transactions,
    frame: pd.DataFrame,
    segments: np.ndarray,
    features: tuple[Feature, ...],
    terms: LifetimeValue,
    period: tuple[datetime, datetime],
    split: datetime | None = None,
    weights: np.ndarray | None = None,
    min_group: int = 10,
    seed: int = 7,
) -> tuple[dict[int, tuple[Kpi, ...]], LifetimeModel | None, NotMeasured | None]:
    """Expected value over the horizon and the share still customers: (KPIs by segment, the model, what is missing).

    frame : customer table; segments : (n,) int; period : the observation; split : the forecast is made as of this
    moment too and compared with what came, default after three quarters. Only customers whose first purchase is seen
    can be told, and none where these are fewer than half of all who bought.
    """
    start, end = period
    histories = gather_histories(transactions, start, end)
    histories = histories[histories.index.isin(frame["customer_id"])]
    bought = int((frame["frequency"] >= 1).sum()) if "frequency" in frame else len(histories)
    if not bought:
        return {}, None, LIFETIME_VALUE.model_copy(update={"why": "no purchases"})
    if len(histories) < KNOWN_SHARE * bought:
        return {}, None, LIFETIME_VALUE
    again = int((histories["frequency"] > 0).sum())
    if len(histories) < FEWEST or again < FEWEST_AGAIN:
        why = f"only {len(histories):,} customers whose first purchase is seen, {again:,} of whom bought again"
        return {}, None, _missing(why, f"{FEWEST} such customers, {FEWEST_AGAIN} of whom bought again")
    try:
        fitted = fit_buying(histories, terms.model, end, seed)
    except (RuntimeError, ValueError, FloatingPointError, np.linalg.LinAlgError):
        return {}, None, _missing("the models do not fit: no likeliest parameters were found", "more purchases")
    if fitted.parameters["q"] <= 1:
        return {}, None, _missing("spend differs so much that its mean has no bound", "fewer extreme amounts")
    model = _model(fitted, histories, terms, _forecast(transactions, start, split, end, terms.model, seed))
    if model.predicted is not None and not 1 / BEYOND <= model.predicted / max(model.actual, 1e-9) <= BEYOND:
        why = f"tried out, the model foresaw {model.predicted:.1f} purchases a customer where {model.actual:.1f} came"
        return {}, model, _missing(why, "a business that customers buy from at a steady rate, or contracts")
    kpis = _kpis(fitted, histories, frame, segments, features, terms, weights, min_group)
    return kpis, model, None


def _missing(why: str, need: str) -> NotMeasured:
    return LIFETIME_VALUE.model_copy(update={"why": why, "would_need": need})


def value_over(fitted: Buying, histories: pd.DataFrame, terms: LifetimeValue) -> np.ndarray:
    """(n,) what each customer is expected to bring over the horizon, discounted month by month, times the margin."""
    so_far, worth = np.zeros(len(histories)), np.zeros(len(histories))
    for month in range(1, terms.horizon_months + 1):
        expected = fitted.expected_purchases(histories, month * WEEKS_A_MONTH)
        worth += (expected - so_far) / (1 + terms.discount) ** (month / 12)
        so_far = expected
    return terms.margin * fitted.expected_spend(histories) * worth


def _kpis(fitted, histories, frame, segments, features, terms, weights, min_group) -> dict[int, tuple[Kpi, ...]]:
    place = pd.Index(frame["customer_id"]).get_indexer(histories.index)
    group = segments[place]
    w = np.ones(len(histories)) if weights is None else weights[place]
    numbers = [int(number) for number in np.unique(segments) if number > 0]
    hidden = hidden_groups({s: float((group == s).sum()) for s in (0, *numbers)}, min_group)
    profit = "earned" if terms.margin < 1 else "spent"
    told = (
        (
            f"What a customer is expected to have {profit} in the next {terms.horizon_months} months, discounted by "
            f"{terms.discount:.0%} a year"
            + (f", at a margin of {terms.margin:.0%}" if terms.margin < 1 else "")
            + "; customers whose first purchase is seen"
        )
        .replace("to have spent", "to spend")
        .replace("to have earned", "to earn us")
    )
    found: dict[int, list[Kpi]] = {number: [] for number in (0, *numbers)}
    measures: tuple[tuple[str, str, str, Unit, Callable[[Any], Any]], ...] = (
        ("lifetime_value", "Lifetime value", told, "money", lambda model: value_over(model, histories, terms)),
        (
            "still_customer", "Probably still a customer",
            "Probability of not having left for good, mean over customers whose first purchase is seen", "share",
            lambda model: model.probability_alive(histories),
        ),
    )  # fmt: skip
    for key, label, text, unit, measure in measures:
        values = measure(fitted)
        # How every value answers to the parameters, by central differences on their logarithms.
        steps = 1e-3
        answers = np.column_stack(
            [
                (measure(fitted.moved(i, steps)) - measure(fitted.moved(i, -steps))) / (2 * steps)
                for i in range(len(fitted.parameters))
            ]
        )
        test = "not tested: used to form the segments" if set(COLUMNS) & formed_by(features) else PREDICTED

        def mean(chosen, values=values, answers=answers, unit=unit):
            return _mean(values, answers, w, chosen, fitted, histories.index, unit)

        for number in found:
            own = np.ones(len(group), bool) if number == 0 else group == number
            words = {"key": key, "label": label, "definition": text, "better": "higher"}
            if number in hidden:
                why = not_measured(f"fewer than {min_group} customers, or it would give away so few", unit)
                found[number].append(Kpi(**words, estimate=why, rest=why if len(numbers) > 1 else None))
                continue
            alone = number == 0 or len(numbers) == 1
            found[number].append(
                Kpi(
                    **words, estimate=mean(own), rest=None if alone else mean(~own),
                    effect=None if alone else cohen_d(values[own], values[~own]), test="" if alone else test,
                )
            )  # fmt: skip
    return {number: tuple(kpis) for number, kpis in found.items()}


def _mean(values, answers, weights, chosen, fitted: Buying, index: pd.Index, unit: Unit) -> Estimate:
    """Weighted mean of predictions, its interval from what every customer adds: the own value, and the parameters."""
    w = np.where(chosen, weights, 0.0)
    total, n = w.sum(), int(chosen.sum())
    if total <= 0:
        return not_measured("nobody whose first purchase is seen", unit)
    value = float(w @ values / total)
    own = w * (values - value) / total
    bent = fitted.pulls @ (w @ answers / total)
    place = index.get_indexer(fitted.fitted_on)
    if len(place) == len(index):
        added = own.copy()
        added[place] += bent
        error = float(np.sqrt((added**2).sum()))
    else:  # fitted on a sample, whose pulls belong to few of those whose mean it is
        error = float(np.sqrt((own**2).sum() + (bent**2).sum()))
    low, high = value - Z * error, value + Z * error
    if unit == "share":
        low, high = max(low, 0.0), min(high, 1.0)
    method = METHOD.format(NAMES[fitted.model], len(fitted.fitted_on))
    return Estimate(value=value, low=max(low, 0.0), high=high, n=n, unit=unit, method=method)


def _forecast(transactions, start, split, end, model: str, seed: int) -> tuple[float, float] | None:
    """Purchases a customer after `split`: as forecast from what came before, and as they came; None where too few."""
    if split is None or not start < split < end:
        split = (pd.Timestamp(start) + 0.75 * (pd.Timestamp(end) - pd.Timestamp(start))).floor("D").to_pydatetime()
    before = gather_histories(transactions, start, split)
    if len(before) < FEWEST or (before["frequency"] > 0).sum() < FEWEST_AGAIN:
        return None
    try:
        fitted = fit_buying(before, model, split, seed)
    except (RuntimeError, ValueError, FloatingPointError, np.linalg.LinAlgError):
        return None
    weeks = (pd.Timestamp(end) - pd.Timestamp(split)) / pd.Timedelta(days=7)
    all_of_it = gather_histories(transactions, start, end)["frequency"].reindex(before.index)
    return float(fitted.expected_purchases(before, weeks).mean()), float((all_of_it - before["frequency"]).mean())


def _model(fitted: Buying, histories, terms: LifetimeValue, forecast) -> LifetimeModel:
    from clvkit.clv.independence import check_monetary_independence

    check = check_monetary_independence(as_base(histories, fitted.end))
    predicted, actual = forecast or (None, None)
    close = abs(predicted / max(actual, 1e-9) - 1) <= WITHIN if forecast else None
    alike = check.holds()
    words = [
        f"Spend a purchase goes with the number of purchases at a rank correlation of {check.spearman_rho:.2f}: "
        + ("small enough to treat them apart." if alike else "too much to treat them apart, so values may be off.")
    ]
    if forecast:
        words.append(
            f"Forecast from the earlier part alone, {predicted:.1f} purchases a customer were expected in the later "
            f"one and {actual:.1f} came" + ("." if close else ": take the values as an order, not as amounts.")
        )
    return LifetimeModel(
        model=NAMES[fitted.model], customers=len(histories), horizon_months=terms.horizon_months,
        parameters={str(name): float(f"{value:.6g}") for name, value in fitted.parameters.items()},
        discount_a_year=terms.discount, margin=terms.margin, correlation=round(check.spearman_rho, 6),
        independent=alike, predicted=predicted, actual=actual, calibrated=close, words=" ".join(words),
    )  # fmt: skip
