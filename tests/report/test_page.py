"""The page as text: what it promises before any browser opens it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re

import pytest

from personas.changes.models import Changes, EarlierRun, PersonaChange
from personas.report import render_report, write_report
from personas.report.figure import stylesheet, template_text
from tests.report import examples
from tests.report.pages import read_page, words_of

SHAPES = {
    "six": {"count": 6},
    "one": {"count": 1},
    "three without profile, journey": {"count": 3, "rich": False},
    "twelve": {"count": 12},
    "long labels": {"count": 3, "text": lambda words: words + " " + "x" * 60},
    "right to left": {"count": 3, "text": lambda words: "שלום عالم " + words},
}


@pytest.fixture(scope="module", params=SHAPES, ids=list(SHAPES))
def page(request):
    return render_report(**examples.inputs(**SHAPES[request.param]))


def test_policy_names_exactly_the_script_of_the_page(page):
    policy = next(e for e in read_page(page) if e.attributes.get("http-equiv") == "Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    content = policy.attributes["content"]
    assert f"script-src 'sha256-{digest}'" in content
    assert content.startswith("default-src 'none'")
    assert "base-uri 'none'; form-action 'none'" in content


def test_nothing_on_the_page_asks_another_place(page):
    fetching = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping", "xlink:href"}
    for element in read_page(page):
        assert element.tag not in {"link", "iframe", "object", "embed", "base", "img", "use", "image", "form"}
        assert not fetching & set(element.attributes)
        href = element.attributes.get("href")
        assert href is None or href.startswith("#")
    assert not re.search(r"url\(|@import", stylesheet())


def test_ids_are_unique_and_every_inner_link_lands(page):
    elements = read_page(page)
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    lost = [e.attributes["href"] for e in elements if e.attributes.get("href", "#main")[1:] not in ids]
    assert lost == []
    named = [e.attributes["aria-labelledby"] for e in elements if "aria-labelledby" in e.attributes]
    assert set(named) <= set(ids)


def test_every_claim_has_one_home_for_its_evidence(page):
    elements = read_page(page)
    notes = [e for e in elements if "note" in e.classes]
    notes += [e for e in elements if "claim" in e.classes and e.attributes.get("id")]
    homes = [e.attributes.get("id") for e in notes]
    assert None not in homes
    assert len(homes) == len(set(homes)) > 10


def test_size_budgets(page, six):
    assert len(page.encode()) < 1_000_000
    assert len(six.encode()) < 500_000
    assert len(stylesheet().encode()) <= 15 * 1024
    assert len(template_text("script.js").encode()) <= 10 * 1024
    assert len(read_page(page)) <= 15_000


def test_headings_step_down_one_level_at_a_time(page):
    levels = [int(e.tag[1]) for e in read_page(page) if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_same_input_gives_the_same_bytes(six):
    assert render_report(**examples.inputs(6)) == six


def test_notice_stands_at_the_top_in_each_persona_and_at_the_end(six):
    notice = examples.grocery().dataset.notice
    places = [e.ancestors for e in read_page(six) if "notice" in e.classes and notice in e.text]
    sections = [next(a.attributes["id"] for a in ancestors if a.tag == "section") for ancestors in places]
    assert sections == ["finding", *(f"persona-{i}" for i in range(1, 7)), "appendix"]


@pytest.mark.parametrize("count", [1, 3, 6])
def test_every_sentence_about_a_persona_names_a_claim_that_exists(count):
    """Our own words in a persona's section are few and known; all else must stand within [data-claim]."""
    given = examples.inputs(count)
    known = {c.id for c in given["persona_set"].claims}
    own = {"kicker", "sub", "notice", "next", "sure", "away", "g-share", "again", "cites"}
    checked = 0
    for element in read_page(render_report(**given)):
        if not element.within("persona") or element.tag not in {"p", "li", "h4", "h5"} or not element.text.strip():
            continue
        if any(element.within(name) for name in own) or (element.tag == "h4" and element.text in LABELS):
            continue
        if element.within("fig-distribution") or element.within("fig-journey"):
            continue
        ids = (element.nearest("data-claim") or "").split()
        assert ids, f"no claim behind: {element.text.strip()[:80]}"
        assert set(ids) <= known
        checked += 1
    assert checked >= 10 * count


