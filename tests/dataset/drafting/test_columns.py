"""Each guess on a small table: it is made where the values speak for it, and not where they do not."""

import pytest

from personas.dataset.drafting.attributes import attribute_name
from personas.dataset.drafting.vocabulary import vocabulary
from tests.dataset.drafting.drafts import attributes, contract_of, make_draft, note_of, read_back, table


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("region", ["North", "South", "East"], {"kind": "category"}),
        ("newsletter", ["yes", "no"], {"kind": "binary"}),
        ("abo", ["Ja", "Nein"], {"kind": "binary", "labels": {"Ja": "yes", "Nein": "no"}}),
        ("age_band", ["65+", "18-34", "35-64"], {"kind": "ordered", "order": ["18-34", "35-64", "65+"]}),
        ("spending", ["60k+", "under 20k", "20k-60k"], {"kind": "ordered", "order": ["under 20k", "20k-60k", "60k+"]}),
        ("opinion", ["Agree", "Disagree", "Neutral"], {"kind": "ordered", "order": ["Disagree", "Neutral", "Agree"]}),
        ("points", ["12.5", "7", "31"], {"kind": "number"}),
        ("children", ["0", "1", "2", "3"], {"kind": "count"}),
        ("mobile_share", ["0.1", "0.55", "1"], {"kind": "share"}),
        ("zone", ["1", "2", "3", "4"], {"kind": "category"}),
        ("size", ["L", "S", "M"], {"kind": "ordered", "order": ["S", "M", "L"]}),
    ],
)
def test_kind_and_order_come_from_the_values(tmp_path, column, values, expected):
    found = attributes(tmp_path, column, values)[column]
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("column", "values", "missing"),
    [
        ("age", ["34", "51", "67", "28", "999"], ["999"]),
        ("age", ["34", "51", "67", "28", "0"], ["0"]),
        ("points", ["12", "7", "31", "n/a"], ["n/a"]),
        ("region", ["North", "South", "Unknown"], ["Unknown"]),
        ("visits", ["0", "4", "9", "12"], None),
        ("age", ["20", "30", "39", "77"], None),
        ("points", ["88", "97", "99", "120"], None),
        ("household_type", ["None", "Couple", "Family"], None),
    ],
)
def test_codes_for_not_known_are_named_only_where_they_convince(tmp_path, column, values, missing):
    assert attributes(tmp_path, column, values)[column].get("missing") == missing


@pytest.mark.parametrize("column", ["gender", "ethnicity", "religion", "political_party", "health", "Geschlecht"])
def test_sensitive_columns_never_form_segments(tmp_path, column):
    name = attribute_name(column, set())
    assert attributes(tmp_path, column, ["a", "b", "c"])[name]["forms"] is False


def test_gender_is_recognised_by_its_values_alone(tmp_path):
    assert attributes(tmp_path, "q17", ["male", "female"])["q17"]["forms"] is False


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("first_name", ["Ann", "Bob", "Cem"]),
        ("Nachname", ["Meier", "Schulz"]),
        ("contact", ["a@example.org", "b@example.org"]),
        ("number", ["+49 170 1234567", "+44 20 7946 0958"]),
        ("street", ["High Street 1", "Low Road 2"]),
        ("postcode", ["10115", "90402"]),
        ("date_of_birth", ["1980-01-01", "1975-05-05"]),
        ("iban", ["DE89370400440532013000", "GB33BUKB20201555555555"]),
    ],
)
def test_what_says_who_somebody_is_stays_out_with_a_comment(tmp_path, column, values):
    rows = [(f"C{n}", values[n % len(values)] + ("" if n else " "), "ab"[n % 2]) for n in range(100)]
    draft = make_draft(tmp_path, {"customers.csv": table(f"customer_id,{column},tier", rows)})
    assert list(contract_of(draft)["customers"]["attributes"]) == ["tier"]
    assert "says who somebody is" in draft.left_out["customers"][column]
    assert f"# {column}: " in draft.text


def orders(dates, amounts=("10.50", "7.25"), extra=""):
    rows = [(f"C{n % 20}", dates[n % len(dates)], f'"{amounts[n % len(amounts)]}"') for n in range(60)]
    return table("customer_id,ordered,amount", rows) + extra


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2024-05-31", "2024-06-01"], "ordered"),
        (["2024-05-31T10:15:00", "2024-06-01T11:00:00"], "ordered"),
        (["31.05.2024", "01.06.2024"], {"column": "ordered", "format": "%d.%m.%Y"}),
        (["31/05/2024", "01/06/2024"], {"column": "ordered", "format": "%d/%m/%Y"}),
        (["5/31/2024 8:26", "6/1/2024 17:05"], {"column": "ordered", "format": "%m/%d/%Y %H:%M"}),
        (["20240531", "20240601"], {"column": "ordered", "format": "%Y%m%d"}),
        (["31-May-2024", "1-Jun-2024"], {"column": "ordered", "format": "%d-%b-%Y"}),
    ],
)
def test_how_times_are_written_is_found_out(tmp_path, dates, expected):
    assert contract_of(make_draft(tmp_path, {"orders.csv": orders(dates)}))["transactions"]["time"] == expected


def test_day_and_month_that_may_be_swapped_are_left_to_the_analyst(tmp_path):
    draft = make_draft(tmp_path, {"orders.csv": orders(["03/04/2024", "05/06/2024"])})
    assert contract_of(draft)["transactions"]["time"]["format"] is None
    [(place, todo)] = draft.todos
    assert place == "transactions.time.format"
    assert "%d/%m/%Y" in todo.needed
    assert "%m/%d/%Y" in todo.needed
    _, result = read_back(draft, tmp_path)
    assert "no time" in result.problems[0].found


