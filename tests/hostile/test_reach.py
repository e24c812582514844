"""The engine reads the declared files and nothing else: no other file, no address, no extension, no secret told."""

import json
import os
import socket
import sqlite3
import threading

import duckdb
import pytest

from personas.dataset import check_dataset, read_dataset
from personas.errors import InputError
from tests.dataset.shop_project import make_project

ROW = "who,moment,eur\nann,2024-01-05,1\n"
SPY = "who,moment,eur\nSECRET,2024-01-05,1\n"
NOW = "TIMESTAMP '2024-01-05' AS moment, 1.0 AS eur"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    (folder / "secret.csv").write_text(SPY)
    with duckdb.connect(str(folder / "shop.duckdb")) as engine:
        engine.execute(f"CREATE TABLE orders AS SELECT 'ann' AS who, {NOW}")
        engine.execute(f"CREATE VIEW spy AS SELECT * FROM read_csv('{folder}/secret.csv')")
    with duckdb.connect(str(folder / "other.duckdb")) as engine:
        engine.execute(f"CREATE TABLE orders AS SELECT 'SECRET' AS who, {NOW}")
    with sqlite3.connect(folder / "shop.sqlite") as engine:
        engine.execute("CREATE TABLE orders (who TEXT, moment TEXT, eur REAL)")
        engine.execute("INSERT INTO orders VALUES ('ann', '2024-01-05', 1)")
    return folder


def contract(**source):
    return (
        f"title: T\nsources:\n  orders: {json.dumps(source)}\n"
        "transactions: {source: orders, customer: who, time: moment, amount: eur}\n"
    )


def answer(tmp_path, text, files=None, data=None):
    """What a reader of the terminal gets: the customers that were read, or what was said."""
    root = make_project(tmp_path / "project", text, files)
    try:
        dataset = read_dataset("shop", root=root, data=data)
        if problems := check_dataset(dataset).problems:
            raise InputError(problems)
        return sorted(row["customer_id"] for row in dataset.tables["transactions"].to_pyarrow().to_pylist())
    except InputError as error:
        return str(error)


def refused(found):
    return isinstance(found, str) and "found " in found and "SECRET" not in found and "Traceback" not in found


def test_the_databases_themselves_are_read(kept, tmp_path):
    for number, url in enumerate((f"duckdb://{kept}/shop.duckdb", f"duckdb:///{kept}/shop.duckdb")):
        assert answer(tmp_path / str(number), contract(connection=url, table="orders")) == ["ann"]


QUERIES = {
    "a file by a function": "SELECT * FROM read_csv('{kept}/secret.csv')",
    "a file by its name": "SELECT * FROM '{kept}/secret.csv'",
    "a file as text": "SELECT content AS who, " + NOW + " FROM read_text('{kept}/secret.csv')",
    "a file as bytes": "SELECT content::VARCHAR AS who, " + NOW + " FROM read_blob('{kept}/secret.csv')",
    "the names of files": "SELECT file AS who, " + NOW + " FROM glob('{kept}/*')",
    "a variable of the environment": "SELECT getenv('SECRET_OF_SHOP') AS who, " + NOW,
    "an address": "SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')",
    "a secure address": "SELECT * FROM 'https://127.0.0.1:{port}/x.parquet'",
    "a bucket": "SELECT * FROM 's3://127.0.0.1:{port}/x.parquet'",
    "another database": "SELECT * FROM sqlite_scan('{kept}/shop.sqlite', 'orders')",
    "a postgres": "SELECT * FROM postgres_scan('host=127.0.0.1 port={port}', 'public', 'orders')",
    "a second statement": "SELECT * FROM orders; ATTACH '{kept}/other.duckdb' AS other",
    "an extension": "INSTALL httpfs",
    "a write": "COPY orders TO '{kept}/written.csv'",
    "a setting": "SET enable_external_access = true",
}


@pytest.fixture
def listener():
    """A server that counts who calls."""
    calls = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    stop = threading.Event()

    def listen():
        while not stop.is_set():
            try:
                server.accept()[0].close()
                calls.append(1)
            except OSError:
                continue

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], calls
    stop.set()
    thread.join()
    server.close()


def test_a_query_reaches_nothing_but_its_database(kept, tmp_path, listener, monkeypatch):
    port, calls = listener
    monkeypatch.setenv("SECRET_OF_SHOP", "SECRET")
    before = sorted(path.name for path in kept.iterdir())
    for number, (name, query) in enumerate(QUERIES.items()):
        text = contract(connection=f"duckdb://{kept}/shop.duckdb", query=query.format(kept=kept, port=port))
        assert refused(found := answer(tmp_path / str(number), text)), f"{name}: {found}"
    assert refused(answer(tmp_path / "view", contract(connection=f"duckdb://{kept}/shop.duckdb", table="spy")))
    table = f"{kept}/secret.csv"
    assert refused(answer(tmp_path / "t", contract(connection=f"duckdb://{kept}/shop.duckdb", table=table)))
    assert calls == []
    assert sorted(path.name for path in kept.iterdir()) == before


