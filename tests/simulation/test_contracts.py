"""The shipped contracts read the simulated files: every role, no problem, what was mistyped set right or aside."""

import pytest

dataset = pytest.importorskip("personas.dataset")

ROLES = {
    "customers", "transactions", "interactions", "feedback", "tickets", "subscriptions", "employees", "actions"
}  # fmt: skip


@pytest.fixture(scope="module", params=["demo", "demo_b2b"])
def read(request):
    world = request.getfixturevalue(request.param)
    return world, dataset.read_dataset(request.param, data=str(world.folder))


def count(table, **conditions) -> int:
    for name, value in conditions.items():
        table = table.filter(table[name] == value)
    return table.count().execute()


def test_every_role_is_read(read):
    world, found = read
    assert set(found.tables) >= ROLES
    assert count(found.tables["transactions"]) == world.truth["rows"]["transactions"]


def test_checking_finds_no_problem(read):
    _, found = read
    assert dataset.check_dataset(found).problems == ()


def test_answers_arrive_with_their_metric_and_without_code_99(read):
    world, found = read
    feedback = found.tables["feedback"]
    missing = world.truth["mistyped_rows"]["scores_99_for_unknown"]
    nps = feedback.filter(feedback.metric == "nps")
    assert nps.score.max().execute() == 10
    assert nps.score.notnull().sum().execute() == world.truth["rows"]["recommendations"] - missing
    assert count(feedback, metric="csat") == world.truth["rows"]["ratings"]
    assert count(feedback, metric="problem") == world.truth["rows"]["problems"]


def test_tickets_resolved_before_opened_are_set_aside(read):
    world, found = read
    aside = world.truth["mistyped_rows"]["tickets_resolved_before_opened"]
    assert count(found.tables["tickets"]) == world.truth["rows"]["tickets"] - aside


def test_mistyped_attributes_are_set_right(read):
    world, found = read
    customers = found.tables["customers"]
    if world.truth["dataset"] == "demo":
        assert set(customers.city.execute().dropna()) == {
            "Nürnberg", "Fürth", "Erlangen", "Leeds", "York", "Harrogate", "Porto", "Braga", "Maia"
        }  # fmt: skip
        assert set(customers.gender.execute().dropna()) == {"Female", "Male"}
        ages = customers.age.execute().dropna()
        assert ages.between(18, 94).all() and len(ages) > 0.9 * world.truth["customers"]
    else:
        assert set(customers.country.execute().dropna()) == {"United Kingdom", "Germany", "Portugal"}
