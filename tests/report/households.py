"""One invented household persona with all its claims; numbers follow from a table of gaps, nothing is random."""

from __future__ import annotations

import math

import numpy as np

from personas.estimates import Estimate, not_measured
from personas.profiles.models import (
    Action,
    Advice,
    Claim,
    Distribution,
    GlyphAxis,
    JourneyCell,
    Kpi,
    NotMeasured,
    PainPoint,
    Persona,
    Trait,
)

# name, share, then gaps on the features below
GROCERY = (
    ("Occasional top-up shoppers", 0.31, (-1.1, -0.5, -0.2, 0.1, 0.0, -0.8, -0.9, -0.1, -0.5)),
    ("Fresh-first regulars", 0.23, (0.9, 0.2, -0.4, 1.3, -0.3, 0.4, 0.3, -0.2, 0.9)),
    ("Big-basket stock-up families", 0.17, (0.2, 1.6, 0.3, -0.2, 0.1, 0.9, 0.8, 0.3, 1.0)),
    ("Discount-led planners", 0.14, (0.1, 0.3, 1.5, -0.4, 0.6, 0.8, 0.6, 0.1, 0.1)),
    ("Evening convenience buyers", 0.09, (0.3, -0.9, -0.7, -0.6, -0.2, -0.5, -0.4, 1.7, -0.4)),
    ("Own-label loyal households", 0.06, (0.4, 0.1, 0.2, -0.1, 2.0, 0.2, 0.1, -0.3, 0.2)),
)
# feature, label, block, unit, mean, sd, more words, less words
FEATURES = (
    ("visits", "Visits a week", "frequency", "count", 1.3, 0.6, "come often", "come rarely"),
    ("basket", "Basket", "money", "money", 31.0, 14.0, "fill large baskets", "buy small baskets"),
    ("discount", "Bought at a discount", "price", "share", 0.17, 0.06, "buy on offer", "pay full price"),
    ("fresh", "Fresh produce and meat", "mix", "share", 0.19, 0.07, "buy fresh", "buy little fresh"),
    ("private", "Own-label share", "price", "share", 0.26, 0.08, "choose own label", "choose brands"),
    ("coupons", "Coupons used", "campaigns", "count", 1.1, 1.2, "use coupons", "use no coupons"),
    ("campaigns", "Campaigns received", "campaigns", "count", 3.1, 1.8, "get much mail", "get little mail"),
    ("evening", "Bought after 19:00", "time", "share", 0.21, 0.11, "shop in the evening", "shop by day"),
    ("spend", "Spend a month", "money", "money", 155.0, 110.0, "spend much", "spend little"),
)
AGE = ("19–24", "25–34", "35–44", "45–54", "55–64", "65+")
INCOME = ("Under $15k", "$15–24k", "$25–49k", "$50–74k", "$75–99k", "$100k and more")
TOTAL = 2469


def around(value: float, sd: float, n: int, unit: str) -> Estimate:
    half = 1.96 * sd / math.sqrt(max(n, 2))
    low = value - half
    return Estimate(
        value=value,
        low=max(0.0, low) if unit != "points" else low,
        high=value + half,
        n=n,
        unit=unit,
        method="t",
    )


def proportion(value: float, n: int) -> Estimate:
    half = 1.96 * math.sqrt(value * (1 - value) / max(n, 1))
    return Estimate(
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        n=n,
        unit="share",
        method="Wilson",
    )


def shares(levels: int, tilt: float) -> tuple[float, ...]:
    weights = np.exp(-0.5 * ((np.arange(levels) - (levels - 1) / 2 - tilt) / 1.6) ** 2)
    return tuple(float(w) for w in weights / weights.sum())


