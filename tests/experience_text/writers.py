"""Comments made up for tests: a few matters in several languages, by customers who may write more than once."""

import numpy as np
import pandas as pd

from personas.experience.text.comments import arrange_comments
from personas.experience.text.places import Problems

MATTERS = {
    "en": {
        "parking": ["the parking garage was full", "no parking space in the garage", "parking costs too much"],
        "coffee": ["the coffee was cold", "coffee machine broken and the coffee bitter", "bitter cold coffee"],
        "staff": ["staff were rude at the desk", "rude answer from the desk staff", "the desk staff ignored us"],
    },
    "de": {
        "parking": ["das Parkhaus war voll", "kein Platz im Parkhaus", "Parkhaus viel zu teuer"],
        "coffee": ["der Kaffee war kalt", "Kaffee bitter und Automat kaputt", "bitterer Kaffee aus dem Automat, kalt"],
        "staff": ["Personal am Schalter unfreundlich", "unfreundliches Personal", "Schalter: Personal schaut weg"],
    },
    "pt": {
        "parking": ["o estacionamento estava cheio", "estacionamento sem lugar", "estacionamento muito caro"],
        "coffee": ["o café estava frio", "café amargo e máquina avariada", "café frio da máquina, amargo"],
        "staff": ["funcionários antipáticos", "balcão com funcionários antipáticos", "no balcão, gente rude"],
    },
}  # fmt: skip
COURTESY = {
    "en": ["Please fix this.", "Thank you!", ""],
    "de": ["Bitte ändern.", "Danke!", ""],
    "pt": ["Obrigada!", "Por favor, resolvam.", ""],
}
COLUMNS = ("customer_id", "time", "text", "polarity", "touchpoint", "stage", "source", "language", "team", "good")


def written(n=180, languages=("en",), seed=1, **columns):
    """A frame as the feedback table gives it, and the matter of each row: n comments a language, two a customer."""
    rng = np.random.default_rng(seed)
    rows, matters = [], []
    for language in languages:
        for i in range(n):
            matter = ["parking", "coffee", "staff"][i % 3]
            first, second = rng.choice(MATTERS[language][matter], 2, replace=False)
            text = f"{first}, {second}. {rng.choice(COURTESY[language])}"
            rows.append({"customer_id": f"C{language}{i // 6:04d}{i % 3}", "text": text, "polarity": "complaint"})
            matters.append(matter)
    return framed(rows, **columns), np.array(matters)


def framed(rows, **columns):
    """Rows with every column that is read; what is not given is unknown."""
    frame = pd.DataFrame(rows)
    for name in COLUMNS:
        if name not in frame:
            frame[name] = pd.Series([None] * len(frame), dtype="float64" if name == "good" else object)
    for name, value in columns.items():
        frame[name] = value
    frame["time"] = pd.to_datetime(frame["time"])
    return frame[list(COLUMNS)]


def arranged(frame, **options):
    """Comments of a frame, and the customer ids in order."""
    ids = pd.Series(sorted(set(frame["customer_id"].dropna())), dtype=object)
    return arrange_comments(frame, ids, **options), ids


def no_problems(n):
    return Problems({}, {}, np.zeros(n, bool))
