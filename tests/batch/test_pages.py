"""Executed notebooks as pages: complete, without requests, without a customer's id."""

import json
import re

import pandas
import pytest

from personas.batch.locks import hold
from personas.batch.pages import mask_tables, render_notebook
from personas.errors import InputError
from tests.batch.projects import code


def page(tmp_path, *outputs):
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A title\n\n$x^2$ and **bold**"},
        code("one", "table.head()") | {"outputs": list(outputs), "execution_count": 1},
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "01_customers.ipynb"
    path.write_text(json.dumps(document))
    return render_notebook(path, tmp_path, "Made up <for> tests")


def shown(**data):
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {k.replace("_", "/", 1): v for k, v in data.items()},
    }


def test_page_holds_prose_code_and_output_and_asks_for_nothing(tmp_path):
    text = page(tmp_path, shown(text_html="<b>the result</b>"), shown(image_png="iVBORw0KGgo="))
    for part in ("A title", "table", "head", "<b>the result</b>", "data:image/png;base64,iVBORw0KGgo="):
        assert part in text
    assert not re.search(r"<script|<link|@import|src=\"(?!data:)|url\((?!data:)", text)
    assert "default-src 'none'" in text
    assert len(text) < 50_000


@pytest.mark.parametrize("index", [False, True])
def test_ids_in_tables_are_masked(tmp_path, index):
    frame = pandas.DataFrame({"customer_id": [90417, 90418], "order_id": ["o-77", "o-78"], "spend": [3.5, 4.5]})
    frame = frame.set_index("customer_id") if index else frame
    text = page(tmp_path, shown(text_html=frame.to_html(), text_plain=str(frame)))
    for secret in ("90417", "90418", "o-77", "o-78"):
        assert secret not in text
    assert "3.5" in text and "customer_id" in text


def test_ids_in_text_are_not_shown(tmp_path):
    frame = pandas.DataFrame({"customer_id": [90417], "spend": [3.5]})
    assert "90417" not in page(tmp_path, shown(text_plain=str(frame)))
    assert "3.25 days" in page(tmp_path, shown(text_plain="3.25 days"))


def test_paths_begin_at_the_project(tmp_path):
    text = page(tmp_path, shown(text_plain=f"PosixPath('{tmp_path}/reports/x.json')"))
    assert str(tmp_path) not in text
    assert "reports/x.json" in text


def test_table_without_ids_is_left_as_it_is():
    source = "<table><tr><th>paid</th></tr><tr><td>1</td></tr></table>"
    assert mask_tables(source) == source


def test_lock_is_held_by_one_and_let_go(tmp_path):
    with (
        hold(tmp_path / "lock", "busy"),
        pytest.raises(InputError, match="busy"),
        hold(tmp_path / "lock", "busy"),
    ):
        pass
    with hold(tmp_path / "lock", "busy"):
        pass


def test_notice_of_the_dataset_stands_on_the_page_as_text(tmp_path):
    assert '<p class="notice">Made up &lt;for&gt; tests</p>' in page(tmp_path)
