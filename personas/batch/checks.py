"""May a run start? Everything that can be wrong with the input is said before any notebook starts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from personas.batch.notebooks import read_notebooks
from personas.batch.overrides import find_override_problems, parse_overrides
from personas.batch.sources import LARGEST
from personas.batch.stamps import describe_stages, digest, hash_text, open_stamps
from personas.errors import InputError, Problem, did_you_mean
from personas.parameters import STAGES, find_problem


def check_settings(root: Path, datasets: Sequence[str], text: str, data: Path | None) -> None:
    """Check the names and parameters of a run, without looking at the data.

    text : the parameters as typed; data : folder of files kept elsewhere
    Raises InputError with everything that is wrong.
    """
    overrides, problems = parse_overrides(text)
    problems += find_override_problems(overrides, read_notebooks(root).values())
    problems += find_name_problems(root, datasets)
    if data is not None and not data.is_dir():
        problems.append(Problem("DATA", f"no folder {data}", "a folder with the dataset's files"))
    if data is not None and len(datasets) > 1:
        problems.append(Problem("DATA", f"{len(datasets)} datasets at once", "one", "run them one by one"))
    if problems:
        raise InputError(problems)


def check_data(root: Path, datasets: Sequence[str], data: Path | None) -> None:
    """Check the contracts and tables of a run; raises InputError with everything that is wrong."""
    if problems := [problem for dataset in datasets for problem in find_data_problems(root, dataset, data)]:
        raise InputError(problems)


def find_name_problems(root: Path, datasets: Sequence[str]) -> list[Problem]:
    """Find names in DATASET that are no dataset."""
    known = sorted(path.parent.name for path in (root / "data").glob("*/dataset.yml"))
    if not datasets:
        return [Problem("DATASET", "empty", "a folder under data/", f"known: {', '.join(known)}")]
    problems = []
    for name in datasets:
        if find_problem("dataset", name):
            problems.append(Problem("DATASET", f'"{name}"', "a folder's name: letters, digits, _ and -"))
        elif name not in known:
            problems.append(Problem("DATASET", f"no data/{name}/dataset.yml", "", did_you_mean(name, known)))
    return problems


def find_data_problems(root: Path, dataset: str, data: Path | None) -> list[Problem]:
    """Read a dataset's contract and check its tables, unless they are as they were when found sound.

    Warnings are printed; problems are returned.
    """
    if (size := (root / "data" / dataset / "dataset.yml").stat().st_size) > LARGEST:
        return [Problem(f"data/{dataset}/dataset.yml", f"{size:,} bytes", f"at most {LARGEST:,}")]
    passed = open_stamps(root, dataset) / ".checked"
    state = describe_input(root, dataset, data)
    if passed.is_file() and passed.read_text() == state:
        return []
    from personas.changes import find_aim_problems
    from personas.customers import find_name_clashes
    from personas.dataset import check_dataset, read_dataset

    try:
        source = read_dataset(dataset, data=data, root=root)
        result = check_dataset(source)
    except InputError as error:
        return list(error.problems)
    for warning in result.warnings:
        print(f"note: {warning}", file=sys.stderr)
    problems = [*result.problems, *find_name_clashes(source), *find_aim_problems(source)]
    problems += find_wave_problems(root, dataset, source)
    if not problems:
        passed.write_text(state)
    return problems


def find_wave_problems(root: Path, dataset: str, source) -> list[Problem]:
    """Find that the wave before is no other dataset of the project."""
    previous = getattr(getattr(source, "contract", None), "previous", None)
    known = sorted(path.parent.name for path in (root / "data").glob("*/dataset.yml") if path.parent.name != dataset)
    if previous is None or previous in known:
        return []
    place, found = f"data/{dataset}/dataset.yml: previous", f'"{previous}"'
    return [Problem(place, found, "another folder under data/", did_you_mean(previous, known))]


def describe_input(root: Path, dataset: str, data: Path | None) -> str:
    """Hash what decides whether a dataset is sound: contract, sources, engine, the code that reads them."""
    stage = describe_stages(root, dataset, {}, data)[STAGES[0]]
    reading = {name: value for name, value in stage["library"].items() if name.startswith("dataset/")}
    whole = hash_text(root / "data" / dataset / "dataset.yml")
    decisive = [whole, *(stage[key] for key in ("sources", "engine", "lock"))]
    return digest(json.dumps([*decisive, reading], sort_keys=True))
