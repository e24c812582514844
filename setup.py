"""Puts what a project is made of, beside the library, into the wheel: notebooks, contracts and the Makefile.

All else is in pyproject.toml. In the repository these files stay at the top; ``python -m personas start`` lays them
out. Datasets are named one by one, so that nobody's own goes along.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SHIPPED = ("complete_journey", "demo", "demo_b2b", "sfo_2017", "sfo_2018")
LAID_OUT = (
    "Makefile",
    ".gitignore",
    "notebooks/0[1-6]_*.ipynb",
    "notebooks/gallery/*.ipynb",
    *(f"data/{name}/{file}" for name in SHIPPED for file in ("dataset.yml", "README.md")),
)


class WithProject(build_py):
    """Copies the packages as ever, then the project's files to ``personas/project``."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for source in sorted(path for pattern in LAID_OUT for path in ROOT.glob(pattern)):
            target = Path(self.build_lib, "personas", "project", source.relative_to(ROOT))
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target), preserve_mode=False)


setup(cmdclass={"build_py": WithProject})
