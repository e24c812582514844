"""``python -m personas.batch <command>``: what the Makefile calls. DATASET, P and DATA come as variables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from personas.batch.checks import check_data, check_settings, find_name_problems
from personas.batch.overrides import parse_overrides
from personas.errors import InputError
from personas.handover import find_root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, 1 for a stage that failed, 2 for input that cannot be used."""
    options = parse(arguments)
    root = find_root()
    data = (root / Path(options.data).expanduser()).resolve() if options.data else None
    datasets = list(dict.fromkeys(options.datasets or os.environ.get("DATASET", "").split()))
    try:
        return run(options, root, datasets, data)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except InputError as error:
        print(f"\n{error}\n\nWhat is published stays as it is.", file=sys.stderr)
        return 2


def run(options: argparse.Namespace, root: Path, datasets: list[str], data: Path | None) -> int:
    if options.command != "check" and (problems := find_name_problems(root, datasets)):
        raise InputError(problems)
    match options.command:
        case "check":
            from personas.batch.publication import mend

            check_settings(root, datasets, options.parameters, data)
            for dataset in datasets:
                mend(root, dataset)
            check_data(root, datasets, data)
        case "stamp":
            from personas.batch.stamps import write_stamps

            overrides, _ = parse_overrides(options.parameters)
            for dataset in datasets:
                for reason in write_stamps(root, dataset, overrides, data):
                    print(f"{dataset}  {reason}", file=sys.stderr)
        case "run":
            from personas.batch.execution import StageFailed, run_stage

            overrides, _ = parse_overrides(options.parameters)
            try:
                run_stage(root, options.stage, datasets[0], overrides, data)
            except StageFailed as failure:
                print(f"\n{failure}", file=sys.stderr)
                return 1
        case "publish":
            from personas.batch.publication import publish

            publish(root, datasets[0])
        case "index":
            from personas.batch.publication import publish_index

            publish_index(root)
        case "pdf":
            from personas.batch.printing import print_report, published_report

            for report in [published_report(root, dataset) for dataset in datasets]:
                print(print_report(report).relative_to(root).as_posix())
        case "split":
            from personas.batch.printing import published_report
            from personas.report.splitting import write_split

            for report in [published_report(root, dataset) for dataset in datasets]:
                print(write_split(report, report.parent / "pages").relative_to(root).as_posix())
        case "summary":
            from personas.batch.publication import summarise

            print(summarise(root, datasets, options.data))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m personas.batch", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("check", "stamp", "run", "publish", "index", "summary", "pdf", "split"):
        command = commands.add_parser(name)
        if name == "run":
            command.add_argument("stage", help="02_segments")
        command.add_argument("datasets", nargs="*", help="folders under data/; default: DATASET")
        command.add_argument("--parameters", default=os.environ.get("P", ""), help='"n_segments=5 seed=7"')
        command.add_argument("--data", default=os.environ.get("DATA", ""), help="folder of files kept elsewhere")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
