"""Joins what is known of each customer into the customer table, one row a customer, as of a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from personas.customers.behaviour import campaign_features, leading_categories, mix_column, purchase_features
from personas.customers.feedback import feedback_features, list_questions, response_features
from personas.customers.models import Feature, Quality
from personas.customers.quality import describe_quality
from personas.customers.wording import read_wording
from personas.dataset.holding import hold_tables
from personas.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr.types import Table

    from personas.dataset import Dataset

# Features of the later period on which segments made before it are judged.
OUTCOMES = (
    "sales",
    "frequency",
    "monetary_value",
    "discount_share",
    "coupon_share",
    "private_label_share",
    "mix_",
)
ANSWERS = ("nps", "csat", "ces", "overall")
COUNTS = ("frequency", "orders", "sales", "campaigns_received", "campaigns_answered", "feedback_given")


@dataclass(frozen=True)
class Rehearsal:
    """What segments are judged by: outcomes that they have not seen.

    Where there is a holdout, the customer table as it stood before it and what the customers did in it. Without one,
    the table as it is and what the customers answered, which never forms segments; `split` and `end` are then None.

    frame : the columns of the customer table as of `split`; outcomes : same rows, a column an outcome
    outcome_features : what the outcome columns mean; split, end : the holdout is ``[split, end)``
    """

    frame: pd.DataFrame
    outcomes: pd.DataFrame
    outcome_features: tuple[Feature, ...]
    split: datetime | None
    end: datetime | None


@dataclass(frozen=True)
class Customers:
    """The customer table.

    frame : one row a customer, ordered by `customer_id`; features : what its columns mean
    rehearsal : the same before the holdout, None where the contract declares no holdout
    """

    frame: pd.DataFrame
    features: tuple[Feature, ...]
    quality: Quality
    rehearsal: Rehearsal | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def _repr_html_(self) -> str:
        """Means and ranges, never a customer."""
        rows = self.quality.columns
        import pandas as pd

        table = pd.DataFrame(
            [(r.label, f"{r.known:.0%}", r.low, r.median, r.high, r.note) for r in rows],
            columns=["feature", "known", "lowest 1 %", "median", "highest 1 %", "note"],
        )
        head = f"<p><b>{len(self):,} customers</b>, {len(self.features)} features</p>"
        return head + table.to_html(index=False, na_rep="", float_format=lambda x: f"{x:,.2f}", border=0)


def find_name_clashes(dataset: Dataset) -> list[Problem]:
    """Attributes that are named like a feature which is worked out from purchases or campaigns."""
    return [
        Problem(
            f"data/{dataset.name}/dataset.yml: customers.attributes.{attribute.name}",
            "the name of a feature that is worked out",
            "a name of its own",
            f"call it {attribute.name}_given and keep the column with `column:`",
        )
        for attribute in dataset.attributes
        if attribute.name in read_wording() or attribute.name.startswith("mix_")
    ]


def build_customers(dataset: Dataset) -> Customers:
    """Build the customer table of a dataset as of its observation end.

    Raises InputError when an attribute has the name of a computed feature, or when nobody is left.
    Returns the table, a row a customer in the order of `customer_id`, with what its columns mean and the quality sheet.

    >>> customers = build_customers(dataset)
    >>> customers.frame.loc[:1, ["customer_id", "age", "orders"]].values.tolist()
    [['c000', 30.0, 14.0], ['c001', 60.0, 4.0]]
    """
    if clashes := find_name_clashes(dataset):
        raise InputError(clashes)
    dataset = hold_tables(dataset)
    categories = _categories(dataset) if _sells(dataset) else ()
    frame, features = _worked_out(dataset, dataset.observation_start, dataset.observation_end, categories)
    if frame.empty:
        raise InputError(
            [
                Problem(
                    f"data/{dataset.name}/dataset.yml",
                    "no customer in the observation period",
                    "at least one",
                    "check the ids, and the dates under observation:",
                )
            ]
        )
    features = tuple(f for f in features if f.name in frame.columns)
    frame = _typed(frame, features)
    quality = describe_quality(dataset, frame, features)
    rehearsal = _rehearse(dataset, categories) or _judged_by_answers(frame, features)
    return Customers(frame, features, quality, rehearsal)


def customer_expression(
    dataset: Dataset, start: datetime, end: datetime, categories: tuple[str, ...]
) -> tuple[Table, tuple[Feature, ...]]:
    """The customer table as one Ibis expression, and its features."""
    return _joined(dataset, _parts(dataset, start, end, categories))


def _worked_out(
    dataset: Dataset, start: datetime, end: datetime, categories: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[Feature, ...]]:
    """The rows of the customer table in their order, and its features.

    DuckDB works out each part by itself: what a million customers bought and said together would not fit into 2 GB.
    """
    parts = _parts(dataset, start, end, categories)
    if dataset.connection.name == "duckdb":
        parts = [(part.cache(), features) for part, features in parts]
    table, features = _joined(dataset, parts)
    return table.order_by("customer_id").to_pandas(), features


def _parts(
    dataset: Dataset, start: datetime, end: datetime, categories: tuple[str, ...]
) -> list[tuple[Table, list[Feature]]]:
    """What is worked out of each customer, by the table that it comes from, with its features."""
    parts = []
    if _sells(dataset):
        parts.append(purchase_features(dataset.tables["transactions"], start, end, categories))
    touched = dataset.tables.get("interactions")
    if touched is not None and {"campaign", "stage"} <= set(touched.columns):
        parts += filter(None, [campaign_features(touched, start, end)])
    return parts + _said(dataset, start, end, set(dataset.tables["customers"].columns))


def _joined(dataset: Dataset, parts: list[tuple[Table, list[Feature]]]) -> tuple[Table, tuple[Feature, ...]]:
    table = dataset.tables["customers"]
    features = [_attribute(attribute) for attribute in dataset.attributes]
    for part, more in parts:
        table = table.left_join(part, "customer_id").drop("customer_id_right")
        features += more
    zero = {f.name: table[f.name].coalesce(0) for f in features if f.name in COUNTS}
    return table.mutate(**zero) if zero else table, tuple(features)


def table_like(customers: Customers, dataset: Dataset) -> Table:
    """The customer table of a dataset as an expression, with every column by which `customers` may be divided.

    For placing everybody in the segments of a sample: `dataset` has all the customers that `customers` was drawn from,
    and the same contract. Nothing is computed before it is asked for but the names of categories.
    """
    mixes = {feature.name for feature in customers.features if feature.parts_of}
    categories = ()
    if mixes:
        named = dataset.tables["transactions"].select("category").distinct().to_pyarrow().to_pydict()["category"]
        categories = tuple(sorted(name for name in named if name is not None and mix_column(name) in mixes))
    return customer_expression(dataset, dataset.observation_start, dataset.observation_end, categories)[0]


def _said(dataset: Dataset, start: datetime, end: datetime, taken: set[str]) -> list:
    """What customers say and whether they answer; an attribute of the same name wins.

    Answers without a date count for the whole observation only.
    """
    whole = (start, end) == (dataset.observation_start, dataset.observation_end)
    found = []
    if "feedback" in dataset.tables:
        feedback = dataset.tables["feedback"]
        since, until = (None, None) if whole else (start, end)
        found.append(feedback_features(feedback, list_questions(feedback), since, until))
    if "interactions" in dataset.tables:
        found.append(response_features(dataset.tables["interactions"], start, end))
    free = [(part, [f for f in more if f.name not in taken]) for part, more in filter(None, found)]
    return [(part.select("customer_id", *[f.name for f in more]), more) for part, more in free if more]


def _categories(dataset: Dataset) -> tuple[str, ...]:
    """The leading categories, chosen before the holdout where there is one: a rehearsal must not look ahead."""
    transactions = dataset.tables["transactions"]
    if "category" not in transactions.columns:
        return ()
    end = dataset.holdout[0] if dataset.holdout else dataset.observation_end
    return leading_categories(transactions, dataset.observation_start, end)


def _sells(dataset: Dataset) -> bool:
    return "transactions" in dataset.tables


def _attribute(attribute) -> Feature:
    """An attribute of the contract as a feature."""
    transform = {"ordered": "order", "category": "onehot"}.get(attribute.kind, "none")
    words = {"high": attribute.high, "low": attribute.low}
    return Feature(
        name=attribute.name,
        label=attribute.label,
        kind=attribute.kind,
        block=attribute.block,
        forms=attribute.forms,
        unit=attribute.unit,
        transform=transform,
        levels=attribute.levels,
        definition=f"As given in the customers table, column {attribute.column}",
        columns=(f"customers.{attribute.column}",),
        **words,
    )


def _judged_by_answers(frame: pd.DataFrame, features: tuple[Feature, ...]) -> Rehearsal | None:
    """Without a holdout, what customers answered serves as the outcome; None where too few were asked."""
    answers = tuple(f for f in features if f.name in ANSWERS and not f.forms and frame[f.name].notna().sum() >= 100)
    if not answers:
        return None
    outcomes = frame[["customer_id", *[f.name for f in answers]]]
    return Rehearsal(frame, outcomes, answers, None, None)


def _typed(frame: pd.DataFrame, features: tuple[Feature, ...]) -> pd.DataFrame:
    """Numbers as floats and words as plain strings, whatever the engine returned."""
    import pandas as pd

    frame = frame.copy()
    for feature in features:
        if feature.kind not in ("category", "ordered"):
            frame[feature.name] = pd.to_numeric(frame[feature.name]).astype("float64")
    return frame


def _rehearse(dataset: Dataset, categories: tuple[str, ...]) -> Rehearsal | None:
    """The customer table before the holdout, with what came after; None without a holdout or purchases."""
    if dataset.holdout is None or not _sells(dataset):
        return None
    split, end = dataset.holdout
    frame, features = _worked_out(dataset, dataset.observation_start, split, categories)
    frame = frame[frame["orders"] > 0].reset_index(drop=True)
    # The holdout may follow the observation, and the tables of a dataset end with that.
    after, later = purchase_features(dataset.between(split, end)["transactions"], split, end, categories)
    later = tuple(f for f in later if f.name.startswith(OUTCOMES))
    outcomes = after.select("customer_id", *[f.name for f in later]).to_pandas()
    outcomes = frame[["customer_id"]].merge(outcomes, how="left", on="customer_id")
    outcomes = _typed(outcomes, later)
    for count in ("sales", "frequency"):
        outcomes[count] = outcomes[count].fillna(0.0)
    return Rehearsal(_typed(frame, tuple(features)), outcomes, later, split, end)
