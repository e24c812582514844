"""What this suite is built on: known faults of its packages, their licences, and a bill of materials.

``python -m personas.batch.supply audit|licences|sbom``: what make calls. The licences and the bill (CycloneDX 1.6) are
read from what is installed; only the audit asks somebody outside, and says so plainly where nobody answers.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import cast

from personas.batch.environment import EnvironmentFailed, ask, create, install, works

NAME = re.compile(r"^([A-Za-z0-9][\w.\-]*)\s*(?:\[([^\]]*)\])?")
EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
# Licences that ask for the same licence of whoever distributes the whole; the lesser GPL does not.
COPYLEFT = re.compile(r"\bA?GPL|Affero|(?<!Lesser )\bGeneral Public License", re.IGNORECASE)
AUDIT = Path(".ci") / "audit.lock"


@dataclass(frozen=True)
class Package:
    """One installed package. licence : as it says itself; needs : names of installed packages that it requires."""

    name: str
    version: str
    licence: str
    needs: tuple[str, ...]


@dataclass
class Closure:
    """Packages by name, found from the project's own list; `required` without what only tests need."""

    packages: dict[str, Package] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)


def read_closure(root: Path) -> Closure:
    """Read what the project's list and, in turn, every package on it require, as far as it is installed."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    closure = Closure()
    follow(project["dependencies"], closure)
    closure.required = set(closure.packages)
    follow([line for lines in project["optional-dependencies"].values() for line in lines], closure)
    return closure


def follow(requirements: list[str], closure: Closure) -> None:
    waiting = [parsed(line) for line in requirements]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        name, extras = one
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or another Python
        needs = [parsed(line) for line in found.requires or () if wanted(line, extras)]
        closure.packages[name] = Package(name, found.version, licence_of(found), installed(needs))
        waiting += needs


def parsed(requirement: str) -> tuple[str, tuple[str, ...]]:
    """Take name and extras from a requirement.

    >>> parsed("ibis-framework[duckdb]>=12,<13")
    ('ibis-framework', ('duckdb',))
    """
    name, extras = NAME.match(requirement).groups()
    return canonical(name), tuple(sorted(extra.strip() for extra in (extras or "").split(",") if extra.strip()))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(requirement: str, extras: tuple[str, ...]) -> bool:
    asked = EXTRA.findall(requirement.partition(";")[2])
    return not asked or bool(set(asked) & set(extras))


def installed(needs: list[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    def there(name: str) -> bool:
        try:
            return bool(metadata.version(name))
        except metadata.PackageNotFoundError:
            return False

    return tuple(sorted({name for name, _ in needs if there(name)}))


def licence_of(found: metadata.Distribution) -> str:
    """Say under which licence a package is, by its expression, else its classifiers, else its own words."""
    stated = cast(Message, found.metadata)
    if expression := stated.get("License-Expression"):
        return expression
    classified = [line.rpartition(" :: ")[2] for line in stated.get_all("Classifier") or () if "License" in line]
    if classified := [line for line in classified if line not in ("OSI Approved", "License")]:
        return " OR ".join(classified)
    text = (stated.get("License") or "").strip().splitlines()
    return text[0][:80] if text else "not stated"


def is_copyleft(licence: str) -> bool:
    """Say whether every choice that a licence leaves is a GPL.

    >>> is_copyleft("GPL-3.0-or-later"), is_copyleft("MIT OR GPL-2.0-only"), is_copyleft("LGPL-3.0-only")
    (True, False, False)
    """
    choices = re.split(r"\s+OR\s+", licence)
    return all(any(COPYLEFT.search(part) for part in re.split(r"\s+AND\s+", choice)) for choice in choices)


def list_licences(root: Path) -> int:
    """Print every package with its licence; returns 1 where a required one is under the GPL."""
    closure = read_closure(root)
    refused = []
    for name in sorted(closure.packages):
        package = closure.packages[name]
        use = "required" if name in closure.required else "tests and extras"
        print(f"{name:32} {package.version:14} {use:17} {package.licence}")
        if name in closure.required and is_copyleft(package.licence):
            refused.append(name)
    print(f"\n{len(closure.packages)} packages, {len(closure.required)} of them required")
    if refused:
        print(
            f"Under the GPL, which the MIT licence of this suite does not go with: {', '.join(refused)}",
            file=sys.stderr,
        )
    return 1 if refused else 0


def bill_of_materials(root: Path) -> dict:
    """Make the bill of materials, CycloneDX 1.6, of all that is installed for this project."""
    closure = read_closure(root)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    purls = {name: f"pkg:pypi/{name}@{package.version}" for name, package in sorted(closure.packages.items())}
    components = [
        {
            "type": "library",
            "bom-ref": purls[name],
            "name": name,
            "version": closure.packages[name].version,
            "scope": "required" if name in closure.required else "optional",
            "licenses": [{"license": {"name": closure.packages[name].licence}}],
            "purl": purls[name],
        }
        for name in purls
    ]
    direct = sorted({parsed(line)[0] for line in project["dependencies"]} & set(purls))
    graph = [{"ref": own, "dependsOn": [purls[name] for name in direct]}]
    graph += [
        {"ref": purls[name], "dependsOn": [purls[need] for need in closure.packages[name].needs if need in purls]}
        for name in purls
    ]
    about = {"type": "application", "bom-ref": own, "name": project["name"], "version": project["version"], "purl": own}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": about},
        "components": components,
        "dependencies": graph,
    }


def write_bill(root: Path) -> int:
    path = root / "reports" / "sbom.cdx.json"
    path.parent.mkdir(exist_ok=True)
    bill = bill_of_materials(root)
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    print(f"{len(bill['components'])} packages  {path.relative_to(root).as_posix()}")
    return 0


def audit(root: Path) -> int:
    """Ask for known faults of every pinned package with pip-audit, in an environment of its own.

    Returns 0 if all were looked up and none has a fault, 1 for faults, 3 where some could not be looked up.
    """
    python = make_tools(root, root / ".venv-audit")
    with tempfile.TemporaryDirectory() as folder:
        outcome = Path(folder) / "audit.json"
        command = [str(python), "-m", "pip_audit", "-r", str(root / "requirements.lock"), "--require-hashes"]
        command += ["--disable-pip", "--progress-spinner", "off", "--timeout", "15", "-f", "json", "-o", str(outcome)]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": ""})
        try:
            found = json.loads(outcome.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError):
            last = (done.stderr.strip().splitlines() or ["no word of why"])[-1]
            print(f"The advisory service cannot be reached: nothing was checked.\n    {last[:300]}", file=sys.stderr)
            return 3
    return tell_audit(found)


def tell_audit(found: list[dict]) -> int:
    """Tell what an audit found. A package that the service did not know was not checked, which is no good news."""
    unknown = [one["name"] for one in found if "skip_reason" in one]
    faulty = [(one["name"], one["version"], vuln) for one in found for vuln in one.get("vulns", ())]
    for name, version, vuln in faulty:
        repaired = ", ".join(vuln.get("fix_versions", ())) or "no version yet"
        print(f"{name} {version}  {vuln['id']}  repaired in {repaired}")
    checked = len(found) - len(unknown)
    print(f"{checked} of {len(found)} packages checked, {len({name for name, _, _ in faulty})} with known faults")
    if unknown:
        some = f"{', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}"
        print(f"Not checked: the advisory service knows nothing of {some}", file=sys.stderr)
    return 1 if faulty else 3 if unknown else 0


def make_tools(root: Path, folder: Path) -> Path:
    """Make the environment of the audit from its own lock, unless it is there; returns its Python."""
    python, lock = folder / "bin" / "python", root / AUDIT
    ready = "import importlib.util as u; print(u.find_spec('pip_audit') is not None)"
    if not (works(python) and ask(python, ready) == "True"):
        create(folder)
        install(python, lock, lock.read_text(encoding="utf-8").count("=="))
    return python


def main() -> int:
    root = Path.cwd()
    commands = {"audit": audit, "licences": list_licences, "sbom": write_bill}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(f"one of {', '.join(commands)}", file=sys.stderr)
        return 2
    try:
        return commands[sys.argv[1]](root)
    except EnvironmentFailed as failure:
        print(f"\n{failure}\n\nThe tools of the audit could not be installed: nothing was checked.", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
