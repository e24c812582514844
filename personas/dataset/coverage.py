"""Who and what is missing: attributes that say nothing, weights that do not add up, shares that are known."""

from __future__ import annotations

from personas.dataset.models import Attribute, Dataset
from personas.errors import Problem


def _place(dataset: Dataset, attribute: Attribute) -> str:
    for keys in (["customers", "attributes"], ["accounts", "attributes"], ["features"]):
        part = getattr(dataset.contract, keys[0])
        if attribute.name in (part if keys == ["features"] else getattr(part, "attributes", {})):
            return dataset.document.place([*keys, attribute.name])
    return dataset.document.place(["customers"])


def doubtful_attributes(dataset: Dataset) -> list[Problem]:
    """Warn of attributes that are empty, have one value, or nearly as many values as customers; and of odd weights."""
    table = dataset.tables["customers"]
    if not dataset.attributes and "weight" not in table.columns:
        return []
    counts = {"all": table.count()}
    for attribute in dataset.attributes:
        counts[f"known {attribute.name}"] = table[attribute.name].count()
        counts[f"values {attribute.name}"] = table[attribute.name].nunique()
    if "weight" in table.columns:
        counts |= {"weights": table.weight.sum(), "unweighted": table.weight.isnull().sum()}
    row = table.aggregate(**counts).to_pyarrow().to_pylist()[0]
    warnings = []
    for attribute in dataset.attributes:
        known, values = row[f"known {attribute.name}"], row[f"values {attribute.name}"]
        place = _place(dataset, attribute)
        if not known:
            warnings.append(
                Problem(place, "no value at all", "values", "see whether the column and missing: are right")
            )
        elif values == 1:
            warnings.append(Problem(place, "one and the same value everywhere", "values that differ", "leave it out"))
        elif attribute.kind == "category" and not attribute.levels and values > 30 and values > known / 2:
            found = f"{values:,} values in {known:,} rows: an id or free text rather than a category"
            warnings.append(Problem(place, found, "a few values that many share", "group them, or leave it out"))
    if "weights" in row:
        warnings += _odd_weights(row, dataset)
    return warnings


def _odd_weights(row: dict, dataset: Dataset) -> list[Problem]:
    place = dataset.document.place(["customers", "weight"])
    found = []
    if row["unweighted"]:
        found.append(
            Problem(place, f"{row['unweighted']:,} customers without a weight", "a weight each", "they count as 1")
        )
    if row["weights"] is None:
        return found
    mean = row["weights"] / max(row["all"] - row["unweighted"], 1)
    if not 0.9 <= mean <= 1.1 and mean < 2:
        sum_of = f"weights that sum to {_sum_shown(row['weights'])} for {row['all']:,} customers"
        found.append(
            Problem(place, sum_of, "the number of customers, or of the population", "see whether it is the weight")
        )
    return found


def _sum_shown(total: float) -> str:
    """Write a sum of weights; a small one must not look like none.

    >>> _sum_shown(1234567.2), _sum_shown(0.18)
    ('1,234,567', '0.18')
    """
    return f"{total:,.0f}" if abs(total) >= 10 or total == 0 else f"{total:.3g}"


def weightless(dataset: Dataset) -> list[Problem]:
    """Find a weight that counts for nothing: every mean would divide by zero."""
    table = dataset.tables["customers"]
    if "weight" not in table.columns:
        return []
    row = table.aggregate(known=table.weight.count(), most=table.weight.max()).to_pyarrow().to_pylist()[0]
    if not row["known"] or row["most"] > 0:
        return []
    place = dataset.document.place(["customers", "weight"])
    fix = "name another column, or leave weight: out"
    return [Problem(place, "a weight of 0 for everybody who has one", "weights above zero", fix)]


def coverage_notes(dataset: Dataset) -> tuple[str, ...]:
    """Say what share is known of each attribute, who is in which table, and whether there are enough customers."""
    table = dataset.tables["customers"]
    units = dataset.card.units
    counts = {"all": table.count()} | {a.name: table[a.name].count() for a in dataset.attributes if a.name != "all"}
    row = table.aggregate(**counts).to_pyarrow().to_pylist()[0]
    total = row["all"]
    notes = []
    for attribute in dataset.attributes:
        known = row[attribute.name]
        if known < total:
            notes.append(f"{attribute.label}: known for {known:,} of {total:,} {units} ({known / total:.0%})")
    for name, rows in dataset.tables.items():
        if name in ("customers", "contacts") or "customer_id" not in rows.columns:
            continue
        present = rows.filter(rows.customer_id.notnull()).customer_id.nunique().execute()
        if present < total:
            notes.append(f"{name}: rows of {present:,} of {total:,} {units} ({present / total:.0%})")
    forming = sum(attribute.forms for attribute in dataset.attributes)
    if forming and total < 70 * forming:
        notes.append(
            f"{total:,} {units} for {forming} forming attributes: fewer than 70 each (Dolnicar et al. 2014), "
            "so segments will be hard to find again"
        )
    return tuple(notes)
