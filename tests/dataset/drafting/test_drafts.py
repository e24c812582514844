"""Whole drafts: what a stranger brings becomes a contract that reads back without a complaint."""

import csv
import io
import time
from datetime import datetime

import pytest

from tests.dataset.drafting.drafts import (
    contract_of,
    make_draft,
    note_of,
    orders_of_a_stranger,
    read_back,
    survey_of_a_stranger,
    table,
)


def test_orders_alone_with_german_names_and_signs_read_back_to_the_cent(tmp_path):
    content = orders_of_a_stranger()
    draft = make_draft(tmp_path, {"bestellungen.csv": content})
    dataset, result = read_back(draft, tmp_path)
    assert (result.problems, draft.todos) == ((), [])
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    bought = dataset.tables["transactions"]
    cents = sum(int(row["Umsatz"].replace(",", "")) for row in rows)
    assert round(float(bought.amount.sum().execute()) * 100) == cents
    assert bought.count().execute() == len(rows)
    assert bought.order_id.nunique().execute() == len({row["Bestellnummer"] for row in rows})
    assert dataset.tables["customers"].count().execute() == 60
    assert bought.returned.sum().execute() == sum(row["Retoure"] == "ja" for row in rows)


def test_a_wide_survey_becomes_customers_ratings_and_comments(tmp_path):
    draft = make_draft(tmp_path, {"survey_2024.csv": survey_of_a_stranger()})
    dataset, result = read_back(draft, tmp_path)
    assert (result.problems, draft.todos) == ((), [])
    contract = contract_of(draft)
    assert contract["unit"] == "respondent"
    assert set(contract["customers"]["attributes"]) == {"age_band", "gender"}
    answers = dataset.tables["feedback"]
    metrics = set(answers.metric.to_pyarrow().to_pylist())
    assert metrics == {"nps", "csat", "rating", "comment"}
    touchpoints = set(answers.touchpoint.to_pyarrow().to_pylist()) - {None}
    assert touchpoints == {"Recommendation", "Staff", "Price", "Delivery", "App", "Satisfaction"}
    assert answers.score.max().execute() == 10
    assert "example.org" not in draft.text


