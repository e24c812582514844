"""Themes beside what was asked: one about a trouble that is known already lends its quotes, another stands alone.

It is about the same when it was placed at the same problem or touchpoint, or when most of its authors ticked the same
problem, and far more often than others did. So nobody is counted twice, in whatever language they wrote. High ratings
prove no such thing: who is content rates everything high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from personas.experience.models import Said
from personas.experience.pains.halves import Halves, split
from personas.experience.pains.troubles import Support, Trouble
from personas.experience.text.models import Theme, ThemeKind
from personas.experience.text.texts import Texts

MOST_AUTHORS, TIMES = 0.5, 2.0
VERB = {"complaint": "complained", "praise": "praised", "suggestion": "made suggestions"}


def join_themes(
    troubles: Sequence[Trouble],
    texts: Texts | None,
    kind: ThemeKind,
    spoke: np.ndarray,
    by_half: tuple[np.ndarray, np.ndarray] | None = None,
    middle=None,
) -> tuple[Trouble, ...]:
    """The troubles with what was written about them, and those that were only written.

    kind : complaint or praise; spoke : (n,) who gave feedback; by_half : the same in each half; middle : between them
    """
    if texts is None:
        return tuple(troubles)
    joined = list(troubles)
    alone = []
    for theme in texts.found.of(kind):
        who = texts.said.get(theme.key)
        if who is None or not who.any():
            continue
        at = _same(theme, who, joined, spoke)
        if at is None:
            alone.append(_alone(theme, who, texts, kind, by_half, middle))
        else:
            words = f"{{count}} of them also wrote about it (“{_label(theme)}”)"
            support = Support("themes", words, who & joined[at].affected, _said(theme))
            joined[at] = replace(joined[at], support=(*joined[at].support, support))
    return (*joined, *alone)


def _same(theme: Theme, who: np.ndarray, troubles: Sequence[Trouble], spoke: np.ndarray) -> int | None:
    for at, trouble in enumerate(troubles):
        if theme.code and trouble.key == f"problem_{theme.code}":
            return at
    for at, trouble in enumerate(troubles):
        if theme.touchpoint and trouble.touchpoint == theme.touchpoint:
            return at
    if theme.touchpoint:
        return None
    shares = [float(trouble.affected[who].mean()) if trouble.source == "problems" else 0.0 for trouble in troubles]
    usual = [float(trouble.affected[spoke].mean()) if spoke.any() else 0.0 for trouble in troubles]
    near = [
        share / often if often > 0 and share >= max(MOST_AUTHORS, TIMES * often) else 0.0
        for share, often in zip(shares, usual, strict=True)
    ]
    return int(np.argmax(near)) if near and max(near) > 0 else None


def _alone(theme: Theme, who: np.ndarray, texts: Texts, kind: ThemeKind, by_half, middle) -> Trouble:
    does = "praise" if kind == "praise" else "complain about"
    halves = None
    if by_half is not None and middle is not None and "time" in texts.rows:
        rows = texts.rows[(texts.rows["theme"] == theme.key) & texts.rows["time"].notna()]
        early, late = split(rows["place"], rows["time"] >= middle, len(who))
        halves = Halves(by_half[0], early & by_half[0], by_half[1], late & by_half[1])
    return Trouble(
        key=f"theme_{theme.key}", title=f"{_label(theme)[0].upper()}{_label(theme)[1:]}", touchpoint=theme.touchpoint,
        stage=theme.stage, affected=who, rating="",
        finding=f"{{share}} of those who gave feedback {does} this in their own words: {_label(theme)}",
        columns=("feedback.text",), filter=f"comments of the theme {_label(theme)}", source="themes",
        depth=texts.depth.get(theme.key), halves=halves,
        support=(Support("themes", f"{{count}} {VERB.get(kind, 'wrote')} in their own words", who, _said(theme)),),
    )  # fmt: skip


def _label(theme: Theme) -> str:
    return theme.label or theme.key


def _said(theme: Theme) -> tuple[Said, ...]:
    return tuple(Said(text=quote.text, where=quote.words) for quote in theme.quotes)
