"""Stage 03, free text: comments in; themes with quotes, sentiment, words that set a segment apart out.

Comments are cleaned, told apart by language and by kind (complaint, suggestion, praise), and grouped into themes that
other starts and samples find again. Nothing is shown that fewer than `min_group` people wrote, and nothing that names
somebody.
"""

from personas.experience.text.models import (
    DistinctiveWord,
    LanguageRow,
    Quote,
    Sentiment,
    TextPrivacy,
    Theme,
    Themes,
    ThemeShare,
)
from personas.experience.text.texts import Texts

__all__ = [
    "DistinctiveWord",
    "LanguageRow",
    "Quote",
    "Sentiment",
    "TextPrivacy",
    "Texts",
    "Theme",
    "ThemeShare",
    "Themes",
]
