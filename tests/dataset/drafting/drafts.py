"""Files of a stranger, a draft from them, and what a run would say of it."""

from __future__ import annotations

import random
from pathlib import Path

import yaml

from personas.dataset import CheckResult, Dataset, check_dataset, read_dataset
from personas.dataset.document import PlainLoader
from personas.dataset.drafting import Draft, draft_dataset, write_draft
from personas.dataset.drafting.summary import readme_of


def make_draft(root: Path, files: dict[str, str | bytes], name: str = "acme") -> Draft:
    """Put files outside the dataset's folder and draft from them."""
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    (root / "data").mkdir(exist_ok=True)
    paths = []
    for file, content in files.items():
        paths.append(root / "inbox" / file)
        paths[-1].parent.mkdir(exist_ok=True)
        paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return draft_dataset(name, paths, root)


def contract_of(draft: Draft) -> dict:
    """The draft's YAML as plain values."""
    return yaml.load(draft.text, Loader=PlainLoader)


def note_of(draft: Draft, place: str):
    return dict(draft.notes())[place]


def read_back(draft: Draft, root: Path) -> tuple[Dataset, CheckResult]:
    """Write the draft and read it as a run would."""
    write_draft(draft, readme_of(draft), root)
    dataset = read_dataset(draft.name, root=root)
    return dataset, check_dataset(dataset)


def table(header: str, rows) -> str:
    return header + "\n" + "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)


def attributes(root: Path, column: str, values: list) -> dict:
    """Draft a list of customers with one column, each value in many rows; returns its attributes."""
    rows = [(f"C{number:04d}", values[number % len(values)], "n" + "s"[: number % 2]) for number in range(400)]
    return contract_of(make_draft(root, {"customers.csv": table(f"customer_id,{column},filler", rows)}))["customers"][
        "attributes"
    ]


def orders_of_a_stranger(customers: int = 60) -> bytes:
    """Orders as a German shop system exports them: BOM, semicolons, decimal commas, days with points."""
    rng = random.Random(1)
    lines = ["Bestellnummer;Kundennummer;Bestelldatum;Warengruppe;Menge;Umsatz;Retoure"]
    for order in range(customers * 5):
        day = f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.2024"
        for _ in range(rng.randint(1, 3)):
            paid = f"{rng.uniform(5, 1500):.2f}".replace(".", ",")
            kind, back = rng.choice(["Damen", "Herren", "Schuhe"]), rng.choice(["ja", "nein", "nein"])
            lines.append(f"B{order:05d};K{order % customers + 100};{day};{kind};{rng.randint(1, 4)};{paid};{back}")
    return ("\ufeff" + "\n".join(lines) + "\n").encode("utf-8")


def survey_of_a_stranger(respondents: int = 300) -> str:
    rng = random.Random(2)
    words = ["delivery", "was", "late", "again", "staff", "were", "kind", "the", "app", "failed", "when", "paying"]

    def rating():
        return rng.choice([1, 2, 3, 4, 5, 5, 4, 99])

    rows = [
        (
            1000 + number,
            f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} 10:{rng.randint(0, 59):02d}",
            rng.randint(0, 10),
            *(rating() for _ in range(5)),
            rng.choice(["18-24", "25-44", "45-64", "65+"]),
            rng.choice(["Female", "Male"]),
            f"p{number}@example.org",
            " ".join(rng.choices(words, k=rng.randint(4, 12))) if number % 2 else "",
        )
        for number in range(respondents)
    ]
    header = "respondent_id,submitted,recommend,rating_staff,rating_price,rating_delivery,rating_app,satisfaction"
    return table(header + ",age_band,gender,email,comments", rows)
