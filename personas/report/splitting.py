"""The one page as a folder of pages: the overview, one page a persona, the appendix; links go on working."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

from bs4 import BeautifulSoup, Tag

OVERVIEW, APPENDIX = "index.html", "appendix.html"


def split_report(html: str) -> dict[str, str]:
    """Cut a report into {file name: page}; each page has the stylesheet, the contents and the script of the whole.

    html : a page written by :func:`personas.report.render_report`
    """
    whole = BeautifulSoup(html, "html.parser")
    sections = whole.main.find_all("section", recursive=False)
    place = {_id(section): file_of(_id(section)) for section in sections}
    home = {"main": ""}  # the skip link stays on its page
    for section in sections:
        home |= {_id(found): place[_id(section)] for found in [section, *section.find_all(id=True)]}
    return {name: _page(whole, name, place, home) for name in dict.fromkeys(place.values())}


def file_of(section: str) -> str:
    """The file that a top-level section goes to.

    >>> file_of("persona-2"), file_of("kpis")
    ('persona-2.html', 'index.html')
    """
    if section == "appendix":
        return APPENDIX
    return f"{section}.html" if section.startswith("persona-") else OVERVIEW


def _id(found: Tag) -> str:
    return str(found["id"])


def _page(whole: BeautifulSoup, name: str, place: dict[str, str], home: dict[str, str]) -> str:
    page = copy.copy(whole)
    for section in page.main.find_all("section", recursive=False):
        if place[_id(section)] != name:
            section.decompose()
    heading = page.main.find(["h1", "h2"])
    if heading.name == "h2":  # every page has one first heading
        heading.name = "h1"
        page.title.string = f"{heading.get_text(' ', strip=True)} – {page.title.get_text()}"
    for link in page.find_all("a", href=True):
        href = str(link["href"])
        target = href.removeprefix("#")
        if href.startswith("#") and home.get(target, name) not in (name, ""):
            link["href"] = f"{home[target]}#{target}"
    return str(page)


def write_split(report: Path | str, folder: Path | str) -> Path:
    """Write the pages of the published `report` to `folder`, which is made anew; returns the overview's path.

    Raises FileNotFoundError where there is no report.
    """
    pages = split_report(Path(report).read_text(encoding="utf-8"))
    folder = Path(folder)
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for name, page in pages.items():
        (making / name).write_text(page, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    making.replace(folder)
    return folder / OVERVIEW
