"""Times that are right one by one and wrong together: days taken for moments, a year typed wrongly."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis

from personas.dataset.models import Dataset
from personas.dataset.normalise import Part, mapped_fields
from personas.errors import Problem

FEW = 20
GAP = timedelta(days=180)


def doubtful_times(dataset: Dataset) -> list[Problem]:
    """Warn of shifted calendar days, and of a last time far behind all others that decides what "today" is."""
    warnings = []
    for role in dataset.roles.values():
        for part in role.parts:
            if part.clock:
                warnings += _of_part(part, dataset)
    return warnings


def _of_part(part: Part, dataset: Dataset) -> list[Problem]:
    time = part.table[part.clock]
    # epoch_seconds would be 32 bits wide, and end in 2038
    seconds = time.delta(ibis.literal(datetime(1970, 1, 1)), unit="second")
    row = part.table.aggregate(
        rows=time.count(),
        hours=(seconds % 86_400).nunique(),
        last=time.max(),
        nearly=seconds.quantile(0.99),
        end=seconds.max(),
    )
    found = row.to_pyarrow().to_pylist()[0]
    if found["rows"] < FEW:
        return []
    field = next(name for name, target in mapped_fields(part.contract).items() if target.name == part.clock)
    mapped = getattr(part.contract, field)
    place = dataset.document.place([*part.keys, field])
    zones = dataset.contract.timezone
    warnings = []
    shifted = zones is not None and zones.stored != zones.local and not mapped.date
    if shifted and found["hours"] <= 2:
        text = f"the same time of day in all {found['rows']:,} rows: calendar days, shifted by the time zone"
        warnings.append(Problem(place, text, "moments, or days marked as such", "say date: true"))
    if dataset.contract.observation.end is None and found["end"] - found["nearly"] > GAP.total_seconds():
        text = f"a last time of {found['last']:%Y-%m-%d}, more than half a year after 99 % of the others"
        fix = 'it decides what "today" is: say observation: {end: …}, or correct it'
        warnings.append(Problem(place, text, "times of one period", fix))
    return warnings
