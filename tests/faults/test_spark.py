"""A Spark session that is lost in the middle of a query is said in words, and the machine can be used again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from tests.engines.sessions import QUICK, needs_spark

pytestmark = [needs_spark, pytest.mark.slow]
ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) WHERE hash(id) = 1"


def attempt(spark, query: str) -> str:
    from personas.dataset.engine import EngineError

    try:
        return str(spark.to_pyarrow(spark.sql(query)).to_pylist())
    except EngineError as error:
        return str(error.problem)
    except Exception as error:
        return f"unclear: {type(error).__name__}: {error}"


def meanwhile(action, stop: threading.Event) -> None:
    """Do something again and again until it has taken effect: when a query starts cannot be known."""

    def work() -> None:
        while not stop.wait(0.5):
            action()

    threading.Thread(target=work, daemon=True).start()


def lose_sessions() -> dict[str, str]:
    """Cancel a query, ask again, end the whole of Java in the middle of one, ask again."""
    from personas.dataset.spark import open_spark

    spark = open_spark("spark")
    context, stop = spark._session.sparkContext, threading.Event()
    meanwhile(context.cancelAllJobs, stop)
    said = {"cancelled": attempt(spark, ENDLESS)}
    stop.set()
    said["after"] = attempt(spark, "SELECT 4 AS n")
    java = context._gateway.proc.pid
    threading.Timer(1, os.kill, [java, signal.SIGKILL]).start()
    said["killed"] = attempt(spark, ENDLESS)
    said["gone"] = attempt(spark, "SELECT 5 AS n")
    return said


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """In a process of its own, since PySpark cannot start a second Java after the first was killed."""
    environment = os.environ | {
        "PERSONAS_THREADS": "1", "PERSONAS_MEMORY": "1000MB", "JDK_JAVA_OPTIONS": QUICK,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.test_spark"],
        capture_output=True, text=True, env=environment, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_query_that_somebody_cancels_is_said_and_the_next_one_works(said):
    assert "the query was cancelled" in said["cancelled"]
    assert "run the same command" in said["cancelled"]
    assert said["after"] == "[{'n': 4}]"


@pytest.mark.parametrize("when", ["killed", "gone"])
def test_java_that_dies_under_a_query_is_said(said, when):
    assert "Spark does not answer any more" in said[when]
    assert "run the same command" in said[when]


if __name__ == "__main__":
    print(json.dumps(lose_sessions()), flush=True)
    os._exit(0)  # Java is gone, and PySpark would wait for it