def shop(strangers=0):
    people = [(n, f"n{n}@example.org", 20 + n % 50, "fm"[n % 2], ["North", "South"][n % 2]) for n in range(100)]
    lines = [
        (n // 2, (n * 7) % (100 + strangers), f"{n % 12 + 1}/{n % 28 + 1}/2024 8:26", f"P{n % 9}", "3.5", n % 3 + 1)
        for n in range(600)
    ]
    return {
        "customers.csv": table("CustomerID,Email,Age,Gender,Region", people),
        "orders.csv": table("OrderID,CustomerID,OrderDate,ProductNo,UnitPrice,Quantity", lines),
        "products.csv": table("ProductNo,Department", [(f"P{n}", "ab"[n % 2]) for n in range(9)]),
    }


def test_customers_orders_and_products_are_told_apart_and_joined(tmp_path):
    draft = make_draft(tmp_path, shop())
    dataset, result = read_back(draft, tmp_path)
    assert (result.problems, draft.todos) == ((), [])
    contract = contract_of(draft)
    assert contract["customers"]["id"] == "CustomerID"
    assert contract["transactions"]["join"] == {"products": "ProductNo"}
    assert contract["transactions"]["category"] == "Department"
    assert note_of(draft, "transactions.customer").sure == "sure"
    assert dataset.tables["customers"].count().execute() == 100


def test_a_price_of_a_piece_is_multiplied_by_the_quantity(tmp_path):
    draft = make_draft(tmp_path, shop())
    dataset, _ = read_back(draft, tmp_path)
    assert float(dataset.tables["transactions"].amount.sum().execute()) == 3.5 * sum(n % 3 + 1 for n in range(600))


def test_customers_that_are_not_listed_stay_in(tmp_path):
    draft = make_draft(tmp_path, shop(strangers=10))
    dataset, result = read_back(draft, tmp_path)
    assert result.problems == ()
    assert contract_of(draft)["customers"]["also_from"] == ["transactions"]
    assert dataset.tables["customers"].count().execute() == 110


def test_an_order_total_repeated_on_every_line_is_noticed(tmp_path):
    rows = [(n // 3, n // 3 % 20, f"2024-01-{n // 3 % 28 + 1:02d}", 10 + n // 3 + 0.5) for n in range(90)]
    draft = make_draft(tmp_path, {"orders.csv": table("order_id,customer_id,date,total", rows)})
    assert note_of(draft, "transactions.amount").sure == "unsure"


def test_every_kind_of_table_finds_its_role(tmp_path):
    ids = [f"A{n}" for n in range(60)]
    files = {
        "clients.csv": table("client_no,tier", [(one, "ab"[n % 2]) for n, one in enumerate(ids)]),
        "tickets.csv": table(
            "case,client_no,created_at,closed_at,team,csat",
            [(n, ids[n % 50], "2024-01-05", "2024-01-17" if n % 3 else "", "xy"[n % 2], n % 5 + 1) for n in range(90)],
        ),
        "contracts.csv": table(
            "client_no,start_date,end_date,plan",
            [(one, "2023-02-13", "2024-03-30" if n % 2 else "", "pq"[n % 2]) for n, one in enumerate(ids)],
        ),
        "events.csv": table(
            "client_no,timestamp,event,device",
            [(ids[n % 40], f"2024-03-{n % 28 + 1:02d} 12:00:00", ["view", "pay"][n % 2], "phone") for n in range(90)],
        ),
        "reviews.csv": table(
            "client_no,date,question,score",
            [
                (ids[n % 40], "2024-04-20", ["nps", "csat"][n % 2], n % 11 if n % 2 == 0 else n % 5 + 1)
                for n in range(220)
            ],
        ),
    }
    draft = make_draft(tmp_path, files)
    dataset, result = read_back(draft, tmp_path)
    assert (result.problems, draft.todos) == ((), [])
    assert {t.name: t.role for t in draft.tables} == {
        "clients": "customers",
        "tickets": "tickets",
        "contracts": "subscriptions",
        "events": "interactions",
        "reviews": "feedback",
    }
    scales = dataset.tables["feedback"].select("metric", "scale_high").distinct().to_pyarrow().to_pylist()
    assert {(row["metric"], row["scale_high"]) for row in scales} == {("nps", 10), ("csat", 5)}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16"])
def test_other_encodings_are_found_out(tmp_path, encoding):
    dash = "–" if encoding == "cp1252" else "-"
    rows = [(n, ["Köln", "Fürth", f"A{dash}B"][n % 3]) for n in range(60)]
    draft = make_draft(tmp_path, {"customers.csv": table("customer_id,town", rows).encode(encoding)})
    dataset, result = read_back(draft, tmp_path)
    assert result.problems == ()
    towns = set(dataset.tables["customers"].town.to_pyarrow().to_pylist())
    assert towns == {"Köln", "Fürth", f"A{dash}B"}


def test_parquet_and_json_lines_are_drafted_too(tmp_path):
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    inbox = tmp_path / "inbox"
    inbox.mkdir()
    times = [datetime(2024, n % 12 + 1, n % 28 + 1) for n in range(200)]
    frame = {"customer_id": [n % 30 for n in range(200)], "time": times, "amount": [n + 0.25 for n in range(200)]}
    pq.write_table(pa.table(frame), inbox / "orders.parquet")
    people = "".join(json.dumps({"customer_id": n, "member": n % 2 == 0, "age": 20 + n}) + "\n" for n in range(30))
    parquet = (inbox / "orders.parquet").read_bytes()
    draft = make_draft(tmp_path, {"people.jsonl": people, "orders.parquet": parquet})
    dataset, result = read_back(draft, tmp_path)
    assert result.problems == ()
    assert contract_of(draft)["customers"]["attributes"]["member"]["kind"] == "binary"
    assert float(dataset.tables["transactions"].amount.sum().execute()) == sum(frame["amount"])


def test_excel_is_drafted_too(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["InvoiceNo", "InvoiceDate", "CustomerID", "UnitPrice", "Quantity"])
    for n in range(120):
        book.active.append(
            [f"I{n // 2}", datetime(2024, 1, n % 28 + 1, 9, n % 60), 17850 + n // 2 % 20, 1.25, n % 4 + 1]
        )
    content = io.BytesIO()
    book.save(content)
    dataset, result = read_back(make_draft(tmp_path, {"Online Retail.xlsx": content.getvalue()}), tmp_path)
    assert result.problems == ()
    assert float(dataset.tables["transactions"].amount.sum().execute()) == 1.25 * sum(n % 4 + 1 for n in range(120))


def test_only_the_first_rows_of_a_large_file_are_looked_at(tmp_path):
    rows = "".join(f"C{n % 5000},2024-01-{n % 28 + 1:02d},{n % 90}.50\n" for n in range(400_000))
    began = time.monotonic()
    draft = make_draft(tmp_path, {"orders.csv": "customer_id,date,amount\n" + rows})
    assert time.monotonic() - began < 20
    assert not draft.tables[0].sample.complete
    assert "the first 20,000 rows" in draft.text


def test_the_same_files_give_the_same_draft(tmp_path):
    assert make_draft(tmp_path, shop()).text == make_draft(tmp_path, shop()).text
