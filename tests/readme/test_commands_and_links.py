"""What the documents tell people to type exists, and so does what they link to."""

import re
from pathlib import Path

import pytest

from personas.batch.overrides import parse_overrides
from personas.parameters import find_problem

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/*/README.md")])
TARGETS = set(re.findall(r"^([a-z][a-z_-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def typed(path):
    """All that a document shows as code: blocks and spans."""
    text = path.read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join(blocks + spans)


@every_document
def test_make_targets_exist(path):
    assert set(re.findall(r"^(?:\$ )?make ([a-z][a-z_-]*)", typed(path), re.MULTILINE)) <= TARGETS


@every_document
def test_parameters_that_are_shown_can_be_set(path):
    for text in re.findall(r'P="([^"…]+=[^"…]*)"', typed(path)):
        values, problems = parse_overrides(text)
        assert problems == []
        if "name" not in values:
            assert [find_problem(name, value) for name, value in values.items()] == [None] * len(values)


@every_document
def test_links_and_pictures_exist(path):
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", path.read_text()):
        link = next(filter(None, target)).partition("#")[0]
        if link and not re.match(r"[a-z]+:", link):
            assert (path.parent / link).exists(), link


def test_readme_names_the_two_commands():
    text = typed(ROOT / "README.md")
    assert re.search(r"^(\$ )?make personas", text, re.MULTILINE)
    assert re.search(r"^(\$ )?make test", text, re.MULTILINE)
