"""The frame of the benchmarks is fair, and the one on choosing segments finds what the plain loop finds."""

import itertools

import pytest

from tests.benchmarks import __main__ as page
from tests.benchmarks.bench_endtoend import growth, too_large
from tests.benchmarks.contest import Contest, as_row, contests_of, describe_machine, files, hold, hold_all


def ticking(*seconds):
    """A clock by which the runs take these seconds, one after the other."""
    return itertools.chain.from_iterable((0.0, each) for each in seconds).__next__


def test_medians_of_turns_are_compared():
    contest = Contest("task", "plain way", lambda: 1, lambda: 1, wanted=2.0)
    timing, plain = hold(contest, clock=ticking(9.0, 3.0, 10.0, 4.0, 50.0, 40.0))
    assert (timing.plain, timing.ours, timing.ratio) == (10.0, 4.0, 2.5)
    assert timing.kept
    assert plain == (10.0, 1)


@pytest.mark.parametrize(
    "wanted, differs, kept", [(2.6, "", False), (2.5, "", True), (None, "", True), (1, "k", False)]
)
def test_a_promise_is_kept_when_fast_enough_and_alike(wanted, differs, kept):
    contest = Contest("task", "plain way", int, int, wanted, 1, lambda ours, plain: differs)
    assert hold(contest, clock=ticking(10.0, 4.0))[0].kept is kept


def test_a_plain_way_that_is_shared_runs_once():
    ran = []

    def plain():
        ran.append(1)
        return 5

    contests = [Contest(task, "plain", lambda: 5, plain, rounds=1, differs=lambda a, b: f"{a} {b}") for task in "ab"]
    timings = hold_all(contests)
    assert len(ran) == 1
    assert timings[0].plain == timings[1].plain
    assert [timing.differs for timing in timings] == ["5 5", "5 5"]


def test_every_file_offers_contests():
    assert "bench_segments" in files()
    assert files("segm") == ("bench_segments",)
    assert files("no such") == ()


def test_choosing_segments_finds_what_the_plain_loop_finds():
    (timing,) = hold_all(contests_of("bench_segments", "small"))
    assert timing.differs == ""
    assert timing.wanted is None, "no promise at this size, where starting processes costs more than the work"


def test_a_machine_is_described_without_its_name():
    import platform

    facts = describe_machine()
    assert {"cores", "memory", "Python", "scikit-learn", "load before"} <= facts.keys()
    assert platform.node() not in " ".join(facts.values()).split()


def test_the_page_tells_a_broken_promise():
    timing, _ = hold(Contest("choosing", "loop", int, int, 5.0, 1), clock=ticking(10.0, 4.0))
    text = page.describe({"bench_toy": {"rows": [as_row(timing)], "machine": {"cores": "2"}}})
    assert "| choosing | loop | 4.00 s | 10.00 s | 2.5 | 5, **not kept** |" in text
    assert "- toy: cores 2" in text


def test_placing_everybody_finds_what_python_finds():
    (timing,) = hold_all(contests_of("bench_assignment", "small"))
    assert timing.differs == ""


def test_growth_is_told_by_its_power_and_too_much_memory_breaks_the_promise():
    few = {"customers": 100, "seconds": {"a": 2.0, "b": 0.1}, "total": 2.1, "peak_mb": 400}
    many = {"customers": 1_000, "seconds": {"a": 20.0, "b": 0.1}, "total": 20.1, "peak_mb": 5_000}
    assert growth(many, few) == "grows with the power 0.98 of the customers (a 1.00); at most 5,000 MB of memory"
    assert too_large(few, few) == ""
    assert too_large(many, few) == "5,000 MB of memory, more than 4,096"


def test_seconds_measured_elsewhere_count():
    contest = Contest("task", "plain", lambda: 3.0, lambda: 6.0, rounds=1, seconds=float, told=lambda a, b: f"{a} {b}")
    timing, _ = hold(contest, clock=ticking(1.0, 1.0))
    assert (timing.ours, timing.plain, timing.ratio, timing.told) == (3.0, 6.0, 2.0, "3.0 6.0")
