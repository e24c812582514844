"""The quality sheet says who answers and who is missing, and shows no group that is too small."""

import pandas as pd

from personas.customers import Customers, Feature, Quality
from personas.customers.models import ResponseRow
from personas.customers.plots import plot_distributions
from personas.customers.quality import _response
from personas.customers.tables import tabulate_response
from personas.estimates import share_estimate

REGION = Feature(
    name="region", label="Region", kind="category", block="who", forms=True, levels=("north", "south", "sea")
)
GIVEN = Feature(name="feedback_given", label="Gave feedback", kind="binary", block="feedback", forms=False)
NOTHING = Quality(tables=(), set_aside=(), columns=(), notes=())


def asked():
    """North answers by half, south hardly ever (too few to show), the sea has too few customers."""
    return pd.DataFrame(
        {
            "region": ["north"] * 40 + ["south"] * 40 + ["sea"] * 4,
            "feedback_given": [1.0, 0.0] * 20 + [1.0] * 3 + [0.0] * 37 + [1.0] * 4,
        }
    )


def test_response_is_counted_by_attribute():
    (row,) = _response(asked(), (REGION, GIVEN))
    assert (row.attribute, row.level, row.known, row.answered.value) == ("Region", "north", 40, 0.5)


def test_groups_too_small_to_show_are_left_out():
    assert {row.level for row in _response(asked(), (REGION, GIVEN))}.isdisjoint({"south", "sea"})


def test_response_is_not_measured_where_nobody_or_everybody_answered():
    frame = asked()
    assert list(_response(frame.drop(columns="feedback_given"), (REGION,))) == []
    assert list(_response(frame.assign(feedback_given=1.0), (REGION, GIVEN))) == []
    assert "not measured" in repr(tabulate_response(Customers(frame, (REGION,), NOTHING)))


def test_each_panel_has_bins_of_its_own():
    """A feature of days beside a feature of shares would otherwise be one bar."""
    names = {"share": "Share", "gap": "Days"}
    features = tuple(
        Feature(name=name, label=label, kind="number", block="b", forms=True) for name, label in names.items()
    )
    frame = pd.DataFrame({"share": [i / 500 for i in range(500)], "gap": [float(i) for i in range(500)]})
    grid = plot_distributions(Customers(frame, features, NOTHING))
    assert all(len([bar for bar in ax.patches if bar.get_height() > 0]) > 20 for ax in grid.axes.flat)


def test_the_most_uneven_attribute_stands_first_and_the_rest_in_a_fold():
    rows = [ResponseRow(attribute=name, level=level, known=100, answered=share_estimate([1] * yes + [0] * (100 - yes)))
            for name, shares in (("a", (50, 51)), ("b", (40, 42)), ("c", (50, 50)), ("d", (10, 90)))
            for level, yes in zip("xy", shares, strict=True)]  # fmt: skip
    listing = tabulate_response(Customers(asked(), (REGION,), NOTHING.model_copy(update={"response": tuple(rows)})))
    assert listing.frame["attribute"].iloc[0] == "d" and "d, from 10" in listing.caption
    assert "<summary>2 more</summary>" in listing._repr_html_()


def test_customers_known_by_categories_alone_have_no_distribution_to_draw():
    assert plot_distributions(Customers(asked(), (REGION,), NOTHING)) is None
