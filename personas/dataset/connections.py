"""Database URLs: secrets come from the environment, are never written down and never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
PASSWORD = re.compile(r"://[^/@\s]*:(\S*)@")
SECRET_OPTION = re.compile(
    r"[?&;]\w*(?:password|passwd|passphrase|pwd|token|secret|api_?key|access_key|private_key|credentials?)=([^&;\s]*)",
    re.I,
)


def written_secrets(url: str) -> bool:
    """Say whether a URL has a password or token that does not come from the environment.

    >>> written_secrets("postgres://reader:hunter2@db/shop")
    True
    >>> written_secrets("postgres://${DB_USER}:${DB_PASSWORD}@db/shop?sslmode=require")
    False
    """
    secrets = [*PASSWORD.findall(url), *SECRET_OPTION.findall(url)]
    return any(secret and not VARIABLE.fullmatch(secret) for secret in secrets)


def masked(url: str) -> str:
    """Show a URL without what is secret in it.

    >>> masked("postgres://reader:hunter2@db/shop?token=abc")
    'postgres://***@db/shop?token=***'
    """
    url = re.sub(r"://\S*@", "://***@", url)
    return SECRET_OPTION.sub(lambda found: found.group(0).replace(found.group(1), "***") if found.group(1) else "", url)


def unset_variables(url: str, environment: Mapping[str, str] = os.environ) -> list[str]:
    return [name for name in VARIABLE.findall(url) if not environment.get(name)]


def filled(url: str, environment: Mapping[str, str] = os.environ) -> str:
    """Put the environment's values in place of ${NAME}, quoted for a URL."""
    from urllib.parse import quote

    if VARIABLE.fullmatch(url):
        return environment[url[2:-1]]
    return VARIABLE.sub(lambda found: quote(environment[found.group(1)], safe=""), url)


def scrubbed(message: str, url: str, environment: Mapping[str, str] = os.environ) -> str:
    """Take every secret of a URL out of a driver's message."""
    for name in VARIABLE.findall(url):
        if environment.get(name):
            message = message.replace(environment[name], "***")
    return masked(message)
