"""Mood is learned where scores tell it, measured on others' comments, and not used where it is chance."""

import numpy as np

from personas.experience.text.sentiment import learn_mood

GOOD = ["wonderful fresh fruit", "friendly driver, quick", "I love the cheese", "great choice and quick"]
BAD = ["late and rude", "mouldy berries again", "the app crashed, angry", "slow and rotten"]


def comments(n, seed=1, noise=0.0):
    rng = np.random.default_rng(seed)
    happy = rng.random(n) < 0.6
    texts = [
        str(rng.choice(GOOD if mood else BAD)) + " " + str(rng.choice(["today", "on Monday", "again"]))
        for mood in happy
    ]
    told = happy ^ (rng.random(n) < noise)
    return texts, np.where(told, 1.0, 0.2), np.arange(n), happy


def test_mood_is_read_and_its_accuracy_told():
    texts, good, authors, happy = comments(300)
    good[::5] = np.nan
    mood = learn_mood(texts, good, authors, "en")
    assert mood.told.used and mood.told.accuracy.value > 0.97
    assert mood.told.accuracy.n == np.isfinite(good).sum()
    unscored = np.isnan(good)
    assert ((mood.happy[unscored] > 0.5) == happy[unscored]).mean() > 0.97


def test_accuracy_is_that_on_people_not_seen():
    """A tenth of the scores is wrong: nobody can read more than nine in ten rightly, whoever says more has looked."""
    texts, good, authors, _ = comments(1500, noise=0.1)
    told = learn_mood(texts, good, authors, "en").told
    assert 0.86 < told.accuracy.value < 0.93
    assert told.accuracy.low < 0.9 < told.accuracy.high


def test_scores_that_have_nothing_to_do_with_the_words_are_not_used():
    texts, good, authors, _ = comments(400)
    used = 0
    for seed in range(5):
        shuffled = np.random.default_rng(seed).permutation(good)
        mood = learn_mood(texts, shuffled, authors, "en")
        used += mood.told.used
        assert abs(mood.told.balanced - 0.5) < 0.1
    assert used == 0


def test_one_talker_does_not_teach_the_test():
    """Everybody repeats a word of their own, scores at random: with an author in two folds, mood could be 'read'."""
    rng = np.random.default_rng(3)
    authors = np.repeat(np.arange(60), 6)
    texts = [f"word{chr(97 + a % 26)}{chr(97 + a // 26)} said" for a in authors]
    good = np.where(rng.random(60) < 0.5, 1.0, 0.1)[authors]
    assert not learn_mood(texts, good, authors, "en").told.used


def test_too_few_scores_are_said():
    texts, good, authors, _ = comments(90)
    mood = learn_mood(texts, good, authors, "en")
    assert not mood.told.used and not mood.told.accuracy.measured and "90 comments" in mood.told.note
    assert np.isnan(mood.happy).all()
    texts, _, authors, _ = comments(300)
    assert not learn_mood(texts, np.full(300, np.nan), authors, "en").told.used
    assert not learn_mood(texts, np.full(300, 1.0), authors, "en").told.used
