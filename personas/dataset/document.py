"""Reading a YAML file written by hand: every value as typed, no surprises, no way to exhaust the machine.

YAML 1.1 turns ``No`` into false, ``007`` into 7 and ``12:30`` into 750. Codes and labels of a survey are full
of such words, so only plain numbers, true, false and null are anything but text here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import yaml

from personas.errors import InputError, Problem

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000


class PlainLoader(yaml.SafeLoader):
    """A safe loader without YAML 1.1's guesses, refusing a key that is written twice."""

    yaml_implicit_resolvers: ClassVar[dict] = {}


PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$"),
    list("-+0123456789"),
)
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


@dataclass(frozen=True)
class Document:
    """A YAML file: its values, and on which line each of them stands."""

    path: str
    values: dict
    node: yaml.Node

    def line(self, keys: Sequence[str | int]) -> int:
        """Find the line (1 = first) of the value that `keys` lead to, or of the nearest one above it."""
        node = self.node
        line = 1
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            node, line = found
        return line

    def _single(self, keys: Sequence[str | int]) -> bool:
        found = _child(self.node, keys[0])
        return found is not None and isinstance(found[0], yaml.MappingNode)

    def place(self, keys: Sequence[str | int]) -> str:
        """Name a value for an error message: file, line and the keys that lead to it."""
        words = ".".join(str(key) for key in keys if not (key == 0 and self._single(keys)))
        return f"{self.path}, line {self.line(keys)}: {words}" if words else self.path


def _child(node: yaml.Node, key: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return value, name.start_mark.line + 1
        if key == 0:  # a role that could be a list was written as a single one
            return node, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key].start_mark.line + 1
    return None


def read_document(path: Path, shown: str) -> Document:
    """Read a YAML file whose top level is a mapping.

    shown : the path as messages name it
    Raises InputError for a file that is missing, too large, not UTF-8, not YAML, or that expands without end.
    """
    if not path.is_file():
        raise InputError([Problem(shown, "no such file", "a dataset contract", "write one, see docs/contract.md")])
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Problem(shown, f"{path.stat().st_size:,} bytes", f"at most {MAX_BYTES:,}")])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            [
                Problem(
                    shown,
                    f"bytes that are not UTF-8 at position {error.start}",
                    "a UTF-8 file",
                    "save it as UTF-8",
                )
            ]
        ) from None
    return _parse(text, shown)


def _parse(text: str, shown: str) -> Document:
    try:
        loader = PlainLoader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise InputError([Problem(shown, "no keys", "keys such as title, sources and customers")])
        problems = _unsafe(node, shown)
        if problems:
            raise InputError(problems)
        return Document(shown, loader.construct_document(node), node)
    except InputError:
        raise
    except RecursionError:
        raise InputError([Problem(shown, "values nested without end", "at most a few levels")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        fix = "indent with spaces" if "\\t" in str(error.problem) else "check indentation, colons and quotes"
        found = f"text that is not YAML: {error.problem or error.context}"
        raise InputError([Problem(f"{shown}{line}", found, "YAML", fix)]) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        text = " ".join(str(error).split())
        raise InputError([Problem(shown, f"text that is not YAML: {text}", "YAML")]) from None


def _unsafe(root: yaml.Node, shown: str) -> list[Problem]:
    """Find keys written twice and aliases that would unfold into too much."""
    problems: list[Problem] = []
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        sizes[id(node)] = MAX_VALUES + 1  # what a node that contains itself comes to
        total = 1
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if not isinstance(key, yaml.ScalarNode):
                    problems.append(Problem(f"{shown}, line {line}", "a key that is not a word", "a word"))
                elif key.value in seen and key.value != "<<":
                    problems.append(
                        Problem(
                            f"{shown}, line {line}: {key.value}",
                            f"the same key as on line {seen[key.value]}",
                            "every key once",
                            "remove one of the two",
                        )
                    )
                else:
                    seen[key.value] = line
                total += size(value)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(size(item) for item in node.value)
        sizes[id(node)] = min(total, MAX_VALUES + 1)
        return sizes[id(node)]

    if size(root) > MAX_VALUES:
        problems.append(
            Problem(shown, f"aliases that unfold into more than {MAX_VALUES:,} values", "a file of plain values")
        )
    return problems
