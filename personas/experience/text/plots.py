"""The themes drawn: how many raise each, with its interval, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from personas.experience.text.models import Theme, ThemeKind, Themes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INKS: dict[ThemeKind, str] = {
    "complaint": "#800504",
    "suggestion": "#b5731d",
    "praise": "#2f6b4f",
    "comment": "#5b6770",
}
MOST = 6  # of each kind


def plot_themes(themes: Themes) -> Axes | None:
    """Draw the six largest themes of each kind as shares of all authors, with 95 % intervals; None without themes."""
    chosen = [theme for kind in INKS for theme in themes.of(kind)[:MOST]]
    if not chosen:
        return None
    import matplotlib.pyplot as plt
    import seaborn as sns

    frame = pd.DataFrame(
        {
            "theme": [str(row) for row in range(len(chosen))],
            "kind": [theme.kind for theme in chosen],
            "share": [100 * theme.reach.value for theme in chosen],
            "low": [100 * theme.reach.low for theme in chosen],
            "high": [100 * theme.reach.high for theme in chosen],
        }
    )
    _, axes = plt.subplots(figsize=(8, 0.32 * len(frame) + 1))
    colours = [INKS[kind] for kind in frame["kind"]]
    axes.hlines(range(len(frame)), frame["low"], frame["high"], color=colours, linewidth=1.5)
    sns.scatterplot(frame, x="share", y="theme", hue="kind", palette=INKS, s=45, ax=axes, zorder=3)
    axes.set_yticks(range(len(frame)), [_title(theme) for theme in chosen])
    axes.set(xlabel="% of all who wrote", ylabel="", xlim=(0, 1.05 * frame["high"].max()))
    axes.legend(title="", frameon=False, loc="lower right")
    sns.despine(ax=axes)
    return axes


def _title(theme: Theme, most: int = 46) -> str:
    """The problem that a complaint is about; of anything else its own words."""
    text = (theme.about if theme.kind == "complaint" else "") or theme.label
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
