"""Whatever is in the tables and in the contract, the reader answers with a result or with a clear error."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas.dataset import check_dataset, read_dataset
from personas.dataset.contract import Contract
from personas.errors import InputError
from tests.dataset.shop_project import TABLES, make_project

QUICK = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
CELL = st.one_of(
    st.sampled_from(["", "C01", "C02", "1", "-5", "3.7", "1e400", "NaN", "inf", "yes", "2024-05-31", "31.12.2024"]),
    st.sampled_from(["2024-05-31 25:61", "<script>", "=1+1", '"', "'; DROP TABLE x", "\u202eabc", "ü", "\\", "0x10"]),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n"), max_size=8),
)
HEADER = {
    "customers.csv": ["customer_no", "age", "region", "newsletter", "weight"],
    "orders.csv": ["order_no", "customer_no", "ordered", "article", "total", "pieces"],
    "survey.csv": ["customer_no", "asked", "recommend", "staff", "queue", "why"],
    "tickets.csv": ["case", "customer_no", "opened", "resolved", "team"],
}


def written(header, rows):
    lines = [",".join(header)]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


@st.composite
def tables(draw):
    files = {}
    for name, header in HEADER.items():
        row = st.lists(CELL, min_size=len(header), max_size=len(header))
        files[name] = written(header, draw(st.lists(row, max_size=6)))
    return files


def answer(files, contract=None):
    """Read, check and take every table: what happens before and in the first stage."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            dataset = read_dataset("shop", root=make_project(Path(folder), contract, files))
        except InputError as error:
            assert error.problems
            assert all(problem.place and problem.found for problem in error.problems)
            return None
        result = check_dataset(dataset)
        if result.problems:
            assert all(problem.place and problem.found for problem in result.problems)
            return result
        for table in dataset.tables.values():
            table.to_pyarrow()
        return result


@QUICK
@given(tables())
def test_random_tables_give_a_result_or_a_clear_error(files):
    answer(files)


def test_a_year_beyond_the_calendar_is_no_time():
    orders = written(HEADER["orders.csv"], [["1", "C01", "290000-01-01 00:00:00", "A", "3.5", "1"]] * 3)
    result = answer({"orders.csv": orders})
    assert any("no time" in problem.found for problem in result.problems)


@QUICK
@given(st.binary(max_size=200))
def test_random_bytes_as_a_file_give_a_result_or_a_clear_error(content):
    answer({"orders.csv": content})


KEYS = [*Contract.model_fields, "column", "kind", "source", "customer", "no_such_key", "items", "columns", "scale"]
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["orders", "customer_no", "total", "x"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)


@QUICK
@given(st.dictionaries(st.sampled_from(KEYS), VALUE, max_size=4), st.sampled_from(["add", "replace"]))
def test_random_keys_in_the_contract_give_a_result_or_a_clear_error(values, how):
    import yaml

    text = (TABLES / "dataset.yml").read_text(encoding="utf-8")
    plain = yaml.safe_load(text)
    for key, value in values.items():
        if how == "replace" or not isinstance(plain.get(key), dict) or not isinstance(value, dict):
            plain[key] = value
        else:
            plain[key] = {**plain[key], **value}
    answer({}, yaml.safe_dump(plain, allow_unicode=True))
