"""Tables in whatever form they come: the same rows come out."""

import json
import os
from dataclasses import replace
from datetime import date, datetime

import duckdb
import pandas as pd
import pytest

from personas.dataset import check_dataset, hold_tables
from personas.dataset.connections import filled, masked, scrubbed, unset_variables, written_secrets
from personas.errors import InputError
from tests.dataset.shop_project import read_shop

ORDERS = [
    {"who": "Zoë", "at": "2024-01-05 10:00:00", "eur": 1234.5},
    {"who": "Jörg", "at": "2024-02-05 11:00:00", "eur": 0.25},
    {"who": "Zoë", "at": "2024-02-06 12:00:00", "eur": 3.0},
]


def contract(source, extra=""):
    return (
        f"title: T\nsources:\n  orders: {{{source}}}\n"
        f"transactions: {{source: orders, customer: who, time: at, amount: eur{extra}}}\n"
    )


def csv(separator=",", decimal=".", thousands=""):
    def money(value):
        whole, _, rest = f"{value:,.2f}".partition(".")
        return whole.replace(",", thousands) + decimal + rest

    lines = [separator.join(["who", "at", "eur"])]
    lines += [separator.join([row["who"], row["at"], money(row["eur"])]) for row in ORDERS]
    return "\n".join(lines) + "\n"


def assert_orders(shop):
    assert check_dataset(shop).problems == ()
    found = shop.tables["transactions"].order_by("time").to_pyarrow().to_pylist()
    assert [(row["customer_id"], row["time"], float(row["amount"])) for row in found] == [
        (row["who"], datetime.fromisoformat(row["at"]), row["eur"]) for row in ORDERS
    ]


CSVS = {
    "plain": ("file: o.csv", csv().encode()),
    "semicolon and decimal comma": ('file: o.csv, decimal: ","', csv(";", ",").encode()),
    "thousands": ('file: o.csv, separator: ";", decimal: ",", thousands: "."', csv(";", ",", ".").encode()),
    "tab": ('file: o.csv, separator: "\\t"', csv("\t").encode()),
    "byte order mark": ("file: o.csv", b"\xef\xbb\xbf" + csv().encode()),
    "latin-1": ("file: o.csv, encoding: latin-1", csv().encode("latin-1")),
    "cp1252": ("file: o.csv, encoding: cp1252", csv().encode("cp1252")),
    "utf-16": ("file: o.csv, encoding: utf-16", csv().encode("utf-16")),
    "blanks around": ("file: o.csv", csv().replace(",", " , ").encode()),
    "windows line ends": ("file: o.csv", csv().replace("\n", "\r\n").encode()),
    "json lines": ("file: o.jsonl", "\n".join(json.dumps(row) for row in ORDERS).encode()),
}


@pytest.mark.parametrize("kind", CSVS)
def test_text_files_of_every_kind_give_the_same_rows(kind, tmp_path):
    source, content = CSVS[kind]
    name = "o.jsonl" if "jsonl" in source else "o.csv"
    assert_orders(read_shop(tmp_path, contract(source), {name: content}))


def test_excel_sheets_are_read_by_name(tmp_path):
    path = tmp_path / "o.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"nothing": [1]}).to_excel(book, sheet_name="Notes", index=False)
        pd.DataFrame(ORDERS).assign(at=lambda f: pd.to_datetime(f["at"])).to_excel(book, sheet_name="Data", index=False)
    assert_orders(read_shop(tmp_path / "p", contract("file: o.xlsx, sheet: Data"), {"o.xlsx": path.read_bytes()}))


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path):
    path = tmp_path / "o.xlsx"
    pd.DataFrame(ORDERS).to_excel(path, sheet_name="Data", index=False)
    with pytest.raises(InputError, match="no sheet Date; sheets: Data"):
        read_shop(tmp_path / "p", contract("file: o.xlsx, sheet: Date"), {"o.xlsx": path.read_bytes()})


def test_parquet_files_of_a_pattern_or_a_folder_make_one_table(tmp_path):
    files = {}
    for number, row in enumerate(ORDERS):
        path = tmp_path / f"o-{number}.parquet"
        pd.DataFrame([row]).to_parquet(path)
        files[path.name] = path.read_bytes()
    assert_orders(read_shop(tmp_path / "glob", contract("file: o-*.parquet"), files))


