"""Brings together what was written: comments in, :class:`Texts` out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.customers import Customers
from personas.dataset import Dataset
from personas.estimates import Estimate, mean_estimate, not_measured, share_estimate
from personas.experience.models import NotMeasured
from personas.experience.text.comments import HAPPY, UNHAPPY, Comments, gather_comments
from personas.experience.text.distinctive import adjust_words, find_distinctive_words
from personas.experience.text.languages import UNKNOWN, UNSPACED
from personas.experience.text.models import DistinctiveWord, LanguageRow, TextPrivacy, Theme, Themes, ThemeShare
from personas.experience.text.places import Place, Problems, gather_problems, place_by_problems, place_by_rows
from personas.experience.text.quotes import PrivacyCount, choose_quotes, known_ids, known_names, near_centre
from personas.experience.text.sentiment import Mood, learn_mood
from personas.experience.text.texts import Texts
from personas.experience.text.themes import FIT_SAMPLE, Cluster, filed_clusters, find_clusters
from personas.experience.text.vocabulary import language_name

ROW_COLUMNS = ("place", "time", "theme", "good")
KINDS = ("complaint", "suggestion", "praise", "comment")
NO_TEXT = NotMeasured(
    what="Themes in what customers write", why="no feedback table has texts",
    would_need="a column `text` in `feedback`: comments, reviews or open answers",
)  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """A theme before it is worded: clusters of one or more languages, and the rows (positions) they hold."""

    kind: str
    place: Place
    parts: tuple[tuple[str, Cluster, np.ndarray], ...]

    @property
    def positions(self) -> np.ndarray:
        return np.unique(np.concatenate([where[cluster.flags] for _, cluster, where in self.parts]))


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
    gaps, languages, found, unstable = [], [], [], 0
    for language, where in _by_language(rows):
        authors = rows["author"].to_numpy()[where]
        if language in UNSPACED or language == UNKNOWN:
            gaps += _unread(language, authors, min_group)
            continue
        before, notes = len(found), []
        for kind in KINDS:
            inside = where[rows["kind"].to_numpy()[where] == kind]
            clusters = find_clusters(
                list(rows["text"].iloc[inside]), rows["author"].to_numpy()[inside], language, min_group, seed
            )
            unstable += clusters.unstable
            found += [
                _Found(kind, _placed(rows, inside, c, kind, problems, min_group), ((language, c, inside),))
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
    found = _joined(found)
    counted = PrivacyCount()
    themes = _worded(found, rows, segments, dataset, counted, min_group)
    ideas, untold = _ideas(staff, min_group, seed)
    words = _distinctive(rows, segments, min_group, seed)
    placed = np.unique(np.concatenate([item.positions for item in found])) if found else np.zeros(0, int)
    told = Themes(
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
        sample=FIT_SAMPLE, notes=_notes(comments),
    )  # fmt: skip
    return _aligned(told, themes, rows, len(segments))


def _by_language(rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Languages with the positions of their rows, most written first."""
    codes = rows["language"].to_numpy(object)
    groups = [(code, np.flatnonzero(codes == code)) for code in sorted(set(codes))]
    return sorted(groups, key=lambda group: (-len(group[1]), group[0]))


def _moods(rows: pd.DataFrame, seed: int) -> dict[str, Mood]:
    """Language → mood, read only where neither the data nor a clear score says the kind."""
    good, moods = rows["good"].to_numpy(float), {}
    with np.errstate(invalid="ignore"):
        wanted = (rows["kind"] == "").to_numpy() & ~((good > HAPPY) | (good <= UNHAPPY))
    for language, where in _by_language(rows):
        if language not in UNSPACED and language != UNKNOWN:
            author = rows["author"].to_numpy()[where]
            moods[language] = learn_mood(
                list(rows["text"].iloc[where]), good[where], author, language, seed, wanted[where]
            )
    return moods


def _distinctive(rows: pd.DataFrame, segments: np.ndarray, min_group: int, seed: int) -> tuple[DistinctiveWord, ...]:
    author, segment = rows["author"].to_numpy(), _segment_of(rows, segments)
    found = []
    for language, where in _by_language(rows):
        if language not in UNSPACED and language != UNKNOWN:
            texts = list(rows["text"].iloc[where])
            found += find_distinctive_words(texts, author[where], segment[where], language, min_group, seed)
    return adjust_words(found)


