"""Brings together what was written: comments in, :class:`Texts` out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.dataset import Dataset
from personas.experience.models import NotMeasured
from personas.experience.text.comments import (
    HAPPY,
    UNHAPPY,
    Comments,
    by_language,
    gather_comments,
    segment_of,
)
from personas.experience.text.distinctive import adjust_words, find_distinctive_words
from personas.experience.text.emotions import count_emotions
from personas.experience.text.findings import THEME_KINDS, Found, depth_of, join_found, word_ideas, word_themes
from personas.experience.text.languages import UNKNOWN, UNSPACED
from personas.experience.text.models import DistinctiveWord, LanguageRow, TextPrivacy, Theme, Themes
from personas.experience.text.places import Place, Problems, gather_problems, place_by_problems, place_by_rows
from personas.experience.text.quotes import PrivacyCount
from personas.experience.text.sentiment import Mood, learn_mood
from personas.experience.text.texts import Texts
from personas.experience.text.themes import FIT_SAMPLE, Cluster, find_clusters
from personas.experience.text.vocabulary import language_name

ROW_COLUMNS = ("place", "time", "theme", "good")
NO_TEXT = NotMeasured(
    what="Themes in what customers write", why="no feedback table has texts",
    would_need="a column `text` in `feedback`: comments, reviews or open answers",
)  # fmt: skip


def gather_themes(
    dataset: Dataset, customers: Customers, segments: np.ndarray, min_group: int = 10, seed: int = 7
) -> Texts:
    """Gather the themes of what customers and staff wrote, with quotes, mood and the words of each segment.

    segments : (n,) number of each customer's segment, 1 = largest, in the order of the customer table
    min_group : no theme of fewer authors is shown
    """
    ids = customers.frame["customer_id"]
    if not any("text" in dataset.tables[role].columns for role in ("feedback", "employees") if role in dataset.tables):
        nobody = np.zeros(len(ids), bool)
        return Texts(Themes(not_measured=(NO_TEXT,)), {}, {}, nobody, pd.DataFrame(columns=list(ROW_COLUMNS)))
    comments = gather_comments(dataset, ids)
    staff = gather_comments(dataset, ids, "employees")
    return arrange_themes(
        comments, staff, np.asarray(segments), gather_problems(dataset, ids), dataset, min_group, seed
    )


def arrange_themes(
    comments: Comments,
    staff: Comments,
    segments: np.ndarray,
    problems: Problems,
    dataset: Dataset | None = None,
    min_group: int = 10,
    seed: int = 7,
) -> Texts:
    """The same from comments that were gathered already; `dataset` is only asked for ids and names in the quotes."""
    rows = comments.rows
    moods = _moods(rows, seed)
    rows = rows.assign(kind=_kinds(rows, moods))
    gaps, languages, unstable = [], [], 0
    found: list[Found] = []
    for language, where in by_language(rows):
        authors = rows["author"].to_numpy()[where]
        if language in UNSPACED or language == UNKNOWN:
            gaps += _unread(language, authors, min_group)
            continue
        before, notes = len(found), []
        for kind in THEME_KINDS:
            inside = where[rows["kind"].to_numpy()[where] == kind]
            clusters = find_clusters(
                list(rows["text"].iloc[inside]), rows["author"].to_numpy()[inside], language, min_group, seed
            )
            unstable += clusters.unstable
            found += [
                Found(kind, _placed(rows, inside, c, kind, problems, min_group), ((language, c, inside),))
                for c in clusters.clusters
            ]
            if clusters.note and len(np.unique(authors)) >= min_group and len(inside) >= min_group:
                notes.append(f"{kind}: {clusters.note}")
        if len(np.unique(authors)) >= min_group:
            told = "declared" if rows["declared"].to_numpy()[where].mean() >= 0.5 else "detected"
            languages.append(
                LanguageRow(language=language, name=language_name(language), comments=len(where),
                            themes=len(found) - before, told_by=told, note="; ".join(notes))
            )  # fmt: skip
    found = join_found(found)
    counted = PrivacyCount()
    themes = word_themes(found, rows, segments, dataset, counted, min_group)
    ideas, untold = word_ideas(staff, min_group, seed)
    words = _distinctive(rows, segments, min_group, seed)
    lexicon = dataset.lexicon if dataset is not None else None
    emotions, told_of_emotions = count_emotions(rows, segments, lexicon, min_group)
    placed = np.unique(np.concatenate([item.positions for item in found])) if found else np.zeros(0, int)
    whole = Themes(
        themes=tuple(theme for theme, _ in themes),
        ideas=ideas,
        sentiment=tuple(mood.told for _, mood in sorted(moods.items())),
        distinctive=words,
        languages=tuple(sorted(languages, key=lambda row: (-row.comments, row.language))),
        privacy=TextPrivacy(
            shown=counted.shown, redacted=dict(sorted(counted.redacted.items())), withheld=counted.withheld,
            small=counted.small,
        ),
        not_measured=(*([NO_TEXT] if comments.read == 0 else gaps), *untold),
        comments=len(rows), authors=comments.authors, unplaced=len(rows) - len(placed), unstable=unstable,
        sample=FIT_SAMPLE, notes=_notes(comments), emotions=emotions, emotion_notes=told_of_emotions,
    )  # fmt: skip
    return _aligned(whole, themes, rows, len(segments))


def _moods(rows: pd.DataFrame, seed: int) -> dict[str, Mood]:
    """Language → mood, read only where neither the data nor a clear score says the kind."""
    good, moods = rows["good"].to_numpy(float), {}
    with np.errstate(invalid="ignore"):
        wanted = (rows["kind"] == "").to_numpy() & ~((good > HAPPY) | (good <= UNHAPPY))
    for language, where in by_language(rows):
        if language not in UNSPACED and language != UNKNOWN:
            author = rows["author"].to_numpy()[where]
            moods[language] = learn_mood(
                list(rows["text"].iloc[where]), good[where], author, language, seed, wanted[where]
            )
    return moods


def _distinctive(rows: pd.DataFrame, segments: np.ndarray, min_group: int, seed: int) -> tuple[DistinctiveWord, ...]:
    author, segment = rows["author"].to_numpy(), segment_of(rows, segments)
    found = []
    for language, where in by_language(rows):
        if language not in UNSPACED and language != UNKNOWN:
            texts = list(rows["text"].iloc[where])
            found += find_distinctive_words(texts, author[where], segment[where], language, min_group, seed)
    return adjust_words(found)


def _kinds(rows: pd.DataFrame, moods: dict[str, Mood]) -> np.ndarray:
    """The kind of each comment: as declared, else by its own score, else by its words, else just a comment."""
    kinds, good = rows["kind"].to_numpy(object).copy(), rows["good"].to_numpy(float)
    happy = np.full(len(rows), np.nan)
    for language, where in by_language(rows):
        if language in moods:
            happy[where] = moods[language].happy
    open_rows = kinds == ""
    with np.errstate(invalid="ignore"):
        praise = (good > HAPPY) | ((np.isnan(good) | (good > UNHAPPY)) & (happy >= 0.5))
        complaint = (good <= UNHAPPY) | ((np.isnan(good) | (good <= HAPPY)) & (happy < 0.5))
    kinds[open_rows] = np.where(praise, "praise", np.where(complaint, "complaint", "comment"))[open_rows]
    return kinds


def _unread(language: str, authors: np.ndarray, min_group: int) -> list[NotMeasured]:
    if len(np.unique(authors)) < min_group or language == UNKNOWN:
        return []
    name = language_name(language)
    return [
        NotMeasured(
            what=f"Themes of the comments in {name}",
            why=f"{name} is written without spaces between words, which are needed to tell words apart",
            would_need="coded comments (`code` with `codes:`), or a translation in the `text` column",
        )
    ]


def _placed(rows, inside: np.ndarray, cluster: Cluster, kind: str, problems: Problems, min_group: int) -> Place:
    by_rows = place_by_rows(rows.iloc[inside[cluster.flags]])
    if by_rows.touchpoint or kind == "praise" or not problems.ticked:
        return by_rows
    place = rows["place"].to_numpy(int)
    mine = np.unique(place[inside[cluster.flags]])
    others = np.setdiff1d(np.unique(place[inside]), mine)
    return place_by_problems(mine[mine >= 0].tolist(), others[others >= 0].tolist(), problems, min_group)


def _notes(comments: Comments) -> tuple[str, ...]:
    notes = []
    if comments.empty:
        notes.append(
            f"{comments.empty:,} of {comments.read:,} texts were empty, or nothing but markup, and are left out."
        )
    if comments.cut:
        notes.append(f"{comments.cut:,} texts were longer than 5,000 characters; what comes after was not read.")
    if len(comments.rows) > FIT_SAMPLE:
        notes.append(
            f"Themes were fitted on at most {FIT_SAMPLE:,} comments of a language and kind; every comment was then "
            "given to its theme."
        )
    return tuple(notes)


def _aligned(told: Themes, themes: Sequence[tuple[Theme, np.ndarray]], rows: pd.DataFrame, n: int) -> Texts:
    """Who said what, in the order of the customer table."""
    place = rows["place"].to_numpy(int)
    said, depth, parts = {}, {}, []
    for theme, where in themes:
        inside = rows.iloc[where[place[where] >= 0]]
        said[theme.key] = np.zeros(n, bool)
        said[theme.key][inside["place"]] = True
        depth[theme.key] = np.full(n, np.nan)
        means = inside.assign(depth=depth_of(inside["good"])).groupby("place")["depth"].mean()
        depth[theme.key][means.index.to_numpy(int)] = means.to_numpy(float)
        parts.append(inside[["place", "time", "good"]].assign(theme=theme.key))
    wrote = np.zeros(n, bool)
    wrote[place[place >= 0]] = True
    columns = list(ROW_COLUMNS)
    long = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    return Texts(told, said, depth, wrote, long)
