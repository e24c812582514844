"""What a run leaves for the next one: itself reduced, what assigns a customer, and who is who."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from personas.changes.models import Changes
from personas.changes.noise import measure_noise
from personas.customers import Customers
from personas.handover import Workspace
from personas.profiles.identities import Identities
from personas.profiles.models import PersonaSet
from personas.profiles.past import PastSegments, reduce_run
from personas.segments import Segmentation
from personas.succession import drop_candidate, write_candidate


def write_run(
    workspace: Workspace,
    personas: PersonaSet,
    customers: Customers,
    segmentation: Segmentation,
    identities: Identities,
    changes: Changes,
) -> Path | None:
    """Write this run as a candidate for the history, which publication adds; None where its data is out of order.

    Measures how far a refit alone would move the segments, so that the next run knows what chance does.
    """
    if changes.out_of_order:
        drop_candidate(workspace)
        return None
    segments = segmentation.members["segment"].to_numpy()
    run = reduce_run(personas, customers, segments, identities.highest)
    run = run.model_copy(update={"passports": changes.passports})
    noise = measure_noise(customers, segmentation, personas.seed)
    ids = tuple(one.persona_id for one in identities.personas)
    fitted = PastSegments(
        space=segmentation.space, centres=tuple(tuple(map(float, centre)) for centre in segmentation.centres),
        classes=segmentation.classes, ids=ids, floors=noise.floors, moved=noise.moved,
    )  # fmt: skip
    members = pd.DataFrame(
        {
            "customer_id": segmentation.members["customer_id"].astype(str),
            "persona": [ids[segment - 1] for segment in segments],
        }
    ).sort_values("customer_id", kind="stable")
    head = {
        "fingerprint": identities.fingerprint, "observation_end": run.observation_end,
        "accepted": changes.acceptance == "accepted", "compared_with": identities.entry, "wave_of": identities.wave_of,
        "left_out": list(identities.left_out),
        "run": run.model_dump(mode="json"),
    }  # fmt: skip
    return write_candidate(workspace, head, fitted.model_dump(mode="json"), members)