LABELS = {"Who", "Wants", "Struggles", "Do", "Do not"}


def test_evidence_beside_a_sentence_says_all_that_is_needed_to_doubt_it(six):
    elements = read_page(six)
    claim = next(c for c in examples.grocery().claims if c.feature == "coupons_unused" and c.persona_id == "P02")
    row = next(e for e in elements if "claim" in e.classes and e.attributes["data-claim"] == claim.id)
    text = words_of([e for e in elements if row in e.ancestors]).replace("\u00a0", " ")
    assert "48 % (44 to 52)" in text
    assert f"n {claim.estimate.n}" in text
    assert "rest 48 % (46 to 50)" in text
    for part in ("h −0.00", "inferred", "p < .001 adjusted", "Benjamini–Hochberg over 84 claims", *claim.columns):
        assert part in text


def test_a_persona_takes_at_most_nine_hundred_words(six):
    elements = read_page(six)
    for number in range(1, 7):
        section = next(e for e in elements if e.attributes.get("id") == f"persona-{number}")
        folded = {"data", "note", "away"}
        shown = [e for e in elements if section in e.ancestors and not any(e.within(f) for f in folded)]
        assert 150 < len(words_of(shown).split()) <= 900


def test_what_is_not_measured_is_said_once_and_in_one_place(six):
    elements = read_page(six)
    trust = next(e for e in elements if e.attributes.get("id") == "trust")
    texts = [words_of([e]) for e in elements if trust in e.ancestors and e.tag == "b"]
    assert texts.count("What they say") == 1
    assert "Not measured: NPS, Satisfaction." in six.replace("\n", "")


def test_one_population_shows_no_comparison_and_says_so():
    html = render_report(**examples.inputs(1))
    ids = {e.attributes.get("id") for e in read_page(html)}
    assert not ids & {"differences", "compare"}
    assert "One persona: all households" in html


def test_totals_stand_in_full_digits(six):
    assert "$4,596,039.58" in six
    assert "155,848" in six


def test_data_cannot_start_a_script(hostile):
    elements = read_page(hostile)
    assert sum(e.tag == "script" for e in elements) == 1
    assert not any(e.tag == "img" for e in elements)
    assert not any(name.startswith("on") for e in elements for name in e.attributes)
    assert "49" not in re.findall(r"&#39;&amp;(.{0,4})", hostile)
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", hostile)


def test_a_statement_without_its_claim_is_refused():
    given = examples.inputs(3)
    persona_set = given["persona_set"]
    lost = persona_set.personas[0].who[0]
    claims = tuple(c for c in persona_set.claims if c.id != lost)
    given["persona_set"] = persona_set.model_copy(update={"claims": claims})
    with pytest.raises(ValueError, match=re.escape(lost)):
        render_report(**given)


def test_changes_since_the_last_run_stand_in_each_persona():
    given = examples.inputs(3)
    earlier = EarlierRun(
        number=1,
        dataset="grocery",
        title="Grocery",
        observation_end="2016-12-31",
        customers=2469,
        verdict="reproducible",
    )
    moved = tuple(
        PersonaChange(persona_id=p.id, name=p.name, status="changed", sentence=f"Two households moved to {p.id}.")
        for p in given["persona_set"].personas
    )
    told = Changes(first_run=False, sentence="Little changed.", earlier=earlier, personas=moved)
    elements = read_page(render_report(**given | {"changes": told}))
    for persona in given["persona_set"].personas:
        here = next(e for e in elements if e.attributes.get("id") == f"persona-{persona.number}")
        assert f"Two households moved to {persona.id}." in words_of([e for e in elements if here in e.ancestors])


def test_write_report_puts_the_page_beside_its_data(tmp_path):
    given = examples.inputs(3)
    path = write_report(tmp_path / "run", **given)
    assert path.read_text(encoding="utf-8") == render_report(**given)
    data = (tmp_path / "run" / "personas.json").read_bytes()
    assert type(given["persona_set"]).model_validate_json(data) == given["persona_set"]
