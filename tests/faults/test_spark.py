"""A Spark session, or a machine of its cluster, is lost in the middle of the work: what is said, and what is left.

The cluster is Spark's own "local-cluster": two executors, each a process that can be killed.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.engines.sessions import QUICK, needs_spark

pytestmark = [needs_spark, pytest.mark.slow]
ENDLESS = "SELECT count(*) AS n FROM range(0, 1000000000000, 1, 2) WHERE hash(id) = 1"
DEADLY = "SELECT count(*) AS n FROM range(0, 1000, 1, 1) WHERE java_method('java.lang.System', 'exit', 1) IS NOT NULL"
ROWS = 400_000
COUNTED = f"SELECT count(*) AS n, sum(length(sha2(string(id), 512))) AS m FROM range(0, {ROWS}, 1, 8)"
ORDERS = [f"c{i % 40},2024-{1 + i % 12:02}-{1 + i % 28:02},{1 + i % 9}.5" for i in range(400)]


def start_cluster(home: Path) -> None:
    """Start two executors; PySpark's folder would otherwise get their logs."""
    import pyspark
    from pyspark.sql import SparkSession

    home.mkdir()
    for name in ("bin", "jars"):
        (home / name).symlink_to(Path(pyspark.__file__).parent / name)
    os.environ["SPARK_HOME"] = str(home)
    settings = {
        "spark.driver.memory": "700m", "spark.executor.memory": "512m", "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.task.maxFailures": "2",
        "spark.sql.shuffle.partitions": "2", "spark.log.level": "OFF",
        "spark.deploy.maxExecutorRetries": "-1",
        "spark.executor.extraJavaOptions": QUICK,
    }  # fmt: skip
    builder = SparkSession.builder.master("local-cluster[2,1,512]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    builder.getOrCreate()


def attempt(work: Callable[[], object]) -> str:
    from personas.errors import InputError

    try:
        return str(work())
    except InputError as error:
        return str(error)
    except Exception as error:
        return f"unclear: {type(error).__name__}: {error}"


@contextmanager
def meanwhile(action: Callable[[], None], seconds: float) -> Iterator[None]:
    """Do something again and again until the work within is over: when a query starts cannot be known."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(seconds):
            with suppress(Exception):  # a process or a stage that was there a moment ago; the next round looks again
                action()

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


class Cluster:
    """The executors of a session, and what its tasks are doing."""

    def __init__(self, context) -> None:
        self.context, self.java, self.killed = context, context._gateway.proc.pid, 0

    def executors(self) -> list[psutil.Process]:
        """Asked of the system: Spark's own list has them later, and keeps them longer."""
        found = []
        for child in psutil.Process(self.java).children():
            with suppress(psutil.Error):  # it has ended since, or Java has not taken note of it yet
                if any("CoarseGrainedExecutorBackend" in word for word in child.cmdline()):
                    found.append(child)
        return found

    def wait_for_executors(self, wanted: int, seconds: float = 120) -> int:
        """Wait until so many are running; returns how many are."""
        end = time.monotonic() + seconds
        while (found := len(self.executors())) < wanted and time.monotonic() < end:
            time.sleep(0.2)
        return found

    def tasks(self, state: str) -> int:
        tracker = self.context.statusTracker()
        stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
        return sum(getattr(stage, state) for stage in stages if stage is not None)

    def kill_one(self) -> None:
        """Kill an executor at work, once."""
        if not self.killed and self.tasks("numActiveTasks"):
            self.executors()[0].kill()
            self.killed += 1


def lose_machines(folder: Path) -> dict:
    """Lose an executor, every executor that takes a task, a query, and the whole of Java; after each, ask again."""
    start_cluster(folder / "spark")
    from personas.customers import build_customers, write_customers
    from personas.dataset import read_dataset
    from personas.dataset.spark import open_spark
    from personas.handover import open_workspace
    from personas.segments import write_assignment

    spark = open_spark("spark")
    cluster, said = Cluster(spark._session.sparkContext), {}

    def ask(query: str) -> str:
        return attempt(lambda: spark.to_pyarrow(spark.sql(query)).to_pylist())

    def write(query: str) -> str:
        return attempt(lambda: write_assignment(spark.sql(query), folder / "assigned"))

    def make_customers(engine: str, deadly: bool = False) -> None:
        work = open_workspace("shop", "batch" if engine == "spark" else "lab", folder)
        source = read_dataset("shop", root=folder, engine=engine)
        if deadly:
            lines, fatal = source.tables["transactions"], source.connection.sql(DEADLY)
            lines = lines.anti_join(fatal, lines.amount.cast("int64") == -fatal.n)
            source = replace(source, tables=source.tables | {"transactions": lines})
        write_customers(work, build_customers(source))

    def left(pattern: str) -> list[str]:
        return sorted(path.name for path in folder.glob(pattern))

    said["master"], said["executors"] = cluster.context.master, cluster.wait_for_executors(2)
    with meanwhile(cluster.kill_one, 0.05):
        for _ in range(5):  # a query may be over before it is seen at work
            said["one lost"] = ask(COUNTED)
            if cluster.killed:
                break
    said["killed"] = cluster.killed
    said["all lost"] = ask(DEADLY)
    said["not written"] = write(DEADLY)
    said["no customers"] = attempt(lambda: make_customers("spark", deadly=True))
    said["left"] = left("assigned*") + left("reports/.work/shop/*.*")
    said["written"], said["files"] = write("SELECT 4 AS n"), left("assigned/part-*.parquet")
    said["customers"] = [attempt(partial(make_customers, engine)) for engine in ("spark", "duckdb")]
    work = folder / "reports" / ".work" / "shop"
    said["same"] = (work / "customers.parquet").read_bytes() == (work / "lab" / "customers.parquet").read_bytes()
    said["no right"] = attempt(lambda: write_assignment(spark.sql("SELECT 4 AS n"), "/proc/personas/assigned"))
    with meanwhile(cluster.context.cancelAllJobs, 0.5):
        said["cancelled"] = ask(ENDLESS)
    said["after"] = ask("SELECT 4 AS n")
    threading.Timer(1, os.kill, [cluster.java, signal.SIGKILL]).start()
    said["java killed"] = ask(ENDLESS)
    said["java gone"] = ask("SELECT 5 AS n")
    return said


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> dict:
    """In a process of its own, since PySpark cannot start a second Java after the first was killed."""
    folder = tmp_path_factory.mktemp("cluster")
    shop = folder / "data" / "shop"
    shop.mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (shop / "orders.csv").write_text("\n".join(["who,when,paid", *ORDERS]) + "\n")
    (shop / "dataset.yml").write_text(
        "title: A shop\nsources: {orders: {file: orders.csv}}\n"
        "transactions: {source: orders, customer: who, time: when, amount: paid}\n"
    )
    environment = os.environ | {
        "PERSONAS_THREADS": "1", "PERSONAS_MEMORY": "700MB", "JDK_JAVA_OPTIONS": QUICK, "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.test_spark", str(folder)],
        capture_output=True, text=True, env=environment, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_query_survives_the_death_of_an_executor(said):
    assert said["master"].startswith("local-cluster")
    assert (said["executors"], said["killed"]) == (2, 1)
    assert said["one lost"] == str([{"n": ROWS, "m": 128 * ROWS}])


def test_executors_that_keep_dying_are_said(said):
    assert "a machine of the cluster died" in said["all lost"]
    assert "run the same command" in said["all lost"]


def test_what_a_dying_cluster_did_not_finish_is_not_there_and_the_next_run_makes_it(said):
    assert "a machine of the cluster died" in said["not written"]
    assert "a machine of the cluster died" in said["no customers"]
    assert said["left"] == []
    assert said["written"] == "None"
    assert len(said["files"]) == 1
    assert said["customers"] == ["None", "None"]
    assert said["same"], "Spark's customers are DuckDB's"


def test_a_place_that_cannot_be_written_to_is_said(said):
    assert "folder /proc/personas/assigned" in said["no right"]
    assert "Spark may not make this folder" in said["no right"]


def test_a_query_that_somebody_cancels_is_said_and_the_next_one_works(said):
    assert "the query was cancelled" in said["cancelled"]
    assert "run the same command" in said["cancelled"]
    assert said["after"] == "[{'n': 4}]"


@pytest.mark.parametrize("when", ["java killed", "java gone"])
def test_java_that_dies_under_a_query_is_said(said, when):
    assert "Spark does not answer any more" in said[when]
    assert "run the same command" in said[when]


if __name__ == "__main__":
    faulthandler.dump_traceback_later(540, exit=True)  # where it stood, if it waits for what never comes
    print(json.dumps(lose_machines(Path(sys.argv[1]))), flush=True)
    os._exit(0)  # Java is gone, and PySpark would wait for it
