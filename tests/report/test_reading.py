"""What a reader meets first, what waits in folds, and that nothing is lost between the two."""

from __future__ import annotations

import re

import pytest

from personas.estimates import Estimate, not_measured
from personas.experience.models import Delight, Experience, GroupExperience, LifetimeModel, QuoteCounts
from personas.experience.text.models import LanguageRow, Sentiment, Theme, Themes
from personas.profiles.models import Distribution, Override
from personas.report import render_report
from personas.report.comparison import comparison
from personas.report.persona_page import KPIS, attribute_title, furthest, persona_page, placed
from personas.report.sources import by_source, in_rows
from tests.report import examples
from tests.report.pages import read_page, words_of

SHARE = {"n": 400, "unit": "share"}


def section(elements, name):
    return next(e for e in elements if e.tag == "section" and e.attributes.get("id") == name)


def inside(elements, outer):
    return [e for e in elements if outer in e.ancestors]


def with_verdict(word, count=3):
    given = examples.inputs(count)
    verdict = given["persona_set"].verdict.model_copy(update={"word": word})
    return given | {"persona_set": given["persona_set"].model_copy(update={"verdict": verdict})}


def with_experience(**base):
    """Three personas, with what stage 03 measured for everybody."""
    given = examples.inputs(3)
    nothing = {"value_share": not_measured("none"), "kpis": (), "pain_points": (), "journey": ()}
    groups = [GroupExperience(segment=i, **nothing) for i in range(4)]
    own = {name: base.pop(name) for name in ("lifetime", "quote_counts") if name in base}
    groups[0] = groups[0].model_copy(update=base)
    experience = Experience(groups=tuple(groups), not_measured=(), **own)
    return given | {"persona_set": given["persona_set"].model_copy(update={"experience": experience})}


@pytest.mark.parametrize("word", ["natural", "reproducible", "constructive", "none"])
def test_the_first_screen_is_plain_and_the_trust_box_has_the_methods_word(word):
    elements = read_page(render_report(**with_verdict(word)))
    first = words_of(inside(elements, section(elements, "finding")))
    assert not re.search(r"\b(natural|reproducible|constructive)\b", first.replace("not natural", ""))
    assert "Verdict" not in first
    assert f"Verdict: {word}" in words_of(inside(elements, section(elements, "trust")))


def test_a_period_is_shown_or_said_to_be_missing():
    given = examples.inputs(3)
    card = given["persona_set"].dataset.model_copy(update={"observation_start": "", "observation_end": ""})
    undated = render_report(**given | {"persona_set": given["persona_set"].model_copy(update={"dataset": card})})
    elements = read_page(undated)
    assert "no dates in the data" in words_of(inside(elements, section(elements, "finding")))
    assert "Data to" not in undated


@pytest.mark.parametrize("count", [2, 3, 6])
def test_what_is_folded_is_still_on_the_page(count):
    given = examples.inputs(count)
    personas = []
    for persona in given["persona_set"].personas:
        advice = tuple(persona.do[0].model_copy(update={"text": f"Advice {i}"}) for i in range(4))
        personas.append(persona.model_copy(update={"do": advice}))
    given["persona_set"] = given["persona_set"].model_copy(update={"personas": tuple(personas)})
    elements = read_page(render_report(**given))
    for persona in personas:
        here = section(elements, f"persona-{persona.number}")
        text = words_of(inside(elements, here))
        wanted = [
            *(k.label for k in persona.kpis if k.estimate.measured),
            *(d.label for d in persona.profile),
            *(p.title for p in persona.pain_points),
            *(a.text for a in (*persona.do, *persona.dont)),
            *(c.sentence for c in given["persona_set"].claims if c.id in (*persona.goals, *persona.delights)),
        ]
        assert [words for words in wanted if words not in text] == []
        assert any(e.tag == "details" and "data" in e.classes for e in inside(elements, here))


