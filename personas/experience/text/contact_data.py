"""Where in a text contact data stands: patterns and checks for each kind, each giving (start, end) in the text.

Texts are expected with plain digits and hyphens, as :func:`personas.experience.text.redaction.plain_signs` gives them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from personas.experience.text.vocabulary import read_vocabulary

Span = tuple[int, int]

FEWEST_DIGITS, WITH_CUE = 8, 7
CUE_WITHIN = 40  # characters before digits in which a word such as "call" makes them a telephone number

_TLD = (
    "com|net|org|info|biz|edu|gov|int|io|co|uk|de|at|ch|eu|fr|es|it|nl|be|pt|br|pl|se|no|dk|fi|ie|us|ca|au|nz|in|jp|cn"
    "|ru|ua|tr|cz|gr|hu|ro|me|tv|app|dev|shop|online|store|site|xyz|email|cloud|test|example|invalid"
)
_OPEN, _CLOSE = r"\s{0,2}[\[({<]\s{0,2}", r"\s{0,2}[\])}>]\s{0,2}"
_SIGN = rf"(?:\s{{0,2}}@\s{{0,2}}|{_OPEN}(?:at|@|ät|arroba|chiocciola)\s{{0,2}}[\])}}>]\s{{0,2}})"
_WORD_AT = r"\s{1,3}(?:at|ät|arroba|chiocciola)\s{1,3}"
_SPELT_DOT = rf"(?:{_OPEN}(?:dot|punkt|ponto|punto|point){_CLOSE}|\s{{1,3}}(?:dot|punkt|ponto|punto)\s{{1,3}})"
_DOT = rf"(?:\s{{0,2}}\.\s{{0,2}}|{_OPEN}\.{_CLOSE}|{_SPELT_DOT})"
_LOCAL = rf"(?<![\w.])[\w+%'-]{{1,64}}(?:(?:\.|\s\.\s|{_SPELT_DOT})[\w+%'-]{{1,64}}){{0,4}}"
_LABEL, _END = r"[\w-]{1,63}", r"[^\W\d_]{2,24}(?!\w)"

EMAILS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_LOCAL}{_SIGN}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}{_DOT}{_END}",
        rf"{_LOCAL}{_WORD_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}{_SPELT_DOT}{_END}",
        rf"{_LOCAL}{_WORD_AT}{_LABEL}(?:\.{_LABEL}){{0,2}}\.(?:{_TLD})(?!\w)",
    )
)
LINKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:https?|ftp|hxxps?)\s?:\s?/\s?/\s?\S+|\bwww\s?\.\s?\S+",
        rf"(?<![\w@.])(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,4}}(?:{_TLD})(?:[/?]\S*|(?![\w-]|\.\w))",
        r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])",
    )
)
HANDLES = (
    re.compile(r"(?<![\w@.])@[^\W\d]\w{1,38}"),
    re.compile(
        r"(?i)\b(?:instagram|insta|twitter|telegram|tiktok|discord|skype|snapchat)\s?[:=]\s?(?P<it>[\w.]{3,40})"
    ),
)
NUMBERED = re.compile(
    r"(?i)\b(?:order|customer|account|invoice|ticket|booking|reference|ref|bestell\w*|kunden\w*|rechnungs?\w*|auftrags?\w*"
    r"|encomenda|pedido|fatura|cliente|commande|facture|ordine|fattura|factuur|klant\w*)\s?"
    r"(?:no|nr|num(?:ber|mer|ero)?|n[º°o]|id|code)?\s?[.:#]{0,2}\s?(?P<it>#?(?=[\w-]{0,20}\d{3})[\w-]{4,24})"
)

_NOT_A_STREET = r"(?!\s?(?:min|stunde|tage|uhr|euro|eur|€|%|km|meter|mal\b|jahr|woche|hour|day|times|am\b|pm\b))"
_LINK_WORD = r"(?:(?:de|da|do|das|dos|del|della|dei|di|la|las|los|le|les|des|du|of|the)\s|[dl]['’]){0,2}"
ADDRESSES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i:\b[^\W\d_][\w.-]{0,40}(?:straße|strasse|str\.|gasse|platz|allee|chaussee|straat|laan|plein|gracht|kade)"
        rf"\s?\d{{1,4}}(?!\d)\s?(?:[a-z]\b)?{_NOT_A_STREET})(?:,?\s*\d{{4,5}}\s+[A-ZÄÖÜ][\w-]+)?",
        rf"\b[A-ZÄÖÜ]\w*(?:weg|ring|ufer|damm|dijk|hof|steig)\s\d{{1,4}}(?!\d)\s?(?:[a-z]\b)?(?i:{_NOT_A_STREET})"
        r"(?:,?\s*\d{4,5}\s+[A-ZÄÖÜ][\w-]+)?",
        r"\b(?:[A-ZÄÖÜ][\w-]+\s)(?:Straße|Strasse|Str\.|Gasse|Platz|Allee|Weg|Ring|Ufer|Damm)\s?\d{1,4}(?!\d)\s?(?:[a-z]\b)?"
        rf"(?i:{_NOT_A_STREET})(?:,?\s*\d{{4,5}}\s+[A-ZÄÖÜ][\w-]+)?",
        r"(?:(?i:\b(?:flat|apt|apartment|unit|suite)\.?\s?\d+\w?,?\s+))?\b\d{1,5}[a-zA-Z]?,?\s+(?:[A-Z][\w'.-]+\s+){1,3}"
        r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Crescent|Terrace|Square|Sq|Way"
        r"|Place|Pl|Gardens|Grove|Hill|Mews|Parkway|Pkwy|Highway|Hwy)\b\.?",
        r"\b\d{1,5}[a-z]?\s(?!way|minute|hour|day|time|lane|week|month|year|mile|km)[a-z]{3,}\s(?:street|road|avenue|lane)\b",
        r"(?i:\b(?:rua|avenida|av\.|travessa|praça|largo|calle|c/|paseo|plaza|carrer|via|viale|piazza|corso|rue|boulevard))"
        rf"\s+{_LINK_WORD}[A-ZÀ-Ý][\w'’.-]*(?:\s{_LINK_WORD}[A-ZÀ-Ý][\w'’.-]*){{0,4}},?\s*(?:n\.?\s?[º°o]?\.?\s?)?\d{{1,5}}\b",
        r"(?i:\b\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|boulevard|place|chemin|impasse|allée|quai)\s+)"
        rf"{_LINK_WORD}[A-ZÀ-Ý][\w'’-]+(?:\s{_LINK_WORD}[A-ZÀ-Ý][\w'’-]+){{0,3}}",
        r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b",
        r"\b\d{4}-\d{3}\s+[A-ZÀ-Ý]\w+",
        r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
        r"|W[AIVY])\s+\d{5}(?:-\d{4})?\b",
    )
)  # fmt: skip

# Lengths of an IBAN by country; of others any length that fits its check digits.
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24,
    "TR": 26,
}  # fmt: skip
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][\s.-]{0,3}[A-Za-z][\s.-]{0,3}\d[\s.-]{0,3}\d(?:[\s.-]{0,3}[A-Za-z0-9]){11,30}"
)
_CARD_RUN = re.compile(r"(?<!\d)\d(?:[\s.\-_/]{0,3}\d){12,40}(?!\d)")
_RUN = re.compile(r"(?<!\d)[+(]{0,2}\d(?:(?:[\s.\-/()\[\]_*~|]{0,3}|,)\d){5,40}")

_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:(?:19|20)\d\d|\d\d)"
_AMOUNT = r"(?:\d{1,3}(?:[.,'\s]\d{3})+|\d{1,7})(?:[.,]\d{1,2})?"
_MONEY = r"(?:[$€£¥₹]|(?i:\b(?:eur|euros?|usd|gbp|chf|dollars?|pounds?|reais|zł|kr)\b))"
_APART, _NO_MORE = r"(?<!\d)(?<!\d[-./\s+])", r"(?![-./]?\d)(?!\s\d)"
_HARMLESS = re.compile(
    rf"{_APART}(?:19|20)\d\d[-/.]{_DAY}[-/.]{_DAY}(?:[T\s]+\d{{1,2}}:\d\d(?::\d\d)?)?{_NO_MORE}"
    rf"|{_APART}{_DAY}[-/.]\s?{_DAY}[-/.]\s?{_YEAR}(?:,?\s+\d{{1,2}}[:.h]\d\d)?{_NO_MORE}"
    rf"|{_APART}(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d{_NO_MORE}"
    rf"|(?<![\d+(])(?:{_MONEY}\s?{_AMOUNT}{_NO_MORE}|(?<![.,])(?!0\d){_AMOUNT}\s?{_MONEY})"
    rf"|{_APART}(?<![,+])[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,])|{_APART}(?<![,+])[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d+)?(?![\d.])"
    rf"|{_APART}(?<![,+])\d{{1,4}}[.,]\d\d(?![\d.,])"
    r"|\d{1,2}:\d\d(?::\d\d)?"
)  # fmt: skip


def find_accounts(text: str) -> Iterator[Span]:
    """IBANs: two letters, two check digits, mod 97 [ISO 13616]."""
    for match in _IBAN.finditer(text):
        signs = [(i, c) for i, c in enumerate(match[0].upper(), match.start()) if c.isalnum()]
        country = signs[0][1] + signs[1][1]
        lengths = [_IBAN_LENGTHS[country]] if country in _IBAN_LENGTHS else range(min(len(signs), 34), 14, -1)
        for length in lengths:
            if length <= len(signs) and _mod_97([c for _, c in signs[:length]]):
                yield match.start(), signs[length - 1][0] + 1
                break


def find_cards(text: str) -> Iterator[Span]:
    """Runs of digits that hold a payment card: 13 to 19 digits that pass Luhn's check [ISO 7812].

    The whole run, since what is beside the card would otherwise be left over.
    """
    for match in _CARD_RUN.finditer(text):
        digits = [i for i in range(*match.span()) if text[i].isdigit()]
        begins = [i for i in range(len(digits) - 12) if i == 0 or digits[i] != digits[i - 1] + 1]
        if any(_holds_card(text, digits[first:]) for first in begins):
            yield match.span()


def _holds_card(text: str, digits: list[int]) -> bool:
    """Whether a card begins with the first of these digits."""
    if text[digits[0]] not in "23456":
        return False
    numbers = [int(text[i]) for i in digits[:19]]
    return any(_luhn(numbers[:length]) for length in range(13, len(numbers) + 1))


def find_telephones(text: str, regions: tuple[str, ...]) -> Iterator[Span]:
    """Telephone numbers that are valid in one of the regions, or anywhere with a country code [phonenumbers]."""
    import phonenumbers

    if sum(c.isdigit() for c in text) < 6:
        return
    harmless = _without_harmless(text)
    for region in regions:
        for match in phonenumbers.PhoneNumberMatcher(harmless, region, leniency=phonenumbers.Leniency.VALID):
            if sum(c.isdigit() for c in match.raw_string) >= WITH_CUE:
                yield match.start, match.end


def find_numbers(text: str) -> Iterator[tuple[int, int, bool]]:
    """Long runs of digits that are no date, time, price or list: (start, end, whether it looks like a telephone).

    Seven digits are enough after a word such as "call", or where they begin like a telephone number; else eight.
    """
    for match in _RUN.finditer(_without_harmless(text)):
        run = match[0].rstrip(" ([")
        groups = re.findall(r"\d+", run)
        digits = sum(map(len, groups))
        before = text[max(0, match.start() - CUE_WITHIN) : match.start()]
        cued = read_vocabulary().telephone.search(before) is not None
        dialled = run[0] in "+(" or groups[0].startswith("0")
        if digits < (WITH_CUE if cued or dialled else FEWEST_DIGITS):
            continue
        rising = len(groups) > 2 and all(int(a) < int(b) for a, b in pairwise(groups))
        if not cued and not dialled and rising and max(map(len, groups)) < 4:
            continue  # sizes 36 38 40 42
        yield match.start(), match.start() + len(run), cued or dialled


def looks_typed_around(text: str) -> str:
    """The same text, as long, with letters that stand for digits among digits put right: O for 0, l for 1."""
    text = re.sub(r"(?<=\d)(?P<gap>[\s.-]?)[oO](?=[\s.-]?[\doO])", lambda m: m["gap"] + "0", text)
    text = re.sub(r"(?<![^\W\d_])[oO](?=[\s.-]?\d{2})", "0", text)
    return re.sub(r"(?<=\d)[lI](?=\d)", "1", text)


def _without_harmless(text: str) -> str:
    """The text with dates, times, prices and amounts blotted out, as long as before."""
    return _HARMLESS.sub(lambda match: re.sub(r"\d", "x", match[0]), text)


def _mod_97(signs: list[str]) -> bool:
    moved = "".join(signs[4:] + signs[:4])
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) if i % 2 else digit for i, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
