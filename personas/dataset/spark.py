"""Apache Spark as the engine: a session on this machine, or a cluster by Spark Connect.

Rows come and go as Arrow: PySpark's own way to pandas is slower, and does not know pandas 3.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd
import pyarrow
import pyarrow.types
from ibis.backends.pyspark import Backend
from ibis.formats.pandas import PandasData
from ibis.formats.pyarrow import PyArrowData

from personas.dataset.engine import MEMORY, EngineError, open_spill
from personas.dataset.spark_words import SparkWords

if TYPE_CHECKING:
    import ibis
    import ibis.expr.operations as ops
    from pyspark.sql import SparkSession

SECONDS_TO_ANSWER = 5.0
PORT = 15002
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.execution.arrow.useLargeVarTypes": "true",  # comments may be more than 2 GB together
}


class Spark(Backend):
    """Ibis's Spark, speaking as DuckDB does where the two differ, and through Arrow alone."""

    compiler = SparkWords()

    def to_pyarrow(self, expr: ibis.Expr, /, *, params=None, limit=None, **kwargs: Any):
        """Run an expression; its rows as Arrow, in the types that Ibis says."""
        with in_words():
            self._run_pre_execute_hooks(expr)
            table = expr.as_table()
            found = self.raw_sql(self.compile(table, params=params, limit=limit)).toArrow()
        found = found.rename_columns(list(table.columns))
        return expr.__pyarrow_result__(PyArrowData.convert_table(found, table.schema()))

    def execute(self, expr: ibis.Expr, /, *, params=None, limit=None, **kwargs: Any):
        """Run an expression; its rows as pandas, in the types that DuckDB's have."""
        table = expr.as_table()
        found = self.to_pyarrow(table, params=params, limit=limit)
        columns = zip(found.column_names, found.columns, strict=True)
        frame = pd.DataFrame({name: _values(column) for name, column in columns})
        return expr.__pandas_result__(PandasData.convert_table(frame, table.schema()))

    def raw_sql(self, query: Any, **kwargs: Any) -> Any:
        """Send a query, also one that only asks for names or types."""
        with in_words():
            return super().raw_sql(query, **kwargs)

    def _get_schema_using_query(self, query: str) -> Any:
        with in_words():
            return super()._get_schema_using_query(query)

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        self.view(op.name, op.data.to_pyarrow(op.schema))

    def _create_cached_table(self, name: str, expr: ibis.Table) -> ibis.Table:
        # Ibis itself does not hand over the rows of this process that a kept table is made from.
        with in_words():
            self._run_pre_execute_hooks(expr)
            return super()._create_cached_table(name, expr)

    def _cached_table(self, table: ibis.Table) -> Any:
        kept = super()._cached_table(table)
        for entry in self._cache_name_to_entry.values():
            entry.finalizer.atexit = False  # what a session keeps goes with it; nobody might answer any more
        return kept

    def part(self) -> None:
        """End a session on a cluster with all it keeps; where nobody answers any more, at once.

        PySpark itself tidies up at the end of a process, and would try for ten minutes where the server is gone.
        """
        client = self._session.client
        client.set_retry_policies([])
        with suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client.release_session()
        client.close()

    def view(self, name: str, rows: pyarrow.Table) -> None:
        """Make rows of this process a table of the session."""
        with in_words():
            self._session.createDataFrame(rows).createOrReplaceTempView(name)


@contextmanager
def in_words() -> Iterator[None]:
    """Say of an error what became of the session or its machines, if that is what it tells."""
    from py4j.protocol import Py4JError, Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        # A Java that answers with an error of its own is there; any other error of the way to it is its end.
        told = describe_loss(str(error), not isinstance(error, PySparkException | Py4JJavaError))
        if told is None:
            raise
        raise told from None


LOST = {
    "No space left on device": ("the disk for temporary files is full", "room on every machine of Spark"),
    "OutOfMemoryError": ("Spark's memory was not enough", "more of it: PERSONAS_MEMORY here, executors there"),
    "ExecutorLostFailure": ("a machine of the cluster died, and its work with it", "machines that stay"),
    "Mkdirs failed to create": ("Spark may not make this folder", "a place that it can write to"),
    "Permission denied": ("Spark may not read or write there", "the right to do so, for the account it runs as"),
    "SparkContext was shut down": ("the session was ended", "a session that stays"),
    "OPERATION_CANCELED": ("the query was cancelled", "an answer"),
    "INVALID_HANDLE": ("the session was ended", "a session that stays"),
    "cancelled": ("the query was cancelled", "an answer"),
    "UNAVAILABLE": ("Spark Connect does not answer any more", "a server that stays"),
    "failed to connect to all addresses": ("Spark Connect does not answer any more", "a server that stays"),
}


