"""The airport surveys: figures published in methods.md §9, computed from the normalised tables.

The public files are not shipped. They are read from the shared folder where there is one.
"""

import pytest

from personas.dataset import check_dataset, read_dataset
from personas.dataset.files import project_root
from personas.errors import InputError

SHARED = project_root().parent / "shared" / "data" / "sfo"
needs_files = pytest.mark.skipif(not SHARED.is_dir(), reason="the public SFO files are not in ../shared/data/sfo")


@pytest.fixture(scope="module", params=[2017, 2018])
def wave(request):
    dataset = read_dataset(f"sfo_{request.param}", data=SHARED)
    customers = dataset.tables["customers"].to_pandas()
    return request.param, dataset, customers, dataset.tables["feedback"].to_pandas()


def answers(wave, metric):
    _, _, customers, feedback = wave
    return feedback[feedback.metric == metric].merge(customers, on="customer_id")


def nps(scores, weights=None):
    votes = (scores >= 9).astype(int) - (scores <= 6).astype(int)
    return 100 * (votes.mean() if weights is None else (votes * weights).sum() / weights.sum())


@needs_files
def test_recommendation_is_as_published(wave):
    given = answers(wave, "nps")
    n, plain, weighted = {2017: (2746, 39.84, 40.40), 2018: (2650, 30.98, 35.11)}[wave[0]]
    assert len(given) == n
    assert nps(given.score) == pytest.approx(plain, abs=0.005)
    assert nps(given.score, given.weight) == pytest.approx(weighted, abs=0.005)


@needs_files
def test_promoters_and_detractors_of_2017_are_as_published(wave):
    given = answers(wave, "nps")
    counts = {2017: (1436, 342), 2018: (1268, 447)}[wave[0]]
    assert ((given.score >= 9).sum(), (given.score <= 6).sum()) == counts


@needs_files
def test_overall_rating_is_as_published(wave):
    given = answers(wave, "csat")
    assert given.score.mean() == pytest.approx({2017: 4.0644, 2018: 4.0027}[wave[0]], abs=0.00005)
    if wave[0] == 2017:
        assert len(given) == 2688
        assert (given.score * given.weight).sum() / given.weight.sum() == pytest.approx(4.071, abs=0.0005)
        assert 100 * (given.score >= 4).mean() == pytest.approx(82.07, abs=0.005)


@needs_files
def test_restaurants_are_the_lowest_rated_touchpoint_of_2017(wave):
    means = answers(wave, "rating").groupby("touchpoint").score.mean()
    if wave[0] == 2017:
        assert means.idxmin() == "Restaurants"
        assert means.min() == pytest.approx(3.6154, abs=0.00005)
    assert means.between(1, 5).all()


@needs_files
def test_ease_of_2017_is_as_published(wave):
    means = answers(wave, "ces").groupby("touchpoint").score.mean()
    if wave[0] == 2017:
        assert means["Getting to the airport"] == pytest.approx(4.21, abs=0.005)
        assert means["Finding the way"] == pytest.approx(4.413, abs=0.0005)
        assert means["Security"] == pytest.approx(4.307, abs=0.0005)


@needs_files
def test_passengers_with_a_problem_recommend_less(wave):
    problem = wave[2].problem
    given = answers(wave, "nps")
    with_one, without = given[given.problem == True], given[given.problem == False]  # noqa: E712
    if wave[0] == 2017:
        assert (problem.sum(), problem.notna().sum()) == (320, 2678)
        assert (len(with_one), len(without)) == (309, 2330)
        assert nps(with_one.score) == pytest.approx(18.8, abs=0.05)
        assert nps(without.score) == pytest.approx(43.6, abs=0.05)
    assert nps(with_one.score) < nps(without.score) - 20


@needs_files
def test_blank_and_not_applicable_are_no_answers(wave):
    _, _, _, feedback = wave
    scores = feedback[feedback.score.notna()]
    assert (scores.score >= scores.scale_low).all()
    assert (scores.score <= scores.scale_high).all()
    assert (feedback[feedback.metric == "nps"].score == 0).any()


@needs_files
def test_comments_carry_label_polarity_touchpoint_and_stage(wave):
    comments = wave[3][wave[3].metric == "comment"]
    coded = comments[comments.code.notna()]
    assert coded.polarity.isin(["praise", "complaint", "suggestion", "neutral"]).mean() > 0.999
    assert coded[["touchpoint", "stage"]].notna().all().all()
    prices = coded[coded.label.str.startswith("Too expensive", na=False)]
    assert set(prices.touchpoint) == {"Restaurants"}
    assert len(prices) > 40


@needs_files
def test_the_waves_have_no_errors_and_only_known_warnings(wave):
    result = check_dataset(wave[1])
    assert result.problems == ()
    found = [warning.found for warning in result.warnings]
    assert found == {2017: ['2 rows with codes that are not declared: "141", "29"'], 2018: []}[wave[0]]


@needs_files
def test_weights_sum_to_the_number_of_passengers(wave):
    customers = wave[2]
    assert customers.weight.sum() == pytest.approx(len(customers), rel=0.001)


def test_a_missing_file_says_where_the_public_one_is():
    with pytest.raises(InputError) as caught:
        read_dataset("sfo_2017", data=project_root() / "tests")
    text = str(caught.value)
    assert "no file sfo_2017.csv" in text
    assert "data.sfgov.org" in text
    assert "DATA=" in text
