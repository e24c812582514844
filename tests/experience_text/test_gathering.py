"""From rows to themes that may be shown: kinds, languages, places, quotes, privacy, and who said what."""

import re

import numpy as np
import pandas as pd
import pytest

from personas.experience.text import gathering
from personas.experience.text.gathering import arrange_themes
from personas.experience.text.places import Place, Problems, gather_problems, place_by_problems, place_by_rows
from personas.experience.text.tables import (
    tabulate_distinctive,
    tabulate_ideas,
    tabulate_languages,
    tabulate_quotes,
    tabulate_sentiment,
    tabulate_themes,
)
from tests.experience_kpis.tables import small_dataset
from tests.experience_text.writers import arranged, framed, no_problems, written


def told(frame, segments=None, problems=None, staff=None, **options):
    comments, ids = arranged(frame)
    segments = np.ones(len(ids), int) if segments is None else segments
    staff = arranged(framed([]))[0] if staff is None else staff
    return arrange_themes(comments, staff, segments, problems or no_problems(len(ids)), **options)


@pytest.fixture(scope="module")
def three_languages():
    frame, matters = written(n=120, languages=("en", "de", "pt"), good=0.2, time="2025-03-14", source="survey")
    comments, ids = arranged(frame)
    ticked = {m: np.zeros(len(ids), bool) for m in ("parking", "coffee", "staff")}
    place = comments.rows["place"].to_numpy()
    for matter, flags in ticked.items():
        flags[place[matters == matter]] = True
    places = {m: Place(f"The {m}", "experience", m, f"Trouble with {m}", "problems") for m in ticked}
    problems = Problems(places, ticked, np.ones(len(ids), bool))
    return told(frame, problems=problems), frame, matters, ids


def test_languages_are_detected_and_each_has_themes(three_languages):
    texts, *_ = three_languages
    assert {row.language: row.comments for row in texts.found.languages} == {"en": 120, "de": 120, "pt": 120}
    assert all(row.told_by == "detected" for row in texts.found.languages)


def test_a_complaint_in_three_languages_is_one_theme(three_languages):
    texts, *_ = three_languages
    themes = {theme.code: theme for theme in texts.found.themes}
    assert set(themes) == {"parking", "coffee", "staff"}
    for code, theme in themes.items():
        assert set(theme.languages) == {"en", "de", "pt"}
        assert (theme.about, theme.touchpoint, theme.placed_by) == (f"Trouble with {code}", f"The {code}", "problems")


def test_who_said_what_is_aligned_with_the_customers(three_languages):
    texts, frame, matters, ids = three_languages
    for theme in texts.found.themes:
        truth = ids.isin(frame.loc[matters == theme.code, "customer_id"]).to_numpy()
        said = texts.said[theme.key]
        assert (said & truth).sum() >= 0.9 * truth.sum() and (said & ~truth).sum() <= 0.05 * said.sum()
        assert np.allclose(texts.depth[theme.key][said], 0.6)  # 0.2 of the scale is 0.6 of the way from middle to end
        assert np.isnan(texts.depth[theme.key][~said]).all()
        assert theme.severity.value == pytest.approx(0.6) and theme.score.value == pytest.approx(0.2)
    assert texts.wrote.all()
    assert len(texts.rows) == sum(theme.comments for theme in texts.found.themes)


def test_reach_counts_people_by_hand(three_languages):
    """Two comments a customer: a third of all authors for each matter."""
    texts, *_ = three_languages
    for theme in texts.found.themes:
        assert theme.reach.n == texts.found.authors == 180
        assert theme.reach.value == theme.authors / 180
        assert theme.reach.low < 1 / 3 < theme.reach.high


def test_quotes_say_where_they_are_from_and_of_how_many(three_languages):
    texts, frame, *_ = three_languages
    for theme in texts.found.themes:
        assert 1 <= len(theme.quotes) <= 3
        assert len({quote.language for quote in theme.quotes}) > 1
        for quote in theme.quotes:
            assert quote.text in set(frame["text"])
            assert quote.words == f"1 of {theme.comments} similar, survey, 2025-03"
    assert texts.found.privacy.shown == sum(len(theme.quotes) for theme in texts.found.themes)


def test_the_same_again_is_the_same(three_languages):
    _, frame, *_ = three_languages
    one, two = (told(frame[frame["customer_id"].str.startswith("Cen")]).found for _ in range(2))
    assert one.model_dump_json() == two.model_dump_json()


def test_quotes_are_redacted_and_abusive_ones_withheld():
    frame, matters = written(n=90)
    frame["text"] = [
        f"{text} Mail me: anna{i}@example.com"
        if matter == "coffee"
        else f"fucking {text}"
        if matter == "staff"
        else text
        for i, (text, matter) in enumerate(zip(frame["text"], matters, strict=True))
    ]
    found = told(frame).found
    quotes = [quote.text for theme in found.themes for quote in theme.quotes]
    assert any("[e-mail]" in text for text in quotes)
    assert not any("@" in text or "fuck" in text for text in quotes)
    assert found.privacy.withheld >= 10
    assert found.privacy.redacted == {"e-mail": sum(text.count("[e-mail]") for text in quotes)}


