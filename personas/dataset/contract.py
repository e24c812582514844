"""``dataset.yml`` as a typed value: what the tables are and what their columns mean."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from personas.dataset.aims import Alerts, Benchmark, KpiTarget
from personas.dataset.mapping import Groups, Labels, Mapped, Strict, Target, Word, Words
from personas.dataset.roles import (
    Actions,
    ByCustomer,
    Employees,
    Feedback,
    Interactions,
    Joins,
    SetAside,
    Subscriptions,
    Table,
    Tickets,
    Transactions,
)
from personas.dataset.survey import Comments, Ratings

RoleName = Literal["transactions", "interactions", "feedback", "tickets", "subscriptions", "employees", "actions"]
ROLES: tuple[RoleName, ...] = get_args(RoleName)

LONGEST_NAME = 80  # characters of a persona's name: it is a heading, a label in charts and a cell of a table
TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

STAGES = ("contact", "interest", "purchase", "experience", "loyalty")

# Sets of rules that come with the suite, in personas/experience/pains/playbooks.
PLAYBOOKS = ("general", "retail", "subscription", "travel", "health", "finance", "hospitality", "b2b")


class Source(Strict):
    """Where a table is: files, or a table or query of a database."""

    file: str | None = Field(
        None,
        description="A file, a folder or a pattern such as orders-*.csv, in the dataset's folder (or DATA).",
    )
    package: str | None = Field(None, description="Installed Python package that ships the file.")
    connection: str | None = Field(
        None,
        description="Ibis URL of a database; user and password only as ${ENVIRONMENT_VARIABLE}. Default: the engine.",
    )
    table: str | None = Field(None, description="Table of the database.")
    query: str | None = Field(None, description="One SELECT for the database.")
    changed_by: Word | None = Field(
        None,
        description="Column of a database's table that grows with every change, such as updated_at: its newest value "
        "and the number of rows tell whether there is anything new. Without it, every run reads it.",
    )
    format: Literal["csv", "parquet", "jsonl", "excel"] | None = Field(None, description="Default: by the ending.")
    encoding: str = Field("utf-8", description="Encoding of a CSV file, such as latin-1 or cp1252.")
    separator: str | None = Field(None, description="Between the columns of a CSV file; default: found out.")
    decimal: Literal[".", ","] = Field(".", description="Decimal sign of numbers in a CSV file.")
    thousands: Literal[".", ",", " ", "'"] | None = Field(None, description="Sign between thousands in a CSV file.")
    sheet: str | None = Field(None, description="Sheet of an Excel file; default: the first.")
    where: str = Field("", description="Where to get the files; said when one is missing.")

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        database = not (self.connection is self.table is self.query is None)
        if (self.file is not None) == database:
            raise ValueError("either file or connection")
        if database and (self.table is None) == (self.query is None):
            raise ValueError("either table or query beside connection")
        if self.file is not None and self.changed_by is not None:
            raise ValueError("changed_by only for a database: files are compared by content")
        if self.package is not None and self.file is None:
            raise ValueError("file: which file of the package")
        if self.file is not None and not self.file.strip():
            raise ValueError("file: a name, or . for the whole folder; found nothing")
        if self.thousands == self.decimal:
            raise ValueError(f'two different signs for decimal and thousands; found "{self.decimal}" for both')
        return self


def _moment(value: Any) -> Any:
    """A calendar day stands for its first moment; a number stands for nothing (2024 is no moment)."""
    if isinstance(value, int | float):
        raise ValueError("a day such as 2024-05-31")
    if isinstance(value, str) and len(value) == 10:
        return datetime.combine(date.fromisoformat(value), datetime.min.time())
    return value


Instant = Annotated[datetime | None, BeforeValidator(_moment)]


class Period(Strict):
    """From `start` (included) to `end` (not included), in local time."""

    start: Instant = Field(None, description="First moment; default: the first that is seen.")
    end: Instant = Field(None, description="First moment after it: 'today' for every feature; default: last seen.")

    @model_validator(mode="after")
    def _rising(self) -> Period:
        for moment in (self.start, self.end):
            if moment is not None and moment.tzinfo is not None:
                raise ValueError(f"local times without a zone; found {moment.isoformat()}")
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"a start before the end; found {self.start:%Y-%m-%d} and {self.end:%Y-%m-%d}")
        return self


class Holdout(Period):
    """A last part of the observation, or a period after it, kept to test whether segments are useful."""

    start: Annotated[datetime, BeforeValidator(_moment)] = Field(description="First moment.")
    end: Annotated[datetime, BeforeValidator(_moment)] = Field(description="First moment after it.")


class Zones(Strict):
    """In which zone the times are stored, and in which the customers live."""

    stored: str = Field("UTC", description="Zone of the times in the files, an IANA name such as UTC.")
    local: str = Field(description="Zone of the customers, such as Europe/Berlin.")


AttributeKind = Literal["number", "share", "count", "category", "ordered", "binary"]


class Described(Strict):
    """What a reader, and the segmentation, must know of a column of the customer table."""

    label: str = Field("", description="What a reader calls it.")
    kind: AttributeKind = Field(description="What it is; `binary` is yes or no.")
    unit: str = Field("", description="Unit of a number.")
    block: str = Field("", description="Attributes that ask the same question share a block; blocks weigh the same.")
    forms: bool | None = Field(None, description="True: may form segments. False: only describes them.")
    high: str = Field("", description="Adjective for customers who have much of it.")
    low: str = Field("", description="Adjective for customers who have little of it.")


class AttributeContract(Described):
    """What one column says about a customer."""

    column: Word | None = Field(None, description="The column's name, if it differs from the attribute's.")
    expression: str | None = Field(None, description="A SQL expression over the columns instead of one column.")
    order: Words = Field((), description="All values (codes, where there are labels), for `ordered` from low to high.")
    labels: Labels = Field({}, description="Code to label; several codes may share a label.")
    missing: Words = Field((), description="Values that mean: not known.")

    @model_validator(mode="after")
    def _scale(self) -> AttributeContract:
        if self.kind == "ordered" and not self.order and not self.labels:
            raise ValueError("order: the values from low to high (or labels in that order)")
        if self.column is not None and self.expression is not None:
            raise ValueError("either column or expression")
        return self

    def levels(self) -> tuple[str, ...]:
        """List the labels in their order."""
        codes = self.order or tuple(self.labels)
        return tuple(dict.fromkeys(self.labels.get(code, code) for code in codes))


class Feature(Described):
    """An own feature: one value a customer, computed from the rows of a role as of the observation's end."""

    role: RoleName = Field(description="Role whose rows are summed up.")
    expression: str = Field(description="A SQL expression over normalised columns with SUM, AVG, COUNT, MIN, MAX …")
    empty: float | None = Field(None, description="Value for customers without any row; default: not known.")