def _kinds(rows: pd.DataFrame, moods: dict[str, Mood]) -> np.ndarray:
    """The kind of each comment: as declared, else by its own score, else by its words, else just a comment."""
    kinds, good = rows["kind"].to_numpy(object).copy(), rows["good"].to_numpy(float)
    happy = np.full(len(rows), np.nan)
    for language, where in _by_language(rows):
        if language in moods:
            happy[where] = moods[language].happy
    open_rows = kinds == ""
    with np.errstate(invalid="ignore"):
        praise = (good > HAPPY) | ((np.isnan(good) | (good > UNHAPPY)) & (happy >= 0.5))
        complaint = (good <= UNHAPPY) | ((np.isnan(good) | (good <= HAPPY)) & (happy < 0.5))
    kinds[open_rows] = np.where(praise, "praise", np.where(complaint, "complaint", "comment"))[open_rows]
    return kinds


def _segment_of(rows: pd.DataFrame, segments: np.ndarray) -> np.ndarray:
    place = rows["place"].to_numpy(int)
    return np.where(place >= 0, segments[place], 0) if len(segments) else np.zeros(len(rows), int)


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
    return place_by_problems(mine[mine >= 0], others[others >= 0], problems, min_group)


def _joined(found: list[_Found]) -> list[_Found]:
    """Themes of one kind about the same problem are one, whatever the language."""
    groups: dict[tuple, list[_Found]] = {}
    for number, item in enumerate(found):
        groups.setdefault((item.kind, item.place.code or number), []).append(item)
    whole = []
    for items in groups.values():
        parts = sorted(
            (p for item in items for p in item.parts), key=lambda p: (-int(p[1].flags.sum()), p[0], p[1].phrases)
        )
        whole.append(_Found(items[0].kind, items[0].place, tuple(parts)))
    return sorted(whole, key=lambda item: (KINDS.index(item.kind), -len(item.positions), item.parts[0][1].phrases))


def _worded(
    found: list[_Found], rows: pd.DataFrame, segments: np.ndarray, dataset: Dataset | None, counted: PrivacyCount,
    min_group: int,
) -> list[tuple[Theme, np.ndarray]]:  # fmt: skip
    """Each theme with the positions of its comments, in the order of `found`."""
    candidates = [_candidates(rows, item) for item in found]
    texts = [rows["text"].iat[i] for chosen in candidates for i in chosen]
    ids, names = (known_ids(dataset, texts), known_names(dataset, texts)) if dataset is not None else (set(), set())
    segment, themes, keys = _segment_of(rows, segments), [], set()
    for item, chosen in zip(found, candidates, strict=True):
        where = item.positions
        key = _key(item, keys)
        keys.add(key)
        quotes = choose_quotes(rows, chosen, len(where), ids, names, counted)
        themes.append((_theme(item, key, rows, where, segment, quotes, min_group), where))
    return themes


def _candidates(rows: pd.DataFrame, item: _Found) -> list[int]:
    """Comments near the centre of each of a theme's clusters in turn, the largest cluster first."""
    lists = [[int(where[i]) for i in near_centre(rows.iloc[where], c.flags, c.nearness)] for _, c, where in item.parts]
    longest = max(map(len, lists), default=0)
    mixed = [chosen[i] for i in range(longest) for chosen in lists if i < len(chosen)]
    return list(dict.fromkeys(mixed))


