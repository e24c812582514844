"""Personas in plain words: short, at the level of a school-leaver, no drone, names that nobody need mind."""

import re

import numpy as np
import pytest

from personas.profiles.derivation import _standings
from personas.profiles.naming import LONGEST, name_personas
from tests.customers.journey import build_journey
from tests.profiles.divided import described_journey
from tests.profiles.reading_ease import grade, syllables

pytestmark = pytest.mark.slow

HARDEST = 9
# What one would not call a customer to their face.
UNKIND = {
    "bad", "boring", "cheap", "cheapskate", "dead", "dumb", "fat", "idle", "ignorant", "lazy", "mean", "miser",
    "misers", "old", "poor", "problem", "stingy", "stupid", "ugly", "unhealthy", "useless", "worst", "worthless",
}  # fmt: skip


def told_of(personas, persona) -> list[str]:
    """Every sentence of a persona's page that is read rather than looked at, once."""
    sentences = {claim.id: claim.sentence for claim in personas.claims}
    ids = [persona.finding_claim, *persona.who, *persona.wants, *persona.struggles, *persona.goals, *persona.buys]
    ids += [*persona.delights, *persona.standing, *persona.buying_centre, *persona.sure]
    advice = [one.text for one in (*persona.do, *persona.dont)]
    return [*(sentences[i] for i in dict.fromkeys(ids)), *advice]


def test_syllables_are_counted_by_groups_of_vowels():
    assert [syllables(word) for word in ("home", "customer", "purchase", "table", "visited")] == [1, 3, 2, 2, 3]


def test_a_bureaucratic_text_is_graded_harder_than_a_plain_one():
    assert grade(["They come often. They buy little."]) < 3
    hard = "Utilisation of promotional opportunities constitutes a distinguishing characteristic of this population."
    assert grade([hard]) > 15


def test_personas_are_read_with_nine_years_of_school():
    personas = described_journey()
    for persona in personas.personas:
        assert grade(told_of(personas, persona)) <= HARDEST, persona.name


def test_no_two_sentences_of_a_persona_differ_in_nothing_but_numbers():
    personas = described_journey()
    for persona in personas.personas:
        bare = [re.sub(r"[\d.,]+", "#", text) for text in told_of(personas, persona)]
        assert len(set(bare)) == len(bare), persona.name


def test_what_they_want_does_not_repeat_the_finding():
    personas = described_journey()
    claims = {claim.id: claim for claim in personas.claims}
    for persona in personas.personas:
        told = {claims[persona.finding_claim].feature}
        wanted = [claims[i] for i in persona.wants]
        assert wanted
        assert not [claim for claim in wanted if claim.kind == "defines" and claim.feature in told], persona.name


def test_names_of_two_hundred_random_divisions_are_short_distinct_and_kind():
    customers = build_journey()
    rng = np.random.default_rng(11)
    rows = rng.choice(len(customers.frame), 300, replace=False)
    sample = type(customers)(customers.frame.iloc[rows].reset_index(drop=True), customers.features, customers.quality)
    forming = [feature for feature in customers.features if feature.forms and feature.kind not in ("category",)]
    ranks = {f.name: sample.frame[f.name].rank(pct=True).fillna(0.5).to_numpy(float) for f in forming
             if f.kind not in ("ordered", "binary")}  # fmt: skip
    seen = set()
    for _division in range(200):
        k = int(rng.integers(2, 9))
        chosen = rng.choice(sorted(ranks), 2, replace=False)
        score = sum(rng.normal() * ranks[name] for name in chosen)
        segments = np.searchsorted(np.quantile(score, np.linspace(0, 1, k + 1)[1:-1]), score) + 1
        asked = set(rng.choice(sorted(ranks), 3)) | set(chosen)
        few = type(sample)(sample.frame, tuple(f for f in forming if f.name in asked), sample.quality)
        standings = [list(_standings(few, segments == number, k, 10, None).values()) for number in range(1, k + 1)]
        names = name_personas(standings, "households")
        assert len(set(names)) == k
        for name in names:
            assert 0 < len(name) <= LONGEST, name
            assert not set(re.findall(r"[a-z]+", name.lower())) & UNKIND, name
        seen |= set(names)
    assert len(seen) > 100, "the divisions are many"
