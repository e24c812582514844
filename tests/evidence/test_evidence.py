"""The committed evidence keeps its promises, says which code it is about, and a sample of it comes out again."""

import json
import warnings
from types import SimpleNamespace

import pytest

from personas.segments import Effort
from personas.simulation import planted_shoppers
from tests.evidence import coverage, false_alarms, page, peers, recovery, results, seeds, sources, structureless
from tests.evidence.populations import customers_of, draw
from tests.evidence.sections import SECTIONS

COMMITTED = page.read_results()
every_section = pytest.mark.parametrize(
    "section", [one for one in SECTIONS if one.NAME in COMMITTED], ids=lambda one: one.NAME
)


@every_section
def test_promises_are_kept_in_the_committed_results(section):
    assert [limit["what"] for limit in COMMITTED[section.NAME]["limits"] if not limit["kept"]] == []


@every_section
def test_committed_results_are_about_the_code_as_it_is(section):
    """Old results are told, not refused: the samples below are about the code as it is in any case."""
    if COMMITTED[section.NAME]["code"] != sources.hash_code(*section.CODE):
        warnings.warn(f"docs/evidence.md, {section.NAME}: the code has changed since; run make evidence", stacklevel=1)
    committed = COMMITTED[section.NAME]
    assert 0 < committed["cases"] <= committed["of"]
    if section not in (peers, seeds):  # these need an environment or data of their own
        assert committed["of"] == len(section.cases())


def test_the_page_says_what_the_results_say():
    assert page.PAGE.read_text(encoding="utf-8") == page.describe(COMMITTED)


@pytest.mark.parametrize("case", structureless.cases()[:7], ids=lambda case: case["family"])
def test_one_population_is_not_said_to_have_segments(case):
    assert not structureless.run(case)["structure"]


def test_what_separation_settles_comes_out_alike_in_full():
    settled = 0
    for case in structureless.cases()[:3]:
        customers = customers_of(draw(case)[0])
        if structureless.may_be_set_apart(customers, case["seed"]):
            continue
        settled += 1
        found = structureless.in_full(customers, case["seed"])
        assert not set(found.judgement.words.values()) & {"natural", "reproducible"}
        assert found.judgement.separation.draws == Effort().first_nulls, (
            "no further tables were drawn for a question that is settled"
        )
    assert settled >= 2


def test_planted_segments_may_be_set_apart():
    case = recovery.cases()[14]
    assert structureless.may_be_set_apart(customers_of(draw(case)[0]), case["seed"])


def test_clearly_planted_segments_are_recovered_without_hesitation():
    case = next(one for one in recovery.cases() if recovery.cell_of(one) == (7.0, "plain"))
    found = recovery.run(case)
    assert found["word"] in ("natural", "reproducible")
    assert (found["k"], found["borderline"]) == (4, False)
    assert found["ari"] >= 0.95 * found["ceiling"] > 0.9


SAMPLE = [max(cells, key=lambda cell: -cell["n"]) for cells in (
    [cell for cell in coverage.cases() if cell["statistic"] == statistic] for statistic in coverage.DRAWS
)]  # fmt: skip


