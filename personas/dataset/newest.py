"""Is there anything new in a database? By a column that grows with every change, where the contract names one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from personas.dataset.databases import connect, table_of
from personas.dataset.document import read_document
from personas.dataset.violations import validate_contract
from personas.errors import InputError


def read_newest(folder: Path) -> dict[str, dict[str, Any]]:
    """Read, for each source with `changed_by`, the newest value of that column and the number of rows.

    folder : of the dataset's contract
    A source that cannot be asked is left out: whoever reads it in earnest says what is wrong with it.
    """
    try:
        contract = validate_contract(read_document(folder / "dataset.yml", "dataset.yml"))
    except InputError:
        return {}
    asked = {name: source for name, source in contract.sources.items() if source.changed_by and source.file is None}
    found: dict[str, dict[str, Any]] = {}
    connections: dict[str, Any] = {}
    for name, source in asked.items():
        url = source.connection or contract.engine
        if url not in connections:
            connections[url] = connect(url, "")[0]
        if connections[url] is None:
            continue
        try:
            table = table_of(connections[url], source)
            newest = table[source.changed_by].max().cast("string")
            (row,) = table.aggregate(rows=table.count(), newest=newest).to_pyarrow().to_pylist()
        except Exception:  # each database has errors of its own
            continue
        found[name] = {"newest": str(row["newest"]), "rows": int(row["rows"])}
    for connection in filter(None, connections.values()):
        connection.disconnect()
    return found