def test_no_theme_of_few_authors_and_no_derivable_share():
    frame, _ = written(n=300)
    _, ids = arranged(frame)
    rng = np.random.default_rng(0)
    segments = rng.choice([1, 2, 3, 4], len(ids), p=[0.55, 0.3, 0.12, 0.03])
    texts = told(frame, segments)
    assert texts.found.themes
    for theme in texts.found.themes:
        assert theme.authors >= 10
        shown, counted = 0, {}
        for share in theme.segments:
            inside = segments == share.segment
            counted[share.segment] = (texts.said[theme.key] & inside).sum()
            assert counted[share.segment] >= 10
            assert share.reach.value == pytest.approx(counted[share.segment] / inside.sum())
            shown += counted[share.segment]
        assert theme.authors - shown == 0 or theme.authors - shown >= 10 or not theme.segments


def test_kind_comes_from_the_score_where_none_is_declared():
    said = ("lovely quick staff, great coffee", 1.0), ("slow and cold coffee at the desk", 0.2)
    rows = [{"customer_id": f"C{i}", "text": said[i % 2][0], "good": said[i % 2][1]} for i in range(120)]
    rows += [{"customer_id": f"D{i}", "text": "slow and cold coffee at the desk"} for i in range(20)]
    comments, _ = arranged(framed(rows))
    moods = gathering._moods(comments.rows, 7)
    kinds = gathering._kinds(comments.rows, moods)
    assert set(kinds[:120:2]) == {"praise"} and set(kinds[1:120:2]) == {"complaint"}
    assert set(kinds[120:]) == {"complaint"}  # no score: read from the words
    few, _ = arranged(framed([{"customer_id": f"C{i}", "text": "cold coffee again"} for i in range(40)]))
    assert set(gathering._kinds(few.rows, gathering._moods(few.rows, 7))) == {"comment"}


def test_a_language_without_spaces_says_that_it_cannot():
    rows = [
        {"customer_id": f"C{i}", "text": ["บริการช้ามาก", "ที่จอดรถเต็ม", "กาแฟเย็น"][i % 3], "polarity": "complaint"}
        for i in range(60)
    ]
    frame, _ = written(n=120)
    found = told(pd.concat([frame, framed(rows)], ignore_index=True)).found
    assert [gap.what for gap in found.not_measured] == ["Themes of the comments in Thai"]
    assert "without spaces" in found.not_measured[0].why
    assert {language for theme in found.themes for language in theme.languages} == {"en"}


def test_fewer_than_ten_writers_of_a_language_are_not_even_counted():
    frame, _ = written(n=60)
    thai = framed([{"customer_id": "X1", "text": "บริการช้ามาก"}] * 30)
    found = told(pd.concat([frame, thai], ignore_index=True)).found
    assert found.not_measured == () and [row.language for row in found.languages] == ["en"]


HOSTILE = [
    "", " ", "ok", "x" * 1_000_000, "<b>" * 1000, "😀" * 500, "a\x00b\x00c", "caf\u00c3\u00a9",
    "=1+1", "<script>alert(1)</script>",
    "\u202egnirts", "12345", "' OR 1=1 --", "{0}{name}%s", "a" * 5000, "n o", "。。。", "\u0000", "NULL",
]  # fmt: skip


@pytest.mark.parametrize("repeat", [1, 12])
def test_hostile_comments_are_survived(repeat):
    frame, _ = written(n=120)
    rows = [{"customer_id": f"H{i}-{j}", "text": text} for i in range(repeat) for j, text in enumerate(HOSTILE)]
    found = told(pd.concat([frame, framed(rows)], ignore_index=True)).found
    assert {theme.kind for theme in found.themes} >= {"complaint"}
    for table in (
        tabulate_themes,
        tabulate_quotes,
        tabulate_sentiment,
        tabulate_distinctive,
        tabulate_ideas,
        tabulate_languages,
    ):
        shown = table(found)._repr_html_()
        assert "<script>" not in shown and "\x00" not in shown
    assert any("empty" in note for note in found.notes)
    assert any("longer than 5,000" in note for note in found.notes)


def test_no_comments_at_all_is_not_measured():
    texts = told(framed([]))
    assert texts.found.themes == () and texts.found.comments == 0
    assert [gap.what for gap in texts.found.not_measured] == ["Themes in what customers write"]
    assert len(tabulate_themes(texts.found)) == 0


def test_staff_ideas_have_themes_without_quotes():
    frame, _ = written(n=90)
    staff, _ = arranged(frame.assign(customer_id=None), each_is_somebody=True)
    found = told(frame, staff=staff).found
    assert found.ideas and all(idea.kind == "idea" and idea.quotes == () for idea in found.ideas)
    assert all(idea.authors >= 10 for idea in found.ideas)


def test_anonymous_comments_count_once_for_what_they_say():
    frame, _ = written(n=60)
    frame["customer_id"] = None
    comments, _ = arranged(frame)
    assert comments.authors == frame["text"].nunique()
    assert (comments.rows["place"] == -1).all()


