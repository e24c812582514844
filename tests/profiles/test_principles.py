"""What is said of all personas together, on the shipped dataset, and what every sentence on their pages rests on."""

import itertools

import numpy as np
import pytest

from personas.profiles.sources import source_of
from personas.report import write_report
from tests.profiles.divided import described_journey, divide, divided_journey
from tests.report import examples
from tests.report.pages import read_page

pytestmark = pytest.mark.slow

# What states nothing of a persona: headings and captions, heads of tables, folds' labels, notices on data and privacy.
SILENT_TAGS = {"h2", "h3", "h4", "th", "figcaption", "caption", "title", "desc", "summary", "style"}
SILENT_CLASSES = {"kicker", "notice", "next", "sub"}


@pytest.fixture(scope="module")
def personas():
    return described_journey()


@pytest.fixture(scope="module")
def page(personas, tmp_path_factory):
    return rendered(personas, tmp_path_factory.mktemp("report"))


def rendered(persona_set, folder) -> list:
    surroundings = {k: v for k, v in examples.inputs(4).items() if k not in ("persona_set", "sizes", "map_points")}
    path = write_report(folder, persona_set, sizes=divided_journey().sizes, map_points=(), **surroundings)
    return read_page(path.read_text(encoding="utf-8"))


def unbacked(elements, known: set[str]) -> list[str]:
    """Texts inside a persona's section that neither are silent nor belong to claims of the set."""
    found = []
    for element in elements:
        chain = (*element.ancestors, element)
        if not any(e.tag == "section" and "persona" in e.classes for e in chain) or not element.text.strip():
            continue
        if any(e.tag in SILENT_TAGS or e.classes & SILENT_CLASSES for e in chain):
            continue
        ids = (element.nearest("data-claim") or "").split(" P")
        whole = [part if i == 0 else f"P{part}" for i, part in enumerate(ids)]
        if not whole[0] or not set(whole) <= known:
            found.append(f"{element.tag}: {' '.join(element.text.split())[:80]}")
    return found


def test_everything_stated_of_a_persona_belongs_to_a_claim(personas, page):
    known = {claim.id for claim in personas.claims}
    assert sum(any("persona" in e.classes for e in element.ancestors) for element in page) > 500
    assert unbacked(page, known) == []


def test_the_lint_finds_a_statement_without_a_claim(personas, page):
    known = {claim.id for claim in personas.claims}
    assert unbacked(page, known - {"P1-finding"})


def test_there_are_three_to_five_principles_and_each_has_a_claim(personas):
    claims = {claim.id: claim for claim in personas.claims}
    assert 3 <= len(personas.principles) <= 5
    for i in personas.principles:
        assert claims[i].persona_id is None
        assert claims[i].estimate.measured


def test_what_all_share_is_had_by_each(personas):
    claim = next(claim for claim in personas.claims if claim.id == "set-principle-shared")
    reach = [pain.reach.value for p in personas.personas for pain in p.pain_points if pain.key == claim.feature]
    assert len(reach) == len(personas.personas)
    assert min(reach) >= 0.2


def test_whom_it_is_represented_by_are_claims_word_for_word(personas):
    claims = {claim.id: claim.sentence for claim in personas.claims}
    assert personas.represented
    assert tuple(claims[i] for i in personas.represented_claims) == personas.represented


def test_neighbouring_sentences_are_not_built_alike(personas):
    """Two sentences below each other do not begin with the same three words."""
    sentences = {claim.id: claim.sentence for claim in personas.claims}
    for p in personas.personas:
        for place in (p.who, p.wants, p.goals, p.buys):
            opening = [" ".join(sentences[i].split()[:3]) for i in place]
            assert all(a != b for a, b in itertools.pairwise(opening)), (p.id, opening)


def test_the_text_of_a_persona_takes_at_most_nine_hundred_words(personas, page):
    """Figures, tables, folds and the data's own notice are looked at rather than read."""
    silent = {"details", "figure", "table"}
    for p in personas.personas:
        said = [
            element.text
            for element in page
            if any(e.attributes.get("id") == f"persona-{p.number}" for e in element.ancestors)
            and not any(e.tag in silent or e.classes & {"away", "notice"} for e in (*element.ancestors, element))
        ]
        assert 150 < len(" ".join(said).split()) <= 900, p.id


def test_kpis_name_the_columns_they_come_from(personas):
    told = [claim for claim in personas.claims if "-kpi-" in claim.id]
    assert told
    for claim in told:
        assert claim.columns
        assert all(column.split(".")[0] in ("transactions", "interactions", "feedback") for column in claim.columns)


@pytest.mark.parametrize(
    ("key", "columns", "condition"),
    [
        ("csat_mean", ("feedback.score",), "metric csat"),
        ("rating_delivery", ("feedback.score", "feedback.touchpoint"), ""),
        ("first_contact", ("tickets.resolved", "tickets.reopened", "tickets.escalated"), ""),
        ("lifetime_value", ("transactions.time", "transactions.amount"), ""),
        ("own_kpi_of_a_contract", ("own_kpi_of_a_contract",), ""),
    ],
)
def test_the_columns_of_a_kpi(key, columns, condition):
    assert source_of(key) == (columns, condition)


def test_one_persona_has_no_principle_that_compares(personas):
    from tests.customers.journey import build_journey
    from tests.profiles.divided import describe

    alone = describe(build_journey(), divide(build_journey(), 1))
    assert not {"set-principle-apart", "set-principle-worth", "set-principle-borders"} & set(alone.principles)
    assert np.isclose(alone.personas[0].share.value, 1)
    assert alone.personas[0].buys == ()