class CustomKpi(Strict):
    """An own KPI, from the columns of the customer table: one value a customer, summed up over a group."""

    label: str = Field(description="What a reader calls it.")
    expression: str = Field(description="A SQL expression over the columns of the customer table.")
    kind: Literal["share", "mean", "ratio"] = Field(
        description="share: the expression is true or false; mean: a number; ratio: its sum over the sum of `over`."
    )
    over: str | None = Field(None, description="Only for a ratio: the SQL expression that is divided by.")
    better: Literal["higher", "lower", "neither"] = Field("neither", description="Which direction is good.")
    unit: Literal["share", "points", "money", "days", "count", "ratio", "score"] | None = Field(
        None, description="Unit of a mean or ratio; default: count, and ratio."
    )
    definition: str = Field("", description="What it counts, in a sentence; default: the expression.")

    @model_validator(mode="after")
    def _fitting(self) -> CustomKpi:
        if (self.kind == "ratio") != (self.over is not None):
            raise ValueError("over: what is divided by, for kind ratio and for no other")
        if self.kind == "share" and self.unit not in (None, "share"):
            raise ValueError(f'unit share, since kind is share; found "{self.unit}"')
        return self


class LifetimeValue(Strict):
    """How lifetime value is estimated from purchases."""

    model: Literal["mbg_nbd", "bg_nbd"] = Field(
        "mbg_nbd", description="Of buying and leaving; bg_nbd never lets a customer leave after one purchase."
    )
    horizon_months: int = Field(12, ge=1, le=60, description="How far ahead purchases count.")
    discount: float = Field(0.1, ge=0, le=1, description="What money a year later is worth less, as a share a year.")
    margin: float = Field(1.0, gt=0, le=1, description="Share of sales that is earned; 1: revenue is told, not profit.")


