"""Everything that can be wrong with the rows themselves, found before anything is computed from them."""

from __future__ import annotations

from collections.abc import Iterator

import ibis

from personas.dataset.coverage import coverage_notes, doubtful_attributes, weightless
from personas.dataset.doubts import Doubt, doubts_of
from personas.dataset.models import CheckResult, Dataset, SetAsideRows
from personas.dataset.normalise import Part
from personas.dataset.relations import check_relations
from personas.dataset.sources import broken, engine_errors
from personas.dataset.times import doubtful_times
from personas.errors import Problem


def check_dataset(dataset: Dataset) -> CheckResult:
    """Read every declared table and report what stops, what is doubtful and what is left out.

    Nothing is raised: whoever runs the stages decides. A file that turns out to be broken on reading is a problem too.

    >>> check_dataset(dataset).problems
    ()
    """
    problems: list[Problem] = []
    unusable = False
    warnings: list[Problem] = []
    set_aside: list[SetAsideRows] = []
    parts = [(name, part) for name, role in dataset.roles.items() for part in role.parts]
    for name, part in [*dataset.listed.items(), *parts]:
        place = dataset.document.place(part.keys)
        try:
            found = check_part(name, part, dataset)
        except engine_errors(dataset.connection) as error:
            problems.append(broken(place, error))
            unusable = True
            continue
        unusable |= any(problem.found.startswith("no row") for problem in found.problems)
        problems += found.problems
        warnings += found.warnings
        set_aside += found.set_aside
    # Tables that cannot be read, or are empty, would make orphans of everybody.
    if unusable:
        return CheckResult(tuple(problems), tuple(warnings), tuple(set_aside))
    try:
        found = check_relations(dataset)
        warnings += [*found.warnings, *doubtful_times(dataset), *doubtful_attributes(dataset)]
        problems += [*found.problems, *weightless(dataset)]
    except engine_errors(dataset.connection):
        if not problems:
            raise
        return CheckResult(tuple(problems), tuple(warnings), tuple(set_aside))
    notes = coverage_notes(dataset) if not problems else ()
    return CheckResult(tuple(problems), tuple(warnings), (*set_aside, *found.set_aside), notes)


def check_part(name: str, part: Part, dataset: Dataset) -> CheckResult:
    """Count, in one scan, the rows that are left out and those that are doubtful."""
    rules = (*part.rules, *part.window(dataset.observation_start, dataset.observation_end))
    doubts = list(doubts_of(part, dataset.contract))
    flags = {f"rule {number}": rule.condition for number, rule in enumerate(rules)}
    flags |= {f"emptied {number}": rule.condition for number, rule in enumerate(part.emptied)}
    flags |= {f"doubt {number}": doubt.condition for number, doubt in enumerate(doubts)}
    flagged = part.table.select(
        row=ibis.literal(1), **{flag: condition.fill_null(False) for flag, condition in flags.items()}
    )
    counts = {"all": flagged.count()}
    earlier = ibis.literal(False)
    for flag in flags:
        condition = flagged[flag]
        counts[flag] = (condition & ~earlier).sum() if flag.startswith("rule") else condition.sum()
        earlier = earlier | condition if flag.startswith("rule") else earlier
    row = flagged.aggregate(**counts).to_pyarrow().to_pylist()[0]
    total = row["all"]
    place = dataset.document.place(part.keys)
    if not total:
        return CheckResult(
            (Problem(place, "no rows", "at least one row", "see whether the export is complete"),), (), ()
        )
    left = [(f"rule {number}", rule.reason) for number, rule in enumerate(rules)]
    left += [(f"emptied {number}", rule.reason) for number, rule in enumerate(part.emptied)]
    set_aside = tuple(SetAsideRows(name, row[key], total, reason) for key, reason in left if row[key])
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for number, doubt in enumerate(doubts):
        if row[f"doubt {number}"]:
            (problems if doubt.stops else warnings).append(stated(doubt, row[f"doubt {number}"], part, dataset))
    if sum(row[f"rule {number}"] for number in range(len(rules))) == total and not problems:
        most, reason = max((row[f"rule {number}"], rule.reason) for number, rule in enumerate(rules))
        fix = "see whether the columns and the observation are right"
        problems.append(Problem(place, f"no row that can be used: {most:,} of {total:,} {reason}", "rows to use", fix))
    if not problems:
        warnings += odd_shares(place, name, set_aside, part)
    return CheckResult(tuple(problems), tuple(warnings), set_aside)


def stated(doubt: Doubt, rows: int, part: Part, dataset: Dataset) -> Problem:
    """Put a doubt in words, with the three most frequent examples."""
    values = part.table.filter(doubt.condition.fill_null(False)).select(value=doubt.example)
    counted = values.group_by("value").aggregate(n=values.count())
    first = counted.order_by(ibis.desc("n"), "value").limit(3).to_pyarrow().to_pylist()
    examples = ", ".join(f'"{str(row["value"])[:40]}"' for row in first)
    noun = "row" if rows == 1 else "rows"
    found = f"{rows:,} {noun} {doubt.found}: {examples}"
    return Problem(dataset.document.place(doubt.keys), found, doubt.expected, doubt.fix)


def odd_shares(place: str, name: str, set_aside: tuple[SetAsideRows, ...], part: Part) -> Iterator[Problem]:
    """Warn of what is left out for a reason that nobody declared."""
    own = {rule.reason for rule in (*part.rules, *part.emptied) if not rule.declared}
    for found in set_aside:
        if found.reason in own:
            text = f"{found.rows:,} of {found.of:,} rows: {found.reason}"
            yield Problem(place, text, "", f"they are left out of {name}; mend them at the source if they matter")
