"""Words for the themes that were found: which belong together, their names, who raises them, what is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.dataset import Dataset
from personas.estimates import Estimate, mean_estimate, not_measured, share_estimate
from personas.experience.models import NotMeasured
from personas.experience.text.comments import Comments, by_language, segment_of
from personas.experience.text.languages import UNKNOWN, UNSPACED
from personas.experience.text.models import Theme, ThemeShare
from personas.experience.text.places import Place, place_by_rows
from personas.experience.text.quotes import PrivacyCount, choose_quotes, known_ids, known_names, near_centre
from personas.experience.text.themes import Cluster, filed_clusters, find_clusters

THEME_KINDS = ("complaint", "suggestion", "praise", "comment")


@dataclass(frozen=True)
class Found:
    """A theme before it is worded: clusters of one or more languages, and the rows (positions) they hold."""

    kind: str
    place: Place
    parts: tuple[tuple[str, Cluster, np.ndarray], ...]

    @property
    def positions(self) -> np.ndarray:
        return np.unique(np.concatenate([where[cluster.flags] for _, cluster, where in self.parts]))


def join_found(found: list[Found]) -> list[Found]:
    """Themes of one kind about the same problem are one, whatever the language."""
    groups: dict[tuple, list[Found]] = {}
    for number, item in enumerate(found):
        groups.setdefault((item.kind, item.place.code or number), []).append(item)
    whole = []
    for items in groups.values():
        parts = sorted(
            (p for item in items for p in item.parts), key=lambda p: (-int(p[1].flags.sum()), p[0], p[1].phrases)
        )
        whole.append(Found(items[0].kind, items[0].place, tuple(parts)))
    return sorted(
        whole, key=lambda item: (THEME_KINDS.index(item.kind), -len(item.positions), item.parts[0][1].phrases)
    )


def word_themes(
    found: list[Found], rows: pd.DataFrame, segments: np.ndarray, dataset: Dataset | None, counted: PrivacyCount,
    min_group: int,
) -> list[tuple[Theme, np.ndarray]]:  # fmt: skip
    """Each theme with the positions of its comments, in the order of `found`."""
    candidates = [_candidates(rows, item) for item in found]
    texts = [rows["text"].iat[i] for chosen in candidates for i in chosen]
    ids, names = (known_ids(dataset, texts), known_names(dataset, texts)) if dataset is not None else (set(), set())
    segment, themes = segment_of(rows, segments), []
    keys: set[str] = set()
    for item, chosen in zip(found, candidates, strict=True):
        where = item.positions
        key = _key(item, keys)
        keys.add(key)
        quotes = choose_quotes(rows, chosen, len(where), ids, names, counted)
        themes.append((_theme(item, key, rows, where, segment, quotes, min_group), where))
    return themes


def _candidates(rows: pd.DataFrame, item: Found) -> list[int]:
    """Comments near the centre of each of a theme's clusters in turn, the largest cluster first."""
    lists = [[int(where[i]) for i in near_centre(rows.iloc[where], c.flags, c.nearness)] for _, c, where in item.parts]
    longest = max(map(len, lists), default=0)
    mixed = [chosen[i] for i in range(longest) for chosen in lists if i < len(chosen)]
    return list(dict.fromkeys(mixed))


def _key(item: Found, taken: set[str]) -> str:
    language, cluster, _ = item.parts[0]
    words = item.place.code or f"{language}_{cluster.phrases[0]}"
    stem = key = f"{item.kind}_" + re.sub(r"\W+", "_", words.lower()).strip("_")
    number = 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _theme(item: Found, key: str, rows, where, segment, quotes, min_group: int) -> Theme:
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


def word_ideas(staff: Comments, min_group: int, seed: int) -> tuple[tuple[Theme, ...], list[NotMeasured]]:
    """Themes of what staff wrote, without quotes: a team may be small, and colleagues know each other's words.

    Where the words form no theme, ideas that are filed under a touchpoint are told by it.
    """
    found, notes = [], []
    for language, where in by_language(staff.rows):
        if language in UNSPACED or language == UNKNOWN:
            continue
        inside = staff.rows.iloc[where].reset_index(drop=True)
        clusters = find_clusters(list(inside["text"]), inside["author"].to_numpy(), language, min_group, seed)
        notes += [clusters.note] if clusters.note else []
        for cluster in clusters.clusters or filed_clusters(inside, language, min_group):
            place = place_by_rows(inside[cluster.flags])
            found.append(Found("idea", place, ((language, cluster, where),)))
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
