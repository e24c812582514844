"""What a persona's page says of its last run: short, and no figure twice."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from personas.report.news import SAME, _own

SHARE = "from 16.4 % to 15.0 %, −1.4 points (−2.1 to −0.8)."


def told(sentence, *headlines, **change):
    """A run in which persona P1, Regulars, is told of in `sentence` and in headlines of its own."""
    one = {"sentence": sentence, "status": "same", "name": "Regulars", "name_reason": "", "proposed": False} | change
    lines = [SimpleNamespace(persona_id="P1", what=f"Regulars: {what}") for what in headlines]
    other = SimpleNamespace(persona_id="P2", what="Others: their share went from 1 % to 2 %.")
    return _own(SimpleNamespace(of=lambda _: SimpleNamespace(**one), headlines=[other, *lines]), "P1")


def test_a_figure_that_the_sentence_has_is_not_said_again():
    sentence = f"{SAME} By the earlier definition its share went {SHARE}"
    words = told(sentence, f"its share went {SHARE}", "NPS worsened from 40 points to 31 points.")
    assert words == f"By the earlier definition its share went {SHARE} NPS worsened from 40 points to 31 points."


def test_why_a_persona_is_renamed_waits_in_its_passport():
    reason = "what the earlier name says does not set it apart any more"
    words = told(f"{SAME} Renamed from “Early birds”: {reason}.", name_reason=reason)
    assert words == "Renamed from “Early birds”."


def test_a_persona_of_which_nothing_is_told_is_said_to_be_the_same():
    assert told(SAME) == SAME


@pytest.mark.parametrize("proposed", [False, True])
def test_a_long_account_is_cut_after_a_sentence(proposed):
    first = "Redrawn: 61 % overlap with its earlier definition, where fitting again leaves 82 %."
    words = told(
        f"{first} {'It took in many others from here and there. ' * 9}".strip(), status="changed", proposed=proposed
    )
    assert words.startswith(first)
    assert len(words.split()) <= 30 + 6 * proposed
    assert words.endswith("Proposed: it waits to be accepted." if proposed else "here and there.")
