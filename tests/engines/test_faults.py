"""What a machine lacks is said in words, with what to do; nothing half-made is left, and the next run goes on."""

from __future__ import annotations

import socket
import threading

import duckdb
import ibis
import pytest

from personas.dataset import read_dataset
from personas.dataset.duck import describe_lack
from personas.dataset.engine import EngineError, open_engine
from personas.errors import InputError
from tests.engines.sessions import needs_spark

SORTED = "SELECT * FROM (SELECT md5(i::VARCHAR) AS id, i FROM range({rows}) t(i)) ORDER BY id, i"


def large(engine, rows):
    """A sort that does not fit into 100 MB."""
    return engine.sql(SORTED.format(rows=rows)).mutate(n=ibis.row_number().over(order_by="id")).n.max()


def shop(root, text):
    place = root / "data" / "shop"
    place.mkdir(parents=True, exist_ok=True)
    (root / "notebooks").mkdir(exist_ok=True)
    (place / "orders.csv").write_text("who,when,paid\na,2024-05-01,1.5\nb,2024-05-02,2.5\n")
    (place / "dataset.yml").write_text(
        f"title: A shop\n{text}\ntransactions: {{source: orders, customer: who, time: when, amount: paid}}\n"
    )
    return root


FILES = "sources: {orders: {file: orders.csv}}"


@pytest.mark.parametrize("disk, words", [("1MB", "temporary files is full"), ("2MB", "temporary files is full")])
def test_a_full_folder_for_temporary_files_is_said_and_the_next_query_works(monkeypatch, disk, words):
    monkeypatch.setenv("PERSONAS_MEMORY", "60MB")
    monkeypatch.setenv("PERSONAS_DISK", disk)
    monkeypatch.setenv("PERSONAS_THREADS", "1")
    engine = open_engine()
    with pytest.raises(EngineError, match=words) as caught:
        engine.execute(large(engine, 4_000_000))
    assert "run the same command" in caught.value.problem.fix
    assert engine.execute(large(engine, 10)) == 9


def test_too_little_memory_names_the_setting():
    told = describe_lack(duckdb.OutOfMemoryException("could not allocate block of size 256.0 KiB"))
    assert "PERSONAS_MEMORY is 2GB" in told.problem.found
    assert describe_lack(duckdb.ConversionException("Could not convert string 'x'")) is None


def test_a_query_that_is_cancelled_is_no_broken_file(monkeypatch):
    monkeypatch.setenv("PERSONAS_THREADS", "1")
    engine = open_engine()
    threading.Timer(0.5, engine.con.interrupt).start()
    with pytest.raises(EngineError, match="cancelled"):
        engine.execute(engine.sql("SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) = 1"))


@pytest.mark.parametrize(
    "variable, value", [("PERSONAS_MEMORY", "2 apples"), ("PERSONAS_THREADS", "two"), ("PERSONAS_DISK", "much")]
)
def test_a_limit_that_is_none_is_refused_by_its_name(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(EngineError, match=rf"(?s){variable} is {value}.*expected"):
        open_engine()


def test_files_are_not_given_to_a_database_that_cannot_read_them(tmp_path):
    with pytest.raises(InputError, match=r"(?s)line 2: engine.*postgres://\*\*\*@db/shop.*duckdb, spark or sc://"):
        read_dataset("shop", root=shop(tmp_path, "engine: postgres://${DB_USER}@db/shop\n" + FILES))


def test_a_secret_in_the_engine_is_refused_and_not_shown(tmp_path):
    with pytest.raises(InputError, match="no secrets in the file") as caught:
        read_dataset("shop", root=shop(tmp_path, "engine: sc://spark:15002/;token=hunter2\n" + FILES))
    assert "hunter2" not in str(caught.value)


def test_a_table_needs_a_database_or_an_engine(tmp_path):
    with pytest.raises(InputError, match=r"(?s)a table of no database.*say connection:, or engine:"):
        read_dataset("shop", root=shop(tmp_path, "sources: {orders: {table: crm.orders}}"))


def test_a_database_whose_url_is_of_no_engine_is_said(tmp_path):
    with pytest.raises(InputError, match="no connection to nosuch://host/db"):
        read_dataset("shop", root=shop(tmp_path, "sources: {orders: {connection: 'nosuch://host/db', table: orders}}"))


@needs_spark
@pytest.mark.parametrize("more", ["", "/;token=${SPARK_TOKEN}"])
def test_spark_connect_that_does_not_answer_is_said_at_once(tmp_path, more, monkeypatch):
    monkeypatch.setenv("SPARK_TOKEN", "hunter2")
    with pytest.raises(InputError, match=r"(?s)nobody answers at 127.0.0.1:1 .*Spark Connect") as caught:
        read_dataset("shop", root=shop(tmp_path, f"engine: sc://127.0.0.1:1{more}\n{FILES}"))
    assert "hunter2" not in str(caught.value)


@needs_spark
def test_an_address_without_a_host_is_said(tmp_path):
    with pytest.raises(InputError, match="no host in the address"):
        read_dataset("shop", root=shop(tmp_path, "engine: 'sc://:15002'\n" + FILES))


@needs_spark
def test_somebody_else_at_the_port_is_no_spark_connect(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        threading.Thread(target=serve, args=(stranger,), daemon=True).start()
        address = f"127.0.0.1:{stranger.getsockname()[1]}"
        with pytest.raises(InputError, match=f"{address} is no Spark Connect"):
            read_dataset("shop", root=shop(tmp_path, f"engine: sc://{address}\n" + FILES))


def serve(stranger):
    """Say something that is no gRPC to everybody who calls."""
    while True:
        try:
            caller, _ = stranger.accept()
        except OSError:
            return
        caller.sendall(b"220 mail ready\r\n")
        caller.close()


@needs_spark
def test_without_java_spark_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(InputError, match=r"(?s)no Java on this machine.*Java 17"):
        read_dataset("shop", root=shop(tmp_path, "engine: spark\n" + FILES))


def test_without_pyspark_the_command_that_installs_it_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "personas.dataset.spark", None)
    with pytest.raises(InputError, match="make env EXTRA=spark"):
        read_dataset("shop", root=shop(tmp_path, "engine: spark\n" + FILES))
