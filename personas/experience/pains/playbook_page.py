"""docs/playbook.md: the rules and remedies that are shipped, made from the files that hold them.

Run ``python -m personas.experience.pains.playbook_page`` after a change of the playbook; a test fails until then.
"""

from __future__ import annotations

from pathlib import Path

from personas.customers.wording import read_wording
from personas.dataset.contract import PLAYBOOKS
from personas.dataset.document import read_document
from personas.dataset.files import project_root
from personas.experience.pains.friction import CASE_FEATURES, CONTACT_FEATURES, CUSTOMER_FEATURES
from personas.experience.pains.playbook import FOLDER, read_playbook
from personas.experience.pains.signals import Remedy, Signal

PATH = "docs/playbook.md"
EXAMPLE = """\
title: Our own rules
signals:
  small_baskets:                # a key of your choice; that of a shipped rule replaces it, null takes it away
    title: Coming for one thing only
    needs: [lines_per_order, orders]
    among: {orders: {at_least: 5}}
    when: {lines_per_order: {below: 2}}
    depth: {feature: lines_per_order, from: 2, to: 1}
    stage: purchase
    touchpoint: Basket
    finding: "{share} put fewer than two lines into a basket"
    struggle: come for one thing only
    who: with five or more orders
    remedy: buy_together
remedies:
  buy_together:
    gap: relevance
    title: Show beside each product what is bought with it
    owner: marketing
    effort: low
    measure: lines a basket
    kpi: spend
    check_after_weeks: 8
    assumed_effect: 0.05
"""
INTRODUCTION = """# The playbook: signs of friction, and what helps

<!-- Made by `python -m personas.experience.pains.playbook_page` from its playbooks. Do not edit. -->

Customers say what hurts in ratings, problems, comments and service cases. What they do not say, their behaviour and
the records may give away: rules look for it. Rules and remedies are plain data; nobody needs Python to add one.

- The general rules always hold. `playbook:` in `dataset.yml` chooses further sets: {sets}.
- A rule whose features the data does not have is skipped. A pain point that reaches fewer than `min_group` customers,
  or all but so few, is not shown.
- A rule of kind *observed* tells what was recorded (a contact failed); one that is *inferred* only hints (they come
  less often). The two are ranked apart, and behind what customers *stated*.
- `each: touchpoint` or `each: category` applies one rule to every touchpoint of the contacts, or category of the cases.
- `polarity: delight` marks what goes well.
- An `assumed_effect` is no promise. It says how large an improvement the test groups are made to show.

## Add a rule

Write a file beside `dataset.yml`, for instance `ours.yml`:

```yaml
{example}```

and name it in `dataset.yml`, after the sets that it adds to:

```yaml
playbook: [retail, ours.yml]
```

Run notebook 03 (or `make personas` for the dataset). The rule is told among what behaviour gives away, ranked with its
ties, and its remedy is planned with the size of the test that would prove it. A misspelt key, feature or remedy is
named with its line. A feature that does not exist can be made under `features:` in `dataset.yml`.
"""


def playbook_page() -> str:
    """Write the whole page as Markdown."""
    sets = ", ".join(f"`{name}`" for name in PLAYBOOKS[1:])
    parts = [INTRODUCTION.format(sets=sets, example=EXAMPLE), "## Rules"]

    for name in PLAYBOOKS:
        title = read_document(FOLDER / f"{name}.yml", name).values["title"]
        written = read_document(FOLDER / f"{name}.yml", name).values["signals"]
        playbook = read_playbook((name,))
        parts.append(f"### {title} (`{name}`)\n")
        rows = [_rule(key, playbook.signals[key]) for key, entry in written.items() if entry is not None]
        parts.append(_table(("key", "what", "kind", "when", "stage", "remedy"), rows))
        gone = [key for key, entry in written.items() if entry is None]
        if gone:
            parts.append(f"Not looked for: {', '.join(f'`{key}`' for key in gone)}.")

    playbook = read_playbook()
    parts.append("## Remedies, by the gap they close\n")
    parts.append("What customers state finds its remedy by whole words of its name, then of its touchpoint.\n")
    for gap, words in playbook.gaps.items():
        rows = [_remedy(key, remedy) for key, remedy in playbook.remedies.items() if remedy.gap == gap]
        parts.append(f"### {words}\n")
        parts.append(_table(("key", "remedy", "owner", "effort", "watch", "look again", "words"), rows))
    parts.append("## Features that rules may look at\n")
    parts.append("Of a customer (`each: customer`), all columns of the customer table: own features, attributes, and\n")
    features = {name: entry["definition"] for name, entry in read_wording().items() if name != "mix"}
    parts.append(_table(("feature", "meaning"), [(f"`{n}`", meaning) for n, meaning in features.items()]))
    for heading, names in (
        ("Of a customer, from contacts, cases and contracts", CUSTOMER_FEATURES),
        ("Of a customer at one touchpoint (`each: touchpoint`)", CONTACT_FEATURES),
        ("Of a customer and one category of cases (`each: category`)", CASE_FEATURES),
    ):
        parts.append(f"{heading}:\n")
        parts.append(_table(("feature", "meaning"), [(f"`{name}`", meaning) for name, meaning in names.items()]))
    return "\n".join(parts).rstrip() + "\n"


def _rule(key: str, rule: Signal) -> tuple[str, ...]:
    kind = rule.kind + (f", each {rule.each}" if rule.each != "customer" else "")
    kind += ", delight" if rule.polarity == "delight" else ""
    return f"`{key}`", rule.title, kind, rule.filter, rule.stage, rule.remedy.title


def _remedy(key: str, remedy: Remedy) -> tuple[str, ...]:
    after = f"{remedy.check_after_weeks} weeks"
    return f"`{key}`", remedy.title, remedy.owner, remedy.effort, remedy.measure, after, ", ".join(remedy.words)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def write_playbook_page() -> Path:
    """Write the page into the project and say where."""
    path = project_root() / PATH
    path.write_text(playbook_page(), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_playbook_page())