def test_place_by_rows_and_by_problems():
    rows = pd.DataFrame({"touchpoint": ["Desk"] * 6 + ["Café"] * 2 + [""] * 2, "stage": ["use"] * 6 + [""] * 4})
    assert place_by_rows(rows) == Place("Desk", "use", by="rows")
    assert place_by_rows(rows.iloc[4:]) == Place()
    ticked = {"late": np.arange(100) < 20, "cold": np.arange(100) % 2 == 0}
    problems = Problems(
        {code: Place(code, "use", code, code, "problems") for code in ticked}, ticked, np.ones(100, bool)
    )
    assert place_by_problems(range(25), range(25, 100), problems, 10).code == "late"
    assert place_by_problems(range(50, 75), range(75, 100), problems, 10) == Place()
    assert place_by_problems(range(9), range(25, 100), problems, 10) == Place()


CONTRACT = """\
customers: {source: people, id: id, names: [name]}
feedback:
  {source: comments, customer: id, time: day, text: text, polarity: {value: complaint}, score: score, scale: [0, 10]}
"""


def test_names_and_ids_of_the_data_go_from_quotes(tmp_path):
    frame, _ = written(n=90)
    people = pd.DataFrame({"id": sorted(set(frame["customer_id"])), "name": "Zoltan Quark"})
    texts = [f"{text} I am Zoltan Quark, {who}" for text, who in zip(frame["text"], frame["customer_id"], strict=True)]
    comments = pd.DataFrame({"id": frame["customer_id"], "day": "2024-03-01", "text": texts, "score": 2})
    comments.loc[0, ["text", "score"]] = [None, 10]  # a score without a text is not a comment
    dataset = small_dataset(tmp_path, CONTRACT, people=people, comments=comments)

    class Customers:
        frame = pd.DataFrame({"customer_id": people["id"]})

    found = gathering.gather_themes(dataset, Customers, np.ones(len(people), int)).found
    quotes = [quote.text for theme in found.themes for quote in theme.quotes]
    assert found.comments == 89 and quotes
    assert not any(re.search("Zoltan|Quark|Cen0", text) for text in quotes)
    assert all("[name]" in text and "[id]" in text for text in quotes)


def test_planted_pain_points_are_themes_of_those_whom_they_hurt(demo):
    """Who complains of it must have been hurt, and 95 % of the hurt tick it when asked; by chance a quarter would."""
    themes = {theme.code: theme for theme in demo.texts.found.of("complaint") if theme.code}
    assert set(themes) >= {"late_delivery", "poor_freshness", "long_waits", "app_failures", "unclear_prices"}
    shares = []
    for code, theme in themes.items():
        ticked = demo.ids.isin(demo.problems.loc[demo.problems["problem"] == code, "customer_id"]).to_numpy()
        shares.append(ticked[demo.texts.said[theme.key]].mean())
    assert min(shares) >= 0.65 and np.mean(shares) >= 0.8, dict(zip(themes, shares, strict=True))


def test_the_largest_theme_of_a_segment_is_the_pain_planted_heaviest_there(demo):
    """Complaints follow reach times effect: in a segment, the pain planted first is complained of most."""
    first = {row["segment"]: row["pain_point"] for row in demo.truth["pain_points"] if row["order"] == 1}
    themes = [theme for theme in demo.texts.found.of("complaint") if theme.code]
    right = 0
    for segment, pain in first.items():
        counts = {theme.code: (demo.texts.said[theme.key] & (demo.segments == segment)).sum() for theme in themes}
        right += max(counts, key=counts.get) == pain
    assert right >= len(first) - 1


def test_every_planted_contact_in_a_comment_is_found(demo):
    from personas.experience.text.redaction import redact

    redacted = [redact(text).pieces > 0 for text in demo.written["comment"]]
    assert sum(redacted) == demo.truth["mistyped_rows"]["comments_with_contact_data"] > 0


def test_mood_is_read_better_than_by_guessing(demo):
    for row in demo.texts.found.sentiment:
        assert row.used and row.accuracy.low > row.baseline


def test_words_of_a_segment_are_those_of_its_planted_delight_or_pain(demo):
    """Fresh-food enthusiasts are planted to praise local produce, bargain hunters coupons and discounts."""
    words = {}
    for word in demo.texts.found.distinctive:
        words.setdefault(word.segment, []).append(word.word)
    assert "driver" in words[1] and "local" in words[2]
    assert {"coupons", "discount"} & set(words[3])


def test_problems_are_gathered_as_they_were_ticked(demo):
    problems = gather_problems(demo.dataset, demo.ids)
    for code, flags in problems.ticked.items():
        assert flags.sum() == demo.problems.loc[demo.problems["problem"] == code, "customer_id"].nunique()
    assert "none" not in problems.ticked and problems.asked.sum() == demo.problems["customer_id"].nunique()


def test_nothing_shown_holds_an_id(demo):
    shown = demo.texts.found.model_dump_json()
    assert not re.search(r"D\d{8}", shown)
    assert "@" not in shown
