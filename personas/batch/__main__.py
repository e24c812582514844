"""``python -m personas.batch <command>``: what the Makefile calls. DATASET, P and DATA come as variables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from personas.batch.checks import check_data, check_settings, find_name_problems
from personas.batch.faults import describe_fault
from personas.batch.overrides import parse_overrides
from personas.errors import InputError, Problem, did_you_mean
from personas.handover import find_root

ALERTED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, 1 for a stage that failed, 2 for unusable input, 3 for an alert, where asked for."""
    options = parse(arguments)
    datasets = list(dict.fromkeys(options.datasets or os.environ.get("DATASET", "").split()))
    root = Path.cwd()
    try:
        root = find_root()
        data = (root / Path(os.path.expanduser(options.data))).resolve() if options.data else None
        return run(options, root, datasets, data)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except InputError as error:
        print(f"\n{error}\n\nWhat is published stays as it is.", file=sys.stderr)
        return 2
    except Exception as error:
        print(f"\n{describe_fault(error, root)}\n\nWhat is published is whole.", file=sys.stderr)
        return 1


def run(options: argparse.Namespace, root: Path, datasets: list[str], data: Path | None) -> int:
    if options.command == "forget":
        from personas.batch.forgetting import find_forget_problems, forget

        if problems := find_forget_problems(options.ids, options.unnamed):
            raise InputError(problems)
    if options.command not in ("check", "start") and (problems := find_name_problems(root, datasets)):
        raise InputError(problems)
    if options.alert not in ("", "exit"):
        fix = did_you_mean(options.alert, ["exit"])
        raise InputError([Problem("ALERT", f'"{options.alert}"', "exit, or nothing", fix)])
    match options.command:
        case "check":
            check(options, root, datasets, data)
        case "start":
            from personas.batch.publication import begin

            check_settings(root, datasets, options.parameters, data)
            begin(root, datasets)
            check(options, root, datasets, data)
            stamp(options, root, datasets, data)
            sys.stderr.flush()
            os.execvp(options.program[0], options.program)
        case "stamp":
            stamp(options, root, datasets, data)
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
        case "accept":
            from personas.batch.publication import accept, begin

            begin(root, datasets)
            for dataset in datasets:
                print(accept(root, dataset))
        case "index":
            from personas.batch.publication import mend_index

            mend_index(root)
        case "forget":
            for done in forget(root, datasets, (root / Path(options.ids).expanduser()).resolve()):
                print(done)
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
            from personas.batch.publication import must_exit, summarise

            print(summarise(root, datasets, options.data))
            return ALERTED if must_exit(root, datasets, options.alert) else 0
    return 0


def check(options: argparse.Namespace, root: Path, datasets: list[str], data: Path | None) -> None:
    from personas.batch.publication import mend

    check_settings(root, datasets, options.parameters, data)
    for dataset in datasets:
        mend(root, dataset)
    check_data(root, datasets, data)


def stamp(options: argparse.Namespace, root: Path, datasets: list[str], data: Path | None) -> None:
    from personas.batch.stamps import write_stamps

    overrides, _ = parse_overrides(options.parameters)
    for dataset in datasets:
        for reason in write_stamps(root, dataset, overrides, data):
            print(f"{dataset}  {reason}", file=sys.stderr)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m personas.batch", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("check", "start", "stamp", "run", "publish", "accept", "index", "summary", "pdf", "split", "forget"):
        command = commands.add_parser(name)
        if name == "run":
            command.add_argument("stage", help="02_segments")
        if name == "start":
            command.add_argument("program", nargs=argparse.REMAINDER, help="what to become when all is well")
            command.set_defaults(datasets=[])
        else:
            command.add_argument("datasets", nargs="*", help="folders under data/; default: DATASET")
        command.add_argument("--alert", default=os.environ.get("ALERT", ""), help='"exit": 3 while an alert stands')
        command.add_argument("--parameters", default=os.environ.get("P", ""), help='"n_segments=5 seed=7"')
        command.add_argument("--data", default=os.environ.get("DATA", ""), help="folder of files kept elsewhere")
        if name == "forget":
            command.add_argument("--ids", default=os.environ.get("IDS", ""), help="file of customer ids, one a line")
            command.add_argument("--unnamed", action="store_true", help="DATASET is only the default: refuse")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
