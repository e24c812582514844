"""Emotion words by the dataset's own lexicon: what is counted, for whom, and what a broken lexicon says."""

import re

import numpy as np
import pandas as pd
import pytest

from personas.dataset import read_dataset
from personas.dataset.lexicon import Entry, Lexicon
from personas.errors import InputError
from personas.experience.text import Themes, count_emotions, gather_themes, tabulate_emotions
from tests.experience_text.writers import arranged, framed

CONTRACT = """\
title: A made-up shop
observation: {{start: 2024-01-01, end: 2025-01-01}}
sources: {{people: {{file: people.csv}}, comments: {{file: comments.csv}}}}
customers: {{source: people, id: id}}
feedback: {{source: comments, customer: id, time: day, text: text, language: tongue}}
emotions: {emotions}
"""


def lexicon(*entries: tuple[str, ...], left_out: int = 0) -> Lexicon:
    return Lexicon(tuple(Entry(*entry) for entry in entries), "emotions.csv", left_out)


def said(*texts: str, language: str | None = "en", prefix: str = "C"):
    """One author a text."""
    return [{"customer_id": f"{prefix}{i:04d}", "text": text, "language": language} for i, text in enumerate(texts)]


def counted(rows, entries, segments=None, min_group=1):
    comments, ids = arranged(framed(rows))
    segments = np.ones(len(ids), int) if segments is None else np.asarray(segments)
    return count_emotions(comments.rows, segments, lexicon(*entries), min_group)


def by(shares):
    return {(share.emotion, share.segment): share for share in shares}


def yes(share) -> int:
    return round(share.reach.value * share.reach.n)


def shop(folder, emotions, files=(), comments=None):
    """A dataset in a folder with the declared emotions and the lexicon's files; read whole."""
    place = folder / "data" / "shop"
    place.mkdir(parents=True)
    (folder / "notebooks").mkdir()
    comments = comments or said(*["I love it", "it made me angry"] * 15)
    frame = pd.DataFrame(comments).rename(columns={"customer_id": "id", "language": "tongue"})
    frame.assign(day="2024-03-01").to_csv(place / "comments.csv", index=False)
    frame[["id"]].drop_duplicates().to_csv(place / "people.csv", index=False)
    for name, content in dict(files).items():
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    (place / "dataset.yml").write_text(CONTRACT.format(emotions=emotions), encoding="utf-8")
    return read_dataset("shop", root=folder)


def refused(folder, emotions, files=()):
    with pytest.raises(InputError) as error:
        shop(folder, emotions, files)
    return error.value.problems


def test_authors_are_counted_once_by_hand():
    rows = said("I love it, love it, LOVE it", "lovely", "angry and in love", "no matter")
    rows += [{"customer_id": "C0003", "text": "so ANGRY", "language": "en"}]
    shares = by(counted(rows, [("love", "joy"), ("angry", "anger")])[0])
    assert shares["joy", 0].reach.n == shares["anger", 0].reach.n == 4
    assert (yes(shares["joy", 0]), yes(shares["anger", 0])) == (2, 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("happy", 1), ("happily", 1), ("unhappy", 0), ("HAPPY!!", 1), ("hap", 0), ("<b>hap</b>py", 0), ("hap-py", 0),
        ("&#104;appy", 1), ("ha\u200bppy", 1), ("don\u2019t", 1), ("don't", 1), ("GRÖSSE", 0),
        ("gro\u0308ßer", 1), ("GRÖSSER", 1),
    ],
)  # fmt: skip
def test_words_are_whole_cleaned_and_case_folded(text, found):
    shares = counted(said(text, "nothing"), [("happ*", "joy"), ("don't", "joy"), ("grösser", "joy")])[0]
    assert yes(by(shares)["joy", 0]) == found


def test_a_whole_word_comes_before_a_stem_and_a_longer_stem_before_a_shorter():
    entries = [("care", "trust"), ("care*", "joy"), ("careless*", "anger")]
    shares = by(counted(said("care", "careful", "carelessly", "x y"), entries)[0])
    assert {emotion: yes(shares[emotion, 0]) for emotion in ("trust", "joy", "anger")} == dict.fromkeys(
        ("trust", "joy", "anger"), 1
    )


