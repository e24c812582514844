"""An attacker who has only what is published, and wants to count a group of fewer than `min_group` customers.

What ``personas.json`` tells is taken for what it is: equations. A share times its n is a count; a persona and the
others are everybody; the base is the sum of its personas; the answers to one question add up. The equations of one
figure are solved together, and every count that they fix, as well as the sum of what they leave open, is a finding
if it is one to `min_group` less one. Curves, net scores with an interval, contacts by channel, numbers in the words
of pages and cards, and extreme values are attacked beside it. :func:`intersect` sets two published runs against each
other.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

Z = 1.959963984540054
# Estimates in shares that do not count customers or answers: differences, slopes, weights, shares of money.
NO_COUNTS = {
    "impact", "expected", "difference", "slope", "gap", "weight", "r2", "value_share", "trend", "kept", "effect",
    "confidence", "at_stake", "change",
}  # fmt: skip
# Methods of shares that are no counts either, and of counts that were rounded before they were told: how far is said.
NO_COUNT_METHODS = ("mean", "ratio of sums", "ends over months", "difference")
RATIO = "delta method"  # sales over sales
WEIGHTED = " (weighted)"
FORECAST = "fitted on"  # a mean probability by a model
ROUNDED, STEPS = "from a rounded count", "from counts in steps"
ROUNDED_TOO = ("customers", "affected", "reach")  # counts that stand beside a share from a rounded count
NAMES = ("key", "stage", "touchpoint", "cause", "month", "before", "after", "feature", "brand", "role", "name", "team")
EVERYBODY = 0


@dataclass(frozen=True)
class Finding:
    """A group that can be counted though it is too small. figure : where; group : which; count : how many"""

    figure: str
    group: str
    count: float
    how: str

    def __str__(self) -> str:
        return f"{self.figure}: {self.group} = {self.count:g} ({self.how})"


@dataclass
class Figure:
    """The equations of one figure over cells (segment, answer): each the sum of some cells and its value."""

    rows: list[tuple[dict[tuple[int, str], float], float]] = field(default_factory=list)
    about: float = 1e-6

    def say(self, segments, answers, value: float) -> None:
        self.rows.append(({(s, a): 1.0 for s in segments for a in answers}, value))


def estimates_in(node, path=(), names=()) -> Iterator[tuple[tuple, tuple, dict]]:
    """(path without positions, names of what it belongs to, estimate) of every measured estimate in the JSON."""
    if isinstance(node, dict):
        if "value" in node and "method" in node and "unit" in node:
            if node["value"] is not None:
                yield path, names, node
            return
        own = tuple(str(node[name]) for name in NAMES if isinstance(node.get(name), str) and node[name])
        for name, value in node.items():
            yield from estimates_in(value, (*path, name), (*names, *own) if own else names)
    elif isinstance(node, list):
        for value in node:
            yield from estimates_in(value, path, names)


def groups_of(told: dict) -> Iterator[tuple[int, tuple, dict]]:
    """(segment, first part of the path, what is told of it): the base is 0."""
    base = {name: told[name] for name in ("kpis", "pain_points", "journey")}
    yield EVERYBODY, (), base
    for persona in told["personas"]:
        own = {name: persona[name] for name in ("kpis", "pain_points", "journey", "traits", "in_between")}
        yield persona["number"], (), own
    for group in (told.get("experience") or {}).get("groups", ()):
        own = {name: value for name, value in group.items() if name not in ("retention", "segment", "value_share")}
        yield group["segment"], ("experience",), own


def mark_weighted(told: dict) -> dict:
    """The same with "weighted" in the method of every share that survey weights went into, and no weighted profile.

    Times n such a share is no count, and nobody who reads it knows the weights.
    """
    if not any(claim.get("weighted") for claim in told["claims"]):
        return told
    told = json.loads(json.dumps(told))
    for _path, _names, estimate in estimates_in(told):
        if estimate["unit"] == "share" and estimate.get("n_effective") is not None:
            estimate["method"] += WEIGHTED
    for persona in told["personas"]:
        persona["profile"] = []
    return told


def count_of(estimate: dict) -> float:
    return estimate["value"] * estimate["n"]


def tells_count(estimate: dict) -> bool:
    """Whether share × n is how many there were, to the last one."""
    method = estimate["method"]
    return estimate["unit"] == "share" and not (
        WEIGHTED in method
        or ROUNDED in method
        or FORECAST in method
        or RATIO in method
        or method.startswith(NO_COUNT_METHODS)
    )


def figures_of(told: dict) -> dict[str, Figure]:
    """The equations of every figure that tells shares, by name."""
    numbers = [persona["number"] for persona in told["personas"]]
    figures: dict[str, Figure] = defaultdict(Figure)

    def tell(name: str, segment: int, estimate: dict, complement: bool) -> None:
        inside = numbers if segment == EVERYBODY else [segment]
        if complement:
            inside = [number for number in numbers if number != segment]
        if tells_count(estimate):
            figures[name].say(inside, ("yes",), count_of(estimate))
        figures[name].say(inside, ("yes", "no"), estimate["n"])

    for segment, head, own in groups_of(told):
        for path, names, estimate in estimates_in(own, head):
            complement = path[-1] == "rest"
            stem = path[:-1] if path[-1] in ("rest", "estimate", "share", "reach", "persona") else path
            if NO_COUNTS & set(path):
                continue
            name = " · ".join((*stem, *names))
            if estimate["unit"] == "share":
                tell(name, segment, estimate, complement)
            else:
                inside = numbers if segment == EVERYBODY else [segment]
                inside = [n for n in numbers if n != segment] if complement else inside
                figures[f"answers: {name}"].say(inside, ("answers",), estimate["n"])
                if estimate["unit"] == "count" and estimate["method"].startswith("mean"):
                    figures[f"sum: {name}"].say(inside, ("sum",), count_of(estimate))
            for part, count in net_parts(estimate).items():
                inside = numbers if segment == EVERYBODY else [segment]
                inside = [n for n in numbers if n != segment] if complement else inside
                figures[f"net: {name}"].say(inside, (part,), count)
    for kpi, segment in _kpis(told, numbers):
        for part in kpi.get("parts", ()):
            inside = numbers if segment == EVERYBODY else [segment]
            figures[f"net: kpis · {kpi['key']}"].say(inside, (part["name"],), part["share"] * kpi["estimate"]["n"])
    _tell_levels(told, numbers, figures)
    return figures


def _kpis(told: dict, numbers) -> Iterator[tuple[dict, int]]:
    yield from ((kpi, EVERYBODY) for kpi in told["kpis"])
    yield from ((kpi, persona["number"]) for persona in told["personas"] for kpi in persona["kpis"])


def _tell_levels(told: dict, numbers: list[int], figures: dict[str, Figure]) -> None:
    """Attributes: the distribution of each persona and its rest, and every claim on a level of the attribute."""
    levels, labels = {}, {}
    for persona in told["personas"]:
        for shown in persona["profile"]:
            levels.setdefault(shown["feature"], list(shown["levels"]))
            rows = [shares for shares in (shown["persona"], shown["rest"]) if None not in shares]
            if any(sum(shares) < 1 - 1e-9 for shares in rows) and "not named" not in levels[shown["feature"]]:
                levels[shown["feature"]].append("not named")  # else all that there are are named
            labels[shown["feature"]] = shown["label"]
            figure = figures[f"profile · {shown['feature']}"]
            others = [number for number in numbers if number != persona["number"]]
            for inside, shares, known in (
                ([persona["number"]], shown["persona"], shown["known"]), (others, shown["rest"], shown["known_rest"]),
            ):  # fmt: skip
                figure.say(inside, levels[shown["feature"]], known)
                for level, share in zip(shown["levels"], shares, strict=True):
                    if share is not None:
                        figure.say(inside, (level,), share * known)
    of = {persona["id"]: persona["number"] for persona in told["personas"]}
    for claim in told["claims"]:
        name = claim["feature"]
        if name not in levels or not tells_count(claim["estimate"]) or claim["persona_id"] not in of:
            continue
        chosen = _levels_meant(claim["filter"], labels[name], levels[name])
        if not chosen:
            continue
        figure, segment = figures[f"profile · {name}"], of[claim["persona_id"]]
        others = [number for number in numbers if number != segment]
        for inside, estimate in (([segment], claim["estimate"]), (others, claim["rest"])):
            if estimate is not None and estimate["value"] is not None:
                figure.say(inside, chosen, count_of(estimate))
                figure.say(inside, levels[name], estimate["n"])


def _levels_meant(words: str, label: str, levels: list[str]) -> list[str]:
    if not words.startswith(label):
        return []
    level = words[len(label) + 1 :]
    if level in levels:
        return [level]
    for ending, side in ((" or more", 1), (" or less", -1)):
        if level.endswith(ending) and level.removesuffix(ending) in levels:
            at = levels.index(level.removesuffix(ending))
            return levels[at:] if side > 0 else levels[: at + 1]
    return []


def net_parts(estimate: dict) -> dict[str, float]:
    """Promoters and detractors from a net score and its interval [Rocks 2016 solved for them]; {} where none is told.

    The interval holds the share of those who voted either way; together with the net score that is both counts.
    """
    if (
        "adjusted Wald" not in estimate["method"]
        or STEPS in estimate["method"]
        or estimate.get("low") is None
        or estimate["high"] is None
    ):
        return {}
    net, n = estimate["value"] / 100, estimate["n_effective"] or estimate["n"]
    if estimate["low"] <= -100 or estimate["high"] >= 100:
        return {}
    reach, centre = (estimate["high"] - estimate["low"]) / 200, net * n / (n + 3)
    voted = ((reach / Z) ** 2 * (n + 3) + centre**2) * (n + 3) - 1.5
    up, down = (voted / n + net) / 2 * estimate["n"], (voted / n - net) / 2 * estimate["n"]
    return {"promoters": up, "detractors": down, "passives": estimate["n"] - up - down}


def solve(name: str, figure: Figure, least: int) -> list[Finding]:
    """Cells that the equations fix, and sums of what they leave open, that are groups under `least`."""
    cells = sorted({cell for row, _value in figure.rows for cell in row})
    at = {cell: place for place, cell in enumerate(cells)}
    matrix = np.zeros((len(figure.rows), len(cells)))
    for i, (row, _value) in enumerate(figure.rows):
        for cell, weight in row.items():
            matrix[i, at[cell]] = weight
    values = np.array([value for _row, value in figure.rows])
    _u, sizes, right = np.linalg.svd(matrix, full_matrices=True)
    rank = int((sizes > 1e-9).sum())
    free = right[rank:].T  # what the equations leave open
    solution = np.linalg.lstsq(matrix, values, rcond=None)[0]
    if np.abs(matrix @ solution - values).max() > 0.5 + 1e-3 * np.abs(values).max():
        return []  # weighted answers, or figures of several questions under one name: they do not add up

    found = []

    def judge(chosen: list[int], how: str) -> None:
        if np.abs(free[chosen].sum(axis=0)).max(initial=0.0) > 1e-7:
            return
        count = float(solution[chosen].sum())
        if 0.02 < count < least - 0.02:
            group = " + ".join(f"{answer} in {segment}" for segment, answer in (cells[i] for i in chosen))
            found.append(Finding(name, group, round(count, 2), how))

    for place in range(len(cells)):
        judge([place], "fixed")
    fixed = np.abs(free).max(axis=1, initial=0.0) < 1e-7
    for which in (0, 1):  # what is open in a segment, and of an answer
        for value in sorted({cell[which] for cell in cells}, key=str):
            chosen = [i for i, cell in enumerate(cells) if cell[which] == value and not fixed[i]]
            if chosen:
                judge(chosen, "sum of what is open")
    everything = sorted({segment for segment, _answer in cells})
    for answer in sorted({answer for _segment, answer in cells}):
        chosen = [at[segment, answer] for segment in everything if (segment, answer) in at]
        if len(chosen) > 1:
            judge(chosen, "sum over personas")
    return found


def small_answers(told: dict) -> Iterator[Finding]:
    """Estimates that rest on fewer than `min_group`, and claims whose share counts so few."""
    least = told["min_group"]
    for path, names, estimate in estimates_in(told):
        if 0 < estimate["n"] < least and not estimate["method"].startswith("counted over the personas"):
            yield Finding(" · ".join((*path, *names)), "n", estimate["n"], "told")
    for path, names, e in estimates_in(told):
        total = e["value"] * e["n"]
        if e["unit"] == "count" and e["method"].startswith("mean") and 0.02 < total < least - 0.02:
            yield Finding(" · ".join((*path, *names)), "sum", round(total, 2), "mean × n")
    no_counts = {
        (e["value"], e["n"]) for path, _n, e in estimates_in(told) if NO_COUNTS & set(path) and e["unit"] == "share"
    }  # claims repeat these: they count nothing
    for path, names, e in estimates_in(told):
        if not tells_count(e) or NO_COUNTS & set(path) or (path[0] == "claims" and (e["value"], e["n"]) in no_counts):
            continue
        for count, what in ((count_of(e), "yes"), (e["n"] - count_of(e), "no")):
            if 0.02 < count < least - 0.02:
                yield Finding(" · ".join((*path, *names)), what, round(count, 2), "share × n")


def curve_steps(told: dict) -> Iterator[Finding]:
    """Steps of survival curves: of n spans, at most n × the step ended between two points."""
    for group in (told.get("experience") or {}).get("groups", ()):
        before = 1.0
        for point in group["retention"]:
            left = point["left"]
            if left["value"] is None:
                continue
            ended = left["n"] * (1 - left["value"] / before) if before else 0.0
            if 0.02 < ended < told["min_group"] - 0.02:
                yield Finding(f"retention · {point['months']} months", f"ended in {group['segment']}", round(ended, 2),
                              "a step of the curve")  # fmt: skip
            before = left["value"]


def contacts_by_way(told: dict) -> Iterator[Finding]:
    """Contacts by one channel: contacts each × customers there × share of the channel."""
    cells = [(EVERYBODY, told["journey"]), *((p["number"], p["journey"]) for p in told["personas"])]
    for segment, journey in cells:
        for cell in journey:
            share = cell["share"]
            if share["value"] is None or not cell["contacts"]:
                continue
            contacts = cell["contacts"] * count_of(share)
            for kind in ("channels", "environments", "motives"):
                for way in cell[kind]:
                    count = way["share"] * contacts
                    if 0.5 < count < told["min_group"] - 0.5:
                        where = f"journey · {cell['stage']} · {cell['touchpoint']} · {way['name']}"
                        yield Finding(where, f"contacts of {segment}", round(count, 2), "share × contacts")


def counts_said(told: dict) -> Iterator[Finding]:
    """Counts that stand as whole numbers in the JSON."""
    rounded = {round(count_of(e)) for _path, _names, e in estimates_in(told) if ROUNDED in e["method"]}
    wanted = {"customers", "cases", "contacts", "accounts", "affected", "reach", "known", "known_rest", "unmatched"}

    def walk(node, path):
        if isinstance(node, dict):
            for name, value in node.items():
                small = isinstance(value, int) and 0 < value < told["min_group"]
                if name in wanted and small and not (name in ROUNDED_TOO and value in rounded):
                    yield Finding(" · ".join((*path, name)), "count", value, "told")
                yield from walk(value, (*path, name))
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, path)

    yield from walk(told, ())


class Tables(HTMLParser):
    """The rows of all tables of a page as (headings, cells), and all of its text."""

    def __init__(self, page: str):
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._said: list[tuple[int, str]] = []  # (table that it stands in or -1, text)
        self._open = -1
        self._cell = self._skip = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
            self._open = len(self.tables) - 1
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._cell = True
        self._skip = tag in ("style", "script")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table":
            self._open = -1
        self._skip = False

    def handle_data(self, data):
        if self._skip:
            return
        self._said.append((self._open, data))
        if self._cell and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data

    @property
    def text(self) -> str:
        """All of the text but for the list of rows set aside: nothing is dropped in silence, so these are counted.

        They are records that could not be used, not customers; what the notes say of them is rounded.
        """
        aside = {place for place, table in enumerate(self.tables) if table and set(table[0]) >= SET_ASIDE}
        return " ".join(text for place, text in self._said if place not in aside)


SET_ASIDE = {"table", "set aside", "reason"}  # headings
COUNTING = re.compile(r"^(n|answers|customers|households|accounts|passengers|cases|contacts|people|reach)$", re.I)
OF = re.compile(r"\b(\d[\d,]*) of (?:the |all |its )?(\d[\d,]*) ([a-z]+)")
NOT_PEOPLE = re.compile(
    r"(similar|persona|segment|group|question|feature|column|month|trait|case|time|draw|resample|run|division|star|fold|stage|"
    r"pair|copies|data|refit|trial|other|repeat|measure)"
)


# "3 customers", but not "at least 3 customers", "of 3 customers", "1.3 customers" or "2–3 customers".
FEW_OF = r"(?<![\w.,–−-])(?<!than )(?<!least )(?<!most )(?<!every )(?<!of )(?<!to )(?<!about )([1-9]\d{{0,2}}) (?:{})\b"


def said_on(page: str, least: int, people: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Small counts in the tables of a page, and "61 of 64 customers" and "3 customers" in its text.

    people : what customers are called, as "households"
    """
    read = Tables(page)
    for table in read.tables:
        if not table:
            continue
        counting = {i for i, heading in enumerate(table[0]) if COUNTING.match(heading.strip())}
        for row in table[1:]:
            for i in counting & set(range(len(row))):
                if re.fullmatch(r"\d+", row[i].strip()) and 0 < int(row[i]) < least:
                    yield Finding(f"table · {table[0][i].strip()}", row[0].strip()[:60], int(row[i]), "in a table")
    yield from said_in(read.text, least, people)