class Emotions(Strict):
    """Words that show an emotion, counted in comments: in a file, or a few written here. None come with the suite."""

    file: str | None = Field(None, description="A CSV file with one word a row, beside this file (or in DATA).")
    words: Groups = Field({}, description="Instead of a file: emotion to its words, which count in any language.")
    word: Word = Field("word", description="Column of the word; an asterisk at its end stands for any ending.")
    emotion: Word = Field("emotion", description="Column of the emotion.")
    language: Word | None = Field(
        None, description="Column of the word's language, such as de; default: `language`, if there. Blank: any."
    )
    weight: Word | None = Field(
        None,
        description="Column of a number: rows of 0 or less are left out; of several emotions of a word, the largest "
        "counts.",
    )
    encoding: str = Field("utf-8", description="Encoding of the file, such as latin-1 or cp1252.")

    @model_validator(mode="after")
    def _one_place(self) -> Emotions:
        if (self.file is None) == (not self.words):
            raise ValueError("either file or words")
        if self.file is not None and not self.file.strip():
            raise ValueError("file: the name of a CSV file; found nothing")
        return self


class Customers(Strict):
    """A customer, prospect, respondent or contact."""

    source: Word | None = Field(None, description="Name of one of the sources; none: customers are seen elsewhere.")
    join: Joins = Field({}, description="Other sources whose columns are joined, and the key.")
    set_aside: tuple[SetAside, ...] = Field((), description="Rows that are not to be used, and why.")
    id: Annotated[Mapped | None, Target("id", "customer_id")] = Field(None, description="Who it is.")
    also_from: Annotated[tuple[RoleName, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)] = Field(
        (), description="Roles whose customers stay in though the source does not list them."
    )
    account: Annotated[Mapped | None, Target("id", "account_id")] = Field(None, description="Company of a contact.")
    weight: Annotated[Mapped | None, Target("number")] = Field(None, description="Survey weight.")
    referred_by: Annotated[Mapped | None, Target("id")] = Field(None, description="Customer who referred this one.")
    names: Words = Field((), description="Columns with people's names: never shown, only taken out of quotes.")
    attributes: dict[str, AttributeContract] = Field({}, description="What is known about the customer.")

    @model_validator(mode="after")
    def _whole(self) -> Customers:
        if (self.source is None) != (self.id is None):
            raise ValueError("source and id together, or neither where customers are only seen in other tables")
        if self.source is None and (self.attributes or self.account or self.weight or self.referred_by or self.names):
            raise ValueError("source: the table that the attributes are in")
        return self


class Accounts(Strict):
    """B2B: a company, the unit that personas are made of."""

    source: Word = Field(description="Name of one of the sources.")
    join: Joins = Field({}, description="Other sources whose columns are joined, and the key.")
    set_aside: tuple[SetAside, ...] = Field((), description="Rows that are not to be used, and why.")
    id: Annotated[Mapped, Target("id", "account_id")] = Field(description="Which company.")
    attributes: dict[str, AttributeContract] = Field({}, description="What is known about the company.")


def _several(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Kind = TypeVar("Kind")
Several = Annotated[tuple[Kind, ...], BeforeValidator(_several)]


def _persona_id(value: str) -> str:
    if not re.fullmatch(r"P[1-9][0-9]{0,3}", value):
        raise ValueError(f'the permanent id of a persona, such as P1, as its page shows it; found "{value}"')
    return value


def _persona_name(value: str) -> str:
    """Any script will do; what breaks a line or turns the text around it will not."""
    name = value.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"a name of 1 to {LONGEST_NAME} characters; found {len(name)}")
    if any(sign in TURNS_TEXT or unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in name):
        raise ValueError("a name on one line, without control characters")
    return name


def _distinct(names: dict[str, str]) -> dict[str, str]:
    owner: dict[str, str] = {}
    for key, name in names.items():
        if (first := owner.setdefault(name.casefold(), key)) != key:
            raise ValueError(f'a name of its own for each persona; found "{name}" for {first} and {key}')
    return names


