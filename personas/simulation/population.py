"""From a plan to files: blocks of customers, each with its own random numbers, written one by one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from personas.errors import InputError, Problem, did_you_mean
from personas.simulation.answers import draw_answers
from personas.simulation.cases import action_table, draw_cases, subscription_table, ticket_table
from personas.simulation.contacts import interaction_table
from personas.simulation.firms import firm_tables
from personas.simulation.households import household_table
from personas.simulation.people import draw_people, member_table
from personas.simulation.plans import Plan
from personas.simulation.purchases import draw_orders, product_table, transaction_table
from personas.simulation.shop import DEMO
from personas.simulation.staff import staff_table
from personas.simulation.streams import ParquetStreams
from personas.simulation.supplier import DEMO_B2B
from personas.simulation.surveys import survey_tables
from personas.simulation.truth import Ledger

PLANS = {"demo": DEMO, "demo_b2b": DEMO_B2B}
BLOCK = 5_000
FEWEST, MOST = 500, 10_000_000
# Each table has a stream of its own, so that a change to one leaves the others as they were.
STREAMS = ("people", "cases", "orders", "who", "transactions", "interactions", "answers", "feedback",
           "tickets", "subscriptions", "staff")  # fmt: skip


def simulate(
    folder: str | Path,
    dataset: str = "demo",
    customers: int = 4_000,
    seed: int = 7,
    chunk: int = 20_000,
    track: Callable[..., Iterable[Any]] | None = None,
) -> dict:
    """Write a dataset with a planted truth: Parquet tables, ``truth_members.parquet``, ``truth.json``.

    dataset : "demo" (households and prospects) or "demo_b2b" (contacts of accounts)
    customers : rows of the customers table, 500 to 10 million
    chunk : customers held in memory and written as one row group; it changes no value
    track : wraps the iteration over blocks, to show progress
    Returns the truth as written. Raises InputError for an unknown dataset or a size out of range.
    """
    _refuse(dataset, customers, chunk)
    plan, folder = PLANS[dataset], Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    ledger, streams = Ledger(plan), ParquetStreams(folder)
    waiting: dict[str, list[pd.DataFrame]] = {}
    complete = False
    try:
        starts = range(0, customers, BLOCK)
        for number, first in enumerate(track(starts) if track else starts):
            tables = block_tables(plan, seed, number, first, min(BLOCK, customers - first), ledger)
            for name, frame in tables.items():
                waiting.setdefault(name, []).append(frame)
            if sum(map(len, waiting["truth_members"])) >= chunk:
                _flush(streams, waiting)
        _flush(streams, waiting)
        staff, planted = staff_table(plan, _stream(seed, 0, "staff"), customers)
        streams.write("employees", [staff])
        streams.write("products", [product_table(plan)])
        complete = True
    finally:
        streams.close(complete)
    truth = ledger.truth(customers, seed, streams.rows, planted)
    _write_json(folder / "truth.json", truth)
    return truth


def block_tables(plan: Plan, seed: int, number: int, first: int, n: int, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """Draw all tables of one block of `n` people and add what was planted to the ledger."""
    rng = {name: _stream(seed, number, name) for name in STREAMS}
    units, people = draw_people(plan, rng["people"], n, first)
    cases = draw_cases(plan, rng["cases"], units, people)
    orders = draw_orders(plan, rng["orders"], units, cases)
    answers = draw_answers(plan, rng["answers"], units, people, cases)
    who, mistyped = (firm_tables if plan.contacts else household_table)(plan, rng["who"], units, people)
    who = who if isinstance(who, dict) else {"customers": who}
    surveys, unclear = survey_tables(plan, rng["feedback"], answers, units, people)
    tickets, reversed_ = ticket_table(plan, rng["tickets"], cases, people, first)
    ledger.add(units, people, answers, cases)
    for noise in (mistyped, unclear, {"tickets_resolved_before_opened": reversed_}):
        ledger.count(noise)
    return {
        **who,
        "transactions": transaction_table(plan, rng["transactions"], orders, units, people, first),
        "interactions": interaction_table(plan, rng["interactions"], orders, units, people),
        **surveys,
        "tickets": tickets,
        "subscriptions": subscription_table(plan, rng["subscriptions"], units, people),
        "actions": action_table(plan, units, people),
        "truth_members": member_table(plan, units, people),
    }


def _stream(seed: int, block: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, block, STREAMS.index(name)])


def _flush(streams: ParquetStreams, waiting: dict[str, list[pd.DataFrame]]) -> None:
    for name, frames in waiting.items():
        streams.write(name, frames)
    waiting.clear()


def _write_json(path: Path, value: dict) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, path)


def _refuse(dataset: str, customers: int, chunk: int) -> None:
    problems = []
    if dataset not in PLANS:
        fix = did_you_mean(dataset, [*PLANS])
        problems.append(Problem("simulate: dataset", f'"{dataset}"', "a dataset that can be simulated", fix))
    if not FEWEST <= customers <= MOST:
        problems.append(Problem("simulate: customers", f"{customers:,}", f"{FEWEST:,} to {MOST:,}"))
    if chunk < 1:
        problems.append(Problem("simulate: chunk", str(chunk), "at least 1"))
    if problems:
        raise InputError(problems)
