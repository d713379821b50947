"""Specifications: what a learner has set, as a frozen, hashable value, and how to mend one that arrives broken.

A lesson's specification is a frozen dataclass that derives from `Spec`. Its fields are made with `choice`, `number`
or `text`, which carry the options that a page offers. Whether a combination is possible is decided in one place, the
`__post_init__` of the specification, which asks the layer itself; the message of that `ValueError` is what the
learner reads.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Self


@dataclass(frozen=True)
class Field:
    """One setting: its name in the layer's own words, its default, and what may be chosen."""

    name: str
    default: Any
    options: tuple[Any, ...]  # empty for free text
    help: str
    adapts: bool  # the others are mended to fit this one, so it always offers everything
    surprise: bool  # "Surprise me" may change it
    cleared_by: tuple[str, ...]  # when one of these changes, this means nothing any more and takes its default

    def parse(self, raw: str) -> Any:
        """The value that a text from the address means, with the type of the default."""
        kind = type(self.default)
        if kind is bool:
            if raw not in ("true", "false"):
                raise ValueError(f"{self.name} must be true or false, not {_quoted(raw)}")
            return raw == "true"
        if kind is not str and not NUMBER.fullmatch(raw):
            raise ValueError(f"{self.name} must be a {_KINDS[kind]}, not {_quoted(raw)}")
        try:
            value = kind(raw)
        except ValueError:
            raise ValueError(f"{self.name} must be a {_KINDS[kind]}, not {_quoted(raw)}") from None
        if self.options and value not in self.options:
            raise ValueError(f"{self.name} must be {_listed(self.options)}, not {_quoted(raw)}")
        return value

    @property
    def step(self) -> Any:
        """From one option of a number to the next."""
        step = self.options[1] - self.options[0]
        return type(step)(round(step, 10))  # 0.51 − 0.5 is not 0.01

    def nearest(self, value: float) -> Any:
        """The option of a number that is nearest."""
        return min(self.options, key=lambda option: abs(option - value))


NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII)
_KINDS = {int: "whole number", float: "number", str: "text"}
MANY = 12  # numbers; more of them are named as a range
QUOTED = 40  # characters of what somebody typed that a message repeats


def choice(
    default: Any,
    options: tuple[Any, ...],
    help: str,
    *,
    adapts: bool = False,
    surprise: bool = True,
    cleared_by: tuple[str, ...] = (),
) -> Any:
    """A field with a few options."""
    metadata = {"options": options, "help": help, "adapts": adapts, "surprise": surprise, "cleared_by": cleared_by}
    return dataclasses.field(default=default, metadata=metadata)


def number(default: float, low: float, high: float, step: float, help: str, *, surprise: bool = True) -> Any:
    """A field with a number in a range, low … high. With a float as default, all are floats."""
    kind = type(default)
    count = round((high - low) / step) + 1
    return choice(default, tuple(kind(round(low + i * step, 10)) for i in range(count)), help, surprise=surprise)


def text(help: str, cleared_by: tuple[str, ...] = ()) -> Any:
    """A field with free text, empty at first, checked by the specification itself."""
    return choice("", (), help, surprise=False, cleared_by=cleared_by)


class Mended(NamedTuple):
    """A possible specification, and a sentence for everything that had to be changed."""

    spec: Any
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Spec:
    """Base of all specifications. Construction raises ValueError for a combination that cannot be."""

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        return tuple(Field(f.name, f.default, **f.metadata) for f in dataclasses.fields(cls))

    @property
    def used(self) -> tuple[str, ...]:
        """The settings that matter now."""
        return tuple(field.name for field in self.fields())

    @classmethod
    def mend(cls, wanted: Mapping[str, Any], before: Self | None = None) -> Mended:
        """The specification nearest to what was wanted: whatever is impossible keeps its default, and is named.

        `wanted` maps field names to values, or to texts as they stand in an address; what is missing takes its
        default. `before` is what was set until now.
        """
        notes, possible = [], {}
        for field in cls.fields():
            if wanted.get(field.name) is None:
                continue
            if before and (other := _cleared_by(field, wanted, before)):
                notes.append(f"Gone: {field.help}, because {other} has changed.")
                continue
            try:
                possible[field.name] = field.parse(_address_text(wanted[field.name]))
            except ValueError as error:
                notes.append(f"{error}. It is {_address_text(field.default) or 'none'} now.")
        try:
            return Mended(cls(**possible), tuple(notes))
        except ValueError:
            spec, refusals = cls._one_by_one(possible)
            return Mended(spec, (*notes, *refusals))

    @classmethod
    def _one_by_one(cls, values: Mapping[str, Any]) -> tuple[Self, list[str]]:
        """Takes values that do not all go together over in order, and says which were left."""
        spec, waiting = cls(), dict(values)
        rules: dict[str, str] = {}
        while waiting:
            rules = {}
            for name, value in waiting.items():
                try:
                    spec = dataclasses.replace(spec, **{name: value})
                except ValueError as error:
                    rules[name] = str(error)
            if len(rules) == len(waiting):
                break  # none of them fits
            waiting = {name: waiting[name] for name in rules}
        return spec, [
            f"{name} cannot be {_short(_address_text(waiting[name])) or 'empty'} here: {rule}. "
            f"It is {_address_text(getattr(spec, name)) or 'none'} now."
            for name, rule in rules.items()
        ]

    def offered(self, name: str) -> tuple[Any, ...]:
        """The options of a field that are possible with everything else as it is."""
        return _offered(self, name)

    def address(self) -> dict[str, str]:
        """What differs from the defaults, as texts for an address."""
        return {f.name: _address_text(value) for f in self.fields() if (value := getattr(self, f.name)) != f.default}

    def surprise(self, rng: random.Random) -> Self:
        """Another possible specification, drawn at random; this one, if none is found."""
        for _ in range(1000):
            drawn = {f.name: rng.choice(f.options) for f in self.fields() if f.surprise and f.options}
            try:
                return type(self)(**drawn)
            except ValueError:
                continue
        return self


@lru_cache(maxsize=1024)
def _offered(spec: Spec, name: str) -> tuple[Any, ...]:
    field = next(field for field in spec.fields() if field.name == name)
    return tuple(option for option in field.options if field.adapts or _fits(spec, name, option))


def _fits(spec: Spec, name: str, value: Any) -> bool:
    try:
        dataclasses.replace(spec, **{name: value})
    except ValueError:
        return False
    return True


def _cleared_by(field: Field, wanted: Mapping[str, Any], before: Spec) -> str | None:
    """The change that makes an unchanged field meaningless, if there is one."""
    if wanted[field.name] in (field.default, None) or wanted[field.name] != getattr(before, field.name):
        return None
    return next((name for name in field.cleared_by if wanted.get(name) != getattr(before, name)), None)


def _address_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(raw: str) -> str:
    """What somebody typed, as a message repeats it."""
    return repr(_short(raw))


def _short(text: str) -> str:
    return text if len(text) <= QUOTED else text[:QUOTED] + "…"


def _listed(options: tuple[Any, ...]) -> str:
    if len(options) > MANY and not isinstance(options[0], str):
        step = options[1] - options[0]
        return f"from {options[0]} to {options[-1]}" + (f" in steps of {step:g}" if step != 1 else "")
    words = [_address_text(option) for option in options]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