PersonaNames = Annotated[
    dict[Annotated[str, AfterValidator(_persona_id)], Annotated[Word, AfterValidator(_persona_name)]],
    AfterValidator(_distinct),
]


class Contract(Strict):
    """All of ``dataset.yml``. A role may be a list: several sources then make one table."""

    title: str = Field(description="What the report is called.")
    notice: str = Field("", description="What every page must say about the data.")
    source: str = Field("", description="Where the data is from.")
    licence: str = Field("", description="Under which terms.")
    unit: str = Field("customer", description="What one customer is, in the singular.")
    units: str = Field("customers", description="The same in the plural.")
    relationship: Literal["b2c", "b2b"] = Field("b2c", description="Consumers, or companies with contacts.")
    currency: str = Field("", description="ISO code of the money, such as EUR.")
    timezone: Zones | None = Field(None, description="Without it, times are local already.")
    observation: Period = Field(Period(), description="The period that is looked at.")
    holdout: Holdout | None = Field(None, description="Kept to test whether segments are useful.")
    stages: Words = Field(STAGES, description="Stages of the journey, in order.")
    engine: str = Field(
        "duckdb",
        description="What computes: duckdb, spark (on this machine), sc://host:port (a cluster, by Spark Connect) or "
        "another Ibis URL; user, password and token only as ${ENVIRONMENT_VARIABLE}.",
    )
    sources: dict[str, Source] = Field(description="The tables, by a name of your choice.")
    customers: Customers = Field(Customers(), description="Who the customers are.")
    accounts: Accounts | None = Field(None, description="B2B: the companies.")
    transactions: Several[Transactions] = Field((), description="Purchases.")
    interactions: Several[Interactions] = Field((), description="Contacts at touchpoints.")
    feedback: Several[Feedback] = Field((), description="Answers, reviews and comments, one a row.")
    ratings: Several[Ratings] = Field((), description="Scores of a wide survey; they join the feedback table.")
    comments: Several[Comments] = Field((), description="Coded comments of a wide survey; they join the feedback.")
    tickets: Several[Tickets] = Field((), description="Service cases.")
    subscriptions: Several[Subscriptions] = Field((), description="Contract periods.")
    employees: Several[Employees] = Field((), description="What staff say.")
    actions: Several[Actions] = Field((), description="What was done about pain points.")
    features: dict[str, Feature] = Field({}, description="Own features, made from the rows of a role.")
    kpis: dict[str, CustomKpi] = Field({}, description="Own KPIs, made from the columns of the customer table.")
    targets: dict[str, KpiTarget] = Field(
        {}, description="What KPIs of everybody are to reach, by the key in docs/kpis.md or `kpis`: `nps: 40`."
    )
    benchmarks: dict[str, Benchmark] = Field({}, description="What others reach, by the same keys.")
    alerts: Alerts = Field(Alerts(), description="What to be told of, in alerts.json and on the overview.")
    lifetime_value: LifetimeValue = Field(LifetimeValue(), description="How lifetime value is estimated.")
    emotions: Emotions | None = Field(None, description="Words that show an emotion, counted in comments.")
    previous: Word | None = Field(
        None,
        description="The dataset of which this one is the next wave, where respondents differ: `sfo_2017`. What "
        "changed is then told against its last accepted run.",
    )
    names: PersonaNames = Field(
        {}, description="Own names of personas by their permanent id, such as `P1: Fresh-first regulars`."
    )
    playbook: Words = Field(
        (),
        description=f"Rules for pain points beyond the general ones: {', '.join(PLAYBOOKS[1:])}, or .yml files of your "
        "own beside this one; see docs/playbook.md.",
    )

    @model_validator(mode="after")
    def _anybody(self) -> Contract:
        if self.customers.source is None and not any(isinstance(p, ByCustomer) for _, _, p in self.tables()):
            raise ValueError("customers: a table of customers, or transactions that name them")
        if self.relationship == "b2b" and self.accounts is None and self.customers.account is None:
            raise ValueError("customers.account: the company of each contact, as relationship is b2b")
        return self

    def tables(self) -> list[tuple[str, int, Table]]:
        """List role, position in the role's list, and what is read, for every declared long table."""
        return [(role, number, part) for role in ROLES for number, part in enumerate(getattr(self, role))]
