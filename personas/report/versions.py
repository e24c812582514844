"""The versions that a report was made with, for its appendix."""

from __future__ import annotations

from importlib.metadata import version

import personas

PACKAGES = ("duckdb", "ibis-framework", "numpy", "pandas", "scikit-learn", "scipy", "umap-learn")


def read_versions() -> dict[str, str]:
    """Name and version of this suite and of the packages that its figures rest on."""
    return {"personas": personas.__version__} | {name: version(name) for name in PACKAGES}
