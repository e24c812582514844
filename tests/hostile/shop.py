"""A shop whose every name, category, id and comment is an attack, and whose customers are of two kinds all the same."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

import yaml

MARK = "xss-mark"  # the tag that no page may have
TAG = f"<{MARK}>"
SCRIPT = "<script>document.title='pwned'</script>"
HANDLER = "\"'><img src=x onerror=alert(1)>"
SQL = 'a"; DROP TABLE customers; --'
SQL_QUOTE = "O'Brien'); DROP TABLE customers; /*"
SLASH = "back\\slash\\' `tick`"
TEMPLATE = "{{ 1234567*7654321 }} {% include '/etc/passwd' %} ${7*7} {0.__class__}"
COMPUTED = "9449772114007"  # what a template would make of it
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://127.0.0.1")')
TURNED = "abc\u202egnp.exe"
LINK = "javascript:alert(1)"
CANARY = "zq{kind}{n:04d}x"  # in a column of its own in every table: nobody may meet one again
PAYLOADS = (TAG, SCRIPT, HANDLER, SQL, SQL_QUOTE, SLASH, TEMPLATE, *FORMULAS, TURNED, LINK)

AGE, INCOME, REGION = f"age {SQL}", f"income {TAG}", f"region {SLASH}"
LOYALTY = f"loyal {TEMPLATE}"
REGIONS = (SCRIPT, SQL_QUOTE, "=1+1", TAG)
CATEGORIES = (HANDLER, SQL, TEMPLATE, "@SUM(A1)")
TOUCHPOINTS = (f"Queue {TAG}", f"Staff {SQL_QUOTE}")
TEAMS = (f"Team {SCRIPT}", "=team")

CONTRACT = {
    "title": f"Shop {SCRIPT}{TAG}",
    "notice": f"Notice {HANDLER} {TEMPLATE}",
    "source": f"Source {LINK} {TAG}",
    "licence": f"Licence {TAG}",
    "unit": f"customer{TAG}",
    "units": f"customers{TAG}",
    "currency": "EUR",
    "observation": {"start": "2024-01-01", "end": "2025-01-01"},
    "sources": {
        f"people {SQL}": {"file": "people's `own`; $(touch pwned) table.csv"},
        f"orders {SQL_QUOTE}": {"file": "orders.csv"},
        "answers": {"file": "answers.csv"},
        "cases": {"file": "cases.csv"},
    },
    "customers": {
        "source": f"people {SQL}",
        "id": f"id {SQL}",
        "names": ["called"],
        "attributes": {
            "mail": {"kind": "category", "forms": False},
            AGE: {"kind": "number", "unit": TAG, "label": f"Age {TAG}", "high": HANDLER, "low": SQL},
            INCOME: {"kind": "number", "label": f"Income {TEMPLATE}"},
            REGION: {"kind": "category", "label": f"Region {HANDLER}"},
            LOYALTY: {"kind": "binary", "label": f"Loyal {SCRIPT}"},
        },
    },
    "transactions": {
        "source": f"orders {SQL_QUOTE}", "customer": f"who {SQL}", "time": f"when {SLASH}",
        "amount": f"eur {TAG}", "order": "order", "category": f"sort {SQL_QUOTE}",
        "product": "product",
    },
    "feedback": {
        "source": "answers", "customer": "who", "time": "when", "score": "score", "scale": [0, 10],
        "metric": {"value": "nps"}, "text": f"text {SQL}", "touchpoint": "touchpoint",
    },
    "tickets": {
        "source": "cases", "customer": "who", "opened": "opened", "resolved": "resolved", "team": "team",
        "category": "category",
    },
    "names": {"P1": FORMULAS[0], "P2": f"{SCRIPT[:40]}{TAG}"},
}  # fmt: skip


def write_shop(folder: Path, customers: int = 300, seed: int = 3) -> None:
    """Write the contract and its tables: half of the customers buy much and complain, half buy little."""
    draw = random.Random(seed)
    ids = [f"{PAYLOADS[n % len(PAYLOADS)]}{n:04d}" for n in range(customers)]
    people, orders, answers, cases = [], [], [], []
    for n, who in enumerate(ids):
        busy = n % 2 == 0
        age, income = draw.gauss(30 if busy else 62, 3), draw.gauss(60_000 if busy else 24_000, 3_000)
        mail, secret = (CANARY.format(kind=kind, n=n) for kind in ("mail", "secret"))
        called = "Zqq" + "".join("abcdefghij"[int(digit)] for digit in f"{n:04d}") + "x"  # names have no figures
        region = REGIONS[(n // 2) % 2 + 2 * busy]
        people.append([who, round(age, 1), round(income), region, "yes" if busy else "no", called, mail, secret])
        for _ in range(draw.randint(8, 14) if busy else draw.randint(1, 3)):
            when = datetime(2024, 1, 1) + timedelta(minutes=draw.randrange(60 * 24 * 365))
            spent = round(draw.uniform(50, 90) if busy else draw.uniform(5, 20), 2)
            product = CANARY.format(kind="bought", n=len(orders))
            orders.append([who, when, spent, f"o{len(orders)}", CATEGORIES[draw.randrange(2) + 2 * busy], product])
        asked = datetime(2024, 6, 1) + timedelta(days=draw.randrange(180))
        words = f"{draw.choice(PAYLOADS)} the queue was far too long {draw.choice(PAYLOADS)} says {called}"
        answers.append(
            [who, asked, draw.randint(0, 6) if busy else draw.randint(8, 10), words, TOUCHPOINTS[n % 2], secret]
        )
        if busy:
            done = asked + timedelta(days=draw.randrange(1, 9))
            cases.append([who, asked, done, TEAMS[n % 4 // 2], CATEGORIES[1], secret])
    write = {
        "people's `own`; $(touch pwned) table.csv": [
            [f"id {SQL}", AGE, INCOME, REGION, LOYALTY, "called", "mail", "note"],
            *people,
        ],
        "orders.csv": [[f"who {SQL}", f"when {SLASH}", f"eur {TAG}", "order", f"sort {SQL_QUOTE}", "product"], *orders],
        "answers.csv": [["who", "when", "score", f"text {SQL}", "touchpoint", "note"], *answers],
        "cases.csv": [["who", "opened", "resolved", "team", "category", "note"], *cases],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in write.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    text = yaml.safe_dump(CONTRACT, allow_unicode=True, sort_keys=False)
    (folder / "dataset.yml").write_text(text, encoding="utf-8")