class Builder:
    """Collects the claims of one set; `say` returns the id of the claim it adds."""

    def __init__(self, text=lambda words: words):
        self.claims: list[Claim] = []
        self.text = text

    def say(self, persona_id, sentence, kind, feature, estimate, rest=None, effect=None, tested=False, **more) -> str:
        claim = Claim(
            id=f"{persona_id or 'base'}-{feature}-{len(self.claims) + 1}",
            persona_id=persona_id,
            sentence=self.text(sentence),
            kind=kind,
            feature=feature,
            estimate=estimate,
            rest=rest,
            effect=effect,
            effect_name="" if effect is None else "h" if estimate.unit == "share" else "d",
            p_adjusted=0.0004 if tested else None,
            test=more.pop(
                "test",
                "Welch's t, Benjamini–Hochberg over 84 claims" if tested else "not tested: used to form the segments",
            ),
            columns=more.pop("columns", (f"transactions.{feature}",)),
            **more,
        )
        self.claims.append(claim)
        return claim.id


def phrase(feature, gap) -> str:
    return feature[6] if gap >= 0 else feature[7]


def persona_of(
    b: Builder, number: int, name: str, share: float, gaps, value_share: float, several: bool, rich: bool
) -> Persona:
    pid, n, t = f"P{number:02d}", round(TOTAL * share), b.text
    rest_n = TOTAL - n
    traits = []
    for feature, gap in zip(FEATURES, gaps, strict=True):
        key, label, block, unit, mean, sd, *_ = feature
        mine = max(0.01, mean + gap * sd * 0.8)
        theirs = max(0.01, (mean - share * mine) / (1 - share)) if several else mean
        estimate = around(mine, sd * 0.9, n, unit)
        rest = around(theirs, sd, rest_n, unit) if several else not_measured("nobody else", unit)
        told = f"They {phrase(feature, gap)}: {label.lower()} stands {'above' if gap > 0 else 'below'} the others."
        claim = b.say(
            pid,
            told,
            "defines",
            key,
            estimate,
            rest if several else None,
            gap * 0.9,
            fits_share=min(0.95, 0.55 + abs(gap) / 5),
        )
        traits.append(
            Trait(feature=key, label=t(label), block=block, gap=gap, persona=estimate, rest=rest, claim_id=claim)
        )
    traits.sort(key=lambda x: -abs(x.gap))
    top = [next(f for f in FEATURES if f[0] == x.feature) for x in traits[:3]]
    words = [phrase(f, x.gap) for f, x in zip(top, traits, strict=False)]
    finding = b.say(
        pid,
        f"{name} {words[0]}, {words[1]} and {words[2]}.",
        "defines",
        traits[0].feature,
        traits[0].persona,
        traits[0].rest if several else None,
        traits[0].gap * 0.9,
        fits_share=0.71,
    )
    unused = min(0.92, max(0.2, 0.55 - 0.18 * gaps[5]))
    goal = b.say(
        pid,
        "They want the weekly shop done in few trips.",
        "inferred",
        "trips",
        proportion(0.58, n),
        proportion(0.49, rest_n) if several else None,
        0.18,
        True,
    )
    delight = b.say(
        pid,
        f"{t('Four')} in ten bought fresh food on most visits.",
        "observed",
        "fresh_visits",
        proportion(0.41 + gaps[3] / 20, n),
        proportion(0.38, rest_n) if several else None,
        0.06,
        True,
    )
    fits = b.say(
        pid, t("Each statement fits between 58 % and 83 % of its members."), "describes", "segment", proportion(0.58, n)
    )
    rule = b.say(
        pid,
        t("Visits a week over 1.8 and fresh share over 21 % find 78 of 100 of them."),
        "describes",
        "segment",
        proportion(0.78, n),
    )
    hurt = b.say(
        pid,
        f"{round(unused * 10)} in ten never used a coupon they were sent.",
        "inferred",
        "coupons_unused",
        proportion(unused, n),
        proportion(0.48, rest_n) if several else None,
        2 * (math.asin(math.sqrt(unused)) - math.asin(math.sqrt(0.48))),
        True,
        columns=("interactions.touchpoint", "interactions.outcome"),
        filter="campaigns received > 0",
    )
    falling = b.say(
        pid,
        "A third came less often in the last quarter.",
        "inferred",
        "falling",
        proportion(0.33, n),
        proportion(0.3, rest_n) if several else None,
        0.06,
        True,
    )
    narrow = b.say(
        pid,
        "One in five bought from fewer departments than before.",
        "inferred",
        "narrowing",
        proportion(0.19, n),
        proportion(0.22, rest_n) if several else None,
        -0.07,
        True,
    )
    pains = tuple(
        PainPoint(
            id=f"{pid}-pain-{i}",
            key=key,
            title=t(title),
            kind="inferred",
            stage=t(stage),
            touchpoint=t(touch),
            reach=proportion(reach, n),
            rest=proportion(rest, rest_n) if several else None,
            severity=severity,
            severity_words=t(words),
            impact=impact,
            impact_words=t(effect),
            score=reach * severity,
            rank=i,
            rank_low=low,
            rank_high=high,
            affected=round(reach * n),
            claim_ids=(claim,),
            remedy=t(remedy),
        )
        for i, (
            key,
            title,
            stage,
            touch,
            reach,
            rest,
            severity,
            words,
            impact,
            effect,
            low,
            high,
            claim,
            remedy,
        ) in enumerate(
            [
                (
                    "coupons_unused",
                    "Coupons that do not fit what they buy",
                    "Interest",
                    "Campaign mailing",
                    unused,
                    0.48,
                    0.55,
                    "a missed saving",
                    around(-3.1, 9, n, "money"),
                    "associated with $3 less a month",
                    1,
                    1,
                    hurt,
                    "Send offers from the departments they already use.",
                ),
                (
                    "falling",
                    "Fewer visits than before",
                    "Loyalty",
                    "Store",
                    0.33,
                    0.30,
                    0.8,
                    "trips are moving elsewhere",
                    not_measured("no outcome after the period", "money"),
                    "effect not measured",
                    2,
                    3,
                    falling,
                    "Call back with a reason to come this week.",
                ),
                (
                    "narrowing",
                    "A narrower range than before",
                    "Purchase",
                    "Store",
                    0.19,
                    0.22,
                    0.3,
                    "departments go unused",
                    not_measured("no outcome after the period", "money"),
                    "effect not measured",
                    2,
                    3,
                    narrow,
                    "Show the neighbouring department.",
                ),
            ],
            1,
        )
    )
    action = Action(
        id=f"{pid}-action-1",
        persona_id=pid,
        title=t("Send offers from the departments they already use"),
        why=t("Most coupons they get are for goods they do not buy."),
        owner=t("marketing"),
        effort="low",
        reach=round(unused * n),
        expected=Estimate(value=6.0, low=4.0, high=9.0, n=n, unit="points", method="assumption"),
        expected_words=t("more redemption; an assumption to test"),
        measure=t("share who redeem a coupon"),
        check_after_weeks=8,
        holdout_each=300 if n > 600 else None,
        strength=t("inferred from behaviour"),
        pain_point_id=pains[0].id,
        claim_ids=(hurt,),
    )
    journey = tuple(
        JourneyCell(
            stage=t(stage), touchpoint=t(touch), doing=t(doing), share=share_est, rest=rest, feeling=feeling, kind=kind
        )
        for stage, touch, doing, share_est, rest, feeling, kind in (
            (
                "Contact",
                "Campaign mailing",
                "get a mailing",
                proportion(0.64, n),
                proportion(0.6, rest_n),
                not_measured("no feedback", "score"),
                "observed",
            ),
            (
                "Interest",
                "Coupon",
                "redeem a coupon",
                proportion(1 - unused, n),
                proportion(0.52, rest_n),
                not_measured("no feedback", "score"),
                "observed",
            ),
            (
                "Purchase",
                "Store",
                "come on most weeks",
                proportion(0.5 + gaps[0] / 4, n),
                proportion(0.5, rest_n),
                not_measured("no feedback", "score"),
                "observed",
            ),
            (
                "Experience",
                "Not known",
                "",
                not_measured("no feedback table", "share"),
                None,
                not_measured("no feedback", "score"),
                "not measured",
            ),
            (
                "Loyalty",
                "Store",
                "still come in the last month",
                proportion(0.82, n),
                proportion(0.8, rest_n),
                not_measured("no feedback", "score"),
                "observed",
            ),
        )
    )
    profile = (
        distribution("age", t("Age of the head of household"), tuple(map(t, AGE)), gaps[8] * -0.8, n, rest_n),
        distribution("income", t("Household income"), tuple(map(t, INCOME)), gaps[8] * 1.1, n, rest_n),
        distribution("size", t("People in the household"), tuple(map(t, "12345")), gaps[1] * 0.7, n, rest_n),
    )
    return Persona(
        id=pid,
        number=number,
        name=t(name),
        finding_claim=finding,
        n=n,
        share=proportion(share, TOTAL),
        value_share=proportion(value_share, TOTAL),
        stability=0.86 - 0.05 * number % 0.3,
        stability_word="stable",
        in_between=proportion(0.14 + 0.02 * number, n),
        glyph=tuple(
            GlyphAxis(label=t(f[1]), words=t(phrase(f, g)), gap=max(-2, min(2, g)))
            for f, g in list(zip(FEATURES, gaps, strict=True))[:6]
        ),
        glyph_words=t(
            "Petals: "
            + ", ".join(
                f"{f[1].lower()} {'above' if g > 0.2 else 'below' if g < -0.2 else 'like'} the base"
                for f, g in list(zip(FEATURES, gaps, strict=True))[:6]
            )
            + "."
        ),
        who=tuple(x.claim_id for x in traits[1:3]),
        wants=(goal,),
        struggles=(hurt,),
        expect=t("You may expect your best customers to love your coupons; the data says they ignore them.")
        if number == 2
        else None,
        expect_claim=hurt if number == 2 else None,
        traits=tuple(traits),
        profile=profile if rich else (),
        goals=(goal,),
        pain_points=pains,
        delights=(delight,),
        journey=journey if rich else (),
        kpis=kpis(b, n, gaps, rest_n if several else None),
        actions=(action,),
        do=(Advice(text=t("Name the produce of the week."), claim_id=traits[0].claim_id),),
        dont=(Advice(text=t("Do not send coupons for goods they never buy."), claim_id=hurt),),
        sure=(fits, rule),
        not_measured=(
            NotMeasured(
                what=t("What they say"),
                why=t("there is no feedback table"),
                would_need=t("A survey with a score and a comment would give it."),
            ),
        ),
    )


