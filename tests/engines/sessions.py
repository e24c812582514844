"""What the tests of Spark need: Java, PySpark, and few threads."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

# Short sessions: what the compiler of Java would save later, it costs now.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# Few rows in many queries: to compile each query, and to plan it anew half-way, takes longer than to answer it. The
# tests of Connect and of faults leave both as they come.
PLAIN = (
    "spark.sql.codegen.wholeStage=false",
    "spark.sql.codegen.factoryMode=NO_CODEGEN",
    "spark.sql.adaptive.enabled=false",
)


def why_not() -> str:
    """Say what a Spark session lacks here, "" if nothing."""
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("grpc") is None:
        return "PySpark is not installed: make env EXTRA=spark"
    home = os.environ.get("JAVA_HOME", "")
    if shutil.which("java") is None and not os.path.exists(os.path.join(home, "bin", "java")):
        return "no Java on this machine"
    return ""


needs_spark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it is there")


@pytest.fixture(scope="module", autouse=True)
def small_sessions():
    """Two threads, and no more memory than the tests need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERSONAS_THREADS", "2")
        patch.setenv("PERSONAS_MEMORY", "1500MB")
        patch.setenv("JDK_JAVA_OPTIONS", QUICK)
        patch.setenv("PYSPARK_SUBMIT_ARGS", " ".join(f"--conf {setting}" for setting in PLAIN) + " pyspark-shell")
        yield
