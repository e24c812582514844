"""Makes readable text of what people typed or pasted: markup, stray encodings, control signs, a megabyte at once."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST = 5000  # characters of a comment that are read; what comes after says the same again
_MARKUP = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]{0,2000}>", re.DOTALL | re.I
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31});", re.IGNORECASE)
# UTF-8 read as Latin-1 or Windows-1252: "Ã¤" for "ä", "â€™" for an apostrophe.
_STRAY = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MISREAD = re.compile(f"[\u00c2-\u00df][{_STRAY}]|[\u00e0-\u00ef][{_STRAY}]{{2}}|[\u00f0-\u00f4][{_STRAY}]{{3}}")
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\u20e3\ufeff\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffc\ufffd\ud800-\udfff]+")
_SPACE = re.compile(r"\s+")


def clean_text(text: str, longest: int = LONGEST) -> str:
    r"""Clean one comment; the words stay as they were written, emoji too.

    Takes out markup (script and style with what is in them), entities, control and unseen signs; mends UTF-8 that was
    read as Latin-1; composes accents; cuts after `longest` characters.

    >>> clean_text("<p>Tr\u00c3\u00a8s bien&nbsp;!</p>\x00")
    'Très bien !'
    """
    text = text[:longest]
    text = _MISREAD.sub(_mended, text)
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
        if "<" in text:
            text = _MARKUP.sub(" ", text)
    text = _CONTROL.sub(" ", _UNSEEN.sub("", text))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _mended(found: re.Match) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return found[0].encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return found[0]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; l'été is two words, don't is one.

    >>> words_of("Don't: 3 fresh APPLES, l'été 😀")
    ["don't", 'fresh', 'apples', 'l', 'été']
    """
    return WORD.findall(text.lower().replace("’", "'"))


_LETTERS = r"[^\W\d_]"
WORD = re.compile(rf"{_LETTERS}{{3,}}'{_LETTERS}+|{_LETTERS}+")
CLAUSE = re.compile(r"[.!?;:,…。！？()\d\n]+")


def clauses_of(text: str) -> list[str]:
    """The pieces of a text between its stops, commas and figures, in lower case.

    >>> clauses_of("Sorry, but it came 30 minutes late. Please fix this!")
    ['sorry', 'but it came', 'minutes late', 'please fix this']
    """
    return [clause for piece in CLAUSE.split(text.lower()) if (clause := piece.strip())]