def test_files_kept_elsewhere_are_found_by_data(tmp_path):
    from personas.dataset import read_dataset
    from tests.dataset.shop_project import make_project

    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "o.csv").write_bytes(csv().encode())
    root = make_project(tmp_path / "p", contract("file: o.csv"))
    assert_orders(read_dataset("shop", data=tmp_path / "kept", root=root))


def test_a_table_of_a_database_is_read_through_its_url(tmp_path, monkeypatch):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as engine:
        frame = pd.DataFrame(ORDERS)
        engine.register("frame", frame)
        engine.execute('CREATE TABLE orders AS SELECT who, "at"::TIMESTAMP AS "at", eur FROM frame')
    monkeypatch.setenv("SHOP_DATABASE", f"duckdb://{path}")
    assert_orders(read_shop(tmp_path / "t", contract('connection: "${SHOP_DATABASE}", table: orders')))
    query = 'connection: "${SHOP_DATABASE}", query: "SELECT * FROM orders WHERE eur > 0"'
    assert_orders(read_shop(tmp_path / "q", contract(query)))


@pytest.mark.parametrize("query", ["DELETE FROM orders", "SELECT 1; SELECT 2", "COPY orders TO 'x.csv'"])
def test_a_query_that_is_not_one_select_is_refused(query, tmp_path, monkeypatch):
    path = tmp_path / "shop.duckdb"
    duckdb.connect(str(path)).execute('CREATE TABLE orders (who TEXT, "at" TIMESTAMP, eur DOUBLE)').close()
    monkeypatch.setenv("SHOP_DATABASE", f"duckdb://{path}")
    with pytest.raises(InputError, match="a query is one SELECT"):
        read_shop(tmp_path / "p", contract(f'connection: "${{SHOP_DATABASE}}", query: "{query}"'))


def test_secrets_never_reach_a_message(tmp_path, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    url = "postgres://reader:${DB_PASSWORD}@localhost:1/shop"
    with pytest.raises(InputError) as caught:
        read_shop(tmp_path, contract(f'connection: "{url}", table: orders'))
    assert "hunter2" not in str(caught.value)
    assert "no connection to postgres://***@localhost:1/shop" in str(caught.value)


def test_urls_are_filled_from_the_environment_only():
    environment = {"USER_NAME": "re@der", "SECRET": "a/b"}
    url = "postgres://${USER_NAME}:${SECRET}@db/shop"
    assert filled(url, environment) == "postgres://re%40der:a%2Fb@db/shop"
    assert unset_variables("${NOT_THERE}", environment) == ["NOT_THERE"]
    assert scrubbed("login re@der failed with a/b", url, environment) == "login *** failed with ***"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgres://reader:hunter2@db/shop", True),
        ("snowflake://u@account/db?password=abc", True),
        ("motherduck://db?motherduck_token=abc", True),
        ("postgres://reader@db/shop", False),
        ("postgres://${U}:${P}@db/shop?token=${T}", False),
        ("duckdb:///data/shop.duckdb", False),
    ],
)
def test_a_password_in_a_url_is_noticed(url, secret):
    assert written_secrets(url) is secret
    assert "hunter2" not in masked(url)
    assert "abc" not in masked(url)


def test_a_date_column_is_not_shifted_by_a_time_zone(tmp_path):
    path = tmp_path / "o.parquet"
    pd.DataFrame({"who": ["a"], "at": [date(2024, 5, 1)], "eur": [1.0]}).to_parquet(path)
    zone = "timezone: {stored: UTC, local: America/New_York}\n"
    shop = read_shop(tmp_path / "p", zone + contract("file: o.parquet"), {"o.parquet": path.read_bytes()})
    assert shop.tables["transactions"].to_pyarrow()["time"].to_pylist() == [datetime(2024, 5, 1)]


def test_opening_a_dataset_reads_no_rows(tmp_path):
    """A row that cannot be read lies far behind the header; only checking finds it."""
    good = "who,at,eur\n" + "a,2024-01-05 10:00:00,1\n" * 60_000
    period = "observation: {start: 2024-01-01, end: 2025-01-01}\n"
    shop = read_shop(tmp_path, period + contract("file: o.csv"), {"o.csv": good + 'b,"2024\n'})
    result = check_dataset(shop)
    assert len(result.problems) == 1
    assert "cannot be read to its end" in result.problems[0].found
    assert os.sep + "tmp" not in result.problems[0].found


