"""What the contract's types refuse, in words for the person who writes the file."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from personas.dataset.contract import Contract
from personas.dataset.document import Document
from personas.errors import InputError, Problem, did_you_mean


def validate_contract(document: Document) -> Contract:
    """Make a Contract of the values of a file.

    Raises InputError with every key that is unknown, missing or has a value that does not fit.
    """
    try:
        return Contract.model_validate(document.values)
    except ValidationError as error:
        errors = [dict(item) for item in error.errors()]
        raise InputError([problem_of(item, document) for item in errors if not misspelt(item, errors)]) from None


def misspelt(error: dict, errors: Sequence[dict]) -> bool:
    """Say whether a missing key is there under another spelling, which is a problem of its own already."""
    if error["type"] != "missing":
        return False
    beside = [other["loc"] for other in errors if other["type"] == "extra_forbidden"]
    found = [str(loc[-1]) for loc in beside if loc[:-1] == error["loc"][:-1]]
    return any(f'"{error["loc"][-1]}"' in did_you_mean(key, known_keys(error["loc"][:-1])) for key in found)


def problem_of(error: dict, document: Document) -> Problem:
    """Say what one validation error means, where, and how to mend it."""
    keys = [key for key in error["loc"] if key != "[key]"]
    value = error["input"]
    place = document.place(keys)
    if error["type"] == "extra_forbidden":
        known = known_keys(keys[:-1])
        return Problem(place, f'unknown key "{keys[-1]}"', "keys: " + ", ".join(known), did_you_mean(keys[-1], known))
    if error["type"] == "missing":
        return Problem(place, f'no key "{keys[-1]}"', described(keys), f'add "{keys[-1]}:"')
    if error["type"] == "literal_error":
        words = [word.strip("'\" ") for word in error["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return Problem(place, shown(value), "one of " + ", ".join(words), did_you_mean(str(value), words))
    if keys and keys[-1] in ("start", "end"):
        return Problem(place, shown(value), "a day such as 2024-05-31")
    if error["type"] == "value_error":
        expected, _, found = str(error["ctx"]["error"]).partition("; found ")
        return Problem(place, found or shown(value), expected)
    expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    if "dictionary" in expected or error["type"] in ("model_type", "tuple_type"):
        expected = "keys with values, indented below"
    if keys and keys[-1] == "scale":
        expected = "two numbers, the lowest and the highest"
    meaning = described(keys)
    return Problem(place, shown(value), f"{expected}: {meaning}" if meaning else expected)


def shown(value: object) -> str:
    """Quote a value, shortened.

    >>> shown({"a": 1, "b": 2})
    'keys a, b'
    """
    if isinstance(value, dict):
        return "keys " + ", ".join(str(key) for key in list(value)[:6]) if value else "no keys"
    if value is None or value == "":
        return "nothing"
    if isinstance(value, BaseModel):
        return "keys " + ", ".join(value.model_fields_set)
    text = str(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def model_at(keys: Sequence[str | int], root: type[BaseModel] = Contract) -> type[BaseModel] | None:
    """Find the part of the contract that keys lead to."""
    kind: object = root
    for key in keys:
        kind = _bare(kind)
        if typing.get_origin(kind) is dict:
            kind = typing.get_args(kind)[1]
        elif typing.get_origin(kind) is tuple:
            kind = typing.get_args(kind)[0]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            info = field_of(kind, str(key))
            if info is None:
                return None
            kind = info.annotation
        else:
            return None
    kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def field_of(model: type[BaseModel], key: str):
    return {info.alias or name: info for name, info in model.model_fields.items()}.get(key)


def _bare(annotation: object) -> object:
    """Take Annotated and Optional from around a type."""
    while typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType):
        annotation = typing.get_args(annotation)[0]
    return annotation


def known_keys(keys: Sequence[str | int]) -> list[str]:
    model = model_at(keys)
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def described(keys: Sequence[str | int]) -> str:
    """Quote what the reference says of a key, or nothing where it is not a key of the contract."""
    if not keys:
        return ""
    model = model_at(keys[:-1])
    info = field_of(model, str(keys[-1])) if model else None
    return info.description.rstrip(".") if info is not None and info.description else ""