def _key(item: _Found, taken: set[str]) -> str:
    language, cluster, _ = item.parts[0]
    words = item.place.code or f"{language}_{cluster.phrases[0]}"
    stem = key = f"{item.kind}_" + re.sub(r"\W+", "_", words.lower()).strip("_")
    number = 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _theme(item: _Found, key: str, rows, where, segment, quotes, min_group: int) -> Theme:
    inside = rows.iloc[where]
    scored = inside.assign(depth=depth_of(inside["good"])).groupby("author")[["depth", "good"]].mean()
    known = int(scored["good"].notna().sum())
    weights = [int(cluster.flags.sum()) for _, cluster, _ in item.parts]
    phrases = list(dict.fromkeys(p for rank in range(5) for _, c, _ in item.parts for p in c.phrases[rank : rank + 1]))
    few = not_measured("too few gave a score with it", "score", 0)
    return Theme(
        key=key,
        label=", ".join(item.parts[0][1].phrases[:2]),
        kind=item.kind,
        languages=tuple(dict.fromkeys(language for language, _, _ in item.parts)),
        comments=len(where),
        authors=len(scored),
        reach=_reach(len(scored), rows["author"].nunique()),
        severity=mean_estimate(scored["depth"], "score") if known >= min_group else few,
        score=mean_estimate(scored["good"], "score") if known >= min_group else few,
        stability=round(float(np.average([c.stability for _, c, _ in item.parts], weights=weights)), 4),
        phrases=tuple(phrases[:6]),
        touchpoint=item.place.touchpoint, stage=item.place.stage, code=item.place.code, about=item.place.about,
        placed_by=item.place.by, quotes=quotes,
        segments=_by_segment(rows["author"].to_numpy(), segment, where, min_group),
    )  # fmt: skip


def depth_of(good) -> np.ndarray:
    """How far below the middle of its scale a score lies, 0 (middle or better) to 1 (its end); NaN without one.

    >>> depth_of([0.0, 0.25, 0.9]).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.clip((0.5 - np.asarray(good, float)) / 0.5, 0.0, 1.0)


def _reach(part: int, whole: int) -> Estimate:
    return share_estimate(np.repeat([1.0, 0.0], [part, whole - part]), "of all who wrote, Wilson")


def _by_segment(author: np.ndarray, segment: np.ndarray, where: np.ndarray, min_group: int) -> tuple[ThemeShare, ...]:
    """The theme's share of each segment's authors, where neither it nor what is left over shows a small group."""
    people, first = np.unique(author, return_index=True)
    raised = np.isin(people, author[where])
    theirs = segment[first]
    shown = {}
    for number in sorted(set(theirs[theirs > 0])):
        inside = theirs == number
        counts = [
            (raised & inside).sum(),
            (~raised & inside).sum(),
            (raised & ~inside).sum(),
            (~raised & ~inside).sum(),
        ]
        if counts[0] >= min_group and all(count == 0 or count >= min_group for count in counts):
            shown[int(number)] = counts
    # Whoever is in no shown segment could be told from the total: hide one segment more until that is nobody or enough.
    while shown and 0 < raised.sum() - sum(counts[0] for counts in shown.values()) < min_group:
        shown.pop(min(shown, key=lambda number: (shown[number][0], number)))
    shares = []
    for number, (a, b, c, d) in shown.items():
        rest = _reach(int(c), int(c + d)) if c + d >= min_group else None
        shares.append(ThemeShare(segment=number, reach=_reach(int(a), int(a + b)), rest=rest))
    return tuple(shares)


def _ideas(staff: Comments, min_group: int, seed: int) -> tuple[tuple[Theme, ...], list[NotMeasured]]:
    """Themes of what staff wrote, without quotes: a team may be small, and colleagues know each other's words.

    Where the words form no theme, ideas that are filed under a touchpoint are told by it.
    """
    found, notes = [], []
    for language, where in _by_language(staff.rows):
        if language in UNSPACED or language == UNKNOWN:
            continue
        inside = staff.rows.iloc[where].reset_index(drop=True)
        clusters = find_clusters(list(inside["text"]), inside["author"].to_numpy(), language, min_group, seed)
        notes += [clusters.note] if clusters.note else []
        for cluster in clusters.clusters or filed_clusters(inside, language, min_group):
            place = place_by_rows(inside[cluster.flags])
            found.append(_Found("idea", place, ((language, cluster, where),)))
    keys: set[str] = set()
    ideas = []
    for item in sorted(found, key=lambda item: (-len(item.positions), item.parts[0][1].phrases)):
        key = _key(item, keys)
        keys.add(key)
        ideas.append(_theme(item, key, staff.rows, item.positions, np.zeros(len(staff.rows), int), (), min_group))
    if ideas or not notes:
        return tuple(ideas), []
    gap = NotMeasured(what="Themes of staff ideas", why=notes[0], would_need="more ideas, or ideas filed by touchpoint")
    return (), [gap]


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
