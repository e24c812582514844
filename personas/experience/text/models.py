"""What customers and staff wrote, summed up: themes, how well sentiment is read, words that set a segment apart.

Everything here may be shown: no ids, no group under `min_group`, quotes redacted. Who said what, row by row, is in
:class:`personas.experience.text.Texts` and stays in memory.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from personas.estimates import Estimate, Frozen
from personas.experience.models import NotMeasured

ThemeKind = Literal["complaint", "suggestion", "praise", "comment", "idea"]


class Quote(Frozen):
    """One comment as written, redacted; `similar` of its theme's comments say the like, itself among them.

    source : survey, review … ("" = not said); month : as 2025-03, "" where undated
    redacted : pieces of it that were replaced
    """

    text: str
    language: str
    source: str = ""
    month: str = ""
    similar: int = 0
    redacted: int = 0

    @property
    def words(self) -> str:
        """Where it stands: ``1 of 61 similar, survey, 2025-03``."""
        return ", ".join(part for part in (f"1 of {self.similar:,} similar", self.source, self.month) if part)


class ThemeShare(Frozen):
    """How many of one segment's authors raise the theme; rest : of all other authors."""

    segment: int
    reach: Estimate
    rest: Estimate | None = None


class Theme(Frozen):
    """One thing that several people wrote about, in one or more languages.

    key : the same in every run over the same data; label : its most distinctive phrase; phrases : up to five
    kind : complaint, suggestion, praise as declared or as the score says; comment where neither is known; idea of staff
    touchpoint, stage : where most of its rows are, or (`placed_by` "problems") the problem its authors ticked far more
        often than other authors did: its `code` and, as `about`, its words; "" = unknown
    comments, authors : how many; reach : its authors as a share of all authors (customers, or staff answers)
    severity : 0 to 1, how far below the middle of its scale the score given with the comments lies; not measured
        without scores; score : mean score as a share of its scale
    stability : mean best overlap (Jaccard) of its comments over refits from other starts and on other samples, 0 to 1
    segments : the same by segment, only where enough of a segment wrote
    """

    key: str
    label: str
    kind: ThemeKind
    languages: tuple[str, ...]
    comments: int
    authors: int
    reach: Estimate
    severity: Estimate
    score: Estimate
    stability: float
    phrases: tuple[str, ...] = ()
    touchpoint: str = ""
    stage: str = ""
    code: str = ""
    about: str = ""
    placed_by: Literal["rows", "problems", ""] = ""
    quotes: tuple[Quote, ...] = ()
    segments: tuple[ThemeShare, ...] = ()


class Sentiment(Frozen):
    """How well the mood of a comment can be read, learned from the scores that came with comments.

    accuracy : of telling happy from unhappy comments, cross-validated; baseline : always naming the commoner one
    balanced : mean of the accuracies on happy and on unhappy ones, 0.5 by chance; used : whether it was good enough
    """

    language: str
    accuracy: Estimate
    baseline: float | None
    balanced: float | None
    used: bool
    note: str = ""


class DistinctiveWord(Frozen):
    """A word or phrase that authors of one segment use more (or less) than the others do.

    log_odds, z : with an informative Dirichlet prior; authors : who use it in the segment; p_adjusted : over all words
    of all segments and languages
    """

    segment: int
    language: str
    word: str
    log_odds: float
    z: float
    authors: int
    others: int
    p_adjusted: float


class EmotionShare(Frozen):
    """How many authors use a word that shows an emotion, by the dataset's own lexicon.

    segment : 0 = all authors; reach : of its authors whose comments the lexicon has words for; rest : of all others
    words : entries of the lexicon that at least `min_group` of all authors use, most used first; for segment 0 only
    """

    emotion: str
    segment: int
    reach: Estimate
    rest: Estimate | None = None
    words: tuple[str, ...] = ()


class TextPrivacy(Frozen):
    """What was taken out before anything was shown.

    shown : quotes; redacted : kind of contact data → pieces replaced in them; withheld : comments passed over as
    abusive or as mostly contact data; small : themes without quotes because too few wrote them
    """

    shown: int = 0
    redacted: dict[str, int] = Field(default_factory=dict)
    withheld: int = 0
    small: int = 0


class LanguageRow(Frozen):
    """Comments of one language; themes : how many were found; told_by : declared in the data or detected."""

    language: str
    name: str
    comments: int
    themes: int
    told_by: Literal["declared", "detected"]
    note: str = ""


class Themes(Frozen):
    """All that was found in what customers and staff wrote; themes by kind, largest first.

    comments, authors : read; sample : comments that themes were fitted on, at most, a language and kind
    unstable : themes that other starts or samples did not find again, and which are therefore not shown
    emotions : by emotion, most used first, all authors before the segments; emotion_notes : how they were counted
    """

    themes: tuple[Theme, ...] = ()
    ideas: tuple[Theme, ...] = ()
    sentiment: tuple[Sentiment, ...] = ()
    distinctive: tuple[DistinctiveWord, ...] = ()
    languages: tuple[LanguageRow, ...] = ()
    privacy: TextPrivacy = TextPrivacy()
    not_measured: tuple[NotMeasured, ...] = ()
    comments: int = 0
    authors: int = 0
    unplaced: int = 0
    unstable: int = 0
    sample: int = 0
    notes: tuple[str, ...] = ()
    emotions: tuple[EmotionShare, ...] = ()
    emotion_notes: tuple[str, ...] = ()

    def of(self, kind: ThemeKind) -> tuple[Theme, ...]:
        """The themes of one kind, largest first."""
        return tuple(theme for theme in (*self.themes, *self.ideas) if theme.kind == kind)