def test_another_column_of_the_file_decides_on_day_and_month(tmp_path):
    rows = [(f"C{n}", "03/04/2023", f"{n % 28 + 1:02d}/06/2024", "basic") for n in range(40)]
    draft = make_draft(tmp_path, {"contracts.csv": table("customer_id,start_date,end_date,plan", rows)})
    assert draft.todos == []
    assert contract_of(draft)["subscriptions"]["start"]["format"] == "%d/%m/%Y"


def test_a_day_that_never_comes_is_no_time(tmp_path):
    rows = [(f"C{n}", "2023-04-15", "9999-12-31" if n % 3 else "2024-02-20", "basic") for n in range(40)]
    draft = make_draft(tmp_path, {"contracts.csv": table("customer_id,start_date,end_date,plan", rows)})
    assert contract_of(draft)["subscriptions"]["end"] == {"column": "end_date", "missing": ["9999-12-31"]}


def test_times_with_an_offset_bring_a_time_zone_to_check(tmp_path):
    draft = make_draft(tmp_path, {"orders.csv": orders(["2024-05-31T10:15:00Z", "2024-06-01T11:00:00+02:00"])})
    assert contract_of(draft)["timezone"]["stored"] == "UTC"
    assert note_of(draft, "timezone").sure == "unsure"


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (("10.50", "7.25"), {}),
        (("10,50", "7,25"), {"decimal": ","}),
        (("1.250,50", "7,25"), {"decimal": ",", "thousands": "."}),
        (("1,250.50", "7.25"), {"thousands": ","}),
        (("1 250,50", "7,25"), {"decimal": ",", "thousands": " "}),
    ],
)
def test_decimal_and_thousands_signs_are_found_out(tmp_path, amounts, expected):
    draft = make_draft(tmp_path, {"orders.csv": orders(["2024-05-31"], amounts)})
    source = contract_of(draft)["sources"]["orders"]
    assert {key: value for key, value in source.items() if key in ("decimal", "thousands")} == expected


def test_a_sign_that_may_be_either_is_marked_unsure(tmp_path):
    draft = make_draft(tmp_path, {"orders.csv": orders(["2024-05-31"], ("1,250", "7,125"))})
    assert note_of(draft, "sources.orders").sure == "unsure"


def test_currency_signs_are_taken_off_and_named(tmp_path):
    draft = make_draft(tmp_path, {"orders.csv": orders(["2024-05-31", "2024-06-20"], ("€ 10.50", "€ 7.25"))})
    assert contract_of(draft)["currency"] == "EUR"
    assert "REPLACE(amount, '€', '')" in contract_of(draft)["transactions"]["amount"]["expression"]


@pytest.mark.parametrize(
    ("column", "values", "metric", "scale", "missing"),
    [
        ("nps", [0, 3, 6, 7, 8, 9, 10], "nps", [0, 10], None),
        ("would_recommend", [0, 5, 6, 8, 9, 10, 99], "nps", [0, 10], ["99"]),
        ("satisfaction", [1, 2, 3, 4, 5], "csat", [1, 5], None),
        ("effort_score", [1, 2, 3, 4, 5, 6, 7], "ces", [1, 7], None),
        ("rating_staff", [1, 2, 3, 4, 5, 9], None, [1, 5], ["9"]),
        ("rating_staff", [1, 3, 4, 5, -1], None, [1, 5], ["-1"]),
    ],
)
def test_scores_get_scale_metric_and_codes(tmp_path, column, values, metric, scale, missing):
    rows = [(n, values[n % len(values)], "xyz"[n % 3]) for n in range(200)]
    draft = make_draft(tmp_path, {"survey.csv": table(f"respondent_id,{column},region", rows)})
    ratings = contract_of(draft)["ratings"]
    [item] = ratings["items"].values()
    assert (item.get("metric"), item.get("scale", ratings["scale"])) == (metric, scale)
    assert item.get("missing") == missing


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5]])
def test_a_scale_whose_ends_may_be_codes_is_marked_unsure(tmp_path, values):
    rows = [(n, values[n % len(values)], "xyz"[n % 3]) for n in range(200)]
    draft = make_draft(tmp_path, {"survey.csv": table("respondent_id,rating_staff,region", rows)})
    assert note_of(draft, "ratings.items.rating_staff").sure == "unsure"


def test_few_whole_numbers_under_a_name_that_says_nothing_may_be_codes(tmp_path):
    rows = [(n, n % 9 + 11, n % 9 + 0.5) for n in range(200)]
    draft = make_draft(tmp_path, {"customers.csv": table("customer_id,saq,points", rows)})
    assert note_of(draft, "customers.attributes.saq").sure == "unsure"
    assert note_of(draft, "customers.attributes.points").sure == "sure"


def test_a_number_of_children_is_no_score(tmp_path):
    assert attributes(tmp_path, "children", [1, 2, 3, 4, 5])["children"]["kind"] == "count"


def test_no_attribute_is_called_like_what_the_suite_computes(tmp_path):
    import personas.customers

    words = personas.customers.__path__[0] + "/wording.yml"
    import yaml

    with open(words, encoding="utf-8") as file:
        computed = set(yaml.safe_load(file))
    assert computed <= set(vocabulary()["behaviour"]) | {"mix"}
    assert set(attributes(tmp_path, "frequency", ["weekly", "monthly", "daily"])) & computed == set()
