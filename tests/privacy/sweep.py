"""Looks for what identifies somebody in published files: contact data, bank data, ids and names of the data itself."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Groups of digits with something between them, or a plus in front: a bare run of digits is any number.
SHORTEST = 7  # digits of a telephone number with its area: "+140 (23" is a difference and its interval
PHONE = re.compile(
    r"(?<![\w.,−-])(?:\+\d{1,3}(?:[ /-]?\(?\d{2,4}\)?){2,5}|\(?0\d{2,4}\)?[ /.-]\d{3,4}[ .-]?\d{2,6})(?![\w,.]*\d)"
)
CARD = re.compile(r"(?<![\d.,])(?:\d[ -]?){12,18}\d(?![\d.,])")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
TOLD_ABOUT = re.compile(r"(?:alt|title|aria-label|content|label|value|placeholder)=\"([^\"]*)\"")
WORD = re.compile(r"[\w@.+-]*\w")


@dataclass(frozen=True)
class Identifier:
    file: str
    kind: str
    text: str


def luhn(digits: str) -> bool:
    """The check sum of payment cards [ISO/IEC 7812-1]."""
    doubled = [int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def mod_97(iban: str) -> bool:
    """The check digits of an IBAN [ISO 13616]."""
    plain = iban.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def words_of(path: Path) -> str:
    """What a file says in words: strings of JSON, text and descriptions of a page, all of anything else."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return "\n".join(strings_in(json.loads(source)))
    if path.suffix == ".html":
        told = TOLD_ABOUT.findall(source)
        visible = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", source)
        return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", visible), *told]))
    return source


def strings_in(node) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from strings_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings_in(value)


def identifiers_in(text: str, file: str, ids: Collection[str] = (), names: Collection[str] = ()) -> list[Identifier]:
    """Everything in a text that points to somebody.

    ids, names : of the data; ids of fewer than five characters are looked for behind "customer id" and the like only,
    since as such they are any number
    """
    found = [Identifier(file, "e-mail", m[0]) for m in EMAIL.finditer(text)]
    numbers = (m[0] for m in PHONE.finditer(text))
    found += [Identifier(file, "telephone", one) for one in numbers if len(re.sub(r"\D", "", one)) >= SHORTEST]
    # Single digits in a row are the ticks of an axis.
    cards = (m[0] for m in CARD.finditer(text) if re.search(r"\d\d", m[0]))
    found += [Identifier(file, "card", card) for card in cards if luhn(re.sub(r"\D", "", card))]
    found += [Identifier(file, "IBAN", m[0]) for m in IBAN.finditer(text) if mod_97(m[0])]
    long = {one for one in ids if len(one) >= 5}
    if long:
        found += [Identifier(file, "id", word) for word in set(WORD.findall(text)) & long]
    short = set(ids) - long
    for match in re.finditer(
        r"(?i)\b(?:customer|household|account|contact|passenger)[ _](?:id|no|number)[ .:#=]+(\w+)", text
    ):
        if match[1] in short:
            found.append(Identifier(file, "id", match[0]))
    for name in names:
        if name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            found.append(Identifier(file, "name", name))
    return found


def sweep(folder: Path, ids: Collection[str] = (), names: Collection[str] = ()) -> list[Identifier]:
    """All identifiers in the published files of a run; ``exports/members.*`` hold ids on purpose."""
    found = []
    for path in sorted(folder.glob("**/*")):
        if path.is_file() and path.suffix in (".html", ".json", ".md", ".sql") and not path.name.startswith("members"):
            found += identifiers_in(words_of(path), path.relative_to(folder).as_posix(), ids, names)
    return found