def describe_loss(text: str, broken: bool = False) -> EngineError | None:
    """Put an error of Spark in words; None where it tells of the data or of the query.

    broken : the way to the session is broken

    >>> describe_loss("Job aborted due to stage failure: ExecutorLostFailure (executor 3 exited)").problem.found
    'a machine of the cluster died, and its work with it'
    """
    again = "run the same command: it goes on from here"
    for sign, (found, expected) in LOST.items():
        if sign in text:
            return EngineError(found, expected, again)
    return EngineError("Spark does not answer any more", "a session that stays", again) if broken else None


def _values(column: pyarrow.ChunkedArray):
    kind = column.type
    if pyarrow.types.is_nested(kind) or pyarrow.types.is_dictionary(kind) or column.null_count:
        return column.to_pylist()
    return column.to_pandas()


def open_spark(url: str) -> Spark:
    """Open a session of its own: ``spark`` on this machine, ``sc://host:port`` on a cluster.

    On this machine PERSONAS_MEMORY (default 2GB) is what Spark may take, PERSONAS_THREADS its threads; both hold for
    the first session of a process. Raises EngineError where there is no Java, or nobody answers.
    """
    session = _on_this_machine() if url == "spark" else _on_a_cluster(url)
    Spark.register_options()
    connection = Spark().connect(session)
    if url != "spark":
        atexit.register(connection.part)
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    return connection


def _on_this_machine() -> SparkSession:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and Path(home, "bin", "java").exists()):
        raise EngineError("no Java on this machine", "Java 17 or newer", "install it, or set JAVA_HOME to where it is")
    threads = os.environ.get("PERSONAS_THREADS") or str(os.cpu_count() or 1)
    memory = (os.environ.get("PERSONAS_MEMORY") or MEMORY).upper().replace("B", "").replace("I", "").replace(" ", "")
    spill = open_spill(Path(tempfile.gettempdir()) / f"personas-{os.getuid()}")
    settings = {
        "spark.driver.memory": memory,
        "spark.local.dir": str(spill),
        "spark.sql.warehouse.dir": str(spill / "warehouse"),
        "spark.sql.shuffle.partitions": threads,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master(f"local[{threads}]").appName("personas")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate().newSession()
    except (PySparkException, RuntimeError) as error:
        found = f"Spark does not start: {first_line(error)}"
        raise EngineError(found, "a local session", "see that Java runs") from None


def _on_a_cluster(url: str) -> SparkSession:
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    place = urlsplit(url)
    try:
        host, port = place.hostname, place.port or PORT
    except ValueError:
        host = None
    if not host:
        raise EngineError("no host in the address", "sc://host:15002", "write host and port of Spark Connect")
    # PySpark itself would try for ten minutes.
    try:
        socket.create_connection((host, port), timeout=SECONDS_TO_ANSWER).close()
    except OSError as error:
        found = f"nobody answers at {host}:{port} ({error.strerror or 'no answer'})"
        raise EngineError(found, "Spark Connect", "start it, or correct the address") from None
    session = None
    try:
        session = SparkSession.builder.remote(url).create()
        patient = DefaultPolicy()
        session.client.set_retry_policies([DefaultPolicy(max_retries=2, initial_backoff=100, max_backoff=500)])
        session.conf.get("spark.sql.session.timeZone")  # the first question to the server
        session.client.set_retry_policies([patient])
    except Exception as error:  # of gRPC, of PySpark, of the server
        if session is not None:
            session.client.close()
        found = f"{host}:{port} is no Spark Connect: {first_line(error)}"
        raise EngineError(found, "Spark Connect 4", "correct address and token") from None
    return session  # type: ignore[return-value]  # the client's class has the same methods and another base


def first_line(error: Exception) -> str:
    """Say in a line what Spark tells in a page."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
