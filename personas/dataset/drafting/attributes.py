"""Columns of a list of customers, or of a survey: attributes, scores, comments, or left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from personas.dataset.drafting.columns import LEVELS, Column
from personas.dataset.drafting.entries import Entry
from personas.dataset.drafting.fields import Table
from personas.dataset.drafting.guesses import Guess, Sureness
from personas.dataset.drafting.scales import Scale, metric_of, odd_numbers
from personas.dataset.drafting.vocabulary import fit, plain, speaks_of, vocabulary
from personas.dataset.roster import RESERVED

MAX_ATTRIBUTES = 150


@dataclass
class Described:
    """What becomes of the columns of a table.

    attributes : entries for the contract; scores : name → (column, scale); comments : columns of free text
    left_out : column → why
    """

    attributes: list[Entry] = field(default_factory=list)
    scores: dict[str, tuple[Column, Scale]] = field(default_factory=dict)
    comments: list[Column] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def describe_attributes(table: Table, used: set[str]) -> Described:
    """Say for every column that is not used otherwise what it tells of a customer."""
    found = Described()
    names: set[str] = {*RESERVED, *vocabulary()["behaviour"]}
    free = [column for column in table.columns.values() if column.name not in used]
    neutral = _neutral_scores(free)
    for column in free:
        if reason := _useless(column):
            found.left_out[column.name] = reason
        elif scale := _as_score(column, neutral):
            found.scores[attribute_name(column.name, names)] = (column, scale)
        elif column.text:
            if table.role == "survey" or fit(column.name, vocabulary()["fields"]["feedback"]["text"]):
                found.comments.append(column)
            else:
                found.left_out[column.name] = "free text; if customers wrote it: feedback: with text:"
        elif len(found.attributes) >= MAX_ATTRIBUTES:
            found.left_out[column.name] = f"{MAX_ATTRIBUTES} attributes are enough for a draft; add it if it matters"
        else:
            given = _as_attribute(column)
            if isinstance(given, str):
                found.left_out[column.name] = given
            else:
                found.attributes.append(_entry(column, given, names))
    return found


def attribute_name(column: str, taken: set[str]) -> str:
    """Make a short name of small letters from a column's, not yet taken; takes it.

    >>> attribute_name("Age (years)", set()), attribute_name("Ä/Ö", {"ae_oe"}), attribute_name("年齢", set())
    ('age_years', 'ae_oe_2', 'column')
    """
    base = "_".join(plain(column).split())[:60] or "column"
    base = base if base[0].isalpha() else f"q_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def words_of(column: str) -> str:
    """Turn a column's name into words for a reader.

    >>> words_of("household_size"), words_of("AgeBand")
    ('Household size', 'Age band')
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\s]+", " ", column).strip()
    mixed = any(sign.islower() for sign in text)
    words = " ".join(word if mixed and word.isupper() and len(word) <= 4 else word.lower() for word in text.split())
    return (words[:1].upper() + words[1:])[:80]


def touchpoint_of(column: str, metric: str) -> str:
    """Name what a score is about.

    >>> touchpoint_of("rating_staff", "rating"), touchpoint_of("How likely are you to recommend us?", "nps")
    ('Staff', 'Recommendation')
    """
    if metric == "nps":
        return "Recommendation"
    text = " ".join(re.split(r"[\s_]+", column))
    before = r"^(?:rating|rate|score|satisfaction with|csat|ces)\b[\s:-]*"
    bare = re.sub(rf"{before}|[\s:-]*\b(?:rating|score)$", "", text, flags=re.IGNORECASE)
    return words_of(bare or column)


def _useless(column: Column) -> str | None:
    if not column.values:
        return "no values"
    if column.person:
        more = "; an age in years or bands would be welcome" if column.person == "a date of birth" else ""
        more = "; a region would be welcome" if column.person == "a postcode" else more
        return f"{column.person}: says who somebody is{more}"
    if len(column.values) == 1:
        return "the same value in every row"
    if column.time:
        return "a time; only rows of a role (orders, contacts …) have times"
    if column.blank > 0.98:
        return f"{column.blank:.0%} of the rows have no value"
    return None


