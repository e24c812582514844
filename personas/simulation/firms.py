"""demo_b2b's people and firms: contacts with their role in the buying centre, accounts with firmographics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.simulation.calendar import at
from personas.simulation.households import FAMILY, GIVEN, PLAIN
from personas.simulation.people import People, Units, pick
from personas.simulation.plans import Plan

INDUSTRIES = ("Pharmaceuticals", "University and research", "Food and chemicals", "Medical practice")
SIZES = ("1-9", "10-49", "50-249", "250-999", "1000+")
ROLES = ("buyer", "user", "decider", "influencer", "gatekeeper")
ROLES_BESIDE_BUYER = (0.10, 0.45, 0.18, 0.17, 0.10)
SENIORITY = ("junior", "senior", "head", "board")
COUNTRIES = {"en": "United Kingdom", "de": "Germany", "pt": "Portugal"}
FORMS = {"en": "Ltd", "de": "GmbH", "pt": "Lda"}
WORDS = ("Alba", "Berg", "Cedro", "Delta", "Elm", "Fjord", "Granit", "Helio", "Iris", "Juno", "Kern", "Lumen")
KINDS = ("Analytics", "Biotech", "Diagnostics", "Labs", "Pharma", "Science", "Testing", "Institute")
COUNTRY_NOISE, SIZE_UNKNOWN = 0.05, 0.12


def firm_tables(
    plan: Plan, rng: np.random.Generator, units: Units, people: People
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Contacts (customers: a row a contact) and accounts (a row a firm); also the rows mistyped."""
    m, n = len(units.segment), len(people.ids)
    accounts = np.array([f"A{people.ids[i][1:]}" for i in units.buyer], dtype=object)
    code = people.language[units.buyer]
    mean = np.array([segment.who["employees"] for segment in plan.segments])[units.segment]
    size = np.clip(np.rint(mean + 0.7 * rng.standard_normal(m)), 0, len(SIZES) - 1).astype(int)
    industry = pick(rng, np.array([segment.who["industry"] for segment in plan.segments])[units.segment])
    country = np.array([COUNTRIES[c] for c in code], dtype=object)
    odd = rng.random(m) < COUNTRY_NOISE
    typed = np.where(rng.random(m) < 0.5, [c.upper() for c in country], [f" {c.lower()}" for c in country])
    firms = pd.DataFrame(
        {
            "account_id": accounts,
            "company": [
                f"{WORDS[a]} {KINDS[b]} {FORMS[c]}"
                for a, b, c in zip(rng.integers(0, len(WORDS), m), rng.integers(0, len(KINDS), m), code, strict=True)
            ],
            "industry": np.array(INDUSTRIES, dtype=object)[industry],
            "employees": pd.array(
                np.where(rng.random(m) < SIZE_UNKNOWN, None, np.array(SIZES, dtype=object)[size]), dtype="str"
            ),
            "country": np.where(odd, typed, country).astype(object),
            "since": at(np.where(units.buys, np.floor(units.joined), np.nan)),
        }
    )
    names = _names(rng, n)
    role = np.array(ROLES, dtype=object)[rng.choice(len(ROLES), n, p=ROLES_BESIDE_BUYER)]
    role[units.buyer] = "buyer"
    higher = np.isin(role, ("decider",)) * 1.2
    level = np.clip(np.rint(0.8 + higher + 0.8 * rng.standard_normal(n)), 0, len(SENIORITY) - 1).astype(int)
    contacts = pd.DataFrame(
        {
            "customer_id": people.ids,
            "account_id": accounts[people.unit],
            "status": np.where(units.buys, "customer", "prospect")[people.unit],
            "name": names,
            "email": [
                f"{name.split()[0].lower().translate(PLAIN)}.{i[1:]}@example.com"
                for name, i in zip(names, people.ids, strict=True)
            ],
            "role": role,
            "seniority": pd.array(
                np.where(rng.random(n) < 0.15, None, np.array(SENIORITY, dtype=object)[level]), dtype="str"
            ),
            "language": people.language,
        }
    )
    return {"customers": contacts, "accounts": firms}, {"countries_typed_oddly": int(odd.sum())}


def _names(rng: np.random.Generator, n: int) -> np.ndarray:
    given = rng.choice(GIVEN["f"] + GIVEN["m"], n)
    return np.char.add(np.char.add(given, " "), rng.choice(FAMILY, n)).astype(object)