@pytest.mark.parametrize("cell", SAMPLE, ids=lambda cell: cell["statistic"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(cell):
    replicates = 100 if cell["statistic"] == "relative weights" else 600
    found = coverage.run(cell | {"replicates": replicates})
    assert found["measured"] >= 0.8 * replicates
    assert 0.91 <= found["held"] / found["measured"] <= 0.985  # ± four standard errors of 600 draws


def test_an_interval_that_is_too_short_is_found_out(monkeypatch):
    def halved(rng, population, n):
        found = coverage.mean_estimate(rng.normal(3, 2, n))
        reach = (found.high - found.low) / 4
        short = found.model_copy(update={"low": found.value - reach, "high": found.value + reach})
        return coverage.holding(short, 3.0)

    monkeypatch.setitem(coverage.DRAWS, "mean", halved)
    cell = {"statistic": "mean", "population": "normal", "n": 60, "replicates": 400}
    found = coverage.run(cell)
    assert 0.6 < found["held"] / found["measured"] < 0.75, "half of 1.96 standard errors holds 67 %"
    assert [limit["kept"] for limit in coverage.summarise([(cell, found)])["limits"]] == [False, False]


def test_a_family_that_is_often_divided_breaks_its_promise():
    cases = [case for case in structureless.cases() if case["family"] == "shoppers"]
    wrong = {"structure": True, "word": "natural", "k": 2, "borderline": False}
    right = {"structure": False, "word": "", "k": 1, "borderline": False}

    def kept(count):
        found = [(case, wrong if i < count else right) for i, case in enumerate(cases)]
        return structureless.summarise(found)["limits"][0]["kept"]

    assert len(cases) == 200
    assert (kept(16), kept(17)) == (True, False)


def test_every_way_divides_into_labels_and_is_timed():
    table = {"kind": "shoppers", "n": 200, "spread": 0.7, "seed": 3}
    for peer in ("k-means by silhouette", "Gaussian mixture by BIC", "HDBSCAN", "RFM quintiles"):
        found = peers.run({"peer": peer, "table": table})
        assert -0.1 <= found["ari"] <= 1
        assert found["claims"] == (found["k"] > 1)
        assert found["seconds"] >= 0


def test_planted_shoppers_are_who_they_are_said_to_be():
    frame, labels = planted_shoppers(800, spread=0.7, seed=1)
    typical = frame.groupby(labels)[["behaviour_orders", "behaviour_basket", "behaviour_discount_share"]].median()
    assert typical.idxmax().tolist() == [0, 1, 2]  # regulars, stockers, bargain hunters
    assert frame.groupby(labels)["behaviour_recency"].median().idxmax() == 3
    assert recovery.ceiling(frame, labels) > 0.8
    again, _ = planted_shoppers(800, spread=0.7, seed=1)
    assert again.equals(frame)


def test_two_lots_of_customers_of_one_continuum_are_not_said_to_differ():
    found = false_alarms.run({"kind": "cloud", "seed": 2})
    assert (found["alarms"], found["segments"]) == (0, 0)


def test_too_many_false_alarms_and_a_change_that_is_missed_break_their_promises():
    quiet = {"alarms": 0, "segments": 0, "unstable": 0, "found": None}
    pairs = [({"kind": "shop", "seed": i}, quiet | {"alarms": int(i < 17)}) for i in range(200)]
    missed = [({"kind": "split", "seed": i}, quiet | {"found": i > 0}) for i in range(5)]
    limits = false_alarms.summarise(pairs + missed)["limits"]
    assert [(limit["value"], limit["kept"]) for limit in limits] == [(17, False), (4, False)]
    assert false_alarms.summarise(pairs[1:])["limits"][0]["kept"], "16 of 199"


def test_comments_and_docstrings_do_not_make_results_old(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    module = tmp_path / "personas" / "segments" / "one.py"
    module.parent.mkdir(parents=True)

    def hashed(text):
        module.write_text(text)
        return sources.hash_code("personas.segments.one")

    plain = hashed("def f(x):\n    return x + 1\n")
    assert hashed('"""Says."""\n\ndef f(x):  # why\n    """Add."""\n    return x + 1\n') == plain
    assert hashed("def f(x):\n    return x + 2\n") != plain
    imported = hashed("from personas.segments.two import g\n")
    (module.parent / "two.py").write_text("g = 1\n")
    assert hashed("from personas.segments.two import g\n") != imported


def test_a_stopped_run_is_taken_up_again(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "KEPT", tmp_path)
    section = SimpleNamespace(NAME="toy", CODE=("personas.estimates",), run=dict)
    results.run_cases(section, [{"a": 1}], processes=1)
    with (tmp_path / "toy.jsonl").open("a") as lines:
        lines.write('{"code": "cut of')
    assert [found for _case, found in results.kept_cases(section, [{"a": 1}, {"a": 2}])] == [{"a": 1}]
    section.run = fail
    results.run_cases(section, [{"a": 1}], processes=1)  # nothing is left to do
    section.CODE = ("personas.numerals",)
    assert results.kept_cases(section, [{"a": 1}]) == [], "other code"


def fail(case):
    raise AssertionError(json.dumps(case))