def _neutral_scores(columns: Iterable[Column]) -> set[str]:
    """Name columns that can only be scores because several beside each other have the same scale, such as q1 to q9."""
    kinds: dict[tuple[int, int], list[str]] = {}
    for column in columns:
        if column.scale and not _other_number(column):
            kinds.setdefault((column.scale.low, column.scale.high), []).append(column.name)
    return {name for names in kinds.values() if len(names) >= 3 for name in names}


def _other_number(column: Column) -> bool:
    return any(speaks_of(column.name, topic) for topic in ("counts", "codes", "attitudes")) or column.person is not None


def _as_score(column: Column, neutral: set[str]) -> Scale | None:
    scale = column.scale
    if scale is None or column.sensitive or column.yes is not None:
        return None
    if speaks_of(column.name, "scores") or speaks_of(column.name, "recommending"):
        likely = scale.guess.sure != "unsure"
        return replace(scale, guess=Guess("sure", f"its name; {scale.guess.why}")) if likely else scale
    if column.name in neutral and not _other_number(column):
        return replace(scale, guess=Guess("unsure", f"{scale.guess.why}, as other columns have; or a number or code?"))
    return None


def _as_attribute(column: Column) -> tuple[dict, Guess] | str:
    """Find kind, order and codes of an attribute; a text says why it is none."""
    levels = list(column.values)
    given: dict = {}
    if column.yes is not None:
        given = {"kind": "binary"} | ({"labels": column.yes} if column.yes else {})
        return given, Guess("sure", "two values: " + " and ".join(sorted(levels)))
    if column.scale and speaks_of(column.name, "attitudes"):
        scale = column.scale
        order = _numbers_in_order(column, scale)
        given = {"kind": "ordered", "order": order, "block": "attitude", "forms": False}
        given |= {"missing": list(scale.missing)} if scale.missing else {}
        return given, Guess("likely", "what somebody thinks, on a scale; forms: true if segments shall differ in it")
    if column.order is not None:
        why = "bands of numbers" if any(sign.isdigit() for sign in column.order[0]) else "words of a known order"
        given = {"kind": "ordered", "order": list(column.order)}
        return given | _outcome(column), Guess("sure" if column.known >= 5 * len(levels) else "likely", why)
    if column.numeric:
        return _numeric(column)
    if len(levels) <= LEVELS and column.known >= 3 * len(levels):
        sure: Sureness = "sure" if column.known >= 10 * len(levels) else "likely"
        return {"kind": "category"} | _outcome(column), Guess(sure, f"{len(levels)} values, each in many rows")
    if column.category:
        note = f"{len(levels)} values are many to form segments; group them, or leave it to describe"
        return {"kind": "category", "forms": False}, Guess("unsure", note)
    return "nearly as many values as rows" if len(levels) > column.known / 2 else "too many values for a category"


