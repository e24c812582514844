"""A profiler that is no dependency here, run by its own Python: `python profiler_process.py NAME table.csv out.html`.

NAME is "fg-data-profiling" or "evidently", with its defaults; prints its version and the seconds as a line of JSON.
"""

import json
import sys
import time
from importlib.metadata import version


def profile(table, out: str) -> None:
    from data_profiling import ProfileReport

    ProfileReport(table, progress_bar=False).to_file(out)


def evidently(table, out: str) -> None:
    from evidently import Dataset, Report
    from evidently.presets import DataSummaryPreset

    Report([DataSummaryPreset()]).run(Dataset.from_pandas(table), None).save_html(out)


def main() -> None:
    import pandas as pd

    name, source, out = sys.argv[1:4]
    table = pd.read_csv(source)
    start = time.perf_counter()
    {"fg-data-profiling": profile, "evidently": evidently}[name](table, out)
    print(json.dumps({"version": version(name), "seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