ADDRESSES = [
    "duckdb://{kept}/shop.duckdb?extensions=httpfs",
    "duckdb://{kept}/shop.duckdb?allow_unsigned_extensions=true",
    "duckdb://{kept}/shop.duckdb?read_only=false&custom_extension_repository=http://127.0.0.1:{port}",
    "duckdb://{kept}/made-by-reading.duckdb",
    "sqlite:///{kept}/made-by-reading.sqlite",
    "duckdb://",
    "{kept}/secret.csv",
    "file://{kept}/secret.csv",
    "csv://{kept}/secret.csv",
    "parquet://{kept}/x",
    "http://127.0.0.1:{port}/x.csv",
    "https://127.0.0.1:{port}/x.csv",
    "s3://127.0.0.1:{port}/x.parquet",
    "ftp://127.0.0.1:{port}/x",
    "pandas://",
    "nonsense",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_a_database_and_nothing_more(address, kept, tmp_path, listener):
    port, calls = listener
    before = sorted(path.name for path in kept.iterdir())
    found = answer(tmp_path, contract(connection=address.format(kept=kept, port=port), table="orders"))
    assert refused(found), found
    assert calls == []
    assert sorted(path.name for path in kept.iterdir()) == before


PATHS = [
    "../secret.csv",
    "a/../../secret.csv",
    "../*.csv",
    "**/../../secret.csv",
    "{outside}/*.csv",
    "/etc/hostname",
    "/proc/self/environ",
    "/dev/zero",
    "http://127.0.0.1/x.csv",
    "https://127.0.0.1/x.csv",
    "s3://bucket/x.csv",
    "file:///etc/hostname",
    "\x00.csv",
    "link.csv",
    "links/secret.csv",
    "links",
    "*/secret.csv",
    "pipe.csv",
    "a" * 5_000 + ".csv",
    "~/secret.csv",
    "$HOME/secret.csv",
    "${HOME}/secret.csv",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_leads_to_no_file_that_it_does_not_show(path, tmp_path, monkeypatch):
    outside = tmp_path / "outside"
    outside.mkdir()
    for place in (outside, tmp_path / "project" / "data"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "secret.csv").write_text(SPY)
    monkeypatch.setenv("HOME", str(outside))
    folder = tmp_path / "project" / "data" / "shop"
    folder.mkdir(parents=True)
    (folder / "link.csv").symlink_to(outside / "secret.csv")
    (folder / "links").symlink_to(outside)
    os.mkfifo(folder / "pipe.csv")
    found = answer(tmp_path, contract(file=path.replace("{outside}", str(outside)), format="csv"))
    assert refused(found), found


def test_a_link_within_the_folder_and_a_linked_folder_are_read(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "own.csv").write_text(ROW)
    (folder / "link.csv").symlink_to(folder / "own.csv")
    (tmp_path / "project" / "data").mkdir(parents=True)
    (tmp_path / "project" / "data" / "shop").symlink_to(folder)
    assert answer(tmp_path, contract(file="link.csv")) == ["ann"]
    assert answer(tmp_path, contract(file="own.csv"), data=tmp_path / "project" / "data" / "shop") == ["ann"]


def test_words_of_emotions_come_from_the_folder_alone(tmp_path):
    (tmp_path / "project" / "data").mkdir(parents=True)
    (tmp_path / "project" / "data" / "words.csv").write_text("word,emotion\nSECRET,joy\n")
    text = contract(file="own.csv") + "emotions: {file: ../words.csv}\n"
    found = answer(tmp_path, text, {"own.csv": ROW})
    assert refused(found) and "no file ../words.csv" in found, found


def test_a_whole_path_to_a_table_is_read_as_declared(tmp_path):
    (tmp_path / "orders.csv").write_text(ROW)
    assert answer(tmp_path, contract(file=str(tmp_path / "orders.csv"))) == ["ann"]


@pytest.mark.parametrize("name", ["../shop", "shop/../shop", "/etc", ".", "..", "", "a b", "shop\x00", "-rf", ".work"])
def test_a_dataset_is_a_plain_name(name, tmp_path):
    root = make_project(tmp_path)
    with pytest.raises(InputError):
        read_dataset(name, root=root)


def test_the_engine_stays_shut_once_the_files_are_known(tmp_path):
    (tmp_path / "secret.csv").write_text(SPY)
    connection = read_dataset("shop", root=make_project(tmp_path / "project")).connection
    for statement in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"SELECT * FROM read_text('{tmp_path}/secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/written.csv'",
        f"ATTACH '{tmp_path}/new.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/']",
        "SET memory_limit = '900GB'",
        "SET autoinstall_known_extensions = true",
    ):
        with pytest.raises(duckdb.Error):
            connection.raw_sql(statement).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "secret.csv"]
