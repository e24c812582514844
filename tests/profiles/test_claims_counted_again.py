"""Every claim of all five datasets counted again from the tables, by code that measured none of them.

One card of each is held against what was approved: `make approve` writes them anew and shows the difference.
"""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from personas.errors import InputError
from personas.profiles import check_claim, check_claims, tabulate_checks
from personas.report.card import render_card
from tests.profiles.described import SEGMENTS, described

pytestmark = pytest.mark.slow
every_dataset = pytest.mark.parametrize("name", SEGMENTS)

EXPECTED = Path(__file__).parent / "expected"
# What a text model found, or is matched on more than segments, is not counted: the only reasons there may be.
MODELLED = ("theme", "before, within segments", "time or risk")


@pytest.fixture(scope="module")
def counted():
    kept = {}

    def count(name):
        if name not in kept:
            own = described(name)
            kept[name] = check_claims(own.personas, own.customers, own.segmentation, own.source)
        return kept[name]

    return count


@every_dataset
def test_every_claim_equals_what_is_counted_again(name, counted):
    checks = counted(name)
    assert [str(check) for check in checks if check.agrees is False] == []
    measured = [check for check in checks if check.claim.estimate.measured]
    left_out = [check for check in measured if check.agrees is None]
    assert [check.claim.id for check in left_out if not any(word in check.why for word in MODELLED)] == []
    assert sum(check.agrees is True for check in measured) >= 0.95 * len(measured)
    assert len(measured) > 80


@every_dataset
def test_every_measured_claim_names_columns_of_tables(name):
    own = described(name)
    known = {f"{role}.{column}" for role, table in own.source.tables.items() for column in table.columns}
    sources = {column for feature in own.customers.features for column in feature.columns}
    for claim in own.personas.claims:
        assert claim.columns or claim.id == "set-principle-work", claim.id
        for column in claim.columns:
            assert column in known | sources | {"membership"} or column.partition(".")[0] in DEFINED, (claim.id, column)


# A KPI's definition names what the contract may hold, of which a dataset need not have every column.
DEFINED = {"interactions", "tickets", "feedback", "subscriptions"}


# The parts of a card that come from customers and their division; the others are held by the claims above.
APPROVED = ("Who they are", "What they want", "What they buy more of", "How to talk to them")


def approved_part(card: str) -> str:
    head, *sections = card.split("\n## ")
    return "\n## ".join([head, *(part for part in sections if part.startswith(APPROVED))]).rstrip() + "\n"


@every_dataset
def test_the_card_of_the_first_persona_is_as_it_was_approved(name):
    own = described(name)
    card, path = approved_part(render_card(own.personas.personas[0], own.personas)), EXPECTED / f"{name}.md"
    if os.environ.get("APPROVE"):
        path.write_text(card, encoding="utf-8")
    assert card == path.read_text(encoding="utf-8"), "where the change is meant: make approve"


def test_a_number_that_is_wrong_is_found_out(counted):
    own = described("demo_b2b")
    right = {check.claim.id for check in counted("demo_b2b") if check.agrees}
    wrong = []
    for claim in own.personas.claims:
        if claim.id in right and "rounded count" not in claim.estimate.method and claim.id != "set-principle-shared":
            off = claim.estimate.model_copy(update={"value": 1.02 * claim.estimate.value + 0.001})
            wrong.append(claim.model_copy(update={"estimate": off}))
    assert len(wrong) > 100
    changed = own.personas.model_copy(update={"claims": tuple(wrong)})
    checks = check_claims(changed, own.customers, own.segmentation, own.source)
    assert [check.claim.id for check in checks if check.agrees is not False] == []


def test_a_weighted_claim_counted_without_weights_is_another_number(counted):
    own = described("sfo_2017")
    right = {check.claim.id for check in counted("sfo_2017") if check.agrees}
    traits = [c for c in own.personas.claims if c.id in right and c.weighted and c.kind == "defines"]
    assert len(traits) > 10
    plain = own.personas.model_copy(update={"claims": tuple(c.model_copy(update={"weighted": False}) for c in traits)})
    checks = check_claims(plain, own.customers, own.segmentation, own.source)
    assert sum(check.agrees is False for check in checks) > 0.9 * len(traits)
    assert not any(c.weighted for c in described("demo_b2b").personas.claims)


def test_another_filter_or_persona_gives_another_number():
    own = described("complete_journey")
    claim = next(c for c in own.personas.claims if c.id == "P1-pain-falling_visits")
    for change in ({"filter": claim.filter.replace("-0.33", "-0.5")}, {"persona_id": "P2"}):
        other = own.personas.model_copy(update={"claims": (claim.model_copy(update=change),)})
        (check,) = check_claims(other, own.customers, own.segmentation, own.source)
        assert check.agrees is False, change


def test_one_line_puts_a_sentence_to_the_test():
    own = described("demo_b2b")
    claim = own.personas.claims[0]
    check = check_claim(own.personas, claim.id, own.customers, own.segmentation, own.source)
    assert check.agrees
    told = str(check)
    assert claim.sentence in told
    assert claim.columns[0] in told
    assert "agrees" in told
    assert "<pre>" in check._repr_html_()


def test_without_the_dataset_what_only_its_tables_know_is_not_counted():
    own = described("demo_b2b")
    checks = check_claims(own.personas, own.customers, own.segmentation)
    nps = next(check for check in checks if check.claim.id == "P1-kpi-nps")
    assert nps.agrees is None
    assert "not at hand" in nps.why
    assert sum(check.agrees is True for check in checks) > 30


def test_an_unknown_claim_is_told_with_what_may_be_meant():
    own = described("demo_b2b")
    with pytest.raises(InputError, match="P1-finding"):
        check_claim(own.personas, "P1-findin", own.customers, own.segmentation)


def test_kinds_are_summed_up_in_a_table(counted):
    table = tabulate_checks(counted("demo_b2b")).frame
    assert table["do not"].sum() == 0
    assert {"trait", "kpi", "pain", "journey", "path", "rated", "sure", "set"} <= set(table["kind"])
    assert np.array_equal(table[["agree", "do not", "not counted"]].sum(axis=1) > 0, np.ones(len(table), bool))
    assert dataclasses.is_dataclass(counted("demo_b2b")[0])