def workbook(path, rows):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path.read_bytes()


def test_a_column_without_a_name_does_not_shift_those_behind_it(tmp_path):
    rows = [["who", None, "at", "eur"], *[[row["who"], "note", row["at"], row["eur"]] for row in ORDERS]]
    content = workbook(tmp_path / "made.xlsx", rows)
    assert_orders(read_shop(tmp_path / "shop", contract("file: o.xlsx"), {"o.xlsx": content}))


def test_numbers_of_a_sheet_stay_what_they_are_beside_texts_with_a_decimal_comma(tmp_path):
    rows = [["who", "at", "eur"], *[[row["who"], row["at"], row["eur"]] for row in ORDERS]]
    rows[1][2] = "1.234,5"
    content = workbook(tmp_path / "made.xlsx", rows)
    source = 'file: o.xlsx, decimal: ",", thousands: "."'
    assert_orders(read_shop(tmp_path / "shop", contract(source), {"o.xlsx": content}))


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1.234.567,50", 1234567.5), ("-1.234", -1234), ("12", 12), ("5,25", 5.25)]
    + [(text, None) for text in ("5.25", "1.23", "12.34.567", "1.234.56", "1234.567")],
)
def test_points_between_thousands_stand_before_three_digits_or_it_is_no_number(tmp_path, written, amount):
    source = 'file: o.csv, separator: ";", decimal: ",", thousands: "."'
    content = f"who;at;eur\nZoë;2024-01-05;{written}\nZoë;2024-01-06;1\n".encode()
    result = check_dataset(read_shop(tmp_path, contract(source), {"o.csv": content}))
    if amount is None:
        assert f'1 row with text that is no amount: "{written}"' in [problem.found for problem in result.problems]
        return
    shop = read_shop(tmp_path, contract(source), {"o.csv": content})
    assert result.problems == ()
    assert float(shop.tables["transactions"].order_by("time").to_pyarrow().to_pylist()[0]["amount"]) == amount


def test_a_point_where_the_comma_is_the_decimal_sign_is_no_number(tmp_path):
    content = b"who;at;eur\nA;2024-01-05;1.234\nA;2024-01-06;1,5\n"
    source = 'file: o.csv, separator: ";", decimal: ","'
    found = [
        problem.found for problem in check_dataset(read_shop(tmp_path, contract(source), {"o.csv": content})).problems
    ]
    assert '1 row with text that is no amount: "1.234"' in found


def test_an_array_is_not_taken_for_json_lines(tmp_path):
    with pytest.raises(InputError, match="an object a line"):
        read_shop(tmp_path, contract("file: o.jsonl"), {"o.jsonl": json.dumps(ORDERS).encode()})


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:pa/ss@db/shop",
        "postgres://u:p@ss@db/shop",
        "databricks://host?http_path=/sql&access_token=ss-dapi",
        "snowflake://u@acct/db?private_key=ss",
        "postgres://db/shop?sslpassword=ss",
    ],
)
def test_a_secret_is_found_and_hidden_wherever_it_stands(url):
    assert written_secrets(url)
    assert "ss" not in masked(url).replace("sslpassword", "").replace("access_token", "")


def test_a_small_dataset_is_held_so_that_its_files_are_read_once(tmp_path):
    shop = read_shop(tmp_path, contract("file: o.csv"), {"o.csv": csv().encode()})
    held = hold_tables(shop)
    read = shop.tables["transactions"].order_by("time").to_pyarrow()
    for file in tmp_path.rglob("o.csv"):
        file.unlink()
    assert held.tables["transactions"].order_by("time").to_pyarrow() == read
    with pytest.raises(duckdb.Error):
        shop.tables["transactions"].to_pyarrow()


def test_what_is_large_or_in_a_database_is_read_as_it_is_asked_for(tmp_path):
    shop = read_shop(tmp_path, contract("file: o.csv"), {"o.csv": csv().encode()})
    assert shop.bytes == len(csv().encode())
    assert hold_tables(shop, most=shop.bytes - 1) is shop
    assert hold_tables(replace(shop, bytes=None)) == replace(shop, bytes=None)
