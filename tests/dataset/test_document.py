"""YAML as people write it: codes and labels stay what they look like, and no file can exhaust the machine."""

import pytest

from personas.dataset.document import read_document
from personas.errors import InputError


def read(tmp_path, text):
    path = tmp_path / "dataset.yml"
    path.write_text(text, encoding="utf-8")
    return read_document(path, "dataset.yml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("No", "No"),
        ("yes", "yes"),
        ("on", "on"),
        ("007", "007"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("2024-05-31", "2024-05-31"),
        ("19-24", "19-24"),
        (".5", ".5"),
        ("true", True),
        ("null", None),
        ("-3", -3),
        ("2.50", 2.5),
    ],
)
def test_only_plain_numbers_true_false_and_null_are_not_text(written, value, tmp_path):
    assert read(tmp_path, f"key: {written}\n").values == {"key": value}


def test_no_is_a_key_like_any_other(tmp_path):
    assert read(tmp_path, "labels: {Yes: 1, No: 2}\n").values == {"labels": {"Yes": 1, "No": 2}}


def test_anchors_and_merges_may_be_used(tmp_path):
    text = "base: &base {scale: [1, 5], missing: [0]}\nitem: {<<: *base, missing: [9]}\n"
    assert read(tmp_path, text).values["item"] == {"scale": [1, 5], "missing": [9]}


def test_a_place_names_the_line_of_a_value(tmp_path):
    document = read(tmp_path, "title: T\nsources:\n  orders:\n    file: o.csv\nroles:\n  - a: 1\n  - a: 2\n")
    assert document.place(["sources", "orders", "file"]) == "dataset.yml, line 4: sources.orders.file"
    assert document.place(["roles", 1, "a"]) == "dataset.yml, line 7: roles.1.a"
    assert document.place(["sources", "missing"]) == "dataset.yml, line 2: sources.missing"


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [true]\n",
        "a: !!python/name:os.system\n",
        "a: &a [*a]\n",
        "a: " + "[" * 5_000 + "]" * 5_000 + "\n",
        "a: " + "{b: " * 3_000 + "1" + "}" * 3_000 + "\n",
        "? [a, b]\n: 1\n",
        "a: 1\n---\nb: 2\n",
        "a: \x00\n",
        "",
        "just text\n",
        "x" * 1_200_000,
    ],
    ids=["call", "name", "itself", "deep list", "deep keys", "list key", "two", "null byte", "empty", "text", "large"],
)
def test_a_hostile_file_is_refused_in_words(text, tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert str(caught.value).count("dataset.yml") >= 1
    assert "Traceback" not in str(caught.value)
