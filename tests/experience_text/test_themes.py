"""Planted matters come back as themes, in several languages; noise does not."""

import numpy as np
import pytest

from personas.experience.text.themes import filed_clusters, find_clusters
from personas.experience.text.wording import distinctive_phrases, phrases_of, set_phrases, telling
from tests.experience_text.writers import written


def found(texts, authors=None, language="en", **options):
    authors = np.arange(len(texts)) if authors is None else authors
    return find_clusters(list(texts), authors, language, **options)


@pytest.mark.parametrize("language", ["en", "de", "pt"])
def test_three_matters_are_three_themes(language):
    frame, matters = written(languages=(language,))
    clusters = found(frame["text"], language=language).clusters
    assert len(clusters) >= 3
    for cluster in clusters:
        names, counts = np.unique(matters[cluster.flags], return_counts=True)
        assert counts.max() >= 0.9 * counts.sum(), (cluster.phrases, dict(zip(names, counts, strict=True)))
    covered = np.any([cluster.flags for cluster in clusters], axis=0)
    assert covered.mean() > 0.9
    assert {matters[cluster.flags][0] for cluster in clusters} == {"parking", "coffee", "staff"}


def test_words_dealt_out_at_random_are_no_themes():
    """Real words as often as before, but no matter. A 5 % level: of six draws one may slip through (two: 3 %)."""
    frame, _ = written(n=240)
    slipped = 0
    for draw in range(6):
        words = np.array(" ".join(frame["text"]).replace(",", "").replace(".", "").split())
        mixed = np.random.default_rng(draw).permutation(words)[: 8 * len(frame)].reshape(len(frame), 8)
        result = found([" ".join(row) for row in mixed], seed=draw)
        slipped += bool(result.clusters)
        assert result.clusters or result.note
    assert slipped <= 1


def test_the_same_comments_in_another_order_give_the_same_themes():
    frame, _ = written()
    one = found(frame["text"])
    again = found(frame["text"])
    assert [(c.phrases, c.stability, c.flags.tolist()) for c in one.clusters] == [
        (c.phrases, c.stability, c.flags.tolist()) for c in again.clusters
    ]


@pytest.mark.parametrize("texts", [[], ["late"], ["late"] * 29])
def test_too_few_comments_say_so(texts):
    result = found(texts)
    assert result.clusters == () and "need 30" in result.note


def test_all_identical_is_one_theme():
    result = found(["the lift was broken"] * 60)
    assert [c.flags.sum() for c in result.clusters] == [60]
    assert result.clusters[0].phrases[0] in ("lift was broken", "lift", "broken")


def test_one_author_who_writes_a_hundred_times_is_no_theme():
    assert found(["the lift was broken"] * 100, np.zeros(100, int)).clusters == ()


def test_nothing_but_emoji_or_single_words_is_no_trouble():
    assert found(["😀"] * 50).clusters == ()
    assert all(cluster.phrases for cluster in found(["good", "bad", "fine", "ok"] * 20).clusters)


def test_a_theme_has_enough_authors():
    frame, _ = written(n=90)
    authors = np.arange(90) // 30  # three people wrote it all
    assert found(frame["text"], authors).clusters == ()
    for cluster in found(frame["text"], np.arange(90) // 2).clusters:
        assert len(np.unique((np.arange(90) // 2)[cluster.flags])) >= 10


def test_courtesies_are_found_and_matters_are_not():
    frame, _ = written()
    cut = set_phrases(list(frame["text"]), "en")
    assert "please fix this" in cut and "thank you" in cut
    assert not {clause for clause in cut if "coffee" in clause or "parking" in clause}


def test_a_courtesy_that_stands_alone_is_kept():
    assert "keep it up" not in set_phrases(["keep it up"] * 30 + ["late, keep it up"] * 30, "en")


def test_labels_are_what_the_others_do_not_say():
    phrases = [phrases_of([["cold", "coffee"]], frozenset())] * 20 + [phrases_of([["cold", "fish"]], frozenset())] * 20
    flags = np.arange(40) < 20
    assert distinctive_phrases(phrases, flags, np.arange(40), 10)[0] == "cold coffee"


def test_a_label_needs_enough_authors():
    phrases = [{"smith called"}] * 40
    assert distinctive_phrases(phrases, np.arange(40) < 20, np.arange(40) // 10, 10) == ()


def test_likelihood_ratio_by_hand():
    """2·[8 ln(8/5) + 2 ln(2/5) + 2 ln(2/5) + 8 ln(8/5)] = 7.7095, its root 2.7766."""
    assert telling(8, 10, 2, 10) == pytest.approx(2.7766, abs=1e-4)
    assert telling(2, 10, 8, 10) == pytest.approx(-2.7766, abs=1e-4)


def test_filed_comments_are_told_by_where_they_are_filed():
    frame, matters = written(n=60)
    frame["touchpoint"], frame["author"] = np.where(matters == "coffee", "Café", ""), np.arange(60)
    (cluster,) = filed_clusters(frame, "en")
    assert (cluster.flags == (matters == "coffee")).all()
    assert "coffee" in cluster.phrases[0]
