"""Log-odds with a Dirichlet prior against a calculation by hand, and words planted in one segment."""

from math import log, sqrt

import numpy as np
import pytest

from personas.experience.text.distinctive import adjust_words, find_distinctive_words, log_odds


def test_log_odds_by_hand():
    """Monroe et al. (2008), equations 16 and 22: words used 30 and 70 times here, 10 and 90 times there, prior 100.

    Background 100·(40, 160)/200 = (20, 80): word 1 has log(50/150) − log(30/170), variance 1/50 + 1/30.
    """
    difference, z = log_odds(np.array([30, 70]), np.array([10, 90]), prior=100)
    expected = log(50 / 150) - log(30 / 170)
    assert difference[0] == pytest.approx(expected)
    assert z[0] == pytest.approx(expected / sqrt(1 / 50 + 1 / 30))
    assert z[1] < 0


def test_a_rare_word_does_not_come_first():
    """Seen 3 to 0 and 300 to 200: raw odds put the rare one first, z does not."""
    difference, z = log_odds(np.array([3, 300, 1000]), np.array([0, 200, 1100]))
    assert difference[0] > difference[1] and z[1] > z[0]


@pytest.mark.filterwarnings("error")
def test_a_word_that_stands_alone_sets_nobody_apart():
    authors = np.arange(60)
    assert find_distinctive_words(["parking"] * 60, authors, np.where(authors < 30, 1, 2), "en") == []


def words(seed=1, planted=True):
    rng = np.random.default_rng(seed)
    usual = ["bread", "milk", "cheese", "apples", "delivery", "price"]
    texts, segments = [], []
    for i in range(400):
        segment = 1 + i % 2
        said = [str(word) for word in rng.choice(usual, 3, replace=False)]
        if planted and segment == 2 and rng.random() < 0.4:
            said.append("parking")
        texts.append("the " + " and the ".join(said))
        segments.append(segment)
    return texts, np.arange(400), np.array(segments)


def test_a_planted_word_is_found_in_its_segment_alone():
    told = adjust_words(find_distinctive_words(*words(), "en"))
    assert [(word.segment, word.word) for word in told] == [(2, "parking")]
    assert told[0].z > 4 and told[0].others == 0


def test_without_a_difference_words_are_rarely_told():
    """A 5 % level over all words: of 40 draws, at most five tell any (more than five has a chance below 2 %)."""
    draws = [adjust_words(find_distinctive_words(*words(seed, planted=False), "en")) for seed in range(40)]
    assert sum(bool(told) for told in draws) <= 5


def test_somebody_who_repeats_a_word_is_one():
    texts, authors, segments = words(planted=False)
    texts = [
        text + " zebra" * 50 if author < 9 and segments[author] == 1 else text
        for text, author in zip(texts, authors, strict=True)
    ]
    assert "zebra" not in {word.word for word in find_distinctive_words(texts, authors, segments, "en")}


def test_no_small_group_can_be_subtracted():
    texts, authors, segments = words()
    texts = [
        f"{text} lift" if (author % 2 == 1 or author < 8) else text for text, author in zip(texts, authors, strict=True)
    ]
    found = find_distinctive_words(texts, authors, segments, "en", min_group=10)
    assert "lift" not in {word.word for word in found}  # 200 in segment 2, four elsewhere
    assert all(word.authors >= 10 and (word.others == 0 or word.others >= 10) for word in found)


def test_nothing_to_compare_is_no_trouble():
    assert find_distinctive_words([], np.array([]), np.array([]), "en") == []
    assert find_distinctive_words(["late"] * 30, np.arange(30), np.ones(30, int), "en") == []
    assert adjust_words([]) == ()
