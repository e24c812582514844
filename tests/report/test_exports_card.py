"""The Markdown card: says what the page says, and nothing from data means anything to Markdown or HTML."""

from __future__ import annotations

import html
import re

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.report import render_card
from personas.report.card import plain
from tests.report import examples
from tests.report.pages import read_page, words_of

MARKDOWN = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])


def shown(text: str) -> str:
    """Words as a reader of the wiki sees them."""
    return html.unescape(re.sub("<[^>]*>", "", MARKDOWN(text)))


@pytest.fixture(scope="module")
def hostile():
    return examples.grocery(3, lambda words: f"{words} {examples.HOSTILE} [x](http://e.org) **b** | `c`\n# d\n- e")


def test_every_sentence_of_the_persona_stands_with_its_estimate():
    persona_set = examples.grocery(3)
    persona = persona_set.personas[1]
    claims = {claim.id: claim for claim in persona_set.claims}
    text = shown(render_card(persona, persona_set))
    ids = {persona.finding_claim, persona.expect_claim, *persona.who, *persona.wants, *persona.goals, *persona.delights}
    for claim_id in (*ids, *persona.standing, *persona.sure):
        assert claims[claim_id].sentence in text
    for kpi in persona.kpis:
        assert kpi.label in text
    for action in persona.actions:
        assert action.title in text
    assert persona.name in text.splitlines()[0]
    assert persona_set.dataset.notice in text
    assert f"n {persona.n:,}" in text


def test_data_cannot_become_markup(hostile):
    for persona in hostile.personas:
        page = MARKDOWN(render_card(persona, hostile))
        tags = {element.tag for element in read_page(f"<main>{page}</main>")}
        assert not tags & {"script", "img", "a", "del", "code", "pre"}
        assert tags >= {"h1", "h2", "table", "ul", "ol"}
        assert sum(element.tag == "h1" for element in read_page(page)) == 1
        assert "hacked=1" in page


def test_the_table_keeps_its_columns_whatever_the_labels_hold(hostile):
    page = read_page(MARKDOWN(render_card(hostile.personas[0], hostile)))
    rows = [e for e in page if e.tag == "tr"]
    assert len(rows) == 1 + sum(kpi.estimate.measured for kpi in hostile.personas[0].kpis)
    for row in rows:
        assert sum(1 for e in page if e.tag in ("td", "th") and any(row is above for above in e.ancestors)) == 4


@given(st.text(max_size=40))
def test_plain_words_read_as_they_were_written(text):
    wanted = " ".join(re.sub("[\x00\u202a-\u202e\u2066-\u2069]", "", text).split())
    page = MARKDOWN(f"- {plain(text)}")
    tags = [e.tag for e in read_page(f"<main>{page}</main>")]
    assert tags in (["main", "ul", "li"], ["main", "ul", "li", "p"])
    assert words_of(read_page(f"<main>{page}</main>")).split() == wanted.split()


def test_the_card_is_the_same_each_time_and_ends_with_one_line_end():
    persona_set = examples.grocery(2)
    text = render_card(persona_set.personas[0], persona_set)
    assert text == render_card(persona_set.personas[0], persona_set)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_one_population_has_a_card_too():
    persona_set = examples.grocery(1)
    assert persona_set.personas[0].name in render_card(persona_set.personas[0], persona_set)


def test_an_unfinished_tag_does_not_start_one():
    """In CommonMark a line that begins with `<script` is HTML to the end of the page, closed or not."""
    assert "<" not in plain("<script")
    page = MARKDOWN(plain("<script x") + " y > z")
    assert [e.tag for e in read_page(page)] == ["p"]
