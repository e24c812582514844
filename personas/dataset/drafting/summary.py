"""What a draft says in the terminal and in the dataset's README."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from personas.dataset.drafting.draft import Draft
from personas.dataset.drafting.entries import one_line
from personas.dataset.drafting.fields import Table
from personas.dataset.drafting.guesses import Guess
from personas.dataset.drafting.vocabulary import vocabulary
from personas.dataset.models import CheckResult
from personas.errors import Problem

ROLE_WORDS = {
    "customers": "the customers, one row each",
    "survey": "a survey, one row a respondent",
    "products": "products, looked up by purchases",
    "transactions": "purchases",
    "interactions": "contacts",
    "feedback": "answers, reviews or comments",
    "tickets": "service cases",
    "subscriptions": "contract periods",
}
SHOWN = 8


def describe_table(table: Table) -> str:
    """Say what a file was taken for, how sure, and by which columns."""
    role = ROLE_WORDS.get(table.role, "not used")
    lines = [f"{table.sample.path.name}  {table.sample.seen}, {len(table.columns)} columns: {role} ({table.guess})"]
    order = list(vocabulary()["fields"].get(table.role, {}))
    fields = dict(sorted((table.fields or {}).items(), key=lambda item: order.index(item[0]) if order else 0))
    picked = ({"customer": table.id} if table.id else {}) | fields
    if picked and table.role:
        words = [f"{field} = {found.column[:40]}{_mark(found.guess)}" for field, found in picked.items()]
        lines.append("    " + ", ".join(words))
    return "\n".join(one_line(line) if at == 0 else "    " + one_line(line) for at, line in enumerate(lines))


def _mark(guess: Guess) -> str:
    return {"sure": "", "likely": " (likely)", "unsure": " (?)"}[guess.sure]


def summarise(draft: Draft, contract: Path, checked: CheckResult | list[Problem] | None, root: Path) -> str:
    """Say what was found, table by table, what to correct and which command is next.

    checked : what a run would say of the tables; None where they are too large to read whole for a draft
    """
    place = _short(contract, root)
    parts = [describe_table(table) for table in draft.tables]
    levels = Counter(note.sure for _, note in draft.notes() if isinstance(note, Guess))
    left = sum(map(len, draft.left_out.values()))
    parts.append(
        f"{levels['sure']} guesses are sure, {levels['likely']} likely, {levels['unsure']} unsure; "
        f"{left} columns are left out, {place} says why."
    )
    people = [
        f"{name[:40]} ({why.partition(':')[0]})"
        for rows in draft.left_out.values()
        for name, why in rows.items()
        if _personal(why)
    ]
    if people:
        parts.append("Left out to protect people: " + one_line(", ".join(people[:SHOWN])) + _more(people))
    correct = [f"TODO  {place_}: {note.needed}" for place_, note in draft.todos]
    correct += [f"check {place_}: {note.why}" for place_, note in draft.doubts]
    if correct:
        lines = [f"  {one_line(line)}" for line in correct[: 2 * SHOWN]]
        parts.append(
            "To correct:\n"
            + "\n".join(lines)
            + (f"\n  {_more(correct, 2 * SHOWN)[2:]}" if len(correct) > 2 * SHOWN else "")
        )
    problems = list(checked.problems) if isinstance(checked, CheckResult) else list(checked or [])
    if problems:
        parts.append("A run would stop at:\n\n" + "\n\n".join(map(str, problems[:SHOWN])))
    elif isinstance(checked, CheckResult) and checked.warnings:
        warned = [f"  {one_line(f'{warning.place}: {warning.found}')}" for warning in checked.warnings]
        parts.append("A run would go on, and say:\n" + "\n".join(warned[:SHOWN]) + _more(warned))
    elif checked is None:
        parts.append("The files are large and were not read to their end; a run checks every row before it starts.")
    parts.append(_next(draft, contract, place, bool(problems or draft.todos)))
    return "\n\n".join(parts)


def _personal(why: str) -> bool:
    return why.startswith(("a ", "an ")) and not why.startswith("a time")


def _more(items: list, shown: int = SHOWN) -> str:
    return f", and {len(items) - shown:,} more" if len(items) > shown else ""


def _short(path: Path, root: Path) -> str:
    return path.resolve().relative_to(root.resolve()).as_posix()


def _next(draft: Draft, contract: Path, place: str, stops: bool) -> str:
    if contract.name != "dataset.yml":
        return (
            f"data/{draft.name}/dataset.yml is there already and stays as it is. The draft is {place}: "
            "take from it what you need, or rename it."
        )
    first = f"Written: {place}. Correct it, then:" if stops else f"Written: {place}. Read its comments, then:"
    return f"{first}\n\n    make personas DATASET={draft.name}"


def readme_of(draft: Draft) -> str:
    """Write a README for the dataset's folder: what one row means, what is not known yet."""
    rows = [_row(table) for table in draft.tables]
    todo = [f"- `{_cell(place)}`: {_cell(note.needed)}" for place, note in draft.todos]
    todo += [f"- `{_cell(place)}`: {_cell(note.why)}" for place, note in draft.doubts]
    left = [
        f"- `{_cell(name[:60])}` of {_cell(table)}: {_cell(why)}"
        for table, found in draft.left_out.items()
        for name, why in list(found.items())[:100]
    ]
    parts = [
        f"# {_cell(draft.name)}",
        "A draft, to be corrected as `dataset.yml` is: say in a sentence whose customers these are, and of when.",
        "| | |\n| --- | --- |\n"
        "| from | TODO: who exported the files, when, with which filter |\n"
        "| licence | TODO: who may see them |",
        "| table | file | what it is | looked at |\n| --- | --- | --- | --- |\n" + "\n".join(rows),
    ]
    if todo:
        parts.append("## To check\n\n" + "\n".join(todo))
    if left:
        parts.append("## Columns that are left out\n\n" + "\n".join(left))
    return "\n\n".join(parts) + "\n"


def _row(table: Table) -> str:
    role = ROLE_WORDS.get(table.role, "not used")
    return f"| {table.name} | {_cell(table.sample.path.name)} | {role} | {table.sample.seen} |"


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
