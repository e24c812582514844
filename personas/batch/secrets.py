"""What must never be written down: the values that a contract takes from the environment by ``${NAME}``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHORTEST = 6  # characters; shorter values, such as a port or "sa", stand in any text by chance
MASK = "***"


def read_secrets(root: Path, dataset: str, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Look up the values of all variables that a dataset's contract names, in every way they may be written.

    The longest come first, so that one that holds another is masked whole.
    """
    try:
        text = (root / "data" / dataset / "dataset.yml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    values = {environment.get(name, "") for name in VARIABLE.findall(text)}
    # A variable may hold a whole URL; drivers then tell its password alone.
    values |= {part for value in values for part in re.findall(r"://[^/@\s]*:([^@\s]+)@", value)}
    written = {way for value in values for way in (value, quote(value, safe=""), json.dumps(value)[1:-1])}
    return tuple(sorted((value for value in written if len(value) >= SHORTEST), key=lambda value: (-len(value), value)))


def without(secrets: Iterable[str], text: str) -> str:
    """Mask secrets in a text.

    >>> without(["hunter2"], "no connection as reader:hunter2")
    'no connection as reader:***'
    """
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def mask_file(secrets: Iterable[str], path: Path) -> None:
    """Mask secrets in a text file, which is left as it is where there are none."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if (masked := without(secrets, text)) != text:
        path.write_text(masked, encoding="utf-8")
