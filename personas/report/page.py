"""The report as one self-contained HTML page: no request leaves it and no script comes from the data."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from personas.changes.models import Changes
from personas.customers.models import Feature, Quality
from personas.experience.text.models import Themes
from personas.numerals import Numerals
from personas.profiles.models import PersonaSet
from personas.report.figure import environment, stylesheet, template_text
from personas.report.figures import bloom, flower
from personas.report.followed import follow
from personas.report.news import tell_news
from personas.report.summary import summarise
from personas.segments.models import Evidence, MapPoint, SegmentSize
from personas.segments.typing_tool import TypingTool


def script() -> Markup:
    return Markup(template_text("script.js"))


def content_policy(code: str) -> str:
    """The content security policy that lets exactly this script run and loads nothing."""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def render_report(
    persona_set: PersonaSet,
    evidence: Evidence,
    sizes: Sequence[SegmentSize],
    map_points: Sequence[MapPoint],
    quality: Quality,
    features: Sequence[Feature],
    changes: Changes | None = None,
    versions: Mapping[str, str] | None = None,
    tool: TypingTool | None = None,
    themes: Themes | None = None,
) -> str:
    """Write the whole report as HTML; the same input gives the same bytes.

    changes : what moved since the last run (``first_run``, ``sentence``); None counts as a first run
    versions : names and versions for the appendix
    tool : the questions that place a new customer; without it the section is left out
    themes : what customers wrote, summed up; without it nothing is said of texts
    Raises ValueError where a persona refers to a claim that is not there.

    >>> sheets = customers.quality, customers.features
    >>> html = render_report(persona_set, comparison.evidence, segmentation.sizes, (), *sheets)
    >>> html.startswith("<!doctype html>"), "Small-basket regulars" in html
    (True, True)
    """
    code = script()
    template = environment().get_template("report.html")
    return template.render(
        s=summarise(persona_set, evidence, sizes, map_points, quality, features, tool, themes),
        changes=changes,
        news=tell_news(changes, Numerals(persona_set.dataset.currency)),
        followed=follow(changes, Numerals(persona_set.dataset.currency)),
        versions=dict(versions or {}),
        tool=tool,
        bloom=bloom,
        flower=flower,
        style=Markup(stylesheet()),
        script=code,
        policy=content_policy(code),
    )


def write_report(
    folder: Path | str,
    persona_set: PersonaSet,
    evidence: Evidence,
    sizes: Sequence[SegmentSize],
    map_points: Sequence[MapPoint],
    quality: Quality,
    features: Sequence[Feature],
    changes: Changes | None = None,
    versions: Mapping[str, str] | None = None,
    tool: TypingTool | None = None,
    themes: Themes | None = None,
) -> Path:
    """Write ``report.html``, ``personas.json`` and ``alerts.json`` to `folder`; return the report's path.

    Without rules in dataset.yml the list of alerts is empty; without `changes` there is no such file.

    >>> sheets = customers.quality, customers.features
    >>> write_report(root / "out", persona_set, comparison.evidence, segmentation.sizes, (), *sheets).name
    'report.html'
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    html = render_report(persona_set, evidence, sizes, map_points, quality, features, changes, versions, tool, themes)
    (folder / "personas.json").write_text(persona_set.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if (alerts := getattr(changes, "alerts", None)) is not None:
        (folder / "alerts.json").write_text(alerts.model_dump_json(indent=1) + "\n", encoding="utf-8")
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    return path
