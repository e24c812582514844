"""The registry says what is measured, and docs/kpis.md says what the registry says."""

import pytest

from personas.dataset.files import project_root
from personas.experience.kpis import customer_kpis as kpis
from personas.experience.kpis import registry
from personas.experience.kpis.registry import REGISTRY, entry_of, kpi_page


def test_the_page_is_that_of_the_registry():
    written = (project_root() / registry.PATH).read_text(encoding="utf-8")
    assert written == kpi_page(), "run python -m personas.experience.kpis.registry"


def test_every_measured_kpi_is_in_the_registry_as_it_is_measured(demo):
    measured = [*demo.outcomes.kpis[0], *demo.outcomes.ratings[0]]
    measured += kpis.measure_kpis(demo.customers.frame, demo.customers.features)
    assert len({kpi.key for kpi in measured}) > 40
    for kpi in measured:
        entry = entry_of(kpi.key)
        assert (entry.better, entry.unit) == (kpi.better, kpi.estimate.unit), kpi.key
        if not entry.key.endswith("*"):
            assert entry.label == kpi.label, kpi.key


def test_every_entry_is_measured_somewhere(demo):
    """What demo has no data for is named here, so that an entry cannot be forgotten."""
    measured = {entry_of(kpi.key).key for kpi in (*demo.outcomes.kpis[0], *demo.outcomes.ratings[0])}
    measured |= {entry_of(kpi.key).key for kpi in kpis.measure_kpis(demo.customers.frame, demo.customers.features)}
    elsewhere = {"campaign_response", "coupon_users", "lifetime_value", "still_customer"}
    assert {entry.key for entry in REGISTRY} - measured == elsewhere


def test_keys_are_there_once():
    keys = [entry.key for entry in REGISTRY]
    assert len(set(keys)) == len(keys)
    with pytest.raises(KeyError):
        entry_of("happiness")
