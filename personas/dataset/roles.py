"""What each role of a dataset may map. The classes are the contract: validation, normalised columns, JSON Schema and
reference page are all made from them.

``Target("moment", "time")`` reads: the value becomes a timestamp in the normalised column ``time``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from personas.dataset.mapping import Mapped, Strict, Target, Word, Words

Id = Annotated[Mapped | None, Target("id")]
CustomerId = Annotated[Mapped | None, Target("id", "customer_id")]
AccountId = Annotated[Mapped | None, Target("id", "account_id")]
Time = Annotated[Mapped, Target("moment", "time")]
MaybeTime = Annotated[Mapped | None, Target("moment", "time")]
Text = Annotated[Mapped | None, Target("text")]
Number = Annotated[Mapped | None, Target("number")]
Money = Annotated[Mapped | None, Target("money")]
Moment = Annotated[Mapped | None, Target("moment")]
Yes = Annotated[Mapped | None, Target("yes")]


def optional(description: str) -> Any:
    return Field(None, description=description)


class Join(Strict):
    """How a row finds its row in another source: by columns of the two."""

    left: Word = Field(description="Column of this source.")
    right: Word = Field(description="Column of the other source; its values must be unique there.")


def _same_name(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: key if isinstance(key, dict) else {"left": key, "right": key} for name, key in value.items()}


Joins = Annotated[dict[str, Join], BeforeValidator(_same_name)]


class SetAside(Strict):
    """Rows, or values of some columns of them, that are not to be used."""

    when: str = Field(description="A SQL condition over the columns, from the allowed list.")
    reason: str = Field(description="Why, as the quality sheet will say it.")
    columns: Words = Field((), description="Only these mapped values are emptied; without it the row goes.")


class Table(Strict):
    """What everything that is read from a source shares."""

    source: Word = Field(description="Name of one of the sources.")
    join: Joins = Field({}, description="Other sources whose columns are joined, and the key: a column both have.")
    set_aside: tuple[SetAside, ...] = Field((), description="Rows or values that are not to be used, and why.")

    clock: ClassVar[str] = "time"


class ByCustomer(Table):
    """A row belongs to a customer; in B2B, naming the account is enough."""

    customer: CustomerId = optional("Whose row it is.")
    account: AccountId = optional("B2B: the company, where the row does not name a contact.")

    @model_validator(mode="after")
    def _whose(self) -> ByCustomer:
        if self.customer is None and self.account is None:
            raise ValueError("customer: the column that says whose row it is (B2B: or account)")
        return self


class Transactions(ByCustomer):
    """A purchase line, or an order."""

    time: Time = Field(description="When.")
    amount: Annotated[Mapped, Target("money")] = Field(description="Money paid for the line.")
    order: Annotated[Mapped | None, Target("id", "order_id")] = optional(
        "Lines of one visit share it; without it, lines of the same customer and moment are one order."
    )
    product: Annotated[Mapped | None, Target("id", "product_id")] = optional("What was bought.")
    category: Text = optional("Kind of product, best in 4 to 12.")
    subcategory: Text = optional("A finer kind of product.")
    quantity: Number = optional("Pieces.")
    discount: Money = optional("Money off, coupons apart.")
    coupon_discount: Money = optional("Money off by coupon.")
    private_label: Yes = optional("Is it the shop's own brand?")
    channel: Text = optional("Shop, web, app, phone …")
    store: Id = optional("Which shop.")
    returned: Yes = optional("Was it brought back?")


class Interactions(ByCustomer):
    """A contact with a customer at a touchpoint."""

    time: Time = Field(description="When it happened or began.")
    until: Moment = optional(
        "When a lasting contact ends; one already running at the start of the observation counts as received on "
        "its first day."
    )
    touchpoint: Annotated[Mapped, Target("text")] = Field(description="Where customer and business met.")
    stage: Text = optional("Stage of the journey.")
    channel: Text = optional("Web, app, shop, phone, post …")
    device: Text = optional("Phone, tablet, desktop …")
    environment: Text = optional("Store, home, on the move …")
    self_service: Yes = optional("Was it without staff?")
    campaign: Id = optional("Campaign it belongs to.")
    campaign_type: Text = optional("Kind of campaign.")
    referral: Text = optional("Where the customer came from.")
    outcome: Text = optional("What came of it: done, failed, abandoned …")
    duration: Number = optional("How long it took, in seconds unless a unit is given.")
    wait: Number = optional("Time waited, in seconds unless a unit is given.")
    page_time: Number = optional("Time to load, in seconds unless a unit is given.")


Metric = Literal["nps", "csat", "ces", "rating", "expectation", "emotion", "comment", "problem"]
Polarity = Literal["praise", "complaint", "suggestion", "neutral"]


def _pair(value: Any) -> Any:
    return {"low": value[0], "high": value[1]} if isinstance(value, list | tuple) and len(value) == 2 else value


class Scale(Strict):
    """Lowest and highest possible score, written `[1, 5]`."""

    low: float = Field(description="Lowest score.")
    high: float = Field(description="Highest score.")

    @model_validator(mode="after")
    def _rising(self) -> Scale:
        if self.low >= self.high:
            raise ValueError(f"the lowest score before the highest; found {self.low:g} and {self.high:g}")
        return self


ScaleGiven = Annotated[Scale | None, BeforeValidator(_pair)]


class Code(Strict):
    """What a code of a comment stands for."""

    label: Word = Field(description="What the code says, in words.")
    polarity: Polarity | None = Field(None, description="Praise, complaint, suggestion or neutral.")
    touchpoint: str | None = Field(None, description="Touchpoint it is about, if not that of the question.")
    stage: str | None = Field(None, description="Stage it is about, if not that of the question.")


def _codes(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {str(key): code if isinstance(code, dict) else {"label": code} for key, code in value.items()}


Codes = Annotated[dict[str, Code], BeforeValidator(_codes)]


class Feedback(Table):
    """One answer, review or comment."""

    customer: CustomerId = optional("Whose it is; reviews and interviews may be anonymous.")
    account: AccountId = optional("B2B: the company, where the row does not name a contact.")
    time: MaybeTime = optional("When.")
    metric: Text = optional("What was asked: nps, csat, ces, rating, expectation, emotion or comment.")
    score: Number = optional("The score.")
    scale: ScaleGiven = Field(None, description="Lowest and highest possible score, `[1, 5]`.")
    higher_is_better: bool = Field(True, description="Direction of the scale.")
    expectation: Number = optional("What was expected, on the same scale.")
    text: Text = optional("What was said, as written.")
    code: Id = optional("Code of what was said.")
    codes: Codes = Field({}, description="Code to its label, polarity, touchpoint and stage.")
    polarity: Text = optional("praise, complaint, suggestion or neutral.")
    touchpoint: Text = optional("What it is about.")
    stage: Text = optional("Stage of the journey.")
    channel: Text = optional("Channel it came by.")
    moment: Text = optional("before, during or after.")
    origin: Annotated[Mapped | None, Target("text", "source")] = optional(
        "Survey, review, social, interview, focus group …"
    )
    brand: Text = optional("Own brand or a competitor's.")
    language: Text = optional("Language of the text.")

    @model_validator(mode="after")
    def _something(self) -> Feedback:
        if self.score is None and self.text is None and self.code is None:
            raise ValueError("score, text or code: one of them at least")
        if self.score is not None and self.scale is None:
            raise ValueError("scale: the lowest and highest possible score, such as [1, 5]")
        if self.code is not None and not self.codes:
            raise ValueError("codes: what each code stands for")
        return self


class Tickets(ByCustomer):
    """A service case."""

    clock: ClassVar[str] = "opened"

    opened: Annotated[Mapped, Target("moment")] = Field(description="When it was opened.")
    resolved: Moment = optional("When it was resolved; empty: still open.")
    first_response: Moment = optional("When somebody first answered.")
    due: Moment = optional("Until when it was promised.")
    escalated: Yes = optional("Was it escalated?")
    reopened: Yes = optional("Was it opened again?")
    channel: Text = optional("Channel it came by.")
    category: Text = optional("What it is about.")
    team: Text = optional("Who handles it.")
    satisfaction: Number = optional("The customer's score of the case.")
    scale: ScaleGiven = Field(None, description="Lowest and highest possible satisfaction, `[1, 5]`.")


class Subscriptions(ByCustomer):
    """A contract period."""

    clock: ClassVar[str] = "start"

    start: Annotated[Mapped, Target("moment")] = Field(description="When it began.")
    end: Moment = optional("When it ended; empty: still active.")
    plan: Text = optional("Which plan.")
    price: Money = optional("Price a period.")
    reason: Text = optional("Reason for leaving.")


class Employees(Table):
    """One answer or idea by staff."""

    time: MaybeTime = optional("When.")
    team: Text = optional("Team; teams under the privacy threshold are never shown.")
    touchpoint: Text = optional("What it is about.")
    stage: Text = optional("Stage of the journey.")
    metric: Text = optional("What was asked.")
    score: Number = optional("The score.")
    scale: ScaleGiven = Field(None, description="Lowest and highest possible score, `[1, 5]`.")
    text: Text = optional("What was said, as written.")

    @model_validator(mode="after")
    def _something(self) -> Employees:
        if self.score is None and self.text is None:
            raise ValueError("score or text: one of them at least")
        return self


class Actions(Table):
    """Something that was done about a pain point."""

    time: Annotated[Mapped, Target("moment", "time")] = Field(description="When it started.")
    pain_point: Annotated[Mapped, Target("text")] = Field(description="Key of the pain point it is for.")
    action: Annotated[Mapped | None, Target("id", "action_id")] = optional(
        "Rows of one action share it; without it, rows of the same day, pain point and title are one action."
    )
    title: Text = optional("What was done.")
    segment: Text = optional("Persona it was for: its permanent id, or its name.")
    owner: Text = optional("Who is responsible.")
    cost: Money = optional(
        "What it cost: for the row's customer, or in all where the row names none; the rows of an action add up."
    )
    customer: CustomerId = optional("A treated (or held-out) customer, one a row; empty: done for everybody.")
    group: Text = optional("treated or holdout; empty: treated.")
    check: Moment = optional("When to look whether it worked; default: as the remedy of its pain point says.")
    decision: Text = optional("What was decided then, such as kept, changed or stopped; empty: nothing yet.")
