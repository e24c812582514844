"""Rules as data: every shipped set is whole, a dataset chooses and adds its own, and what does not fit is named."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from personas.customers import build_customers
from personas.customers.wording import read_wording
from personas.dataset.contract import PLAYBOOKS
from personas.dataset.files import project_root
from personas.errors import InputError
from personas.experience.kpis.customer_kpis import REGISTRY
from personas.experience.pains.all_sources import measure_pains
from personas.experience.pains.friction import CASE_FEATURES, CONTACT_FEATURES, CUSTOMER_FEATURES
from personas.experience.pains.playbook import FOLDER, choose_playbook, read_playbook
from personas.experience.pains.playbook_page import PATH, playbook_page
from tests.experience_kpis.tables import CUSTOMERS, small_dataset

KNOWN = {
    "touchpoint": set(CONTACT_FEATURES),
    "category": set(CASE_FEATURES),
    "customer": set(CUSTOMER_FEATURES) | set(read_wording()),
}
# The gaps that methods.md §6 names.
GAPS = {
    "waiting", "self_service", "channels", "consistency", "site", "purchase", "delivery", "information", "staff",
    "price", "relevance", "recovery", "loyalty",
}  # fmt: skip


def test_the_sets_that_a_contract_may_name_are_those_that_are_shipped():
    assert {path.stem for path in FOLDER.glob("*.yml")} - {"remedies"} == set(PLAYBOOKS)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_rule_looks_at_features_that_exist_and_leads_to_a_remedy(name):
    playbook = read_playbook((name,))
    for key, rule in playbook.signals.items():
        assert rule.features <= KNOWN[rule.each], key
        assert (rule.depth.feature in CONTACT_FEATURES) == (rule.each == "touchpoint"), key
        assert "{share}" in rule.finding and rule.who, key
        assert rule.remedy in playbook.remedies.values(), key


@pytest.mark.parametrize("name", [n for n in PLAYBOOKS if n != "general"])
def test_every_set_adds_to_what_holds_for_every_business_or_says_it_its_own_way(name):
    general, own = read_playbook().signals, read_playbook((name,)).signals
    assert [key for key, rule in own.items() if rule != general.get(key)]


def test_every_gap_has_a_remedy_and_every_remedy_closes_a_gap():
    playbook = read_playbook()
    closed = {remedy.gap for remedy in playbook.remedies.values()}
    assert closed >= GAPS
    assert closed == set(playbook.gaps)


def test_every_remedy_watches_something_that_is_measured():
    known = {definition.key for definition in REGISTRY} | {"rating", "nps", "csat", "ces"}
    assert {remedy.kpi for remedy in read_playbook().remedies.values()} <= known


@pytest.mark.parametrize(
    ("touchpoint", "title", "gap"),
    [
        ("Customer service", "Long waits for customer service", "waiting"),
        ("Customer service", "Nobody answers", "staff"),
        ("Delivery", "Deliveries come late", "delivery"),
        ("Offers and prices", "Prices and offers are not what was promised", "consistency"),
        ("Offers and prices", "Offers and prices rated low", "price"),
        ("Signs inside the airport", "Signs inside the airport rated low", "information"),
        ("Wi-Fi", "Wi-Fi rated low", "site"),
        ("Cleanliness of AirTrain", "Cleanliness of AirTrain rated low", "quality"),
        ("AirTrain", "AirTrain rated low", "waiting"),
        ("Returns", "Refunds take too long", "recovery"),
        ("Account manager", "The account manager is hard to reach", "channels"),
        ("Chocolate", "Chocolate is bitter", "recovery"),  # the "late" in it is no delay
    ],
)
def test_stated_pains_find_their_remedy_by_whole_words_of_the_title_then_of_the_touchpoint(touchpoint, title, gap):
    assert read_playbook().remedy_for(touchpoint, title).gap == gap


def test_a_later_set_replaces_a_rule_by_its_key_and_takes_one_away_with_null():
    general = read_playbook().signals
    assert read_playbook(("b2b",)).signals["falling_visits"].title == "Ordering less and less often"
    assert general["falling_visits"].title == "Buying less and less often"
    assert "falling_visits" not in read_playbook(("travel",)).signals


OWN = """\
title: Ours
remedies:
  call:
    {gap: staff, words: [greeting*], title: Say hello, owner: service, effort: low, measure: it, kpi: nps,
     check_after_weeks: 4, assumed_effect: 0.1}
signals:
  big_spenders:
    title: Spending much
    needs: [sales]
    among: {sales: {at_least: 0}}
    when: {sales: {at_least: 100}}
    depth: {feature: sales, from: 0, to: 200}
    stage: purchase
    touchpoint: Till
    finding: "{share} spent a hundred or more"
    struggle: spend
    who: of all
    remedy: call
