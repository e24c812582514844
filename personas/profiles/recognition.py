"""Who today's segments are: matched to the run before, then to what retired before that; a first run is numbered."""

from __future__ import annotations

import hashlib

import pandas as pd

from personas.customers import Customers
from personas.experience import Experience
from personas.handover import Workspace
from personas.profiles.earlier import find_past
from personas.profiles.identities import Identities, first_identities
from personas.profiles.identity import match_personas
from personas.profiles.returning import give_back
from personas.segments import Segmentation


def identify_personas(
    workspace: Workspace,
    customers: Customers,
    segmentation: Segmentation,
    experience: Experience,
    previous: str | None = None,
) -> Identities:
    """Match today's segments to the last accepted run of the dataset; a first run numbers them by size.

    A segment that no persona of that run is like, but a retired one is, gets the retired one's id.

    previous : dataset of which this one is the next wave; its last accepted run is the one to match, on profiles alone,
        since the respondents are others
    A history that cannot be read is left out and said in `notes`. Nothing is written.
    """
    fingerprint = fingerprint_of(customers, segmentation, experience)
    past, history = find_past(workspace, fingerprint, previous or "")
    notes = history.notes()
    if past is None and previous:
        notes = (*notes, f"Of the earlier wave, {previous}, no run is published yet that could be compared with.")
    if past is None:
        found = first_identities(len(segmentation), fingerprint, notes)
    else:
        found = match_personas(past, customers, segmentation, fingerprint, notes)
        found = give_back(found, past, history, customers, segmentation)
    left_out = () if previous else tuple(int(path.name) for path, _why in history.broken)
    return found.model_copy(update={"wave_of": previous or "", "left_out": left_out})


def fingerprint_of(customers: Customers, segmentation: Segmentation, experience: Experience) -> str:
    """A hash of what was measured: customers, segments, experience; the same for the same data and parameters."""
    whole = hashlib.sha256()
    for frame in (customers.frame, segmentation.members):
        plain = frame.astype({name: "string" for name in frame.columns if frame[name].dtype == "category"})
        whole.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    verdict = segmentation.verdict
    whole.update(f"{verdict.word} {verdict.borderline} {verdict.k} {verdict.asked} {verdict.kept}".encode())
    whole.update(experience.model_dump_json().encode())
    return whole.hexdigest()[:32]
