"""What checking says that the corpus of broken input does not cover."""

import pytest

from personas.dataset import check_dataset
from personas.errors import InputError
from tests.dataset.shop_project import read_shop

ORDERS = (
    "title: T\nsources: {orders: {file: o.csv}}\ntransactions: {source: orders, customer: who, time: at, amount: eur}\n"
)


def orders(days, last=""):
    return "who,at,eur\n" + "".join(f"c{i % 5},{day},1\n" for i, day in enumerate(days)) + last


def warnings(shop):
    return [warning.found for warning in check_dataset(shop).warnings]


def test_days_that_a_time_zone_would_shift_are_noticed(tmp_path):
    zone = "timezone: {stored: UTC, local: America/New_York}\n"
    days = [f"2024-{1 + i % 12:02d}-05" for i in range(24)]
    found = warnings(read_shop(tmp_path / "shifted", zone + ORDERS, {"o.csv": orders(days)}))
    assert found == ["the same time of day in all 24 rows: calendar days, shifted by the time zone"]
    marked = ORDERS.replace("time: at", "time: {column: at, date: true}")
    assert warnings(read_shop(tmp_path / "marked", zone + marked, {"o.csv": orders(days)})) == []


def test_a_year_typed_wrongly_must_not_become_today_unnoticed(tmp_path):
    days = [f"2024-{1 + i % 12:02d}-{1 + i % 28:02d} 10:{i % 60:02d}" for i in range(300)]
    wrong = orders(days, "c1,2204-01-01 09:00,1\n")
    found = warnings(read_shop(tmp_path / "open", ORDERS, {"o.csv": wrong}))
    assert found == ["a last time of 2204-01-01, more than half a year after 99 % of the others"]
    period = "observation: {start: 2024-01-01, end: 2025-01-01}\n"
    declared = check_dataset(read_shop(tmp_path / "declared", period + ORDERS, {"o.csv": wrong}))
    assert declared.warnings == ()
    assert [row.reason for row in declared.set_aside] == ["not before the observation ends on 2025-01-01"]


def test_a_file_that_breaks_while_the_period_is_looked_for_is_an_input_error(tmp_path):
    broken = orders(["2024-05-05 10:00"] * 60_000, 'c1,"2024\n')
    with pytest.raises(InputError, match="cannot be read to its end"):
        read_shop(tmp_path, ORDERS, {"o.csv": broken})


def test_a_row_at_the_very_end_of_the_period_lies_outside_and_one_at_its_start_inside(tmp_path):
    period = "observation: {start: 2024-01-01, end: 2025-01-01}\n"
    days = ["2024-01-01 00:00:00", "2024-12-31 23:59:59", "2025-01-01 00:00:00"]
    shop = read_shop(tmp_path, period + ORDERS, {"o.csv": orders(days)})
    assert shop.tables["transactions"].customer_id.to_pyarrow().to_pylist() == ["c0", "c1"]


def test_a_row_with_two_faults_is_counted_once(tmp_path):
    period = "observation: {start: 2024-01-01, end: 2025-01-01}\n"
    days = ["2024-05-05 10:00"] * 5
    shop = read_shop(tmp_path, period + ORDERS, {"o.csv": orders(days, ",2020-01-01 10:00,\n,2024-02-02 10:00,5\n")})
    found = {row.reason: row.rows for row in check_dataset(shop).set_aside}
    assert found == {"no customer": 2}
    assert shop.tables["transactions"].count().execute() == 5


def test_who_is_missing_is_said(tmp_path):
    notes = check_dataset(read_shop(tmp_path, None)).notes
    assert "tickets: rows of 6 of 12 customers (50%)" in notes
    assert any("fewer than 70 each" in note for note in notes)


def test_results_show_themselves_escaped(tmp_path):
    files = {"customers.csv": "customer_no,age,region,newsletter,weight\nC01,<script>x</script>,North,no,1\n"}
    result = check_dataset(read_shop(tmp_path, None, files))
    assert "<script>" in str(result)
    assert "<script>" not in result._repr_html_()
    assert "&lt;script&gt;" in result._repr_html_()


@pytest.mark.parametrize("name", ["../etc", "no_such", "", "a/b", "sho p"])
def test_a_dataset_that_is_not_there_is_named_with_those_that_are(name, tmp_path):
    from personas.dataset import read_dataset
    from tests.dataset.shop_project import make_project

    with pytest.raises(InputError, match="no such dataset") as caught:
        read_dataset(name, root=make_project(tmp_path))
    assert "shop" in str(caught.value)


def test_row_order_and_column_order_change_nothing(tmp_path):
    lines = orders([f"2024-05-{1 + i:02d} 10:00" for i in range(20)]).splitlines()
    turned = [",".join(line.split(",")[::-1]) for line in [lines[0], *lines[:0:-1]]]
    one = read_shop(tmp_path / "a", ORDERS, {"o.csv": "\n".join(lines) + "\n"})
    two = read_shop(tmp_path / "b", ORDERS, {"o.csv": "\n".join(turned) + "\n"})
    frames = [shop.tables["transactions"].order_by("time").to_pandas() for shop in (one, two)]
    assert frames[0].equals(frames[1])
    assert one.observation_end == two.observation_end
