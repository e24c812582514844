"""Printing a published report, and what is said where that cannot be done."""

import re
import shutil

import pytest

from personas.batch import printing
from personas.errors import InputError


def test_a_report_that_was_not_made_says_how_to_make_it(tmp_path):
    with pytest.raises(InputError, match="make personas DATASET=tiny"):
        printing.published_report(tmp_path, "tiny")


def test_without_a_browser_the_names_that_were_looked_for_are_said(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="chromium"):
        printing.find_browser()


def test_a_browser_that_fails_leaves_the_old_pdf(tmp_path, monkeypatch):
    report = tmp_path / "report.html"
    report.write_text("<p>new")
    report.with_suffix(".pdf").write_bytes(b"old")
    (tmp_path / "chromium").write_text("#!/bin/sh\necho cannot open display >&2\nexit 1\n")
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setattr(printing, "find_browser", lambda: str(tmp_path / "chromium"))
    with pytest.raises(InputError, match="cannot open display"):
        printing.print_report(report)
    assert report.with_suffix(".pdf").read_bytes() == b"old"


@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, printing.BROWSERS)), reason="no Chromium on this machine")
def test_a_report_is_printed_beside_itself(tmp_path):
    report = tmp_path / "report.html"
    report.write_text("<!doctype html><h1>One</h1><h1 style='break-before:page'>Two</h1>")
    printed = printing.print_report(report)
    assert printed.name == "report.pdf"
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 2
    assert not list(tmp_path.glob("*.part"))
