"""The page on safety says what was counted, and nothing went wrong in it."""

from tests.hostile.figures import PAGE, PLACE, ROOT, read_results, table


def test_the_page_holds_the_figures_that_were_counted():
    page, results = PAGE.read_text(encoding="utf-8"), read_results()
    assert PLACE.search(page).group(0) == f"<!-- figures -->\n{table(results)}<!-- end of figures -->"


def test_nothing_that_was_tried_went_wrong():
    rows = [row for rows in read_results().values() for row in rows]
    assert rows
    for row in rows:
        assert row["tried"] > 0
        assert row["wrong"] == 0, row["what"]
        module = row["command"].split()[-1]
        places = (ROOT / module, ROOT / module.replace(".", "/"), ROOT / f"{module.replace('.', '/')}.py")
        assert any(place.exists() for place in places), module
