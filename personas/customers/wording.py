"""Turns ``wording.yml`` into :class:`Feature` values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from personas.customers.models import Feature


@cache
def read_wording() -> dict[str, dict[str, str]]:
    """The words of every behavioural feature, by name."""
    return yaml.safe_load((Path(__file__).parent / "wording.yml").read_text(encoding="utf-8"))


def worded(name: str, *, key: str | None = None, category: str = "", **settings) -> Feature:
    """A feature with its words from ``wording.yml``.

    key : entry to use where it is not `name`; category : what replaces {category} in its words
    """
    entry = {
        field: text.format(category=category, category_lower=category.lower())
        for field, text in read_wording()[key or name].items()
    }
    return Feature(name=name, **entry, **settings)
