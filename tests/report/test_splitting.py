"""The report as a folder: nothing lost, every link arrives, every page stands alone."""

import re

import pytest
from bs4 import BeautifulSoup

from personas.report.splitting import split_report, write_split


@pytest.fixture(scope="module")
def pages(six):
    return {name: BeautifulSoup(html, "html.parser") for name, html in split_report(six).items()}


def test_there_is_a_page_for_the_overview_each_persona_and_the_appendix(pages):
    assert list(pages) == ["index.html", *(f"persona-{n}.html" for n in range(1, 7)), "appendix.html"]


def test_every_section_is_on_exactly_one_page(six, pages):
    whole = [s["id"] for s in BeautifulSoup(six, "html.parser").main.find_all("section", recursive=False)]
    assert sorted(whole) == sorted(s["id"] for p in pages.values() for s in p.main.find_all("section", recursive=False))


def test_every_link_arrives_at_an_element_of_the_page_that_it_names(pages):
    ids = {name: {e["id"] for e in page.find_all(id=True)} for name, page in pages.items()}
    followed = 0
    for name, page in pages.items():
        for link in page.find_all("a", href=True):
            file, _, target = link["href"].partition("#")
            assert target in ids[file or name], (name, link["href"])
            followed += bool(file)
    assert followed > 50


def test_every_page_has_one_first_heading_and_its_own_title(pages):
    assert all(len(page.find_all("h1")) == 1 for page in pages.values())
    assert len({page.title.get_text() for page in pages.values()}) == len(pages)


def test_the_script_is_the_one_that_the_policy_allows(six, pages):
    whole = BeautifulSoup(six, "html.parser")
    policy, script = whole.find("meta", attrs={"http-equiv": True})["content"], whole.find("script").string
    allowed = re.search(r"script-src '(sha256-[^']+)'", policy).group(1)
    for page in pages.values():
        assert allowed in page.find("meta", attrs={"http-equiv": True})["content"]
        assert page.find("script").string == script


def test_writing_again_leaves_no_page_of_before(tmp_path, six):
    (tmp_path / "report.html").write_text(six, encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "persona-9.html").write_text("old")
    assert write_split(tmp_path / "report.html", tmp_path / "pages").read_text(encoding="utf-8").startswith("<!DOCTYPE")
    assert not (tmp_path / "pages" / "persona-9.html").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.browser
def test_pages_open_without_errors_and_links_lead_from_one_to_the_next(chromium, tmp_path, six):
    (tmp_path / "report.html").write_text(six, encoding="utf-8")
    start = write_split(tmp_path / "report.html", tmp_path / "pages")
    page = chromium.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(start.as_uri())
    page.locator(".card-top").first.click()
    page.wait_for_url("**/persona-1.html*")
    assert page.locator("h1").count() == 1
    assert said == []
    page.close()
