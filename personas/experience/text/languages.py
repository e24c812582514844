"""Tells comments apart by language: as declared, else by py3langid, which brings its model along and needs no network.

One comment of three words is easily mistaken; a thousand are not. So the languages that the comments are in are found
first, and each comment is then given to one of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from personas.experience.text.vocabulary import read_vocabulary

UNKNOWN = ""
SCAN = 5000  # comments from which the languages are found
SMALLEST_SHARE = 0.02
FEWEST = 5
WORTH_READING = 20  # characters: a shorter text says little of its language
UNSPACED = {
    "th": re.compile("[\u0e00-\u0e7f]"),
    "lo": re.compile("[\u0e80-\u0eff]"),
    "my": re.compile("[\u1000-\u109f]"),
    "km": re.compile("[\u1780-\u17ff]"),
    "bo": re.compile("[\u0f00-\u0fff]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]"),
}
_LETTER = re.compile(r"[^\W\d_]")
_BEYOND_LATIN = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0002ffff]")


def unspaced_language(text: str) -> str:
    """The language of a text in a script without spaces between words, "" for any other.

    >>> unspaced_language("บริการดีมาก"), unspaced_language("対応が遅い"), unspaced_language("too slow")
    ('th', 'ja', '')
    """
    if not _BEYOND_LATIN.search(text):
        return UNKNOWN
    letters = len(_LETTER.findall(text))
    counts = {code: len(script.findall(text)) for code, script in UNSPACED.items()}
    # Japanese mixes kana with Chinese characters: any fair share of kana decides.
    if counts["ja"] and counts["ja"] + counts["zh"] > letters / 2:
        return "ja"
    code = max(counts, key=counts.get)
    return code if counts[code] > letters / 3 else UNKNOWN


def base_code(declared: str) -> str:
    """The language of a declared code or name: ``pt-BR`` → pt, ``English`` → en; else as given, in lower case.

    >>> base_code("pt_BR"), base_code("German")
    ('pt', 'de')
    """
    word = declared.strip().lower()
    named = {name.lower(): code for code, name in read_vocabulary().names.items()}
    if word in named:
        return named[word]
    return re.split(r"[-_ ]", word)[0] if re.match(r"[a-z]{2,3}([-_]|$)", word) else word


def tell_languages(texts: Sequence[str], declared: Sequence[str | None] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Give every text its language: (n,) codes, and (n,) bool whether the data declared it.

    A text whose script has no spaces is that, whatever was declared. Texts without letters have no language ("").
    Of texts without a declared language, those of a language with fewer than five texts, or than 2 %, go to the
    likeliest language that has more; where none has, they have no language.
    """
    n = len(texts)
    codes = np.array([unspaced_language(text) for text in texts], dtype=object)
    given = np.zeros(n, bool)
    if declared is not None:
        known = pd.Series(declared, dtype=object)
        meant = known.map({word: base_code(word) for word in known.dropna().unique() if str(word).strip()})
        given = meant.notna().to_numpy() & (codes == UNKNOWN)
        codes[given] = meant[given].to_numpy()
    unknown = [i for i in np.flatnonzero(codes == UNKNOWN).tolist() if _LETTER.search(texts[i])]
    open_rows = np.array(unknown, dtype=np.int64)
    if len(open_rows):
        codes[open_rows] = _detected([texts[i] for i in open_rows], sorted({*codes[given]} - {UNKNOWN}))
    return codes, given


def _detected(texts: list[str], also: list[str]) -> list[str]:
    """Detect the language of each text among the languages that the texts are in."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    # An identifier of our own: restricting the library's would reach everybody who uses it.
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    able = set(identifier.labels)
    identifier.set_languages(sorted(able & {*read_vocabulary().names, *also}))
    step = max(1, len(texts) // SCAN)
    seen = pd.Series([identifier.classify(text)[0] for text in texts[::step] if len(text) >= WORTH_READING])
    counts = seen.value_counts()
    needed = max(FEWEST, SMALLEST_SHARE * len(seen))
    found = [code for code, count in counts.items() if count >= needed]
    main = sorted({*found, *also} & able)
    if not main:
        return [UNKNOWN] * len(texts)
    identifier.set_languages(main)
    return main * len(texts) if len(main) == 1 else [identifier.classify(text)[0] for text in texts]
