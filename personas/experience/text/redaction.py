"""Takes out of a comment what could tell who wrote it, before anybody reads it: contact data, numbers, ids, names.

Telephone numbers are found by `phonenumbers`, cards by Luhn's check, IBANs by mod 97. Libraries that find personal
data as such (presidio, scrubadub) need a language model that is fetched at run time, or know English only, and look
for what is written plainly; so everything else is rules, and eight digits or more that are no date, price or size go,
whatever they are. When in doubt a piece goes: a quote loses little.

Not found: numbers spelt out in words, and names that are neither in the given list nor after "my name is" or "regards".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from personas.experience.text.contact_data import (
    ADDRESSES,
    EMAILS,
    HANDLES,
    LINKS,
    NUMBERED,
    Span,
    find_accounts,
    find_cards,
    find_numbers,
    find_telephones,
    looks_typed_around,
)
from personas.experience.text.vocabulary import read_vocabulary

REGIONS = ("GB", "DE", "US", "PT", "FR", "ES", "IT", "NL", "AT", "CH", "BR", "IN", "PL", "SE", "AU")
WORDS = {
    "e-mail": "[e-mail]", "telephone": "[telephone]", "card": "[card number]", "iban": "[account number]",
    "number": "[number]", "address": "[address]", "link": "[link]", "handle": "[handle]", "id": "[id]",
    "name": "[name]",
}  # fmt: skip


@dataclass(frozen=True)
class Redacted:
    """A text without contact data; counts : kind → pieces that were replaced."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def pieces(self) -> int:
        return sum(self.counts.values())


def redact(
    text: str, ids: Collection[str] = (), names: Collection[str] = (), regions: tuple[str, ...] = REGIONS
) -> Redacted:
    """Replace contact data, long numbers, ids and names by words in brackets.

    ids, names : of the business's own data, in lower case; a name of one word counts only where it is capitalised
    regions : where telephone numbers without a country code may be from
    Unseen signs go first, and full-width or foreign digits become plain ones.

    >>> redact("Call 020 7946 0018 or mail anna (at) example dot com, paid 1,299.00 EUR on 2025-03-04").text
    'Call [telephone] or mail [e-mail], paid 1,299.00 EUR on 2025-03-04'
    """
    plain = plain_signs(text)
    digits = looks_typed_around(plain)
    taken: list[tuple[int, int, str]] = []

    def take(start: int, end: int, kind: str) -> None:
        if end > start and all(end <= s or start >= e for s, e, _ in taken):
            taken.append((start, end, kind))

    for kind, patterns in (("e-mail", EMAILS), ("link", LINKS), ("handle", HANDLES)):
        for pattern in patterns:
            for match in pattern.finditer(plain):
                take(*match.span("it" if "it" in pattern.groupindex else 0), kind)
    for span in find_accounts(plain):
        take(*span, "iban")
    for span in find_cards(digits):
        take(*span, "card")
    for match in NUMBERED.finditer(plain):
        take(*match.span("it"), "id")
    for span in _own_ids(plain, ids):
        take(*span, "id")
    for pattern in ADDRESSES:
        for match in pattern.finditer(plain):
            take(*match.span(), "address")
    digits = _blotted(digits, taken)
    telephones = list(find_telephones(digits, regions))
    # A run of figures whole, though only a part of it would be a number of some region.
    for start, end, dialled in find_numbers(digits):
        dialled = dialled or any(s < end and e > start for s, e in telephones)
        take(start, end, "telephone" if dialled else "number")
    for span in telephones:
        take(*span, "telephone")
    for span in _names(plain, names):
        take(*span, "name")
    parts, last = [], 0
    for start, end, kind in sorted(taken):
        parts += [plain[last:start], WORDS[kind]]
        last = end
    return Redacted("".join([*parts, plain[last:]]), dict(sorted(Counter(kind for _, _, kind in taken).items())))


def is_abusive(text: str) -> bool:
    """Whether a text holds a word of abuse, by the short lists of ``vocabulary.yml``.

    >>> is_abusive("What a load of bullshit"), is_abusive("The Scunthorpe shop is fine")
    (True, False)
    """
    return read_vocabulary().abusive.search(plain_signs(text)) is not None


_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\u20e3\ufeff\U000e0000-\U000e007f]"
)
_DASH = re.compile("[\u2010-\u2015\u2212\u00b7\u2022\u2027\u30fb]")


def plain_signs(text: str) -> str:
    """Full-width, styled and foreign digits as plain ones, unseen signs gone, every dash a hyphen.

    >>> plain_signs("０１５１ ٢٣٤–5")
    '0151 234-5'
    """
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    if text.isascii():
        return text
    foreign = {c for c in text if c.isdecimal() and not c.isascii()}
    digits: dict[str, str | int] = {c: str(unicodedata.decimal(c)) for c in foreign}
    return _UNSEEN.sub("", _DASH.sub("-", text.translate(str.maketrans(digits))))


def _blotted(text: str, taken: list[tuple[int, int, str]]) -> str:
    """The text with what is taken already made unreadable, so that a run of digits does not reach over it."""
    signs = list(text)
    for start, end, _ in taken:
        signs[start:end] = "\n\n\n\n" + "x" * (end - start - 4) if end - start > 4 else "x" * (end - start)
    return "".join(signs)


_TOKEN = re.compile(r"[^\W_][\w-]{2,}")
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_AFTER_CUE = re.compile(r"[\s,:.!-]{1,4}(?P<it>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,2})")


def id_tokens(text: str) -> set[str]:
    """The pieces of a text that may be an id of the business: with a figure, in lower case."""
    return {token[0].lower() for token in _TOKEN.finditer(plain_signs(text)) if any(c.isdigit() for c in token[0])}


def name_tokens(text: str) -> set[str]:
    """The pieces of a text that may be a name: single words, up to three together, or with a figure; in lower case."""
    words = [match[0].lower() for match in _NAME.finditer(plain_signs(text))]
    return id_tokens(text) | {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}


def _own_ids(text: str, ids: Collection[str]) -> Iterator[Span]:
    for match in _TOKEN.finditer(text) if ids else ():
        if match[0].lower() in ids and any(c.isdigit() for c in match[0]):
            yield match.span()


def _names(text: str, names: Collection[str]) -> Iterator[Span]:
    """Names of the list, the longest first, user names with a figure too; capitalised words after "my name is" …"""
    yield from _own_ids(text, names)
    words = list(_NAME.finditer(text)) if names else []
    for n in (3, 2, 1):
        for i in range(len(words) - n + 1):
            found = words[i : i + n]
            if " ".join(word[0].lower() for word in found) in names and (n > 1 or found[0][0][:1].isupper()):
                yield found[0].start(), found[-1].end()
    for cue in read_vocabulary().name_follows.finditer(text):
        match = _AFTER_CUE.match(text, cue.end())
        if match is None:
            continue
        parts = list(re.finditer(r"\S+", match["it"]))
        capital = [part for part in parts if part[0][0].isupper()]
        if capital and capital[0] is parts[0]:
            last = next((i for i, part in enumerate(parts) if not part[0][0].isupper()), len(parts)) - 1
            yield match.start("it"), match.start("it") + parts[last].end()