def test_a_sentence_that_only_repeats_the_finding_waits_in_the_fold():
    given = examples.inputs(3)["persona_set"]
    persona, claims = given.personas[0], {c.id: c for c in given.claims}
    second = persona.who[1]
    claims[second] = claims[second].model_copy(update={"sentence": "They used 1,204 coupons; others 3.5."})
    finding = claims[persona.finding_claim].model_copy(update={"sentence": "With 1,204 coupons (others 3.5)."})
    places = placed(persona, claims | {persona.finding_claim: finding})
    assert second not in places["who"]
    assert second in places["more"]
    close = finding.model_copy(update={"sentence": "With 1,204 coupons (others 3)."})
    assert second in placed(persona, claims | {persona.finding_claim: close})["who"]


def test_leading_figures_are_those_furthest_from_the_rest_and_most_of_them_tested():
    one = examples.grocery(3).personas[0].kpis[0]

    def kpi(key, effect, p):
        return one.model_copy(update={"key": key, "effect": effect, "p_adjusted": p})

    formed = [kpi(f"formed{i}", 2.0 + i, None) for i in range(3)]
    tested = [kpi(f"tested{i}", -0.1 * (i + 1), 0.01) for i in range(5)]
    chosen = [k.key for k in furthest([*formed, *tested])]
    assert chosen == ["formed2", "tested3", "tested4"]
    bare = [kpi(f"k{i}", None, None) for i in range(9)]
    assert [k.key for k in furthest(bare)] == [f"k{i}" for i in range(KPIS)]


def test_one_group_is_not_told_twice():
    given = examples.inputs(1)
    elements = read_page(render_report(**given))
    here = inside(elements, section(elements, "persona-1"))
    assert not any(e.within(name) for e in here for name in ("fig-journey", "fig-pains", "actions", "size"))
    assert not any(e.tag == "table" for e in here)
    assert not any(e.attributes.get("id") == "personas" for e in elements)
    order = [e.attributes["id"] for e in elements if e.tag == "section"]
    assert order.index("persona-1") < order.index("trust")
    links = [e.attributes["href"] for e in elements if e.tag == "a" and e.within("rail")]
    assert "#persona-1" in links
    assert "#personas" not in links


@pytest.mark.parametrize(("ranks", "words"), [((1, 1), "Hurts first"), ((1, 3), "Hurts, among the first")])
def test_first_is_only_said_where_nothing_else_could_be(ranks, words):
    given = examples.inputs(2)
    personas = []
    for persona in given["persona_set"].personas:
        update = {"rank_low": ranks[0], "rank_high": ranks[1]}
        pains = (persona.pain_points[0].model_copy(update=update), *persona.pain_points[1:])
        personas.append(persona.model_copy(update={"pain_points": pains}))
    persona_set = given["persona_set"].model_copy(update={"personas": tuple(personas)})
    cards = [e.text for e in read_page(render_report(**given | {"persona_set": persona_set})) if e.within("card")]
    assert words in cards
    assert {"Hurts first", "Hurts, among the first"} & set(cards) == {words}


def test_section_titles_are_findings_in_few_words(six):
    elements = read_page(six)
    titles = {e.attributes["id"]: words_of([e, *inside(elements, e)]) for e in elements if e.tag == "h2"}
    del titles["appendix-title"]
    labels = {"Priorities", "Journey", "Compare", "What to do first", "Map", "The personas", "How they differ"}
    assert not labels & set(titles.values())
    overview = [t for name, t in titles.items() if not name.startswith("persona-")]
    assert len(overview) > 6
    assert [t for t in overview if len(t.split()) > 15] == []  # a number and its unit are two of them


def test_an_attribute_is_titled_by_what_differs_or_said_to_be_alike():
    one = Distribution(
        feature="x", label="Age", levels=("young", "old"), persona=(0.5, 0.5), rest=(0.52, 0.48), known=90, of=90,
        known_rest=200,
    )  # fmt: skip
    assert attribute_title(one) == "Age: much like the rest"
    assert attribute_title(one.model_copy(update={"rest": (0.9, 0.1)})) in ("Age: young less often",)
    assert attribute_title(one.model_copy(update={"persona": (None, None)})) == "Age"
    assert attribute_title(one.model_copy(update={"rest": (None, 0.1)})) == "Age: old more often"
    alone = one.model_copy(update={"known_rest": 0, "levels": ("1", "2"), "persona": (0.3, 0.7)})
    assert attribute_title(alone) == "Age: answer 2 most often"