"""


def dataset_with(tmp_path, playbook: str, own: str = OWN):
    people = pd.DataFrame({"id": [f"c{i}" for i in range(40)]})
    (tmp_path / "data" / "shop").mkdir(parents=True)
    (tmp_path / "data" / "shop" / "ours.yml").write_text(own, encoding="utf-8")
    folder = tmp_path / "inner"
    folder.mkdir()
    contract = CUSTOMERS + playbook
    dataset = small_dataset(folder, contract.replace("ours.yml", "dataset.yml"), people=people)
    chosen = dataset.contract.model_copy(update={"playbook": tuple(_names(playbook))})
    return replace(dataset, contract=chosen, folder=tmp_path / "data" / "shop")


def _names(playbook: str) -> list[str]:
    return [name.strip() for name in playbook.split(":", 1)[1].strip().strip("[]").split(",")]


def test_a_dataset_chooses_sets_and_adds_rules_of_its_own(tmp_path):
    playbook = choose_playbook(dataset_with(tmp_path, "playbook: [retail, ours.yml]\n"))
    assert playbook.signals["falling_visits"].touchpoint == "Store visits"
    rule = playbook.signals["big_spenders"]
    frame = pd.DataFrame({"sales": [50.0, 150.0, np.nan]})
    assert rule.affected(frame).tolist() == [False, True, False]
    assert rule.depth.of(frame)[:2].tolist() == [0.25, 0.75]
    assert rule.remedy.title == "Say hello"
    assert playbook.remedy_for("Till", "No greeting at the till").title == "Say hello"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("remedy: call", "remedy: cal", 'did you mean "call"?'),
        ("gap: staff", "gap: staf", 'did you mean "staff"?'),
        ("owner: service", "owner: servce", 'did you mean "service"?'),
        ("    struggle: spend", "    strugle: spend", 'did you mean "struggle"?'),
        ("signals:", "signal:", 'did you mean "signals"?'),
        ("{at_least: 100}", "{at_laest: 100}", 'did you mean "at_least"?'),
        ("{at_least: 100}", "{at_least: much}", "number"),
        ("from: 0, to: 200", "from: 0, to: 0", "two different numbers"),
        ("assumed_effect: 0.1", "assumed_effect: 0", "greater than 0"),
        ('"{share} spent', '"Many spent', "a sentence about {share}"),
        ("title: Spending much", "title: Spending at {touchpoint}", "{touchpoint} or {category}"),
        ("    who: of all\n", "", 'add "who:"'),
    ],
)
def test_what_does_not_fit_is_named_with_its_line_and_what_was_meant(tmp_path, before, after, said):
    assert before in OWN
    with pytest.raises(InputError) as error:
        choose_playbook(dataset_with(tmp_path, "playbook: [ours.yml]\n", OWN.replace(before, after, 1)))
    text = str(error.value)
    assert said in text
    assert "data/shop/ours.yml, line " in text


def test_all_that_does_not_fit_is_told_at_once(tmp_path):
    wrong = OWN.replace("owner: service", "owner: nobody").replace("remedy: call", "remedy: cal")
    with pytest.raises(InputError) as error:
        choose_playbook(dataset_with(tmp_path, "playbook: [ours.yml]\n", wrong))
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("[retial]", 'did you mean "retail"?'), ("[missing.yml]", "no file"), ("[../other.yml]", "no file"),
        ("[retail, bank]", "a set that comes with the suite"),
    ],
)  # fmt: skip
def test_a_set_that_is_not_there_is_refused_when_the_contract_is_read(tmp_path, chosen, said):
    people = pd.DataFrame({"id": list("abc")})
    with pytest.raises(InputError) as error:
        small_dataset(tmp_path, CUSTOMERS + f"playbook: {chosen}\n", people=people)
    assert said in str(error.value) and "playbook" in str(error.value)


def test_a_choice_of_one_set_may_be_written_without_brackets(tmp_path):
    dataset = small_dataset(tmp_path, CUSTOMERS + "playbook: health\n", people=pd.DataFrame({"id": list("abc")}))
    assert choose_playbook(dataset).signals["missed_contacts"].title.startswith("Appointments missed")


@pytest.mark.parametrize(("name", "meant"), [("sale", "sales"), ("contact_chang", "contact_change")])
def test_a_misspelt_feature_of_an_own_rule_is_told_rather_than_passed_over(tmp_path, name, meant):
    wrong = OWN.replace("needs: [sales]", f"needs: [{name}]")
    with pytest.raises(InputError) as error:
        choose_playbook(dataset_with(tmp_path, "playbook: [ours.yml]\n", wrong))
    assert f'did you mean "{meant}"?' in str(error.value) and "line 7" in str(error.value)


def test_the_page_says_what_the_files_say():
    written = (project_root() / PATH).read_text(encoding="utf-8")
    assert written == playbook_page(), "run python -m personas.experience.pains.playbook_page"


def test_the_example_of_the_page_can_be_carried_out(tmp_path):
    """The two blocks of the page, as they stand, on a shop of ninety customers: thirty buy one thing at a time."""
    page = (project_root() / PATH).read_text(encoding="utf-8")
    rule, choice = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[:2]
    lines = [
        {"id": f"c{c:02}", "day": pd.Timestamp("2024-01-01") + pd.Timedelta(days=7 * visit), "order": f"{c}-{visit}",
         "amount": 10.0}
        for c in range(90) for visit in range(8) for _ in range(1 if c < 30 else 4)
    ]  # fmt: skip
    contract = "transactions: {source: lines, customer: id, time: day, amount: amount, order: order}\n" + choice
    (tmp_path / "data" / "shop").mkdir(parents=True)
    (tmp_path / "data" / "shop" / "ours.yml").write_text(rule, encoding="utf-8")
    dataset = small_dataset(tmp_path, contract, lines=pd.DataFrame(lines))
    customers = build_customers(dataset)
    pains = measure_pains(customers, np.ones(90, int), choose_playbook(dataset), dataset)
    told = {pain.key: pain for pain in pains.hurts[0]}
    assert told["small_baskets"].affected == 30
    assert told["small_baskets"].reach.value == pytest.approx(1 / 3)
    assert told["small_baskets"].plan.title == "Show beside each product what is bought with it"