def said_in(text: str, least: int, people: tuple[str, ...] = ()) -> Iterator[Finding]:
    text = re.sub(r"\s+", " ", text)
    few = re.compile(FEW_OF.format("|".join(re.escape(word) for word in (*people, "customers", "people"))))
    for match in few.finditer(text):
        if 0 < int(match[1]) < least:
            yield Finding("words", text[max(match.start() - 40, 0) : match.end() + 20], int(match[1]), "in a sentence")
    for match in OF.finditer(text):
        some, all_, noun = int(match[1].replace(",", "")), int(match[2].replace(",", "")), match[3]
        if NOT_PEOPLE.match(noun) or all_ < least:
            continue
        for count in (some, all_ - some):
            if 0 < count < least:
                yield Finding("words", match[0], count, "in a sentence")


def attack_told(told: dict) -> list[Finding]:
    """Everything that the JSON of one run gives away."""
    told = mark_weighted(told)
    found = [*small_answers(told), *curve_steps(told), *contacts_by_way(told), *counts_said(told)]
    for name, figure in sorted(figures_of(told).items()):
        found += solve(name, figure, told["min_group"])
    return found


def attack(folder: Path) -> list[Finding]:
    """Everything that the published files of one run give away (members.* is personal data and not among them)."""
    told = json.loads((folder / "personas.json").read_text(encoding="utf-8"))
    found = attack_told(told)
    people = (told["dataset"]["unit"], told["dataset"]["units"])
    for page in sorted(folder.glob("**/*.html")):
        found += said_on(page.read_text(encoding="utf-8"), told["min_group"], people)
    for card in sorted(folder.glob("exports/personas/*.md")):
        found += said_in(card.read_text(encoding="utf-8"), told["min_group"], people)
    for text in strings_in(told):
        found += said_in(text, told["min_group"], people)
    return list(dict.fromkeys(found))