def test_a_word_counts_in_its_own_language_only_and_others_are_not_in_the_share():
    rows = said(*["gift from them"] * 3, language="en", prefix="E") + said(*["Das ist Gift"] * 4, language="de")
    rows += said(*["um veneno"] * 5, language="pt", prefix="P")
    shares, notes = counted(rows, [("gift", "joy", "English"), ("gift", "disgust", "de-AT")])
    shares = by(shares)
    assert (yes(shares["joy", 0]), yes(shares["disgust", 0])) == (3, 4)
    assert shares["joy", 0].reach.n == 7  # nobody knows what the five Portuguese would have used
    assert any("Portuguese" in note for note in notes)


def test_a_word_of_any_language_counts_in_all_with_spaces():
    rows = said(*["super"] * 3, language="en", prefix="E") + said(*["super gut"] * 2, language="de", prefix="D")
    rows += said(*["บริการช้ามาก super"] * 4, language="th", prefix="T")
    shares = by(counted(rows, [("super", "joy"), ("gut", "trust", "de")])[0])
    assert (yes(shares["joy", 0]), yes(shares["trust", 0]), shares["joy", 0].reach.n) == (5, 2, 5)


def test_a_word_of_the_own_language_comes_before_one_of_any_language():
    rows = said(*["sick"] * 3, language="en", prefix="E") + said(*["sick"] * 2, language="de", prefix="D")
    shares = by(counted(rows, [("sick", "joy", "en"), ("sick", "anger")])[0])
    assert (yes(shares["joy", 0]), yes(shares["anger", 0])) == (3, 2)


def test_intervals_and_the_rest_are_those_of_the_authors_by_hand():
    from statsmodels.stats.proportion import proportion_confint

    texts = ["I love it"] * 30 + ["nothing"] * 20 + ["I love it"] * 12 + ["nothing"] * 38
    share = by(counted(said(*texts), [("love", "joy")], [1] * 50 + [2] * 50, 10)[0])
    one = share["joy", 1]
    assert (one.reach.value, one.rest.value, share["joy", 0].reach.value) == (0.6, 0.24, 0.42)
    assert (one.reach.low, one.reach.high) == pytest.approx(proportion_confint(30, 50, method="wilson"))
    assert (one.rest.low, one.rest.high) == pytest.approx(proportion_confint(12, 50, method="wilson"))


@pytest.mark.parametrize("seed", range(8))
def test_no_small_group_is_shown_nor_left_by_subtraction(seed):
    """Of every emotion, users and others in each shown segment, and in all that is hidden, are nobody or enough."""
    rng = np.random.default_rng(seed)
    n, entries = 400, [("love", "joy"), ("angry", "anger"), ("sad", "grief")]
    words = np.array(["love", "angry", "sad", "plain"])
    texts = rng.choice(words, n, p=[0.4, 0.1, 0.03, 0.47])
    segments = rng.choice(range(6), n, p=[0.05, 0.4, 0.3, 0.15, 0.07, 0.03])
    shares = counted(said(*texts), entries, segments, 10)[0]
    assert {share.emotion for share in shares} == {"joy", "anger", "grief"}
    for word, emotion in entries:
        told = [share for share in shares if share.emotion == emotion and share.reach.measured]
        if not told:
            assert (texts == word).sum() < 10
            continue
        for flags in (texts == word, texts != word):
            left = flags.sum()
            for share in told[1:]:
                inside = (flags & (segments == share.segment)).sum()
                assert inside == 0 or inside >= 10
                left -= inside
            assert left == 0 or left >= 10
    assert 0 < sum(share.segment > 0 for share in shares) < 15


def test_a_few_authors_in_an_uncovered_language_do_not_follow_from_the_totals():
    rows = said(*["I love it", "nothing"] * 20) + said("um", "dois", "três", language="pt", prefix="P")
    share = by(counted(rows, [("love", "joy", "en")], min_group=10)[0])["joy", 0]
    assert share.reach.n == 43 and share.reach.value == 20 / 43
    many = said(*["I love it", "nothing"] * 20) + said(*["um"] * 12, language="pt", prefix="P")
    assert by(counted(many, [("love", "joy", "en")], min_group=10)[0])["joy", 0].reach.n == 40


def test_words_are_listed_only_if_enough_authors_use_them():
    rows = said(*["I love it"] * 12, *["what a delight"] * 9, *["nothing"] * 12)
    rows += [rows[12] | {"text": "a delight again"}]  # ten comments of nine authors
    share = by(counted(rows, [("love", "joy"), ("delight*", "joy")], min_group=10)[0])["joy", 0]
    assert share.words == ("love",) and yes(share) == 21


