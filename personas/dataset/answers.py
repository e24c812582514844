"""Wide surveys into the long feedback table: one row an answer.

All columns of a group are read in one scan: they are put into an array of structures and unnested.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import ibis
import ibis.expr.datatypes as dt

from personas.dataset.clock import Clock
from personas.dataset.columns import Columns, as_number, as_text, read_value, without
from personas.dataset.contract import Contract
from personas.dataset.expressions import translate_expression
from personas.dataset.normalise import Part, Rule, joined
from personas.dataset.survey import Comments, Ratings, Survey

ANSWER = (
    "metric", "touchpoint", "stage", "moment", "score", "scale_low", "scale_high", "higher_is_better", "expectation"
)  # fmt: skip
COMMENT = ("metric", "code", "label", "polarity", "touchpoint", "stage", "moment")

AnySurvey = TypeVar("AnySurvey", bound=Survey)


def placed(survey: AnySurvey, contract: Contract) -> AnySurvey:
    """Fill in where a survey is by default: in the customers' own table."""
    given = {
        "source": survey.source or contract.customers.source,
        "customer": survey.customer or contract.customers.id,
    }
    if survey.source is None and not survey.join:
        given["join"] = contract.customers.join
    return survey.model_copy(update=given)


def normalise_ratings(
    given: Ratings, keys: tuple, contract: Contract, sources: Mapping[str, ibis.Table], clock: Clock
) -> Part:
    """Express rating columns as answers: touchpoint, stage, score, scale; codes that are no answer give no row."""
    ratings = placed(given, contract)
    table, columns = joined(ratings, contract, sources)
    answers = [
        ibis.struct(
            {
                "item": ibis.literal(name),
                "raw score": _answer(columns, item.column, ratings.of(item, "missing")),
                "expectation": _number(columns, item.expectation, ratings.of(item, "missing")),
                "touchpoint": ibis.literal(item.touchpoint),
                "metric": ibis.literal(ratings.of(item, "metric") or "rating"),
                "stage": _word(ratings.of(item, "stage")),
                "moment": _word(ratings.of(item, "moment")),
                "scale_low": ibis.literal(float(ratings.of(item, "scale").low)),
                "scale_high": ibis.literal(float(ratings.of(item, "scale").high)),
                "higher_is_better": ibis.literal(ratings.of(item, "higher_is_better") is not False),
            }
        )
        for name, item in ratings.items.items()
    ]
    decimal = contract.sources[ratings.source].decimal
    table, who, flags = _respondents(ratings, table, columns, clock, answers)
    table = table.filter(table.answer["raw score"].notnull())
    names = [name for name in ANSWER if name != "score"]
    table = table.select(
        *who,
        *flags,
        **{name: table.answer[name] for name in names},
        score=as_number(table.answer["raw score"], decimal),
        **{"raw score": table.answer["raw score"], "item": table.answer["item"]},
    )
    return _part(ratings, table, (*who, *ANSWER), flags, keys)


def normalise_comments(
    given: Comments, keys: tuple, contract: Contract, sources: Mapping[str, ibis.Table], clock: Clock
) -> Part:
    """Express columns of codes as comments: code, label, polarity, touchpoint and stage."""
    comments = placed(given, contract)
    table, columns = joined(comments, contract, sources)
    codes = [ibis.struct({"raw code": _answer(columns, name, comments.missing)}) for name in comments.columns]
    table, who, flags = _respondents(comments, table, columns, clock, codes)
    table = table.filter(table.answer["raw code"].notnull())
    code = table.answer["raw code"]
    made = {
        "metric": ibis.literal("comment"),
        "code": code,
        "moment": _word(comments.moment),
        "raw code": code,
    }
    made["label"] = code.cases(*[(key, meaning.label) for key, meaning in comments.codes.items()], else_=None)
    for field in ("polarity", "touchpoint", "stage"):
        pairs = [(key, getattr(meaning, field)) for key, meaning in comments.codes.items() if getattr(meaning, field)]
        default = _word(getattr(comments, field))
        made[field] = code.cases(*pairs, else_=default) if pairs else default
    return _part(comments, table.select(*who, *flags, **made), (*who, *COMMENT), flags, keys)


def _respondents(survey: Survey, table: ibis.Table, columns: Columns, clock: Clock, answers: list):
    """Select who answered, when, which rows the contract sets aside, and the answers, one a row."""
    who = {"customer_id": read_value(survey.customer, "id", columns, clock).value}
    if survey.time is not None:
        who["time"] = read_value(survey.time, "moment", columns, clock).value
    flags = {
        f"aside {number}": translate_expression(rule.when, columns.values).fill_null(False)
        for number, rule in enumerate(survey.set_aside)
    }
    return table.select(**who, **flags, answer=ibis.array(answers).unnest()), tuple(who), tuple(flags)


def _part(survey: Survey, table: ibis.Table, names: tuple, flags: tuple, keys: tuple) -> Part:
    rules = [Rule(table[flag], rule.reason, True) for flag, rule in zip(flags, survey.set_aside, strict=True)]
    rules.append(Rule(table.customer_id.isnull(), "no customer"))
    return Part(table, names, tuple(rules), (), "time" if "time" in names else "", keys, survey)


def _answer(columns: Columns, name: str, missing: tuple[str, ...] | None) -> ibis.Value:
    return without(as_text(columns.values[name]), missing or ())


def _number(columns: Columns, name: str | None, missing: tuple[str, ...] | None) -> ibis.Value:
    if name is None:
        return ibis.null("float64")
    return as_number(_answer(columns, name, missing), columns.sources[name].decimal)


def _word(text: str | None) -> ibis.Value:
    return ibis.null(dt.string) if text is None else ibis.literal(text)
