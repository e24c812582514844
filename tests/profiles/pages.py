"""The page of a persona as the report shows it, by heading; and a card written by hand, read the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from personas.report import render_report
from tests.profiles.described import Described
from tests.report import examples

OPENING = "Opening"  # what stands before the first heading
BLOCKS = ("p", "li", "tr", "text", "figcaption", "dd")
NUMBER = re.compile(r"(?<![\w.,])[−-]?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Expected:
    """One statement of a card: words it must have, and numbers, in any order."""

    section: str
    text: str
    words: tuple[str, ...]
    numbers: tuple[float, ...]


def read_card(path: Path) -> tuple[str, list[Expected]]:
    """(name, statements) of a card in plain HTML: a section a heading; <mark> words, <data> numbers."""
    card = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    found = []
    for section in card.find_all("section"):
        heading = section.find("h2").get_text()
        for entry in section.find_all(["li", "p"]):
            words = tuple(_plain(mark.get_text()).lower() for mark in entry.find_all("mark"))
            numbers = tuple(float(data["value"]) for data in entry.find_all("data"))
            found.append(Expected(heading, _plain(entry.get_text()), words, numbers))
    return card.find("h1").get_text(), found


def page_of(own: Described, number: int = 1) -> dict[str, list[str]]:
    """Heading → the texts of its blocks, of one persona in the report."""
    sizes = own.segmentation.sizes
    made = examples.inputs(count=len(sizes))
    made |= {"persona_set": own.personas, "sizes": sizes, "quality": own.customers.quality, "map_points": ()}
    made |= {"features": own.customers.features, "tool": None}
    page = BeautifulSoup(render_report(**made), "html.parser").find(id=f"persona-{number}")
    found: dict[str, list[str]] = {}
    heading = OPENING
    for element in page.find_all(lambda tag: tag.name in ("h3", *BLOCKS) or "pn" in tag.get("class", ())):
        if "pn" in element.get("class", ()):  # a pain point's bar: name, share and rest stand beside each other
            found.setdefault(heading, []).append(_plain(element.get_text(" ")))
        elif element.name == "h3":
            heading = _plain(element.get_text())
        elif not any(isinstance(inner, Tag) and inner.name in BLOCKS for inner in element.descendants):
            found.setdefault(heading, []).append(_plain(element.get_text(" ")))
    return found


def numbers_in(text: str) -> Iterator[float]:
    """Every number as it is written, "1,040" as 1040 and "−5" as −5."""
    for found in NUMBER.findall(text):
        yield float(found.replace(",", "").replace("−", "-"))


def _plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())
