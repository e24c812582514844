"""Inputs made at random from sound ones, and what came of each: a result, a clear error, or something unclear.

Every input depends on its number alone, so that one that goes wrong can be made again.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from personas.batch.__main__ import main
from personas.batch.sources import fingerprint
from personas.dataset import check_dataset, read_dataset
from personas.errors import InputError
from personas.handover import open_workspace
from personas.history import FOLDER, read_history
from tests.dataset.shop_project import TABLES, make_project
from tests.hostile.shop import PAYLOADS

RESULT, CLEAR = "result", "clear error"
BITS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b"'", b",", b"\n", b"\r", b"{", b"[", b"]", b"}", b":", b"- ", b"&a ",
    b"*a ", b"!!python/name:os.system ", b"1e999", b"NaN", b"-1", b"99999999999999999999", b"null", b"\t",
    b"# ", b"<<: ",
    *[payload.encode() for payload in PAYLOADS],
)  # fmt: skip
ORDERS = pd.read_csv(TABLES / "orders.csv", dtype=str)


def outcome(action: Callable[[], object]) -> str:
    """Say what came of an action; what is neither a result nor an InputError with words is unclear."""
    try:
        action()
    except InputError as error:
        clear = error.problems and all(problem.place and problem.found for problem in error.problems)
        return CLEAR if clear and "Traceback" not in str(error) else f"an error without words: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    return RESULT


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Change a file in a few places: bytes put in, taken out, doubled or exchanged."""
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(content) + 1)
        to = min(at + draw.choice((1, 1, 3, 40, 400)), len(content))
        match draw.randrange(5):
            case 0:
                content = content[:at] + draw.choice(BITS) + content[at:]
            case 1:
                content = content[:at] + content[to:]
            case 2:
                content = content[:to] + content[at:to] * draw.randint(1, 50) + content[to:]
            case 3:
                content = content[:at] + draw.choice(BITS) + content[to:]
            case 4:
                content = content[:at] + draw.randbytes(to - at) + content[to:]
    return content


def try_contract(folder: Path, draw: random.Random) -> str:
    root = make_project(folder)
    path = root / "data" / "shop" / "dataset.yml"
    path.write_bytes(damaged(path.read_bytes(), draw))
    looked = outcome(lambda: fingerprint(path.parent, None, folder / "files.json"))
    return looked if looked != RESULT else outcome(lambda: checked(root))


def checked(root: Path) -> None:
    dataset = read_dataset("shop", root=root)
    if problems := check_dataset(dataset).problems:
        raise InputError(problems)
    for table in dataset.tables.values():
        table.to_pyarrow()


def try_table(folder: Path, draw: random.Random) -> str:
    """One of four formats, one column of payloads, then damaged as bytes half of the time."""
    kind = draw.choice(("csv", "jsonl", "parquet", "xlsx"))
    frame = ORDERS.copy()
    column = draw.choice(list(frame))
    frame[column] = [draw.choice((*PAYLOADS, "", "1", "2024-01-01")) for _ in range(len(frame))]
    if draw.random() < 0.3:
        frame = frame.rename(columns={column: draw.choice(PAYLOADS)})
    root = make_project(folder)
    path = root / "data" / "shop" / f"orders.{kind}"
    match kind:
        case "csv":
            frame.to_csv(path, index=False)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True)
        case "parquet":
            frame.to_parquet(path, index=False)
        case "xlsx":
            frame.map(lambda text: "".join(sign for sign in text if sign.isprintable())).to_excel(path, index=False)
    if draw.random() < 0.5:
        path.write_bytes(damaged(path.read_bytes(), draw))
    contract = root / "data" / "shop" / "dataset.yml"
    contract.write_text(contract.read_text().replace("file: orders.csv", f"file: orders.{kind}"))
    return outcome(lambda: checked(root))


def try_parameters(folder: Path, draw: random.Random) -> str:
    """What make hands on as P, DATASET and DATA; the exit code must be one that is documented, with words."""
    root = make_project(folder)
    shutil.copytree(Path(__file__).parents[2] / "notebooks", root / "notebooks", dirs_exist_ok=True)
    names = ("n_segments", "seed", "min_dist", "algorithm", "dataset", "data", "workspace", "no_such", "__class__", "")
    values = (
        *PAYLOADS,
        "5",
        "-1",
        "None",
        "1e999",
        "9" * 5_000,
        "(" * 500,
        "-" * 5_000 + "1",
        "[[1]]",
        "{}",
        "'",
        "b'x'",
    )
    words = [f"{draw.choice(names)}{draw.choice(('=', '=', '==', ' = ', ''))}{draw.choice(values)}" for _ in range(3)]
    given = {
        "P": " ".join(words),
        "DATASET": draw.choice(("shop", "shop shop", "../shop", ".", *PAYLOADS)),
        "DATA": draw.choice(("", "", "nowhere", "/dev/null", "~nobody", *PAYLOADS)),
    }
    said = io.StringIO()
    with contextlib.chdir(root), environment(given), contextlib.redirect_stderr(said):
        try:
            code = main(["stamp" if draw.random() < 0.2 else "check"])
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
    if code == 0:
        return RESULT
    told = said.getvalue()
    return CLEAR if code == 2 and "found " in told and "Traceback" not in told else f"exit {code}: {told[-300:]}"


@contextlib.contextmanager
def environment(given: dict[str, str]):
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def try_history(folder: Path, draw: random.Random) -> str:
    """Entries of earlier runs that somebody damaged: they are left out and said, and stop no run."""
    (folder / "data").mkdir(parents=True)
    workspace = open_workspace("shop", "batch", folder)
    entry = workspace.folder / FOLDER / draw.choice(("0001", "9" * 30, "1x", "٣"))
    entry.mkdir(parents=True)
    head = {"format": 1, "dataset": "shop", "fingerprint": "a" * 16, "observation_end": "2024-05-31", "accepted": True}
    texts = {"run.json": json.dumps(head | {"run": {"personas": []}}), "segmentation.json": "{}"}
    if draw.random() < 0.2:
        texts["run.json"] = draw.choice(("[" * 100_000, "{" * 9, "null", "[]", '{"format": {}}', '{"format": 1e400}'))
    for name, text in texts.items():
        content = text.encode()
        (entry / name).write_bytes(damaged(content, draw) if draw.random() < 0.7 else content)
    return outcome(lambda: read_history(workspace).notes())


TRIES = {"contracts": try_contract, "tables": try_table, "parameters": try_parameters, "history": try_history}


def fuzz(kind: str, numbers: range, folder: Path) -> tuple[dict[str, int], list[str]]:
    """Try inputs of a kind; returns how many gave a result and how many a clear error, and what was unclear."""
    counts, unclear = {RESULT: 0, CLEAR: 0}, []
    for number in numbers:
        place = folder / f"{kind}-{number}"
        place.mkdir(parents=True)
        found = TRIES[kind](place, random.Random(f"{kind} {number}"))
        if found in counts:
            counts[found] += 1
        else:
            unclear.append(f"{kind} {number}: {found}")
        shutil.rmtree(place, ignore_errors=True)
    return counts, unclear