def _numeric(column: Column) -> tuple[dict, Guess] | str:
    levels = list(column.values)
    if column.sign:
        return f"amounts with the sign {column.sign} in the text; export plain numbers"
    if column.whole and len(levels) <= LEVELS and speaks_of(column.name, "codes"):
        return {"kind": "category"}, Guess("unsure", "numbers that seem to be codes; say labels: {1: …}")
    if len(levels) == 2:
        return {"kind": "category"}, Guess("unsure", f"two values, {' and '.join(sorted(levels))}; say labels:")
    last = plain(column.name).split()[-1:]
    if column.unique and column.whole and ((last and last[0] in vocabulary()["identifier"]) or len(levels) > 200):
        odd = len({len(level) for level in levels}) == 1 or bool(last and last[0] in vocabulary()["identifier"])
        if odd:
            return "another id: a different number in every row"
    codes = odd_numbers(column.name, column.numbers)
    given: dict = {"kind": "number"}
    fractions = not column.whole
    if fractions and all(0 <= number <= 1 for number in column.numbers):
        given = {"kind": "share"}
    elif column.whole and speaks_of(column.name, "counts") and not fit(column.name, ["age", "alter"]):
        given = {"kind": "count"} if not codes and min(column.numbers) >= 0 else {"kind": "number"}
    missing = [value for value in levels if column.writing.read(value) in codes]
    if missing:
        given["missing"] = missing
    why = "numbers" + (f"; {', '.join(missing)} stand apart from all others: not known" if missing else "")
    if column.scale and not _other_number(column):
        return given, Guess("unsure", f"{why}; or a score, for ratings:, or a code?")
    told = speaks_of(column.name, "counts") or fractions
    if not told and column.known >= 3 * len(levels) and len(levels) <= LEVELS:
        return given | _outcome(column), Guess(
            "unsure", f"{why}, but few: if they are codes, kind: category and labels:"
        )
    if speaks_of(column.name, "codes") and not fractions:
        return given | {"forms": False}, Guess("unsure", f"{why}, but its name says codes: too many for a category")
    return given | _outcome(column), Guess("sure" if told and not missing else "likely", why)


def _outcome(column: Column) -> dict:
    return {"block": "feedback", "forms": False} if speaks_of(column.name, "outcomes") else {}


def _numbers_in_order(column: Column, scale: Scale) -> list[str]:
    inside = [value for value in column.counts if value not in scale.missing]
    plain_numbers = {str(number) for number in range(scale.low, scale.high + 1)}
    if set(inside) <= plain_numbers:
        return [str(number) for number in range(scale.low, scale.high + 1)]
    return sorted(inside, key=float)


def _entry(column: Column, found: tuple[dict, Guess], names: set[str]) -> Entry:
    given, guess = found
    name = attribute_name(column.name, names)
    head = {} if name == column.name else {"column": column.name}
    label = words_of(column.name)
    if label != name.replace("_", " ").capitalize() and name != column.name:
        head["label"] = label
    missing = [*given.pop("missing", []), *(word for word in column.missing if word not in given.get("order", []))]
    full = {**head, **given}
    if missing:
        full["missing"] = list(dict.fromkeys(missing))
    for words, (high, low) in vocabulary()["adjectives"].items():
        if given["kind"] in ("number", "ordered", "count") and fit(column.name, words.split(",")) > 0:
            full |= {"high": high, "low": low}
    note: Guess = guess
    if column.sensitive:
        full["forms"] = False
        note = Guess(guess.sure, f"{guess.why}; nobody is grouped by it")
    text = len(str(full))
    if text > 95:
        return Entry(name, tuple(Entry(key, value) for key, value in full.items()), note)
    return Entry(name, full, note)


def score_entries(scores: dict[str, tuple[Column, Scale]]) -> list[Entry]:
    """Write the scores of a wide survey as the contract's ratings: what most share above, what differs beside."""
    most = Counter((scale.low, scale.high) for _, scale in scores.values()).most_common(1)[0][0]
    items = []
    for name, (column, scale) in scores.items():
        metric = metric_of(column.name, scale)
        item: dict = {"column": column.name, "touchpoint": touchpoint_of(column.name, metric)}
        if metric != "rating":
            item["metric"] = metric
        if (scale.low, scale.high) != most:
            item["scale"] = [scale.low, scale.high]
        if scale.missing:
            item["missing"] = list(scale.missing)
        note = scale.guess
        if speaks_of(column.name, "reversed"):
            note = Guess("unsure", f"{note.why}; if high is bad, say higher_is_better: false")
        items.append(Entry(name, item, note))
    return [Entry("scale", list(most)), Entry("items", tuple(items))]
