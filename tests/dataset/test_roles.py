"""Every role under its normalised names, by hand-made tables small enough to reckon in the head."""

from datetime import datetime
from decimal import Decimal

import pytest

from personas.dataset import check_dataset
from personas.errors import InputError
from tests.dataset.shop_project import read_shop

ROLES = """
title: Every role
currency: EUR
timezone: {stored: UTC, local: Europe/Berlin}
observation: {start: 2024-01-01, end: 2025-01-01}
sources:
  people: {file: people.csv}
  visits: {file: visits.csv}
  reviews: {file: reviews.csv}
  cases: {file: cases.csv}
  plans: {file: plans.csv}
  staff: {file: staff.csv}
  done: {file: done.csv}
customers:
  source: people
  id: id
  referred_by: friend
  attributes:
    income: {kind: number, missing: ["-1"], unit: EUR}
    gender: {kind: category, labels: {1: Woman, 2: Man}, missing: [9]}
    member: {kind: binary, labels: {Y: "yes", N: "no"}}
    heavy: {kind: binary, expression: income > 2000}
interactions:
  source: visits
  customer: id
  time: at
  touchpoint: {column: page, groups: {Shop: [cart, pay]}, other: Elsewhere}
  device: device
  self_service: {column: by, is: [self]}
  duration: {column: minutes, unit: minutes}
  wait: wait
feedback:
  source: reviews
  customer: id
  time: {column: day, format: "%d.%m.%Y", date: true}
  score: stars
  scale: [1, 5]
  expectation: hoped
  text: words
  origin: {value: review}
  touchpoint: about
tickets:
  source: cases
  customer: id
  opened: opened
  resolved: closed
  escalated: up
subscriptions: {source: plans, customer: id, start: from, end: to, price: eur, reason: why}
employees: {source: staff, team: team, text: idea}
actions: {source: done, time: day, pain_point: pain, cost: eur}
features:
  visits: {role: interactions, expression: COUNT(*), kind: count, empty: 0}
  mobile: {role: interactions, expression: "AVG(CASE WHEN device = 'phone' THEN 1.0 ELSE 0.0 END)", kind: share}
"""
FILES = {
    "people.csv": "id,friend,income,gender,member\na,,1000,1,Y\nb,a,-1,2,N\nc,a,3000,9,\n",
    "visits.csv": (
        "id,at,page,device,by,minutes,wait\n"
        "a,2024-03-31 00:30,cart,phone,self,2,5\n"  # before the clocks change: +1
        "a,2024-03-31 01:30,pay,desktop,clerk,1.5,-3\n"  # after it: +2
        "b,2023-12-31 23:30,news,phone,self,1,\n"  # already next year in Berlin
        "b,2024-12-31 23:30,cart,phone,self,1,\n"  # already after the observation there
    ),
    "reviews.csv": "id,day,stars,hoped,words,about\na,01.06.2024,4,5,Fine,Shop\n,02.06.2024,1,,Slow,Till\n",
    "cases.csv": (
        "id,opened,closed,up\n"
        "a,2024-02-01 08:00,2024-02-03 08:00,no\n"
        "b,2024-12-30 08:00,2025-01-05 08:00,yes\n"  # not yet resolved at the end of the observation
        "c,2024-02-01 08:00,2024-01-03 08:00,no\n"  # impossible
    ),
    "plans.csv": (
        "id,from,to,eur,why\n"
        "a,2023-05-01,,9.99,\n"  # begun before, still active: counts
        "b,2023-01-01,2023-06-01,9.99,price\n"  # over before the observation
        "c,2024-03-01,2025-02-01,19.99,moved\n"  # ends after "today": still active
    ),
    "staff.csv": "team,idea\nDesk,More chairs\n",
    "done.csv": "day,pain,eur\n2023-11-01,waiting,1200\n2024-05-01,prices,300\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return read_shop(tmp_path_factory.mktemp("roles"), ROLES, FILES)


def rows(shop, role, *order):
    table = shop.tables[role]
    return table.order_by(*order).to_pyarrow().to_pylist() if order else table.to_pyarrow().to_pylist()


def test_missing_codes_are_null_and_labels_replace_codes(shop):
    people = rows(shop, "customers", "customer_id")
    assert [p["income"] for p in people] == [1000.0, None, 3000.0]
    assert [p["gender"] for p in people] == ["Woman", "Man", None]
    assert [p["member"] for p in people] == [True, False, None]
    assert [p["referred_by"] for p in people] == [None, "a", "a"]


def test_expressions_over_text_columns_compare_numbers(shop):
    assert [p["heavy"] for p in rows(shop, "customers", "customer_id")] == [False, False, True]


def test_gender_only_describes_unless_the_contract_says_otherwise(shop):
    forms = {attribute.name: attribute.forms for attribute in shop.attributes}
    assert forms == {
        "income": True, "gender": False, "member": True, "heavy": True, "visits": True, "mobile": True,
    }  # fmt: skip


def test_times_become_local_and_the_window_is_half_open_there(shop):
    times = [row["time"] for row in rows(shop, "interactions", "time")]
    assert times == [datetime(2024, 1, 1, 0, 30), datetime(2024, 3, 31, 1, 30), datetime(2024, 3, 31, 3, 30)]


def test_durations_are_seconds_and_negative_ones_are_emptied(shop):
    found = {row["time"].hour: (row["duration"], row["wait"]) for row in rows(shop, "interactions")}
    assert found[1] == (120.0, 5.0)
    assert found[3] == (90.0, None)


def test_groups_gather_values_and_other_takes_the_rest(shop):
    assert [row["touchpoint"] for row in rows(shop, "interactions", "time")] == ["Elsewhere", "Shop", "Shop"]
    assert [row["self_service"] for row in rows(shop, "interactions", "time")] == [True, True, False]


def test_anonymous_feedback_stays_and_days_are_not_shifted(shop):
    found = rows(shop, "feedback", "time")
    assert [(row["customer_id"], row["time"], row["score"]) for row in found] == [
        ("a", datetime(2024, 6, 1), 4.0),
        (None, datetime(2024, 6, 2), 1.0),
    ]
    assert found[0]["expectation"] == 5.0
    assert (found[0]["scale_low"], found[0]["scale_high"], found[0]["metric"]) == (1.0, 5.0, "rating")
    assert found[0]["source"] == "review"


def test_a_ticket_resolved_after_the_end_is_still_open(shop):
    found = {row["customer_id"]: row["resolved"] for row in rows(shop, "tickets")}
    assert found == {"a": datetime(2024, 2, 3, 9, 0), "b": None}


def test_subscriptions_count_if_any_part_lies_inside(shop):
    found = {row["customer_id"]: (row["end"], row["price"]) for row in rows(shop, "subscriptions")}
    assert found == {"a": (None, Decimal("9.9900")), "c": (None, Decimal("19.9900"))}


def test_actions_from_before_the_observation_are_kept(shop):
    assert [row["pain_point"] for row in rows(shop, "actions", "time")] == ["waiting", "prices"]


def test_own_features_are_computed_from_the_rows_of_their_role(shop):
    found = {row["customer_id"]: (row["visits"], row["mobile"]) for row in rows(shop, "customers")}
    assert found == {"a": (2.0, 0.5), "b": (1.0, 1.0), "c": (0.0, None)}


def test_own_features_follow_the_period(shop):
    earlier = shop.between(datetime(2024, 1, 1), datetime(2024, 2, 1))["customers"].to_pyarrow().to_pylist()
    assert {row["customer_id"]: row["visits"] for row in earlier} == {"a": 0.0, "b": 1.0, "c": 0.0}


def test_every_row_left_out_is_counted_once_with_its_reason(shop):
    found = {(row.table, row.reason): row.rows for row in check_dataset(shop).set_aside}
    assert found == {
        ("interactions", "not before the observation ends on 2025-01-01"): 1,
        ("interactions", "wait below zero"): 1,
        ("tickets", "resolved before opened"): 1,
        ("subscriptions", "before the observation starts on 2024-01-01"): 1,
    }


B2B = """
title: Suppliers
relationship: b2b
unit: company
units: companies
sources:
  firms: {file: firms.csv}
  people: {file: people.csv}
  orders: {file: orders.csv}
  calls: {file: calls.csv}
customers:
  source: people
  id: person
  account: firm
  attributes:
    decides: {kind: binary}
    post: {kind: category}
accounts:
  source: firms
  id: firm
  attributes: {staff: {kind: number}}
transactions: {source: orders, account: firm, time: day, amount: eur}
interactions: {source: calls, customer: person, time: day, touchpoint: {value: Call}}
"""
FIRMS = {
    "firms.csv": "firm,staff\nA,10\nB,200\nC,5\n",
    "people.csv": "person,firm,decides,post\n1,A,yes,Buyer\n2,A,no,Buyer\n3,A,no,Owner\n4,B,yes,Owner\n5,,no,Owner\n",
    "orders.csv": "firm,day,eur\nA,2024-01-05,100\nB,2024-02-05,50\nZ,2024-02-06,1\n",
    "calls.csv": "person,day\n1,2024-01-03\n4,2024-01-04\n5,2024-01-05\n",
}


@pytest.fixture(scope="module")
def suppliers(tmp_path_factory):
    return read_shop(tmp_path_factory.mktemp("b2b"), B2B, FIRMS)


def test_contacts_roll_up_to_companies(suppliers):
    found = {row["customer_id"]: row for row in rows(suppliers, "customers")}
    assert set(found) == {"A", "B", "C"}
    assert (found["A"]["contacts"], found["A"]["post"], found["A"]["staff"]) == (3, "Buyer", 10.0)
    assert found["A"]["decides"] == pytest.approx(1 / 3)
    assert found["C"]["contacts"] is None
    assert {a.name: a.kind for a in suppliers.attributes}["decides"] == "share"


def test_rows_of_contacts_belong_to_their_company(suppliers):
    assert {(row["customer_id"], row["contact_id"]) for row in rows(suppliers, "interactions")} == {
        ("A", "1"),
        ("B", "4"),
    }
    assert {row["customer_id"]: row["amount"] for row in rows(suppliers, "transactions")} == {"A": 100, "B": 50}


def test_rows_without_a_known_company_are_counted(suppliers):
    result = check_dataset(suppliers)
    assert result.problems == ()
    assert {(row.table, row.rows) for row in result.set_aside} == {("transactions", 1), ("interactions", 1)}


def test_the_observation_defaults_to_the_days_that_are_seen(suppliers):
    assert (suppliers.observation_start, suppliers.observation_end) == (datetime(2024, 1, 3), datetime(2024, 2, 7))


def test_customers_may_come_from_transactions_alone(tmp_path):
    contract = """
title: Orders only
sources: {orders: {file: orders.csv}}
transactions: {source: orders, customer: customer_no, time: ordered, amount: total}
"""
    shop = read_shop(tmp_path, contract)
    assert shop.tables["customers"].count().execute() == 12
    assert shop.attributes == ()
    assert check_dataset(shop).problems == ()


def test_several_sources_make_one_role(tmp_path):
    contract = """
title: Two shops
sources: {orders: {file: orders.csv}, web: {file: web.csv}}
transactions:
  - {source: orders, customer: customer_no, time: ordered, amount: total, channel: {value: Shop}}
  - {source: web, customer: who, time: at, amount: eur, product: item}
"""
    shop = read_shop(tmp_path, contract, {"web.csv": "who,at,eur,item\nC01,2024-05-05,7,A9\n"})
    lines = shop.tables["transactions"].to_pandas()
    assert len(lines) == 31
    assert (lines.channel == "Shop").sum() == 30
    assert lines.product_id.dropna().tolist() == ["A9"]


def test_an_attribute_must_not_take_a_reserved_name(tmp_path):
    contract = "title: T\nsources: {c: {file: customers.csv}}\n"
    contract += "customers: {source: c, id: customer_no, attributes: {weight: {kind: number}}}\n"
    with pytest.raises(InputError, match="weight"):
        read_shop(tmp_path, contract)


def test_rows_of_strangers_are_left_out_but_anonymous_feedback_is_not(tmp_path):
    contract = """
title: Strangers
sources: {people: {file: customers.csv}, orders: {file: o.csv}, words: {file: w.csv}}
customers: {source: people, id: customer_no}
transactions: {source: orders, customer: who, time: at, amount: eur}
feedback: {source: words, customer: who, text: said}
"""
    files = {"o.csv": "who,at,eur\nC01,2024-05-05,1\nC02,2024-05-05,1\nX,2024-05-05,1\n"}
    files["w.csv"] = "who,said\nC01,a\n,b\nX,c\n"
    shop = read_shop(tmp_path, contract, files)
    assert sorted(shop.tables["transactions"].customer_id.to_pyarrow().to_pylist()) == ["C01", "C02"]
    assert sorted(shop.tables["feedback"].text.to_pyarrow().to_pylist()) == ["a", "b"]


def test_the_company_that_a_row_names_wins_over_that_of_its_contact(tmp_path):
    contract = B2B.replace("account: firm, time: day", "account: firm, customer: person, time: day")
    orders = "firm,person,day,eur\nB,1,2024-01-05,100\n,4,2024-02-05,50\n,2,2024-02-06,7\n"
    shop = read_shop(tmp_path, contract, FIRMS | {"orders.csv": orders})
    found = {(row["customer_id"], row["contact_id"], int(row["amount"])) for row in rows(shop, "transactions")}
    assert found == {("B", "1", 100), ("B", "4", 50), ("A", "2", 7)}
