"""Stage 03, free text: comments in; themes with quotes, sentiment, words that set a segment apart out.

Comments are cleaned, told apart by language and by kind (complaint, suggestion, praise), and grouped into themes that
other starts and samples find again. Nothing is shown that fewer than `min_group` people wrote, and nothing that names
somebody.
"""

from personas.experience.text.distinctive import find_distinctive_words
from personas.experience.text.emotions import count_emotions
from personas.experience.text.gathering import gather_themes
from personas.experience.text.models import (
    DistinctiveWord,
    EmotionShare,
    LanguageRow,
    Quote,
    Sentiment,
    TextPrivacy,
    Theme,
    Themes,
    ThemeShare,
)
from personas.experience.text.plots import plot_themes
from personas.experience.text.redaction import Redacted, redact
from personas.experience.text.tables import (
    tabulate_distinctive,
    tabulate_emotions,
    tabulate_ideas,
    tabulate_languages,
    tabulate_quotes,
    tabulate_sentiment,
    tabulate_themes,
)
from personas.experience.text.texts import Texts

__all__ = [
    "DistinctiveWord",
    "EmotionShare",
    "LanguageRow",
    "Quote",
    "Redacted",
    "Sentiment",
    "TextPrivacy",
    "Texts",
    "Theme",
    "ThemeShare",
    "Themes",
    "count_emotions",
    "find_distinctive_words",
    "gather_themes",
    "plot_themes",
    "redact",
    "tabulate_distinctive",
    "tabulate_emotions",
    "tabulate_ideas",
    "tabulate_languages",
    "tabulate_quotes",
    "tabulate_sentiment",
    "tabulate_themes",
]
