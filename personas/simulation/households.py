"""demo's customers table: who they are, as typed in by customers and staff, with what people leave out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from personas.simulation.calendar import at
from personas.simulation.people import People, Units
from personas.simulation.plans import DAYS, Plan

INCOMES = ("under 1,500", "1,500-2,499", "2,500-3,499", "3,500-4,999", "5,000 and more")
CITIES = {
    "de": ("Nürnberg", "Fürth", "Erlangen"),
    "en": ("Leeds", "York", "Harrogate"),
    "pt": ("Porto", "Braga", "Maia"),
}
REGIONS = {"de": "Franconia", "en": "Yorkshire", "pt": "Norte"}
PLAIN = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ê": "e"})
GIVEN = {
    "f": (
        "Anna",
        "Carla",
        "Emma",
        "Inês",
        "Julia",
        "Laura",
        "Maria",
        "Nora",
        "Paula",
        "Sophie",
        "Teresa",
        "Zoe",
    ),
    "m": (
        "Ben",
        "David",
        "Felix",
        "Hugo",
        "Jonas",
        "Leo",
        "Miguel",
        "Oscar",
        "Paul",
        "Rui",
        "Tom",
        "Vincent",
    ),
}
FAMILY = ("Almeida", "Becker", "Carter", "Dias", "Evans", "Fischer", "Green", "Hofmann", "Irving", "Jorge",
          "Klein", "Lopes", "Martin", "Neves", "Oliver", "Pinto", "Quinn", "Richter", "Santos")  # fmt: skip
CITY_NOISE, AGE_NOISE, GENDER_NOISE = 0.06, 0.003, 0.10
IMPOSSIBLE_AGES = (-1, 0, 199, 999)
NO_ANSWER = 9
ATTITUDES = ("price", "quality", "time", "digital")


def household_table(
    plan: Plan, rng: np.random.Generator, units: Units, people: People
) -> tuple[pd.DataFrame, dict[str, int]]:
    """One row a customer or prospect; also returns how many values were mistyped on purpose, by kind.

    Income is missing more often where it is high (not at random); the four attitudes were asked by a survey
    that the less loyal answer less; prospects gave little.
    """
    n = len(people.ids)
    segment = units.segment
    traits = {name: np.array([s.who[name] for s in plan.segments]) for name in plan.segments[0].who if name != "age"}
    ages = np.array([s.who["age"] for s in plan.segments])
    age = np.clip(np.rint(rng.normal(ages[segment, 0], ages[segment, 1])), 18, 94).astype(int)
    female = rng.random(n) < traits["female"][segment]
    wealth = traits["income"][segment] + rng.standard_normal(n)
    income = np.searchsorted([-1.1, -0.3, 0.5, 1.3], wealth)
    size = np.clip(1 + rng.poisson(traits["household"][segment] - 1), 1, 7)
    children = (rng.random(n) < traits["children"][segment]) & (size > 1)
    refused = rng.random(n) < 1 / (1 + np.exp(1.5 - 0.7 * wealth))
    typed_age, odd_age = _mistyped_ages(rng, age)
    age_known = ~(~units.buys & (rng.random(n) < 0.5))
    city, odd_cities = _typed_cities(rng, people.language)
    gender, odd_gender = _typed_genders(rng, female)
    gender_known = rng.random(n) >= 0.04
    names = _names(rng, female)
    prospect = ~units.buys
    frame = pd.DataFrame(
        {
            "customer_id": people.ids,
            "status": np.where(prospect, "prospect", "customer"),
            "name": names,
            "email": [
                f"{name.split()[0].lower().translate(PLAIN)}.{i[1:]}@example.com"
                for name, i in zip(names, people.ids, strict=True)
            ],
            "joined": at(np.where(prospect, np.nan, np.floor(units.joined))),
            "referred_by": pd.array(_referrers(rng, units, people), dtype="str"),
            "language": people.language,
            "city": city,
            "region": np.array([REGIONS[code] for code in people.language], dtype=object),
            "age": pd.array(np.where(age_known, typed_age, np.nan)).astype("Int16"),
            "gender": pd.array(np.where(gender_known, gender, None), dtype="str"),
            "household_size": pd.array(np.where(prospect, np.nan, size)).astype("Int8"),
            "children": pd.array(np.where(prospect, None, np.where(children, "yes", "no")), dtype="str"),
            "income": pd.array(
                np.where(refused | prospect, None, np.array(INCOMES, dtype=object)[income]), dtype="str"
            ),
            "newsletter": np.where(rng.random(n) < 0.55, "Y", "N"),
        }
    )
    asked = ~prospect & (rng.random(n) < 1 / (1 + np.exp(-(0.6 + 0.5 * units.loyalty))))
    for name in ATTITUDES:
        answer = np.clip(np.rint(traits[name][segment] + 0.75 * rng.standard_normal(n)), 1, 5)
        answer = np.where(rng.random(n) < 0.03, NO_ANSWER, answer)
        frame[f"cares_{name}"] = pd.array(np.where(asked, answer, np.nan)).astype("Int8")
    mistyped = {
        "impossible_ages": int((odd_age & age_known).sum()),
        "cities_typed_oddly": odd_cities,
        "genders_typed_oddly": int((odd_gender & gender_known).sum()),
    }
    return frame, mistyped


def _mistyped_ages(rng: np.random.Generator, age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    odd = rng.random(len(age)) < AGE_NOISE
    return np.where(odd, rng.choice(IMPOSSIBLE_AGES, len(age)), age), odd


def _typed_cities(rng: np.random.Generator, language: np.ndarray) -> tuple[np.ndarray, int]:
    """Cities as typed: with blanks, in capitals, without umlauts, in some cases all of it."""
    options = np.array([CITIES[code] for code in language], dtype=object)
    city = options[np.arange(len(language)), rng.choice(3, len(language), p=[0.6, 0.25, 0.15])]
    ways = (
        str.upper,
        str.lower,
        lambda c: f"  {c.translate(PLAIN)}",
        lambda c: f"{c} ",
        lambda c: c.translate(PLAIN).lower(),
    )
    odd = rng.random(len(city)) < CITY_NOISE
    way = rng.integers(0, len(ways), len(city))
    for i in np.flatnonzero(odd):
        city[i] = ways[way[i]](city[i])
    return city, int(odd.sum())


def _typed_genders(rng: np.random.Generator, female: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    clean = np.where(female, "female", "male").astype(object)
    other = np.where(
        female,
        rng.choice(["F", "Female", "FEMALE "], len(female)),
        rng.choice(["M", "Male", " male"], len(female)),
    )
    odd = rng.random(len(female)) < GENDER_NOISE
    return np.where(odd, other, clean), odd


def _names(rng: np.random.Generator, female: np.ndarray) -> np.ndarray:
    given = np.where(female, rng.choice(GIVEN["f"], len(female)), rng.choice(GIVEN["m"], len(female)))
    return np.char.add(np.char.add(given, " "), rng.choice(FAMILY, len(female))).astype(object)


def _referrers(rng: np.random.Generator, units: Units, people: People) -> np.ndarray:
    """Who brought the new ones: customers who were there before, the loyal ones more often."""
    n = len(people.ids)
    known = np.flatnonzero(units.buys & (units.joined < 0))
    referred = units.buys & (units.joined > 0) & (units.joined < DAYS) & (rng.random(n) < 0.22)
    if len(known) == 0:
        return np.full(n, None, dtype=object)
    chance = np.exp(0.8 * units.loyalty[known])
    by = known[rng.choice(len(known), n, p=chance / chance.sum())]
    return np.where(referred, people.ids[by], None)