def test_what_cannot_be_matched_is_said():
    rows = said(*["over the moon"] * 3)
    notes = " ".join(counted(rows, [("over the moon", "joy"), ("😀", "joy"), ("moon", "joy")])[1])
    assert "2 entries are not a single word" in notes


def test_too_few_or_no_comments_are_not_measured():
    shares, notes = counted(said("I love it"), [("love", "joy")], min_group=10)
    assert shares == () and "not measured: too few" in notes[0]
    shares, notes = counted([], [("love", "joy")])
    assert shares == () and "not measured: there are no comments" in notes[0]


def test_without_a_lexicon_the_table_says_what_would_measure_it():
    assert count_emotions(arranged(framed(said("I love it")))[0].rows, np.ones(1, int), None) == ((), ())
    listing = tabulate_emotions(Themes(comments=5))
    assert len(listing) == 0 and "not measured: no lexicon declared" in listing.caption
    assert "emotions:" in listing._repr_html_()


FORMS = {
    "commas": ("{file: emotions.csv}", {"emotions.csv": "word,emotion\nlove,joy\nangry,anger\n"}),
    "semicolons, quotes and a mark": (
        "{file: emotions.csv}",
        {"emotions.csv": '\ufeffword;emotion;language\n"love";Joy;EN\n\nLOVE;joy;en\nangry;anger;\n'},
    ),
    "other names, cp1252": (
        "{file: words.txt, word: Wort, emotion: Gefühl, encoding: cp1252}",
        {"words.txt": "Gefühl\tWort\njoy\tlov*\nanger\tangry\n".encode("cp1252")},
    ),
    "weights": (
        "{file: emotions.csv, weight: score}",
        {"emotions.csv": "word,emotion,score\nlove,joy,0.9\nlove,trust,0.4\nangry,anger,1\nit,trust,0\nmade,trust,\n"},
    ),
    "written in the contract": ("{words: {joy: [love], anger: [angr*]}}", {}),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_lexicon_gives_the_same_shares(form, tmp_path):
    emotions, files = FORMS[form]
    dataset = shop(tmp_path, emotions, files)

    class Customers:
        frame = pd.DataFrame({"customer_id": [f"C{i:04d}" for i in range(30)]})

    found = gather_themes(dataset, Customers, np.ones(30, int)).found
    told = {share.emotion.lower(): (yes(share), share.reach.n) for share in found.emotions if share.segment == 0}
    assert told == {"joy": (15, 30), "anger": (15, 30)}
    again = Themes.model_validate_json(found.model_dump_json())
    assert again.emotions == found.emotions
    shown = tabulate_emotions(again)
    assert list(shown.frame["segment"]) == ["everybody", "1"] * 2 and "words from" in shown.caption


def test_accents_of_two_signs_and_curved_apostrophes_are_those_of_comments(tmp_path):
    dataset = shop(
        tmp_path, "{file: emotions.csv}", {"emotions.csv": "word,emotion\nSCHO\u0308N,joy\ndon\u2019t*,anger\n"}
    )
    assert dataset.lexicon.entries == (Entry("don't*", "anger"), Entry("schön", "joy"))


def test_the_file_may_be_where_the_data_is(tmp_path):
    with pytest.raises(InputError, match=re.escape("no file emotions.csv")):
        shop(tmp_path, "{file: emotions.csv}")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("people.csv", "comments.csv"):
        (tmp_path / "data" / "shop" / name).rename(elsewhere / name)
    (elsewhere / "emotions.csv").write_text("word,emotion\nlove,joy\n", encoding="utf-8")
    dataset = read_dataset("shop", root=tmp_path, data=elsewhere)
    assert dataset.lexicon.entries == (Entry("love", "joy"),)


BROKEN = {
    "missing file": ("{file: emotion.csv}", {"emotions.csv": "word,emotion\na,b\n"}, ["no file emotion.csv"]),
    "workbook": ("{file: e.xlsx}", {"e.xlsx": b"PK"}, ["kind .xlsx"]),
    "missing columns": (
        "{file: emotions.csv, weight: wieght}", {"emotions.csv": "wrod,emotions,weight\nlove,joy,1\n"},
        ['no column "word"', 'no column "emotion"', 'no column "wieght"'],
    ),
    "empty": ("{file: emotions.csv}", {"emotions.csv": ""}, ['no column "word"', 'no column "emotion"']),
    "no usable row": ("{file: emotions.csv}", {"emotions.csv": "word,emotion\n,joy\nlove,\n*,joy\n"}, ["no row with"]),
    "two emotions": (
        "{file: emotions.csv}", {"emotions.csv": "word,emotion\nlove,joy\nLove ,anger\nfine,joy\nfine,Joy\n"},
        ['1 words with several emotions: "love": anger (line 3), joy (line 2)'],
    ),
    "weights and two emotions": (
        "{file: emotions.csv, weight: w}",
        {"emotions.csv": "word,emotion,w\nlove,joy,high\nsad,joy,2\nsad,grief,2\n"}, ['"high" in line 2', '"sad"'],
    ),
    "two in the contract": ("{words: {joy: [sick], anger: [Sick]}}", {}, ['"sick": anger, joy']),
    "both forms": ("{file: emotions.csv, words: {joy: [a]}}", {}, ["keys"]),
    "neither form": ("{word: word}", {}, ["keys"]),
    "encoding": ("{file: emotions.csv}", {"emotions.csv": "word,emotion\nfröhlich,joy\n".encode("cp1252")}, ["utf-8"]),
    "unknown encoding": ("{file: emotions.csv, encoding: utf-99}", {"emotions.csv": "word,emotion\n"}, ["utf-99"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_lexicon_names_every_problem_at_once(case, tmp_path):
    emotions, files, expected = BROKEN[case]
    problems = refused(tmp_path, emotions, files)
    assert len(problems) == len(expected)
    for problem, words in zip(problems, expected, strict=True):
        assert words in problem.found and "line" in problem.place and problem.expected


def test_near_names_are_suggested(tmp_path):
    fixes = [problem.fix for problem in refused(tmp_path, *BROKEN["missing columns"][:2])]
    assert fixes == [f'did you mean "{name}"?' for name in ("wrod", "emotions", "weight")]
    assert refused(tmp_path / "two", *BROKEN["missing file"][:2])[0].fix == 'did you mean "emotions.csv"?'


def test_broken_words_are_reported_beside_other_problems(tmp_path):
    found = [problem.found for problem in refused(tmp_path, "{file: none.csv}\nplaybook: [retial]")]
    assert len(found) == 2 and "no file none.csv" in found


def test_hostile_words_are_only_words(tmp_path):
    emotions = "word,emotion\n<script>,<b>joy</b>\n=1+1,joy\nlove,<script>alert(1)</script>\n(a+)+$,joy\n"
    dataset = shop(tmp_path, "{file: emotions.csv}", {"emotions.csv": emotions})
    comments, ids = arranged(framed(said(*["I love it (a+)+$"] * 15, *["nothing"] * 15)))
    shares, notes = count_emotions(comments.rows, np.ones(len(ids), int), dataset.lexicon)
    shown = tabulate_emotions(Themes(emotions=shares, emotion_notes=notes))._repr_html_()
    assert "<script>" not in shown and "3 entries" in shown


def test_the_same_again_in_another_order_is_the_same():
    rng = np.random.default_rng(3)
    rows = said(*rng.choice(["love it", "angry now", "so sad", "plain"], 200))
    entries = [("love", "joy"), ("angry", "anger"), ("sad", "grief")]
    comments, ids = arranged(framed(rows))
    segments = 1 + np.arange(len(ids)) % 3
    one = count_emotions(comments.rows, segments, lexicon(*entries))
    shuffled = comments.rows.sample(frac=1, random_state=1).reset_index(drop=True)
    assert count_emotions(shuffled, segments, lexicon(*entries)) == one


def test_the_demo_is_counted_as_by_plain_patterns_over_its_raw_comments(demo):
    """Independent of the suite's reading: the file's texts, a pattern a word, and people counted with a set."""
    declared = demo.dataset.contract.emotions.words
    told = by(demo.texts.found.emotions)
    assert {emotion for emotion, _ in told} == set(declared)
    own = demo.written[demo.written["customer_id"].isin(set(demo.ids))]
    for emotion, words in declared.items():
        patterns = [rf"(?<!\w){re.escape(word).replace(chr(92) + '*', chr(92) + 'w*')}(?!\w)" for word in words]
        using = set(own.loc[own["comment"].str.contains("|".join(patterns), case=False), "customer_id"])
        assert yes(told[emotion, 0]) == len(using) >= 30
        for segment in {segment for name, segment in told if name == emotion} - {0}:
            members = set(demo.ids[demo.segments == segment])
            assert yes(told[emotion, segment]) == len(using & members)
            assert told[emotion, segment].reach.n == len(set(own["customer_id"]) & members)
