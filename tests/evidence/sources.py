"""Which code a result depends on, as one short hash: comments and docstrings do not count, imports are followed."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLLOWED = ("segments", "simulation", "experience", "profiles")


def hash_code(*entries: str) -> str:
    """Hash modules and all that they import, directly or not, from the FOLLOWED folders.

    entries : dotted modules, or "module:name" for one definition alone, whose imports are not followed
    """
    digest = hashlib.sha256()
    for entry in entries:
        if ":" in entry:
            digest.update(f"{entry}\n{_shape(_definition(*entry.split(':')))}\n".encode())
    for name, tree in sorted(_reached(entries).items()):
        digest.update(f"{name}\n{_shape(tree)}\n".encode())
    return digest.hexdigest()[:16]


def reached(*entries: str) -> tuple[str, ...]:
    """The modules that `hash_code` hashes whole, in order."""
    return tuple(sorted(_reached(entries)))


def _path(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _definition(module: str, name: str) -> ast.AST:
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    return next(node for node in tree.body if getattr(node, "name", "") == name)


def _reached(entries) -> dict[str, ast.AST]:
    found: dict[str, ast.AST] = {}
    waiting = [entry for entry in entries if ":" not in entry]
    while waiting:
        name = waiting.pop()
        if name in found or not _path(name).exists():
            continue
        found[name] = ast.parse(_path(name).read_text(encoding="utf-8"))
        waiting += [module for module in _imports(found[name]) if _follow(module)]
    return found


def _imports(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _follow(module: str) -> bool:
    parts = module.split(".")
    return module == "personas.estimates" or (parts[0] == "personas" and len(parts) > 2 and parts[1] in FOLLOWED)


def _shape(node) -> str:
    """A syntax tree as text, the same for every Python: no positions, no docstrings, nothing that is empty."""
    if isinstance(node, list):
        return "[" + ",".join(_shape(item) for item in node) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = []
    for field, value in ast.iter_fields(node):
        if field == "body" and isinstance(value, list) and value and _is_docstring(value[0]):
            value = value[1:]
        if value is not None and value != []:
            parts.append(f"{field}={_shape(value)}")
    return f"{type(node).__name__}({','.join(parts)})"


def _is_docstring(node) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
