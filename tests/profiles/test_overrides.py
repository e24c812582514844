"""What an analyst has told otherwise: done, recorded, and reported where it fits nothing."""

from __future__ import annotations

import pytest

from personas.errors import InputError
from personas.profiles import apply_overrides, read_overrides, tabulate_overrides
from personas.profiles.overrides import Overrides
from personas.report.card import render_card
from tests.experience.households import customers_of, household_table
from tests.profiles.divided import describe, divide


@pytest.fixture(scope="module")
def personas():
    customers = customers_of(household_table())
    return describe(customers, divide(customers, 2))


@pytest.fixture(scope="module")
def trait(personas):
    return next(claim for claim in personas.claims if claim.id == personas.personas[0].traits[0].claim_id)


def written(tmp_path, text: str):
    (tmp_path / "overrides.yml").write_text(text, encoding="utf-8")
    return read_overrides(tmp_path)


def shown_ids(personas) -> set[str]:
    """Every claim that a persona's lists name."""
    found = set()
    for p in personas.personas:
        found |= {p.finding_claim, *p.who, *p.wants, *p.struggles, *p.goals, *p.delights, *p.standing, *p.sure, *p.buys}
        found |= {one.claim_id for part in (p.traits, p.profile, p.do, p.dont, p.offers) for one in part}
        found |= {i for pain in p.pain_points for i in pain.claim_ids} | {i for a in p.actions for i in a.claim_ids}
    return found - {None}


def test_without_a_file_nothing_is_changed(tmp_path, personas):
    assert apply_overrides(personas, read_overrides(tmp_path)) is personas


def test_a_sentence_left_out_is_nowhere_but_on_record(personas, trait):
    changed = apply_overrides(personas, Overrides(suppress={trait.id: "says nothing that we act on"}))
    assert trait.id in shown_ids(personas)
    assert trait.id not in shown_ids(changed)
    assert trait.id not in {claim.id for claim in changed.claims}
    (record,) = changed.overrides
    assert (record.kind, record.was, record.reason) == ("suppressed", trait.sentence, "says nothing that we act on")
    assert shown_ids(changed) <= {claim.id for claim in changed.claims}
    card = render_card(changed.personas[0], changed)
    assert "Left out by an analyst" in card


def test_a_sentence_worded_otherwise_keeps_its_numbers(personas, trait):
    changed = apply_overrides(personas, Overrides(reword={trait.id: "Here {estimate}, elsewhere {rest}."}))
    claim = next(claim for claim in changed.claims if claim.id == trait.id)
    assert claim.estimate == trait.estimate
    assert claim.sentence.startswith("Here ") and "{" not in claim.sentence
    assert any(c.isdigit() for c in claim.sentence)
    assert "Worded by an analyst" in render_card(changed.personas[0], changed)


def test_a_headline_that_is_worded_otherwise_is_so_everywhere(personas):
    claim = next(claim for claim in personas.claims if claim.id == "set-headline")
    changed = apply_overrides(personas, Overrides(reword={claim.id: "Few bring in most"}))
    assert personas.headline == claim.sentence
    assert changed.headline == "Few bring in most"


def test_merged_sentences_are_told_once(personas):
    first, second = (trait.claim_id for trait in personas.personas[0].traits[:2])
    merge = Overrides.model_validate(
        {"merge": [{"claims": [first, second], "sentence": "They come often and buy much."}]}
    )
    changed = apply_overrides(personas, merge)
    told = {claim.id: claim.sentence for claim in changed.claims}
    assert told[first] == "They come often and buy much."
    assert second not in told
    assert second not in shown_ids(changed)
    assert changed.overrides[0].kind == "merged"


@pytest.mark.parametrize(
    ("claim_id", "why"),
    [
        ("P9-orders", "no such claim in this run"),
        ("P1-finding", "reword it instead"),
        ("set-headline", "reword it instead"),
        ("P1-journey-1-share", "row of a figure"),
    ],
)
def test_what_cannot_be_left_out_is_reported_and_stays(personas, claim_id, why):
    changed = apply_overrides(personas, Overrides(suppress={claim_id: "no"}))
    assert changed.claims == personas.claims
    assert changed.overrides == ()
    (told,) = changed.unused_overrides
    assert claim_id in told and why in told
    assert told in tabulate_overrides(changed).frame["was"].tolist()


def test_a_pain_point_left_out_takes_its_action_with_it(personas):
    persona = next(p for p in personas.personas if p.actions)
    pain = next(pain for pain in persona.pain_points if pain.id == persona.actions[0].pain_point_id)
    changed = apply_overrides(personas, Overrides(suppress={pain.claim_ids[0]: "known already"}))
    after = next(p for p in changed.personas if p.id == persona.id)
    assert pain.key not in {left.key for left in after.pain_points}
    assert persona.actions[0].id not in {action.id for action in after.actions}


@pytest.mark.parametrize(
    "text", ["Постоянные покупатели: {estimate}", "يأتون كثيرا: {estimate}", "x" * 400, "<b>&</b>"]
)
def test_any_script_and_length_up_to_the_limit_is_taken(tmp_path, personas, trait, text):
    overrides = written(tmp_path, f'reword:\n  {trait.id}: "{text}"\n')
    changed = apply_overrides(personas, overrides)
    told = next(claim for claim in changed.claims if claim.id == trait.id).sentence
    assert told.startswith(text.split("{")[0])
    assert "<b>" not in render_card(changed.personas[0], changed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("supress: {P1-age: no}", "supress"),
        ("reword: {P1-age: ''}", "reword.P1-age"),
        (f"reword: {{P1-age: '{'x' * 401}'}}", "reword.P1-age"),
        ("merge: [{claims: [P1-age], sentence: one}]", "merge.0.claims"),
        ('reword: {P1-age: "turned \\u202e round"}', "control characters"),
        ("reword: [", "overrides.yml"),
        ("- a list", "overrides.yml"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_its_place(tmp_path, text, found):
    with pytest.raises(InputError) as caught:
        written(tmp_path, text)
    assert found in str(caught.value)
    assert "overrides.yml" in str(caught.value)


def test_the_same_overrides_give_the_same_bytes(personas, trait):
    overrides = Overrides(suppress={trait.id: "no"}, reword={"set-headline": "Few bring in most"})
    first, second = (apply_overrides(personas, overrides).model_dump_json() for _ in range(2))
    assert first == second
