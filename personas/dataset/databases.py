"""Engines and databases by their address: DuckDB here, Spark here or on a cluster, whatever else Ibis speaks to."""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from personas.dataset.addresses import check_address
from personas.dataset.connections import filled, masked, scrubbed, unset_variables, written_secrets
from personas.dataset.contract import Contract, Source
from personas.dataset.document import Document
from personas.dataset.engine import CLOSED, EngineError, lock_engine, open_engine
from personas.errors import Problem

if TYPE_CHECKING:
    from ibis import BaseBackend
    from ibis.expr.types import Table

SPARK = re.compile(r"spark|sc://.*", re.DOTALL)
INSTALL = "install it: make env EXTRA=spark"


def connect(engine: str, place: str) -> tuple[BaseBackend | None, list[Problem]]:
    """Open an engine: ``duckdb``, ``spark``, ``sc://host:port`` for Spark Connect, or a database's Ibis URL.

    Secrets are ``${NAME}`` of the environment. Returns the connection, or None and why there is none.
    """
    if written_secrets(engine):
        fix = "write ${NAME} and set the variable NAME in the environment"
        return None, [Problem(place, f"a password in {masked(engine)}", "no secrets in the file", fix)]
    if unset := unset_variables(engine):
        wanted = "an environment variable"
        return None, [Problem(place, f"no value for {name}", wanted, f"export {name}=…") for name in unset]
    try:
        return _opened(filled(engine)), []
    except EngineError as error:
        told = error.problem
        found = f"no connection to {masked(engine)}: {short(scrubbed(told.found, engine))}"
        return None, [Problem(place, found, told.expected, told.fix)]
    except Exception as error:  # each database has errors of its own
        found = f"no connection to {masked(engine)}: {short(scrubbed(str(error), engine))}"
        return None, [Problem(place, found, "a database that answers", "check address, user and password")]


def _opened(url: str) -> BaseBackend:
    import ibis

    if url == "duckdb":
        return open_engine()
    if SPARK.fullmatch(url):
        try:
            with warnings.catch_warnings():  # PySpark warns of pandas 3, whose paths are not taken here
                warnings.simplefilter("ignore", FutureWarning)
                from personas.dataset.spark import open_spark
        except ImportError as error:
            raise EngineError(f"no {error.name or 'pyspark'} in this environment", "PySpark 4", INSTALL) from None
        return open_spark(url)
    connection = ibis.connect(url, **check_address(url))
    if connection.name == "duckdb":
        for setting in CLOSED:
            connection.raw_sql(f"SET {setting}")
        lock_engine(connection, [])
    return connection


def open_database(contract: Contract, url: str, document: Document):
    """Open the tables and queries of a contract whose sources are all in one database.

    Returns the connection (None if nobody answers), the tables by the source's name, and what went wrong.
    """
    connection, problems = connect(url, document.place(["sources"]))
    if connection is None:
        return None, {}, problems
    tables = {}
    for name, source in contract.sources.items():
        try:
            tables[name] = table_of(connection, source)
            tables[name].schema()
        except Exception as error:
            found = f"no table {source.table}" if source.table else "a query that fails"
            text = f"{found}: {short(scrubbed(str(error), url))}"
            problems.append(Problem(document.place(["sources", name]), text, "a table or one SELECT"))
    return connection, tables, problems


def table_of(connection: BaseBackend, source: Source) -> Table:
    """A table, with schema and catalogue before its name where it has them: `shop.crm.customers`."""
    if source.query:
        return connection.sql(_single_select(source.query))
    *place, name = source.table.split(".")
    if len(place) in (1, 2):
        with suppress(Exception):  # no such schema: the point belongs to the table's own name
            found = connection.table(name, database=tuple(place) if len(place) == 2 else place[0])
            found.schema()
            return found
    return connection.table(source.table)


def _single_select(query: str) -> str:
    import sqlglot
    from sqlglot import exp

    statements = sqlglot.parse(query)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ValueError("a query is one SELECT")
    return query.rstrip().rstrip(";")


def short(text: str) -> str:
    """Shorten an engine's message to what helps, without the folders of this machine."""
    text = re.sub(r"(?<![\w.:])/(?:[^\s/'\"]+/)+", "", " ".join(text.split()))
    # What an engine quotes of a file is somebody's row, and messages end in logs.
    text = re.split(r" LINE 1:| Possible (?:fixes|solutions)| Original Line:", text)[0]
    return text if len(text) <= 160 else text[:160] + "…"
