"""The form in the report: the page's script and Python's `place` give the same answer, and without scripts it reads."""

from __future__ import annotations

import pytest

from personas.report import render_report
from personas.segments import TypingTool, place
from tests.report import examples
from tests.report.pages import read_page, words_of
from tests.report.questionnaires import tool_of


def section(html: str) -> list:
    """The elements of the questionnaire's section, none where there is no such section."""
    page = read_page(html)
    home = next((e for e in page if e.attributes.get("id") == "place"), None)
    return [e for e in page if home is not None and any(above is home for above in e.ancestors)]


def test_questions_answers_and_accuracy_can_be_read_without_scripts(six):
    found = section(six)
    text = words_of(found).replace("\u00a0", " ")
    tool = tool_of(examples.grocery(6))
    for question in tool.questions:
        assert question.label in text
        for answer in question.answers:
            assert answer.label in text
    assert tool.why in text
    assert "Judged on 2,000 households" in text
    assert not any("hidden" in a.attributes for e in found if e.tag == "input" for a in (e, *e.ancestors))
    hidden = next(e for e in found if "data-placed" in e.attributes)
    assert "hidden" in hidden.attributes


def test_every_question_is_a_group_of_its_own_and_starts_unanswered(six):
    found = section(six)
    groups = [e for e in found if e.tag == "fieldset"]
    assert len(groups) == 2
    for group in groups:
        boxes = [e for e in found if e.tag == "input" and any(above is group for above in e.ancestors)]
        assert len({e.attributes["name"] for e in boxes}) == 1
        assert [e.attributes["data-w"] for e in boxes if "checked" in e.attributes] == [""]


def test_without_a_tool_there_is_no_section_and_no_link_to_it():
    html = render_report(**examples.inputs(3) | {"tool": None})
    assert section(html) == []
    assert "#place" not in html
    assert section(render_report(**examples.inputs(1))) == []


def test_a_tool_that_is_not_offered_says_so_and_asks_nothing():
    given = examples.inputs(3)
    refused = TypingTool(
        offered=False, why="No short questionnaire is offered.", personas=given["tool"].personas,
        accuracy=given["tool"].accuracy, baseline=0.3, found=given["tool"].found, customers=2000,
    )  # fmt: skip
    found = section(render_report(**given | {"tool": refused}))
    assert "No short questionnaire is offered." in words_of(found)
    assert "No short questionnaire tells them apart" in words_of(found)
    assert not [e for e in found if e.tag == "input"]


def test_words_from_data_stay_words(hostile):
    found = section(hostile)
    assert not {e.tag for e in found} & {"script", "img"}
    assert "window.hacked=1" in words_of(found)


@pytest.mark.browser
def test_the_script_gives_what_python_gives(chromium, tmp_path):
    given = examples.inputs(3)
    tool = given["tool"]
    path = tmp_path / "report.html"
    path.write_text(render_report(**given), encoding="utf-8")
    page = chromium.new_page()
    page.goto(path.as_uri())
    cases = [{}, {"visits": "often"}, {"visits": "rarely"}, {"visits": "now and then", "home": "alone"}]
    for case in (*cases, {"visits": "often", "home": "alone"}, {"home": "with children"}):
        for number, question in enumerate(tool.questions, 1):
            labels = [a.label for a in question.answers]
            value = labels.index(case[question.feature]) + 1 if question.feature in case else 0
            page.locator(f"input[name=q{number}][value='{value}']").check()
        chances = place(tool, case)
        shown = [text.replace("\u00a0", " ") for text in page.locator("[data-chance]").all_text_contents()]
        assert shown == [f"{int(100 * chance + 0.5)} %" for chance in chances.values()]
        best = max(tool.personas, key=lambda p: chances[p.id])
        assert page.locator("[data-best]").text_content() == f"Most likely: {best.name}"
    page.close()


@pytest.mark.browser
def test_the_form_stands_still_without_scripts(chromium, tmp_path, six):
    path = tmp_path / "report.html"
    path.write_text(six, encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("#place fieldset").first.is_visible()
    assert not page.locator("[data-placed]").is_visible()
    context.close()
