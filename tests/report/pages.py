"""Reads a rendered page the way a browser would: elements, attributes, text, and what each belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "input", "link", "img", "hr", "path", "rect", "circle", "line", "polygon", "polyline"}


@dataclass
class Element:
    """An element with its ancestors (outermost first) and the text directly inside it."""

    tag: str
    attributes: dict[str, str | None]
    ancestors: tuple[Element, ...] = field(repr=False, default=())
    text: str = ""

    @property
    def classes(self) -> set[str]:
        return set((self.attributes.get("class") or "").split())

    def within(self, name: str) -> bool:
        """Whether the element or an ancestor has the class."""
        return any(name in e.classes for e in (self, *self.ancestors))

    def nearest(self, attribute: str) -> str | None:
        """The attribute of the element or its closest ancestor that has it."""
        for element in (self, *reversed(self.ancestors)):
            if attribute in element.attributes:
                return element.attributes[attribute]
        return None


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.elements: list[Element] = []

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        if self.open and self.open[-1].tag == tag:
            self.open.pop()
        elif tag not in VOID:
            raise AssertionError(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")

    def handle_data(self, data):
        if self.open:
            self.open[-1].text += data


def read_page(html: str) -> list[Element]:
    """Every element of a page in document order. Fails where tags are not properly nested."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"left open: {[e.tag for e in reader.open]}"
    return reader.elements


def words_of(elements: list[Element]) -> str:
    """The text of elements, white space folded."""
    return " ".join(" ".join(e.text for e in elements).split())
