"""Who answers for a touchpoint and which figure a stage is led by, as data in ``journey.yml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from personas.estimates import Frozen

SETTINGS = Path(__file__).parent / "journey.yml"


class Owner(Frozen):
    words: tuple[str, ...]
    owner: str


class JourneySettings(Frozen):
    """owners : by words of the touchpoint; stages : by stage; kpis : stage → keys of KPIs, best first."""

    owners: tuple[Owner, ...]
    stages: dict[str, str]
    kpis: dict[str, tuple[str, ...]]


@cache
def read_journey_settings(path: Path = SETTINGS) -> JourneySettings:
    """Read the settings. Raises pydantic.ValidationError naming the field that is wrong."""
    return JourneySettings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def owner_of(stage: str, touchpoint: str) -> str:
    """Who answers for a touchpoint, by its name, else for its stage; "" where nobody is known.

    >>> owner_of("purchase", "Checkout"), owner_of("loyalty", "Something else"), owner_of("landing", "Gangway")
    ('product', 'marketing', '')
    """
    settings = read_journey_settings()
    name = touchpoint.lower()
    found = (entry.owner for entry in settings.owners if any(word in name for word in entry.words))
    return next(found, settings.stages.get(stage, ""))