def strings_in(node) -> Iterator[str]:
    """All texts of JSON."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from strings_in(value)


def intersect(before: dict, after: dict) -> list[Finding]:
    """What two published runs tell together: counts of everybody that differ by fewer than `min_group`.

    Whoever knows who joined or left between two runs, and has the reports of both, knows their answers then. Counts of
    personas do not tell: who is in them changes with every division.
    """
    least, found = before["min_group"], []
    for name, old in figures_of_base(before).items():
        new = figures_of_base(after).get(name)
        if new is None:
            continue
        for what, a, b in zip(("n", "yes"), old, new, strict=False):
            if 0.5 < abs(b - a) < least - 0.5:
                found.append(Finding(name, what, round(abs(b - a), 2), "difference of two runs"))
    return found


def figures_of_base(told: dict) -> dict[str, tuple[float, ...]]:
    """Name of a figure → (answers, those with it) among everybody."""
    base = {name: told[name] for name in ("kpis", "pain_points", "journey")}
    found = {}
    for path, names, estimate in estimates_in(base):
        if not NO_COUNTS & set(path) and path[-1] != "rest":
            stem = path[:-1] if path[-1] in ("estimate", "share", "reach") else path
            counts = (count_of(estimate),) if tells_count(estimate) else ()
            found[" · ".join((*stem, *names))] = (float(estimate["n"]), *counts)
    return found
