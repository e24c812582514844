"""What was written as tables for the notebook."""

from __future__ import annotations

import pandas as pd

from personas.experience.text.models import Theme, Themes
from personas.experience.text.vocabulary import language_name
from personas.listing import Listing
from personas.numerals import Numerals

NO_LEXICON = "Emotion words: not measured: no lexicon declared; would need `emotions:` in dataset.yml, a list of words."
PLACED = {"rows": "filed there", "problems": "its authors ticked this problem", "": ""}


def _about(theme: Theme) -> str:
    return theme.about or theme.touchpoint


def tabulate_themes(themes: Themes) -> Listing:
    """A row a theme, by kind and size: who raises it, how they score, how surely it is found again."""
    numbers = Numerals()
    rows = [
        {
            "kind": theme.kind,
            "theme": theme.label,
            "about": _about(theme),
            "known by": PLACED[theme.placed_by],
            "written in": ", ".join(language_name(code) for code in theme.languages),
            "authors": f"{theme.authors:,}",
            "of all authors": numbers.say(theme.reach),
            "score, 0 to 100": f"{100 * theme.score.value:.0f}" if theme.score.measured else "not measured",
            "found again": f"{theme.stability:.2f}",
        }
        for theme in themes.themes
    ]
    caption = (
        f"{themes.comments:,} comments of {themes.authors:,} authors; {themes.unplaced:,} belong to no theme, "
        f"{themes.unstable:,} themes were not found again and are not shown."
    )
    return Listing(pd.DataFrame(rows), caption if themes.comments else "")


def tabulate_quotes(themes: Themes, each: int = 1) -> Listing:
    """Example quotes, redacted: up to `each` a theme, the nearest to its centre first."""
    rows = [
        {"kind": theme.kind, "theme": theme.label, "in their words": quote.text, "where": quote.words}
        for theme in themes.themes
        for quote in theme.quotes[:each]
    ]
    taken = sum(themes.privacy.redacted.values())
    caption = (
        f"Of {themes.privacy.shown:,} quotes, {taken:,} pieces of contact data were taken out; "
        f"{themes.privacy.withheld:,} comments were passed over as abusive or mostly contact data."
    )
    return Listing(pd.DataFrame(rows), caption if rows else "")


def tabulate_sentiment(themes: Themes) -> Listing:
    """A row a language: how often the mood of a comment by somebody unseen is read rightly."""
    numbers = Numerals()
    rows = [
        {
            "language": language_name(row.language),
            "comments with a clear score": f"{row.accuracy.n:,}",
            "read rightly": numbers.say(row.accuracy),
            "by always saying the commoner mood": "" if row.baseline is None else f"{row.baseline:.0%}",
            "of happy and unhappy alike": "" if row.balanced is None else f"{row.balanced:.0%}",
            "used": "yes" if row.used else f"no: {row.note}",
        }
        for row in themes.sentiment
    ]
    return Listing(pd.DataFrame(rows))


def tabulate_distinctive(themes: Themes) -> Listing:
    """A row a segment and language: the words its authors use more than others do, the clearest first."""
    groups: dict[tuple[int, str], list[str]] = {}
    for word in themes.distinctive:
        groups.setdefault((word.segment, word.language), []).append(f"{word.word} ({word.z:.1f})")
    rows = [
        {"segment": segment, "language": language_name(language), "words (z)": ", ".join(words)}
        for (segment, language), words in groups.items()
    ]
    return Listing(pd.DataFrame(rows))


def tabulate_emotions(themes: Themes) -> Listing:
    """A row an emotion and segment: the share of authors who use one of its words, beside all other authors."""
    numbers = Numerals()
    rows = [
        {
            "emotion": share.emotion,
            "segment": str(share.segment or "everybody"),
            "use a word of it": numbers.say(share.reach),
            "of the others": "" if share.rest is None else numbers.say(share.rest),
            "authors": f"{share.reach.n:,}" if share.reach.measured else "",
            "most used": ", ".join(share.words[:5]),
        }
        for share in themes.emotions
    ]
    return Listing(pd.DataFrame(rows), " ".join(themes.emotion_notes) or NO_LEXICON)


def tabulate_ideas(themes: Themes) -> Listing:
    """A row a theme of staff ideas, beside what customers complain of and suggest at the same touchpoint."""
    rows = []
    for idea in themes.ideas:
        said = [t for t in themes.themes if idea.touchpoint and t.touchpoint == idea.touchpoint]
        rows.append(
            {
                "idea of staff": ", ".join(idea.phrases[:3]),
                "touchpoint": idea.touchpoint,
                "staff": f"{idea.authors:,}",
                "customers complain": "; ".join(_about(t) or t.label for t in said if t.kind == "complaint"),
                "customers suggest": "; ".join(t.label for t in said if t.kind == "suggestion"),
            }
        )
    return Listing(pd.DataFrame(rows))


def tabulate_languages(themes: Themes) -> Listing:
    """A row a language of the comments, and a row for each thing that could not be read, with what would help."""
    rows = [
        {
            "language": f"{row.name} ({row.told_by})",
            "comments": f"{row.comments:,}",
            "themes": f"{row.themes:,}",
            "note": row.note,
        }
        for row in themes.languages
    ]
    rows += [
        {
            "language": gap.what,
            "comments": "",
            "themes": "",
            "note": f"not measured: {gap.why}; would need {gap.would_need}",
        }
        for gap in themes.not_measured
    ]
    return Listing(pd.DataFrame(rows), " ".join(themes.notes))
