"""``python -m personas.dataset.drafting``: what ``make dataset`` calls. NAME and FROM come as variables."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from personas.dataset.checks import check_dataset
from personas.dataset.document import read_document
from personas.dataset.drafting.draft import Draft, draft_dataset, write_draft
from personas.dataset.drafting.summary import readme_of, summarise
from personas.dataset.files import project_root
from personas.dataset.models import CheckResult
from personas.dataset.reader import read_dataset
from personas.dataset.violations import validate_contract
from personas.errors import InputError, Problem

READ_WHOLE = 100_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Draft a dataset from the command line; returns 0, 2 for input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m personas.dataset.drafting", description=__doc__)
    parser.add_argument("--name", default=os.environ.get("NAME", ""), help="folder under data/ to make")
    parser.add_argument("--from", dest="files", default=os.environ.get("FROM", ""), help="files, separated by commas")
    given = parser.parse_args(arguments)
    try:
        root = project_root()
        draft = draft_dataset(given.name, split_files(given.files), root)
        checked = check_draft(draft, root)
        contract, _ = write_draft(draft, readme_of(draft), root)
    except InputError as error:
        print(f"\n{error}\n\nNothing was written.", file=sys.stderr)
        return 2
    print(summarise(draft, contract, checked, root))
    return 0


def split_files(text: str) -> list[Path]:
    """Split names at commas; a name that has one itself is taken whole if there is such a file.

    >>> [path.name for path in split_files("a.csv, b.csv")]
    ['a.csv', 'b.csv']
    """
    if text and Path(text).expanduser().is_file():
        return [Path(text).expanduser()]
    return [Path(part.strip()).expanduser() for part in text.split(",") if part.strip()]


def check_draft(draft: Draft, root: Path) -> CheckResult | list[Problem] | None:
    """Read the draft as a run would, and every row of the tables unless they are large."""
    folder = root / "data" / draft.name
    with tempfile.TemporaryDirectory() as elsewhere:
        trial = Path(elsewhere) / "data" / draft.name
        trial.mkdir(parents=True)
        trial.joinpath("dataset.yml").write_text(draft.text, encoding="utf-8")
        try:
            if sum(table.sample.path.stat().st_size for table in draft.tables) > READ_WHOLE:
                validate_contract(read_document(trial / "dataset.yml", f"data/{draft.name}/dataset.yml"))
                return None
            data = folder if folder.is_dir() else trial
            return check_dataset(read_dataset(draft.name, data=data, root=elsewhere))
        except InputError as error:
            return list(error.problems)


if __name__ == "__main__":
    sys.exit(main())