def test_figures_stand_by_the_table_they_come_from():
    one = examples.grocery(3).kpis[0]
    keys = ("spend", "nps", "csat", "ces", "enps", "kept_12_months", "own_thing", "in_time", "reopened", "escalated")
    measured = [one.model_copy(update={"key": key, "estimate": Estimate(value=0.5, **SHARE)}) for key in keys]
    named = {source: [k.key for k in kpis] for source, kpis in by_source(measured)}
    assert named["From what customers said"] == ["nps", "csat", "ces"]
    assert named["From service cases"] == ["in_time", "reopened", "escalated"]
    assert named["Own measures"] == ["own_thing"]
    rows = in_rows(measured)
    assert [len(kpis) for _, kpis in rows] == [3, 3, 4]
    assert sorted(k.key for _, kpis in rows for k in kpis) == sorted(keys)


def test_a_figure_alone_of_its_source_joins_the_row_above_where_it_is_seen():
    one = examples.grocery(3).kpis[0]
    keys = ("total_sales", "total_orders", "spend", "repeat_rate", "active_share", "coupon_users", "campaign_response")
    named = by_source([one.model_copy(update={"key": key, "estimate": Estimate(value=0.5, **SHARE)}) for key in keys])
    main = next(kpis for _, kpis in named if len(kpis) > 2)
    few = next(kpis[0] for _, kpis in named if len(kpis) == 1)
    ((source, kpis),) = in_rows([*main, few])
    assert source == "From purchases, contacts"
    assert kpis.index(few) == 4
    assert {k.key for k in kpis} == {k.key for k in (*main, few)}


def test_a_figure_that_a_trait_has_already_is_not_compared_twice():
    persona_set = examples.grocery(2)
    rows = comparison(persona_set)
    values = [row.values for row in rows]
    assert len(values) == len(set(values))
    doubled = []
    for persona in persona_set.personas:
        trait = next(t for t in persona.traits if t.feature == persona_set.personas[0].traits[0].feature)
        kpi = persona.kpis[0].model_copy(update={"key": "again", "label": "The same again", "estimate": trait.persona})
        doubled.append(persona.model_copy(update={"kpis": (*persona.kpis, kpi)}))
    again = comparison(persona_set.model_copy(update={"personas": tuple(doubled)}))
    assert [row.label for row in again] == [row.label for row in rows]


def test_delights_lifetime_and_quotes_are_told():
    delight = Delight(
        id="d", key="d", title="Drivers are friendly", kind="stated", stage="", touchpoint="", rest=None,
        reach=Estimate(value=0.17, low=0.15, high=0.19, **SHARE), impact=not_measured("none"),
        impact_words="associated with 39 points more recommendation (NPS), other delights held equal", score=1.0,
        rank=1, rank_low=1, rank_high=1, customers=68, finding="{share} praise it",
    )  # fmt: skip
    life = LifetimeModel(
        model="MBG/NBD", parameters={}, customers=2127, horizon_months=12, discount_a_year=0.1, margin=0.25,
        correlation=0.1, independent=True, predicted=5.0, actual=9.0, calibrated=False, words="Five hoped, nine came.",
    )  # fmt: skip
    given = with_experience(delights=(delight,), lifetime=life, quote_counts=QuoteCounts(shown=32, redacted=3))
    html = render_report(**given).replace("\u00a0", " ")
    elements = read_page(html)
    well = words_of(inside(elements, section(elements, "priorities")))
    assert "Drivers are friendly" in well
    assert "17 % (15 to 19)" in well
    told = words_of(inside(elements, section(elements, "appendix")))
    for words in ("MBG/NBD fitted on 2,127", "10 % a year", "margin 25 %", "more than a quarter apart", "32 quotes"):
        assert words in told, words
    assert "3 pieces of contact data" in told


