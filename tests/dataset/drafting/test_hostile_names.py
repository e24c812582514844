"""Column names and values that YAML, SQL or a terminal would take for something else."""

import time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas.dataset.document import PlainLoader
from personas.dataset.drafting.entries import Entry, one_line, scalar, written
from personas.dataset.drafting.summary import describe_table, readme_of
from personas.errors import InputError
from tests.dataset.drafting.drafts import contract_of, make_draft, read_back, table

NAMES = [
    "a: b",
    "#comment",
    "- item",
    "{flow}",
    "[list]",
    "*alias",
    "&anchor",
    "!tag",
    "null",
    "true",
    "No",
    "12:30",
    "007",
    "~",
    "%TAG",
    "it's",
    'say "hi"',
    "back\\slash",
    "two\nlines",
    "tab\there",
    "'; DROP TABLE x; --",
    "<script>alert(1)</script>",
    "\u202egnp",
    "名前列",
    "=1+1",
    "x" * 300,
    "customer_id ",
    "a,b",
    "\x1b[31mred",
    "nbsp\u00a0x",
    "line\u2028sep",
]


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_column_name_reads_back_as_itself(tmp_path, name):
    rows = [(n, n % 3, ["North", "South"][n % 2]) for n in range(60)]
    header = f"customer,{quoted(name)},region"
    draft = make_draft(tmp_path, {"customers.csv": table(header, [(a, "xyz"[b], c) for a, b, c in rows])})
    dataset, result = read_back(draft, tmp_path)
    assert result.problems == ()
    given = contract_of(draft)["customers"]["attributes"]
    [other] = [key for key in given if key != "region"]
    assert given[other].get("column", other) == name.strip()
    assert set(dataset.tables["customers"][other].to_pyarrow().to_pylist()) == {"x", "y", "z"}


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_of_an_amount_survives_in_an_expression(tmp_path, name):
    rows = [(n % 20, f"2024-01-{n % 28 + 1:02d}", quoted("€ 1.250,50")) for n in range(60)]
    header = f"customer_id,date,{quoted(name + ' amount')}"
    draft = make_draft(tmp_path, {"orders.csv": table(header, rows)})
    dataset, result = read_back(draft, tmp_path)
    assert result.problems == ()
    assert float(dataset.tables["transactions"].amount.sum().execute()) == 60 * 1250.5


def test_nothing_from_a_header_reaches_the_terminal_as_a_control(tmp_path):
    header = 'customer_id,date,"\x1b[31mamount","e\x1b[2J\nmail"'
    rows = [(n % 20, f"2024-01-{n % 28 + 1:02d}", "2.5", "a@example.org") for n in range(60)]
    draft = make_draft(tmp_path, {"orders.csv": table(header, rows)})
    said = "\n".join(describe_table(one) for one in draft.tables) + readme_of(draft) + draft.text
    assert "\x1b" not in said


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=30), st.text(max_size=30))
def test_any_text_is_read_back_as_key_and_value_beside_any_comment(text, note):
    note = "".join(sign for sign in note if not 0xD800 <= ord(sign) < 0xE000)
    lines = written([Entry("before", text, note), Entry("list", [text, text]), Entry("map", {"k" + text: text})])
    values = yaml.load("\n".join(lines), Loader=PlainLoader)
    assert values == {"before": text, "list": [text, text], "map": {"k" + text: text}}
    assert "\n" not in one_line(note)


@pytest.mark.parametrize(
    "text", ["", " ", "a ", "0x1F", "1e3", "2024-01-01", "null", "on", ".5", "?", "|", ">", "@x", "`"]
)
def test_words_with_a_meaning_in_yaml_stay_words(text):
    assert yaml.load(scalar(text), Loader=PlainLoader) == text


def test_ten_thousand_columns_are_refused_at_once(tmp_path):
    header = "customer_id," + ",".join(f"c{n}" for n in range(10_000))
    began = time.monotonic()
    with pytest.raises(InputError, match="10,001 columns"):
        make_draft(tmp_path, {"wide.csv": header + "\n" + ",".join(["1"] * 10_001) + "\n"})
    assert time.monotonic() - began < 5


def test_a_header_of_many_megabytes_is_refused_at_once(tmp_path):
    header = ",".join("h" * 5_000 + str(n) for n in range(2_000))
    began = time.monotonic()
    with pytest.raises(InputError):
        make_draft(tmp_path, {"wide.csv": header + "\n"})
    assert time.monotonic() - began < 20


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=8), min_size=1, max_size=4),
    st.lists(st.lists(st.text(max_size=6), min_size=4, max_size=4), min_size=1, max_size=30),
)
def test_any_table_gives_a_draft_or_a_clear_error(tmp_path_factory, names, rows):
    header = ",".join(map(quoted, ["customer_id", *names]))
    body = [(n, *(quoted(cell) for cell in row[: len(names)])) for n, row in enumerate(rows)]
    content = table(header, body).encode("utf-8", "replace")
    folder = tmp_path_factory.mktemp("any")
    try:
        draft = make_draft(folder, {"customers.csv": content})
    except InputError as error:
        assert all(problem.place and problem.found for problem in error.problems)
    else:
        assert contract_of(draft)["sources"]
