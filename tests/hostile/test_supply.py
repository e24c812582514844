"""What the suite is built on is listed whole, pinned with hashes, and free to be used; an audit that could not be made
is never taken for a good one."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from personas.batch import supply

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill():
    return supply.bill_of_materials(ROOT)


@pytest.mark.parametrize("lock", ["requirements.lock", ".ci/audit.lock"])
def test_every_pin_has_a_hash_and_no_address(lock):
    text = (ROOT / lock).read_text()
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > 20
    for pin in pins:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", pin), pin[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", pin), pin[:80]
    assert "://" not in text


def test_installing_asks_for_the_hashes():
    source = (ROOT / "personas" / "batch" / "environment.py").read_text()
    assert '"--require-hashes"' in source


def test_every_package_of_the_bill_is_installed_and_pinned(bill):
    names = {component["name"]: component["version"] for component in bill["components"]}
    lock = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([a-z0-9][\w.-]*)==", lock, re.MULTILINE))
    for name in {supply.canonical(name) for name in pinned}:
        if installed_version(name):
            assert names[name] == installed_version(name)
    assert {"duckdb", "pandas", "pydantic", "jinja2", "pygments", "tzdata"} <= names.keys()


def installed_version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def test_the_bill_refers_only_to_what_it_lists(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(set(references)) == len(references)
    own = bill["metadata"]["component"]["bom-ref"]
    assert [entry["ref"] for entry in bill["dependencies"]] == [own, *references]
    for entry in bill["dependencies"]:
        assert set(entry["dependsOn"]) <= set(references)
    required = {component["name"] for component in bill["components"] if component["scope"] == "required"}
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {supply.parsed(line)[0] for line in listed} <= required
    assert not {"pytest", "hypothesis"} & required


def test_the_same_environment_gives_the_same_bill(bill):
    assert json.dumps(supply.bill_of_materials(ROOT)) == json.dumps(bill)


def test_no_required_package_is_under_the_gpl(capsys):
    assert supply.list_licences(ROOT) == 0
    assert "not stated" not in "".join(line for line in capsys.readouterr().out.splitlines() if "required" in line)


def test_a_required_package_under_the_gpl_fails(monkeypatch, capsys):
    own = supply.licence_of
    monkeypatch.setattr(
        supply, "licence_of", lambda found: "GPL-3.0-only" if found.name.lower() == "webcolors" else own(found)
    )
    assert supply.list_licences(ROOT) == 1
    assert "Under the GPL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("MIT", False),
        ("GPLv3", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", False),
        ("AGPL-3.0-only", True),
        ("MIT AND GPL-2.0-only", True),
        ("Apache-2.0 OR GPL-2.0-or-later", False),
    ],
)
def test_a_licence_that_asks_for_its_own_is_told_apart(licence, refused):
    assert supply.is_copyleft(licence) is refused


KNOWN = {"name": "a", "version": "1", "vulns": []}
FAULTY = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([KNOWN], 0, "1 of 1 packages checked, 0 with known faults"),
        ([KNOWN, FAULTY], 1, "b 2  PYSEC-1  repaired in 3"),
        ([KNOWN, SKIPPED], 3, "1 of 2 packages checked"),
        ([SKIPPED], 3, "Not checked: the advisory service knows nothing of c"),
    ],
)
def test_an_audit_says_what_was_not_looked_up(found, code, words, capsys):
    assert supply.tell_audit(found) == code
    said = capsys.readouterr()
    assert words in said.out + said.err


def test_an_audit_that_reaches_nobody_says_so(tmp_path, monkeypatch, capsys):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'ConnectionError: Failed to resolve' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(supply, "make_tools", lambda root, folder: python)
    assert supply.audit(tmp_path) == 3
    assert "cannot be reached: nothing was checked" in capsys.readouterr().err