def test_themes_have_a_section_of_their_own_and_say_how_well_texts_are_read():
    share = Estimate(value=0.1, low=0.09, high=0.12, **SHARE)
    theme = Theme(
        key="t", label="late, driver", kind="complaint", languages=("en",), comments=160, authors=137, reach=share,
        severity=share, score=share, stability=0.9, about="Deliveries come late",
    )  # fmt: skip
    mood = Sentiment(
        language="en",
        accuracy=Estimate(value=0.94, low=0.9, high=0.96, **SHARE),
        baseline=0.67,
        balanced=0.9,
        used=True,
    )
    language = LanguageRow(language="en", name="English", comments=1215, themes=29, told_by="declared")
    idea = theme.model_copy(update={"kind": "idea", "label": "shorter forms", "about": ""})
    themes = Themes(
        themes=(theme,),
        ideas=(idea,),
        sentiment=(mood,),
        languages=(language,),
        comments=1215,
        authors=400,
        unplaced=75,
    )
    elements = read_page(render_report(**examples.inputs(3), themes=themes).replace("\u00a0", " "))
    voices = words_of(inside(elements, section(elements, "voices")))
    assert "Deliveries come late" in voices
    assert "160 comments" in voices
    assert "shorter forms" in voices
    told = words_of(inside(elements, section(elements, "appendix")))
    for words in ("1,215 comments by 400 authors; 75 fit no theme", "94 % (90 to 96)", "67 %"):
        assert words in told, words
    without = read_page(render_report(**examples.inputs(3), themes=Themes()))
    assert not any(e.attributes.get("id") == "voices" for e in without)
    assert not any(e.attributes.get("href") == "#voices" for e in without)


def test_what_an_analyst_told_otherwise_is_on_record():
    given = examples.inputs(2)
    assert "Told otherwise" not in render_report(**given)
    reworded = Override(
        kind="reworded", claim_ids=("x",), was="They come less.", now="They come rarely.", reason="tone"
    )
    update = {"overrides": (reworded,), "unused_overrides": ("P09-gone",)}
    elements = read_page(render_report(**given | {"persona_set": given["persona_set"].model_copy(update=update)}))
    told = words_of(inside(elements, section(elements, "appendix")))
    for words in ("They come less.", "They come rarely.", "because: tone", "Fits nothing here: P09-gone"):
        assert words in told, words


def test_who_decides_in_an_account_stands_with_its_evidence():
    given = examples.inputs(2)
    persona_set = given["persona_set"]
    claim = persona_set.claims[0].model_copy(
        update={"id": "centre", "sentence": "Two people decide in 61 of 100 accounts."}
    )
    first = persona_set.personas[0].model_copy(update={"buying_centre": ("centre",)})
    update = {"personas": (first, *persona_set.personas[1:]), "claims": (*persona_set.claims, claim)}
    elements = read_page(render_report(**given | {"persona_set": persona_set.model_copy(update=update)}))
    said = [e for e in inside(elements, section(elements, "persona-1")) if e.text == claim.sentence]
    assert [e.nearest("data-claim") for e in said] == ["centre"]


def test_hidden_shares_are_counted_in_the_privacy_log():
    given = examples.inputs(2)
    personas = list(given["persona_set"].personas)
    hidden = sum(share is None for p in personas for d in p.profile for share in d.persona)
    first = personas[0].profile[0]
    masked = first.model_copy(update={"persona": (None, None, *first.persona[2:])})
    personas[0] = personas[0].model_copy(update={"profile": (masked, *personas[0].profile[1:])})
    known = sum(share is None for share in first.persona[:2])
    persona_set = given["persona_set"].model_copy(update={"personas": tuple(personas)})
    elements = read_page(render_report(**given | {"persona_set": persona_set}))
    log = words_of(inside(elements, section(elements, "appendix")))
    assert f"{hidden + 2 - known} shares in the profiles are hidden" in log


def test_a_persona_page_draws_first_what_differs_most():
    given = examples.grocery(3)
    claims = {c.id: c for c in given.claims}
    persona = given.personas[0]

    def attribute(label, mine, theirs):
        shares = {"levels": ("yes", "no"), "persona": (mine, 1 - mine), "rest": (theirs, 1 - theirs)}
        return persona.profile[0].model_copy(update={"label": label, **shares})

    profile = (attribute("Flat", 0.5, 0.5), attribute("Near", 0.5, 0.6), attribute("Far", 0.1, 0.9))
    page = persona_page(persona.model_copy(update={"profile": profile}), given, claims, {}, 0)
    assert [f.title for f in page.profile] == ["Far: yes less often", "Near: yes less often"]
    assert [f.title for f in page.more_profile] == ["Flat: much like the rest"]
