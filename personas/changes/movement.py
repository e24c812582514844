"""Who went from which persona to which, beyond what refitting alone would move.

Only customers in both runs count. A flow of fewer than `min_group` is hidden, and so is a second one of its row and
column where the hidden one could be had by subtracting from the sizes.
"""

from __future__ import annotations

import numpy as np

from personas.changes.models import Flow
from personas.profiles.earlier import Past
from personas.profiles.identities import Identities

PARTED = 0.2  # of a persona's customers: less is a trickle, not a part that split off
MOST = 0.5  # of a persona's customers: they came from there, or went there


def count_flows(was: np.ndarray, today: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Customers by old persona and new segment, (rows, columns); those who were not there (−1) do not count."""
    both = was >= 0
    return np.bincount(was[both] * columns + today[both], minlength=rows * columns).reshape(rows, columns)


def hidden_flows(table: np.ndarray, min_group: int) -> np.ndarray:
    """Which cells are not to be shown: small ones, and others by which a small one could be worked out.

    What is hidden of a row or a column is two cells and `min_group` customers at least, and no small cell is fixed by
    the sums of all rows and columns together.

    >>> hidden_flows(np.array([[50, 3, 0], [20, 40, 30], [12, 60, 11]]), 10).astype(int).tolist()
    [[1, 1, 0], [1, 1, 1], [1, 0, 1]]
    """
    hidden = (table > 0) & (table < min_group)
    while True:
        before = hidden.sum()
        for lines, shut in ((table, hidden), (table.T, hidden.T)):
            for line, own in zip(lines, shut, strict=True):
                if own.sum() == 1 or 0 < line[own].sum() < min_group:
                    _hide_next(line, own)
        if hidden.sum() == before:
            for i, j in _fixed(hidden):
                if table[i, j] < min_group:
                    _hide_next(table[i], hidden[i])
                    _hide_next(table[:, j], hidden[:, j])
        if hidden.sum() == before:
            return hidden


def _hide_next(line: np.ndarray, hidden: np.ndarray) -> None:
    """Hide the smallest flow of a row or column that is still shown."""
    open_ = np.flatnonzero(~hidden & (line > 0))
    if len(open_):
        hidden[open_[line[open_].argmin()]] = True


def _fixed(hidden: np.ndarray) -> np.ndarray:
    """Positions of hidden cells, (cells, 2), that follow from the sums of rows and columns and all that is shown."""
    cells = np.argwhere(hidden)
    if not len(cells):
        return cells
    lines = [cells[:, axis] == place for axis in (0, 1) for place in range(hidden.shape[axis])]
    sums = np.array(lines, float)
    open_ = np.eye(len(cells)) - np.linalg.pinv(sums) @ sums  # what the sums leave undetermined
    return cells[np.abs(open_).max(axis=1, initial=0.0) < 1e-9]


def tell_flows(table: np.ndarray, past: Past, identities: Identities, min_group: int) -> tuple[Flow, ...]:
    """All flows that are not empty, by old persona and new one, with the noise of a refit where it is known."""
    ids = past.segments.ids
    column = {ids.index(one.persona_id): one.segment - 1 for one in identities.personas if one.persona_id in ids}
    hidden = hidden_flows(table, min_group)
    totals = table.sum(axis=1)
    back = {new: old for old, new in column.items()}
    flows = []
    for i, source in enumerate(ids):
        for j, target in enumerate(identities.personas):
            if not table[i, j]:
                continue
            noise = past.segments.moved[i][back[j]] if past.segments.moved and j in back and back[j] != i else None
            share = float(table[i, j] / totals[i])
            shut = bool(hidden[i, j])
            flows.append(
                Flow(
                    source=source, target=target.persona_id, customers=None if shut else int(table[i, j]),
                    share=None if shut else share, noise=noise,
                    beyond_noise=not shut and source != target.persona_id and noise is not None and share > noise,
                )
            )  # fmt: skip
    return tuple(flows)


def origins(table: np.ndarray, identities: Identities, ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """For each persona that was born or returned, those that most of it came from, largest part first.

    table : customers by old segment and new one, by definition or by membership
    """
    found = {}
    for one in identities.personas:
        arrived = table[:, one.segment - 1]
        if not one.was_there and arrived.sum():
            order = np.argsort(-arrived, kind="stable")
            found[one.persona_id] = tuple(ids[i] for i in order if arrived[i] >= PARTED * arrived.sum())
    return found


def destinations(table: np.ndarray, identities: Identities, ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """For each persona of the earlier run, those that a large part of it went to, largest part first."""
    found = {}
    for i, source in enumerate(ids):
        total = table[i].sum()
        order = np.argsort(-table[i], kind="stable")
        found[source] = tuple(
            identities.personas[j].persona_id for j in order if total and table[i, j] >= PARTED * total
        )
    return found
