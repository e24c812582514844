"""The front page over all published runs: one entry a dataset, read from its ``personas.json``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup
from pydantic import ValidationError

from personas.changes.loop_models import AlertReport
from personas.numerals import Numerals
from personas.profiles.models import PersonaSet
from personas.report.figure import environment, stylesheet
from personas.report.figures import flower
from personas.report.headings import plain_verdict
from personas.report.page import content_policy, script


@dataclass(frozen=True)
class Run:
    """A published run; `set` is None where its ``personas.json`` could not be read, and `trouble` says why.

    alerts : how many of its rules for alerts were met
    """

    folder: str
    link: str
    set: PersonaSet | None
    numbers: Numerals
    trouble: str = ""
    alerts: int = 0


def read_runs(reports_folder: Path | str) -> tuple[Run, ...]:
    """Read every ``<dataset>/personas.json`` below the folder, in order of the dataset's name."""
    runs = []
    for path in sorted(Path(reports_folder).glob("*/personas.json")):
        name = path.parent.name
        if name.startswith("."):
            continue
        link = f"{quote(name)}/report.html"
        try:
            persona_set = PersonaSet.model_validate_json(path.read_bytes())
        except (ValidationError, OSError):
            trouble = "Its personas.json was written by another version: run this dataset again."
            runs.append(Run(name, link, None, Numerals(), trouble))
        else:
            numbers = Numerals(persona_set.dataset.currency)
            runs.append(Run(name, link, persona_set, numbers, alerts=count_alerts(path.with_name("alerts.json"))))
    return tuple(runs)


def count_alerts(path: Path) -> int:
    """Count the alerts of a published run; none where it has no such file, or one of another version."""
    try:
        return len(AlertReport.model_validate_json(path.read_bytes()).alerts)
    except (ValidationError, OSError):
        return 0


def write_index(reports_folder: Path | str) -> Path:
    """Write ``index.html`` over all published runs and return its path.

    >>> write_index(root / "reports").name
    'index.html'
    """
    code = script()
    template = environment().get_template("index.html")
    html = template.render(
        runs=read_runs(reports_folder),
        flower=flower,
        plain=plain_verdict,
        style=Markup(stylesheet()),
        script=code,
        policy=content_policy(code),
    )
    path = Path(reports_folder) / "index.html"
    part = path.with_name(".index.html.part")
    part.write_text(html, encoding="utf-8")
    os.replace(part, path)
    return path