def distribution(feature, label, levels, tilt, n, rest_n) -> Distribution:
    mine, theirs = shares(len(levels), tilt), shares(len(levels), 0)
    return Distribution(
        feature=feature,
        label=label,
        levels=levels,
        persona=(None, *mine[1:]) if n < 200 else mine,
        rest=(None, *theirs[1:]) if n < 200 else theirs,
        known=round(n * 0.33),
        of=n,
        known_rest=round(rest_n * 0.32),
    )


def kpis(b: Builder, n: int, gaps, rest_n: int | None) -> tuple[Kpi, ...]:
    def one(key, label, definition, estimate, rest):
        return Kpi(
            key=key,
            label=b.text(label),
            definition=b.text(definition),
            better="higher",
            estimate=estimate,
            rest=rest,
            effect=0.2,
            p_adjusted=0.002 if rest_n and rest else None,
            test="two proportions" if rest else "",
        )

    spend = max(15, 155 + 88 * gaps[8])
    return (
        one(
            "spend_month",
            "Spend a month",
            "Mean spend a month over the period.",
            around(spend, 90, n, "money"),
            around(150, 100, rest_n, "money") if rest_n else None,
        ),
        one(
            "active",
            "Active in the last month",
            "Share with a purchase in the last 30 days.",
            proportion(0.82, n),
            proportion(0.8, rest_n) if rest_n else None,
        ),
        one(
            "response",
            "Campaign response",
            "Share of those mailed who redeemed a coupon.",
            proportion(max(0.03, 0.2 + gaps[5] / 10), n),
            proportion(0.21, rest_n) if rest_n else None,
        ),
        one(
            "repeat",
            "Repeat rate",
            "Share with a second purchase day.",
            proportion(0.98, n),
            proportion(0.975, rest_n) if rest_n else None,
        ),
    )
