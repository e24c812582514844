"""Every KPI that can be measured: what it means, what it needs, its unit, direction, interval and least number.

The figures themselves are estimated where their tables are read; a test holds what is measured to what is said here.
Run ``python -m personas.experience.kpis.registry`` after a change; it writes docs/kpis.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from personas.estimates import Unit

PATH = "docs/kpis.md"
MEAN, WILSON, LINEAR = "Student's t", "Wilson", "linearised over customers"
SURVIVAL = "Kaplan-Meier, log-log"


@dataclass(frozen=True)
class Entry:
    """One KPI, or one for each touchpoint where `key` ends in an asterisk (and `label` in the touchpoint's name).

    needs : role.field of the contract; least : customers, or answers, below which it is not told at all, beyond the
        smallest group that may be shown
    """

    key: str
    label: str
    meaning: str
    needs: str
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    interval: str
    least: int = 1


REGISTRY = (
    Entry("total_sales", "Sales in all", "Sum of all sales", "transactions.amount", "money", "higher", "counted"),
    Entry("total_orders", "Baskets", "Distinct orders", "transactions.order", "count", "higher", "counted"),
    Entry("spend", "Sales a customer", "Sales in the period, mean over customers", "transactions.amount", "money",
          "higher", MEAN),
    Entry("repeat_rate", "Repeat purchase", "Two or more purchase days, of all who bought", "transactions.time",
          "share", "higher", WILSON),
    Entry("active_share", "Active at the end", "Bought in the last 56 days, of all who bought", "transactions.time",
          "share", "higher", WILSON),
    Entry("campaign_response", "Campaigns answered", "Campaigns of which an offer was used, of those received",
          "interactions.campaign, stage", "share", "higher", LINEAR),
    Entry("feedback_share", "Gave feedback", "Gave at least one score", "feedback.score", "share", "neither", WILSON),
    Entry("referred_share", "Came by referral", "Another customer referred them", "customers.referred_by", "share",
          "higher", WILSON),
    Entry("referrers", "Brought another customer", "Referred at least one other", "customers.referred_by", "share",
          "higher", WILSON),
    Entry("coupon_users", "Coupon users", "At least one coupon discount", "transactions.coupon_discount", "share",
          "neither", WILSON),
    Entry("return_share", "Brought back", "Purchase lines brought back, mean over customers", "transactions.returned",
          "share", "lower", MEAN),
    Entry("lifetime_value", "Lifetime value", "What a customer is expected to bring over the horizon, discounted",
          "transactions, two of whose days are a customer's", "money", "higher", "linearised, parameters included",
          100),
    Entry("still_customer", "Probably still a customer", "Probability of not having left for good, mean",
          "transactions, two of whose days are a customer's", "share", "higher", "linearised, parameters included",
          100),
    Entry("nps", "Recommendation (NPS)", "% of 9 and 10 less % of 0 to 6", "feedback.score, metric nps, 0 to 10",
          "points", "higher", "adjusted Wald (Rocks 2016)"),
    Entry("csat", "Satisfaction (CSAT)", "Top two boxes of the scale", "feedback.score, metric csat", "share",
          "higher", WILSON),
    Entry("csat_mean", "Mean satisfaction", "Mean on its scale", "feedback.score, metric csat", "score", "higher",
          MEAN),
    Entry("ces", "Ease (CES)", "Mean ease, higher is easier", "feedback.score, metric ces", "score", "higher", MEAN),
    Entry("ces_easy", "Found it easy", "Answers on the easy side of the middle", "feedback.score, metric ces",
          "share", "higher", WILSON),
    Entry("rating_*", "", "Mean rating of a touchpoint", "feedback.score, touchpoint", "score", "higher", MEAN, 30),
    Entry("gap_*", ": against expectation", "Experience less expectation at a touchpoint",
          "feedback.score, expectation", "score", "higher", "paired t", 30),
    Entry("ease_*", ": ease", "Mean ease of a touchpoint", "feedback.score, metric ces, touchpoint", "score",
          "higher", MEAN),
    Entry("self_service", "Self-service", "Contacts without staff, of those recorded", "interactions.self_service",
          "share", "neither", WILSON),
    Entry("mobile_share", "By phone or tablet", "Contacts on a phone or tablet, of known devices",
          "interactions.device", "share", "neither", WILSON),
    Entry("failed_contacts", "Failed or abandoned", "Contacts that failed or were given up", "interactions.outcome",
          "share", "lower", WILSON),
    Entry("slow_pages", "Slow pages", "Pages that took more than 3 seconds", "interactions.page_time", "share",
          "lower", WILSON),
    Entry("word_of_mouth", "By word of mouth", "Contacts that somebody recommended, of known origin",
          "interactions.referral", "share", "higher", WILSON),
    Entry("response_rate", "Surveys answered", "Survey invitations answered, of those sent", "interactions.outcome",
          "share", "neither", WILSON),
    Entry("never_answered", "Never answered a survey", "Answered no survey, of customers invited to one",
          "interactions.outcome", "share", "neither", WILSON),
    Entry("first_contact", "Settled at first", "Resolved cases neither reopened nor escalated",
          "tickets.resolved, reopened or escalated", "share", "higher", WILSON),
    Entry("escalated", "Escalated", "Cases that were escalated", "tickets.escalated", "share", "lower", WILSON),
    Entry("reopened", "Opened again", "Resolved cases that were opened again", "tickets.reopened, resolved", "share",
          "lower", WILSON),
    Entry("in_time", "Within the time promised", "Cases resolved by the time promised", "tickets.due, resolved",
          "share", "higher", WILSON),
    Entry("first_response_median", "Time to first answer, half", "Days until half had an answer, open cases kept in",
          "tickets.opened, first_response", "days", "lower", SURVIVAL),
    Entry("first_response_p90", "Time to first answer, nine in ten", "Days until nine in ten had an answer",
          "tickets.opened, first_response", "days", "lower", SURVIVAL),
    Entry("resolved_median", "Time to resolution, half", "Days until half were resolved, open cases kept in",
          "tickets.opened, resolved", "days", "lower", SURVIVAL),
    Entry("resolved_p90", "Time to resolution, nine in ten", "Days until nine in ten were resolved",
          "tickets.opened, resolved", "days", "lower", SURVIVAL),
    Entry("case_satisfaction", "Satisfied with the case", "Top two boxes of the scale", "tickets.satisfaction, scale",
          "share", "higher", WILSON),
    Entry("case_score", "Mean satisfaction with cases", "Mean on its scale", "tickets.satisfaction, scale", "score",
          "higher", MEAN),
    Entry("kept_*", "", "Contracts that still run after 12 months (or 6, or 3)", "subscriptions.start, end", "share",
          "higher", SURVIVAL),
    Entry("churn_a_month", "Churn a month", "Contracts that ended a month, of those running",
          "subscriptions.start, end", "share", "lower", LINEAR),
    Entry("enps", "Staff recommendation (eNPS)", "% of staff with 9 and 10 less % with 0 to 6",
          "employees.score, metric enps", "points", "higher", "adjusted Wald (Rocks 2016)"),
)  # fmt: skip
KEYS = frozenset(entry.key for entry in REGISTRY if not entry.key.endswith("*"))


def entry_of(key: str) -> Entry:
    """The entry of a measured KPI, by its key. Raises KeyError for one that is not in the registry.

    >>> entry_of("rating_delivery").unit
    'score'
    """
    for entry in REGISTRY:
        if entry.key == key or (entry.key.endswith("*") and key.startswith(entry.key[:-1])):
            return entry
    raise KeyError(key)


INTRODUCTION = """# KPIs

<!-- Made by `python -m personas.experience.kpis.registry`. Do not edit. -->

Each KPI is told for everybody and for each segment, beside the rest of the customers, with a 95 % interval, the number
it rests on and an adjusted p-value where a test would not be circular. What the data cannot answer is listed as not
measured, with what would answer it: never a zero.

- Groups of fewer than `min_group` customers (default 10) are hidden, and as many more as it takes that subtraction
  cannot bring them back.
- Survey weights count everywhere; answers, contacts, cases and contracts of one customer (in B2B of one account) are
  taken together, so that ten answers of one customer are not ten customers.
- Ratings and ease are told by touchpoint too; `*` stands for its name.
- Own KPIs are added under `kpis:` of `dataset.yml`, see [contract.md](contract.md).
"""


def kpi_page() -> str:
    """Write docs/kpis.md: one table of all KPIs."""
    lines = ["| key | KPI | meaning | needs | unit | better | interval | least |", "| --- " * 8 + "|"]
    for entry in REGISTRY:
        label = f"*touchpoint*{entry.label}" if entry.key.endswith("*") and entry.key != "kept_*" else entry.label
        label = label or "Kept after 12 months"
        row = (f"`{entry.key}`", label, entry.meaning, entry.needs, entry.unit, entry.better, entry.interval)
        lines.append("| " + " | ".join(row) + f" | {entry.least} |")
    return INTRODUCTION + "\n" + "\n".join(lines) + "\n"


def write_kpi_page(root: Path) -> Path:
    """Write the page below a project's folder and return its path."""
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(kpi_page(), encoding="utf-8")
    return path


if __name__ == "__main__":
    from personas.dataset.files import project_root

    print(write_kpi_page(project_root()))
