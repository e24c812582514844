"""What every chart has in common: a finding as title, a description in words, marks, and the table behind them.

Labels are HTML and marks are SVG without a view box, placed in per cent: text keeps its size at every width and
nothing is stretched. :class:`Figure` shows itself in a notebook and prints into the report by ``figure.html()``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from personas import numerals
from personas.report import palette

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")


def tidy(value):
    """Drop control and direction-override characters from text; other values pass."""
    return CONTROL.sub("", value) if type(value) is str else value


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The one Jinja environment: escapes everything, fails on a name it does not know."""
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("personas.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=tidy,
    )
    env.globals.update(
        hue=palette.hue,
        marker=palette.marker,
        whole=numerals.whole,
        unless_few=numerals.unless_few,
        percent=numerals.percent,
        p_words=numerals.p_words,
        effect_words=numerals.effect_words,
        day=numerals.day,
        in_words=numerals.in_words,
        small=numerals.small,
        named=named,
    )
    return env


def named(columns: Sequence[str]) -> str:
    """Column names in a row; a table called like its role is not named twice.

    >>> named(("customers.customers.age", "transactions.amount"))
    'customers.age, transactions.amount'
    """
    return ", ".join(re.sub(r"^(\w+)\.\1\.", r"\1.", column) for column in columns)


def template_text(name: str) -> str:
    """The text of a stylesheet or script that lies beside the templates."""
    return files("personas.report").joinpath("templates", name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Table:
    """The numbers behind a chart: `head` names the columns, each row starts with its own name."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A chart that stands alone.

    title : the finding, ten words or fewer
    subtitle : measure, population, unit
    description : what the marks show, for those who cannot see them
    marks : the chart itself
    table : the numbers behind it; None where the marks already are a table
    claim : id of the claim that the title repeats, "" where it says nothing of a persona
    name : the chart's kind, a class for the stylesheet
    readable : True where the marks carry their text, numbers and links themselves, row by row; no table is folded under
    """

    title: str
    subtitle: str
    description: str
    marks: Markup
    table: Table | None = None
    claim: str = ""
    name: str = "figure"
    readable: bool = False

    def html(self, level: int = 3, titled: bool = True) -> Markup:
        """The figure with heading, marks and folded table, for a page that has the stylesheet.

        titled : False where the page already shows the title as a section's heading
        """
        template = environment().get_template("figures/figure.html")
        return Markup(template.render(figure=self, level=level, titled=titled))

    def _repr_html_(self) -> str:
        style = Markup(scoped_style())
        return str(Markup('<div class="sheet">{}{}</div>').format(style, self.html()))

    def __str__(self) -> str:
        lines = [self.title, self.subtitle]
        if self.table:
            lines += ["\t".join(row) for row in (self.table.head, *self.table.rows)]
        return "\n".join(lines)


def scoped_style() -> str:
    """The stylesheet, limited to one figure, so that a notebook around it keeps its own look."""
    return "<style>@scope (.sheet){" + stylesheet().replace(":root", ":scope") + "}</style>"


def stylesheet() -> str:
    """The stylesheet with the palette's variables, without comments and spare white space."""
    css = re.sub(r"/\*.*?\*/", "", f":root{{{palette.variables()}}}" + template_text("style.css"), flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>/]) ?", r"\1", css).replace(": ", ":").replace(";}", "}")


@dataclass(frozen=True)
class Scale:
    """Maps values to per cent of a chart's width, with a margin so that end marks are not cut."""

    low: float
    high: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return round(2 + 96 * min(1.0, max(0.0, (value - self.low) / span)), 2)


def scale_over(values: Sequence[float | None], from_zero: bool = False) -> Scale:
    """A scale over the known values; `from_zero` where lengths are compared."""
    known = [v for v in values if v is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    if from_zero:
        low = min(0.0, low)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return Scale(low, high)


def render_marks(name: str, **values) -> Markup:
    """Fill a chart's template; values are escaped there."""
    return Markup(environment().get_template(f"figures/{name}.html").render(**values))


def lower_first(text: str) -> str:
    """A label inside a sentence; abbreviations such as NPS keep their capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
