"""Wide surveys: one row a respondent, one column a question. What such columns mean, as part of the contract."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from personas.dataset.mapping import Mapped, Strict, Target, Word, Words
from personas.dataset.roles import Codes, Joins, Metric, Polarity, ScaleGiven, SetAside


class Question(Strict):
    """What all columns of a group share, and each of them may say otherwise."""

    metric: Metric | None = Field(None, description="nps, csat, ces, rating, expectation, emotion or problem.")
    stage: str | None = Field(None, description="Stage of the journey.")
    moment: str | None = Field(None, description="before, during or after.")
    scale: ScaleGiven = Field(None, description="Lowest and highest possible score, `[1, 5]`.")
    missing: Words | None = Field(None, description="Codes that are no answer, such as 0 for blank.")
    higher_is_better: bool | None = Field(None, description="Direction of the scale.")


class Item(Question):
    """One rated touchpoint."""

    column: Word = Field(description="Column of the scores.")
    touchpoint: str = Field(description="What was rated, in words.")
    expectation: Word | None = Field(None, description="Column of what was expected, on the same scale.")


class Survey(Strict):
    """Where the answers are; by default in the customers' own table."""

    clock: ClassVar[str] = "time"

    source: Word | None = Field(None, description="Name of a source; default: that of the customers.")
    join: Joins = Field({}, description="Other sources whose columns are joined, with the key.")
    customer: Annotated[Mapped | None, Target("id", "customer_id")] = Field(
        None, description="Who answered; default: as for the customers."
    )
    time: Annotated[Mapped | None, Target("moment", "time")] = Field(None, description="When it was answered.")
    set_aside: tuple[SetAside, ...] = Field((), description="Rows that are not to be used, and why.")


class Ratings(Survey, Question):
    """Scores in columns, one a touchpoint."""

    items: dict[str, Item] = Field(description="A name of your choice to the column and its touchpoint.")

    @model_validator(mode="after")
    def _complete(self) -> Ratings:
        bare = [name for name, item in self.items.items() if item.scale is None and self.scale is None]
        if bare:
            raise ValueError(f"scale: the lowest and highest possible score of {', '.join(bare)}, such as [1, 5]")
        return self

    def of(self, item: Item, key: str):
        """Look up what holds for an item: its own word, else that of the group."""
        own = getattr(item, key)
        return getattr(self, key) if own is None else own


class Comments(Survey):
    """Comments that somebody coded: columns with up to one code each."""

    columns: Words = Field(description="Columns of codes; a respondent may have several.")
    codes: Codes = Field(description="Code to its label, or to label, polarity, touchpoint and stage.")
    missing: Words = Field((), description="Codes that are no answer.")
    polarity: Polarity | None = Field(None, description="Polarity of codes that do not say.")
    touchpoint: str | None = Field(None, description="Touchpoint of codes that do not say.")
    stage: str | None = Field(None, description="Stage of codes that do not say.")
    moment: str | None = Field(None, description="before, during or after.")
