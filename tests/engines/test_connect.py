"""The README's "When you outgrow one machine", carried out as it is written, on a Spark Connect server here."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from personas.simulation import simulate
from tests.engines.sessions import needs_spark, small_sessions  # noqa: F401

pytestmark = [needs_spark, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("## When you outgrow one machine")[2].split("\n## ")[0]
)
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)


def block(language: str, number: int = 0) -> str:
    return [text for kind, text in BLOCKS if kind == language][number]


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The command of the README starts it; the port is another, so that tests do not meet."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    [command] = [line[2:] for line in block("").splitlines() if "start-connect-server" in line]
    command = command.replace(".venv/bin/python", sys.executable)
    settings = {
        "spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": 1, "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.sql.warehouse.dir": folder / "warehouse",
    }  # fmt: skip
    command += " --master 'local[2]' --driver-memory 1500m"
    command += "".join(f" --conf {name}={value}" for name, value in settings.items())
    environment = os.environ | {
        "SPARK_LOG_DIR": str(folder), "SPARK_PID_DIR": str(folder), "SPARK_IDENT_STRING": f"personas-{port}"
    }  # fmt: skip
    subprocess.run(command, shell=True, check=True, env=environment, cwd=folder, capture_output=True)
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.5)
    else:
        pytest.fail("".join(path.read_text() for path in folder.glob("*.out"))[-2000:])
    yield f"sc://127.0.0.1:{port}"
    stop = command.split(" --master")[0].replace("start-connect-server", "stop-connect-server")
    subprocess.run(stop, shell=True, env=environment, capture_output=True)


@pytest.fixture(scope="module")
def acme(server, tmp_path_factory):
    """The README's dataset: its tables are the cluster's own, and dataset.yml says so as the README does."""
    folder = tmp_path_factory.mktemp("acme")
    simulate(folder / "files", "demo", 600, 7)
    place = folder / "data" / "acme"
    place.mkdir(parents=True)
    (folder / "notebooks").mkdir()
    text = block("yaml").replace("sc://spark.example.com:15002", server).replace(";token=${SPARK_TOKEN}", "")
    (place / "dataset.yml").write_text(text, encoding="utf-8")
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.remote(server).create()
    session.sql("CREATE DATABASE crm")
    for name in ("customers", "transactions"):
        session.read.parquet(f"file://{folder}/files/{name}.parquet").write.saveAsTable(f"crm.{name}")
    return folder


def test_the_script_of_the_readme_places_everybody_as_this_machine_does(acme, server):
    script = block("python").replace("ROOT", repr(str(acme)))
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, cwd=acme,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    written = pd.read_parquet(acme / "assigned")
    customers = pd.read_parquet(acme / "files" / "customers.parquet")
    assert sorted(written["customer_id"]) == sorted(customers["customer_id"])
