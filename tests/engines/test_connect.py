"""The README's "When you outgrow one machine", carried out as it is written, on a Spark Connect server here."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from personas import open_workspace, read_dataset, write_model
from personas.batch.overrides import parse_overrides
from personas.customers import build_customers, write_customers
from personas.dataset.engine import EngineError
from personas.handover import write_table
from personas.parameters import find_problem
from personas.segments.storage import FittedSpace
from personas.simulation import simulate
from tests.engines.sessions import needs_spark, small_sessions  # noqa: F401
from tests.profiles.divided import divide

pytestmark = [needs_spark, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## When you outgrow one machine")[2].split("\n## ")[0]
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
SHELL, YAML, SCRIPT = ("".join(text for kind, text in BLOCKS if kind == wanted) for wanted in ("", "yaml", "python"))
CUSTOMERS = 600


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The command of the README starts it; port and memory are others, so that tests do not meet."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    [command] = [line[2:] for line in SHELL.splitlines() if "start-connect-server" in line]
    command = command.replace(".venv/bin/python", sys.executable)
    settings = {
        "spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": 1, "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.sql.warehouse.dir": folder / "warehouse",
    }  # fmt: skip
    more = " --master 'local[2]' --driver-memory 1500m"
    more += "".join(f" --conf {name}={value}" for name, value in settings.items())
    environment = os.environ | {
        "SPARK_LOG_DIR": str(folder), "SPARK_PID_DIR": str(folder), "SPARK_IDENT_STRING": f"personas-{port}"
    }  # fmt: skip
    subprocess.run(command + more, shell=True, check=True, env=environment, cwd=folder, capture_output=True)
    try:
        wait_for(port, folder)
        yield f"sc://127.0.0.1:{port}"
    finally:
        stop = command.replace("start-connect-server", "stop-connect-server")
        subprocess.run(stop, shell=True, env=environment, capture_output=True)


def wait_for(port: int, folder: Path) -> None:
    limit = time.monotonic() + 180
    while time.monotonic() < limit:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail("".join(path.read_text() for path in folder.glob("*.out"))[-2000:])


@pytest.fixture(scope="module")
def acme(server, tmp_path_factory):
    """A project whose dataset.yml is the README's, with tables in the cluster's own database."""
    folder = tmp_path_factory.mktemp("acme")
    simulate(folder / "files", "demo", CUSTOMERS, 7)
    place = folder / "data" / "acme"
    place.mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (place / "dataset.yml").write_text(contract(server), encoding="utf-8")
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.remote(server).create()
    session.sql("CREATE DATABASE crm")
    for name in ("customers", "transactions"):
        session.read.parquet(f"file://{folder}/files/{name}.parquet").write.saveAsTable(f"crm.{name}")
    session.stop()
    return folder


def contract(engine: str) -> str:
    """The README's dataset.yml, with the address and without the token of this server."""
    return YAML.replace("sc://spark.example.com:15002/;token=${SPARK_TOKEN}", engine)


def made_from_a_share(folder: Path, share: float):
    """What `make personas DATASET=acme P="share=…"` leaves of its first two stages, without the resampling."""
    work = open_workspace("acme", "batch", folder)
    customers = build_customers(read_dataset("acme", root=folder, share=share))
    segmentation = divide(customers, 3)
    write_customers(work, customers)
    classes, centres = segmentation.classes, tuple(tuple(map(float, centre)) for centre in segmentation.centres)
    write_model(work, "space", FittedSpace(space=segmentation.space, centres=centres, classes=classes))
    write_table(work, "membership", segmentation.members)
    write_model(work, "sizes", segmentation.sizes)
    write_model(work, "verdict", segmentation.verdict)
    return customers, segmentation


def test_the_script_of_the_readme_places_everybody_as_the_personas_of_a_share_say(acme):
    customers, segmentation = made_from_a_share(acme, 0.5)
    assert 0.4 * CUSTOMERS < len(customers) < 0.6 * CUSTOMERS
    assert "A sample of 50 % of all customers" in read_dataset("acme", root=acme, share=0.5).card.notice
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, text=True, cwd=acme,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    written = pd.read_parquet(acme / "assigned").set_index("customer_id")
    assert sorted(written.index) == sorted(pd.read_parquet(acme / "files" / "customers.parquet")["customer_id"])
    ours = segmentation.members.set_index("customer_id")
    assert (written.loc[ours.index, "segment"].astype(int) == ours["segment"]).all()
    assert (written.loc[ours.index, "confidence"] == ours["confidence"]).all()

    again = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, text=True, cwd=acme,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "PATH_ALREADY_EXISTS" in again.stderr


def test_a_server_that_goes_away_is_said(server, acme):
    """Ending the session from elsewhere is what a restarted server looks like."""
    from pyspark.sql.connect.session import SparkSession

    dataset = read_dataset("acme", root=acme)
    session = dataset.connection._session
    other = SparkSession.builder.remote(f"{server}/;session_id={session.session_id}").create()
    other.client.release_session()
    other.client.close()
    with pytest.raises(EngineError, match="session was ended"):
        dataset.tables["transactions"].count().to_pyarrow()
    assert read_dataset("acme", root=acme).tables["transactions"].count().to_pyarrow().as_py() > 0


LEAVING = """
import ibis, sys, time
from personas import read_dataset
tables = read_dataset("acme").tables
kept = tables["customers"].semi_join(ibis.memtable({"customer_id": ["C1"]}), "customer_id").cache()
time.sleep(2)  # PySpark lets go of a query that is answered a moment later, in a thread that keeps trying, too
print("there", flush=True)
sys.stdin.read()
"""


def test_a_process_ends_though_the_server_is_gone(server, acme):
    """PySpark would try for ten minutes to tidy up there; here a proxy that is closed stands for the server."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        relayed = relay(proxy, int(server.rpartition(":")[2]))
        contract_at = acme / "data" / "acme" / "dataset.yml"
        contract_at.write_text(contract(f"sc://127.0.0.1:{proxy.getsockname()[1]}"), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", LEAVING], cwd=acme, env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout.readline() == "there\n", process.stderr.read()[-2000:]
        for end in (proxy, *relayed):
            with contextlib.suppress(OSError):  # closed by the other side
                end.shutdown(socket.SHUT_RDWR)
    contract_at.write_text(contract(server), encoding="utf-8")
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def relay(proxy: socket.socket, port: int) -> list[socket.socket]:
    """Pass everything that comes to a socket on to a port here, and back; returns the ends in use, as they come."""
    ends: list[socket.socket] = []

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = proxy.accept()
                called = socket.create_connection(("127.0.0.1", port))
                ends.extend((caller, called))
                for pair in ((caller, called), (called, caller)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return ends


def test_the_commands_of_the_readme_can_be_typed():
    for text in re.findall(r'P="([^"]*)"', SHELL):
        values, problems = parse_overrides(text)
        assert problems == []
        assert [find_problem(name, value) for name, value in values.items()] == [None] * len(values)
    assert re.findall(r"EXTRA=(\w+)", SHELL) == ["spark"]
    assert (ROOT / "requirements-spark.lock").exists()
