"""Emotion words: how many authors use a word that the dataset's own lexicon files under an emotion.

Words are counted, not moods: "not happy" uses a word of joy. No lexicon comes with the suite; without one nothing is
counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from personas.dataset.lexicon import Entry, Lexicon
from personas.estimates import Estimate, not_measured, share_estimate
from personas.experience.disclosure import shown_parts
from personas.experience.text.cleaning import words_of
from personas.experience.text.comments import by_language, segment_of
from personas.experience.text.languages import UNKNOWN, UNSPACED, base_code
from personas.experience.text.models import EmotionShare
from personas.experience.text.vocabulary import language_name

ANY = ""  # language of a word that counts in every language
MOST_WORDS = 5


@dataclass(frozen=True)
class Matcher:
    """Finds the entry of a word: a whole word before a stem, a longer stem before a shorter one.

    whole, stems : word in folded case → number of its entry
    """

    whole: Mapping[str, int]
    stems: Mapping[str, int]

    def entry_of(self, word: str) -> int:
        """The number of the entry, −1 without one.

        >>> [Matcher({"happy": 0}, {"hap": 1, "happ": 2}).entry_of(word) for word in ("happy", "happily", "haps", "ha")]
        [0, 2, 1, -1]
        """
        folded = word.casefold()
        if folded in self.whole:
            return self.whole[folded]
        return next((self.stems[folded[:k]] for k in range(len(folded), 0, -1) if folded[:k] in self.stems), -1)


def count_emotions(
    rows: pd.DataFrame, segments: np.ndarray, lexicon: Lexicon | None, min_group: int = 10
) -> tuple[tuple[EmotionShare, ...], tuple[str, ...]]:
    """Count the authors who use a word of each emotion, for everybody and by segment, and say how it was done.

    rows : as of :class:`Comments`; segments : (n,) of each customer, 1 = largest, 0 = none
    Of authors with a comment in a language that the lexicon has words for. Intervals: Wilson. Shown where those who use
    one and those who do not are nobody or at least `min_group`, for the segment and for what subtraction leaves.
    """
    if lexicon is None:
        return (), ()
    if not len(rows):
        return (), ("Emotion words: not measured: there are no comments.",)
    author = rows["author"].to_numpy(int)
    people, first, person = np.unique(author, return_index=True, return_inverse=True)
    theirs = np.asarray(segment_of(rows, segments))[first]
    matchers, unmatched = _matchers(lexicon)
    read, uses, unread = np.zeros(len(people), bool), array("q"), []
    size, texts = len(lexicon.entries), rows["text"].to_numpy(object)
    for language, where in by_language(rows):
        matcher = None if language in UNSPACED else matchers.get(language, matchers.get(ANY))
        if matcher is None:
            unread += [language] if len(np.unique(person[where])) >= min_group and language != UNKNOWN else []
            continue
        read[person[where]] = True
        _match(texts, person, where, matcher, size, uses)
    notes = _notes(lexicon, unmatched, unread, min_group)
    if read.sum() < min_group:
        return (), ("Emotion words: not measured: too few wrote in a language of the lexicon.", *notes)
    # Authors who wrote: known from the themes. So few left out would follow by subtraction.
    for segment in np.unique(theirs):
        if (~read & (theirs == segment)).sum() < min_group:
            read |= theirs == segment
    used = np.unique(np.frombuffer(uses, dtype=np.int64)) if uses else np.zeros(0, np.int64)
    return _shares(used // size, used % size, lexicon, theirs, read, min_group), notes


def _matchers(lexicon: Lexicon) -> tuple[dict[str, Matcher], int]:
    """Language → its matcher, and how many entries are not one word; words of any language are in each."""
    found: dict[str, tuple[dict, dict]] = {}
    unmatched = 0
    for number, entry in enumerate(lexicon.entries):
        bare = entry.word.removesuffix("*")
        words = words_of(bare)
        if words != [bare]:
            unmatched += 1
            continue
        language = base_code(entry.language) if entry.language else ANY
        found.setdefault(language, ({}, {}))[entry.word.endswith("*")].setdefault(bare, number)
    whole, stems = found.get(ANY, ({}, {}))
    return {language: Matcher(whole | own, stems | ends) for language, (own, ends) in found.items()}, unmatched


def _match(texts: np.ndarray, person: np.ndarray, where: np.ndarray, matcher: Matcher, size: int, uses: array) -> None:
    """Add person × size + entry for each word of the texts that has an entry; each different word is looked up once."""
    known: dict[str, int] = {}
    for i in where:
        for word in set(words_of(texts[i])):
            number = known.get(word)
            if number is None:
                number = known[word] = matcher.entry_of(word)
            if number >= 0:
                uses.append(int(person[i]) * size + number)


def _shares(
    who: np.ndarray, what: np.ndarray, lexicon: Lexicon, theirs: np.ndarray, read: np.ndarray, min_group: int
) -> tuple[EmotionShare, ...]:
    """The shares of all emotions; who, what : person and entry, each pair once."""
    emotion_of = np.array([entry.emotion for entry in lexicon.entries], dtype=object)
    authors_of = np.bincount(what, minlength=len(lexicon.entries))
    groups = [int(segment) for segment in np.unique(theirs)]
    told = []
    for emotion in sorted(set(emotion_of)):
        raised = np.zeros(len(read), bool)
        raised[who[emotion_of[what] == emotion]] = True
        yes = {group: int((raised & read & (theirs == group)).sum()) for group in groups}
        no = {group: int((~raised & read & (theirs == group)).sum()) for group in groups}
        shown = shown_parts(yes, no, min_group)
        if 0 not in shown:
            hidden = not_measured(f"fewer than {min_group} use such words, or fewer than {min_group} do not", "share")
            told.append((1, 0.0, emotion, [EmotionShare(emotion=emotion, segment=0, reach=hidden)]))
            continue
        whole = _reach(sum(yes.values()), sum(no.values()))
        words = _words(lexicon.entries, np.flatnonzero(emotion_of == emotion), authors_of, min_group)
        shares = [EmotionShare(emotion=emotion, segment=0, reach=whole, words=words)]
        for group in sorted(shown - {0}):
            if yes[group] + no[group]:
                a, b = sum(yes.values()) - yes[group], sum(no.values()) - no[group]
                rest = _reach(a, b) if a + b else None
                shares.append(
                    EmotionShare(emotion=emotion, segment=group, reach=_reach(yes[group], no[group]), rest=rest)
                )
        told.append((0, -(whole.value or 0.0), emotion, shares))
    return tuple(share for _, _, _, shares in sorted(told, key=lambda item: item[:3]) for share in shares)


def _reach(yes: int, no: int) -> Estimate:
    return share_estimate(np.repeat([1.0, 0.0], [yes, no]), "of those who wrote, Wilson")


def _words(entries: tuple[Entry, ...], numbers: np.ndarray, authors: np.ndarray, min_group: int) -> tuple[str, ...]:
    often = [(-int(authors[i]), entries[i].word) for i in numbers if authors[i] >= min_group]
    return tuple(dict.fromkeys(word for _, word in sorted(often)))[:MOST_WORDS]


def _notes(lexicon: Lexicon, unmatched: int, unread: list[str], min_group: int) -> tuple[str, ...]:
    notes = [
        f"{len(lexicon.entries):,} words from {lexicon.name}, which nobody has tested here. A word counts wherever it "
        "stands: “not happy” uses a word of joy.",
        f"Groups of fewer than {min_group} on either side are not shown.",
    ]
    if unmatched:
        notes.append(f"{unmatched:,} entries are not a single word, and cannot be found.")
    if lexicon.left_out:
        notes.append(f"{lexicon.left_out:,} rows without a word, an emotion or a weight above 0 were left out.")
    if unread:
        names = ", ".join(language_name(language) for language in unread)
        notes.append(f"Not measured for comments in {names}: would need words of these languages.")
    return tuple(notes)
