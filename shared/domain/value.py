"""Frozen values with named fields.

A dataclass is compiled anew whenever its module is imported, and those of this service were a tenth of a cold start
(docs/decisions/0019); these are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Value:
    """Fields are a class's annotations, those of its bases first; a class attribute of that name is the default.

    Equal when of one class and with equal fields. `functools.cached_property` works, and is no field.
    """

    model_fields: ClassVar[tuple[str, ...]] = ()
    model_defaults: ClassVar[Mapping[str, Any]] = {}
    _blank: ClassVar[Mapping[str, Any]] = {}  # every field with its default, or None
    _required: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        own = [name for name, hint in cls.__annotations__.items() if not hint.startswith("ClassVar")]
        bases = [base for base in reversed(cls.__bases__) if issubclass(base, Value)]
        names = dict.fromkeys([*(name for base in bases for name in base.model_fields), *own])
        defaults = {name: value for base in bases for name, value in base.model_defaults.items()}
        cls.model_fields = tuple(names)
        cls.__match_args__ = cls.model_fields  # type: ignore[misc, attr-defined, unused-ignore]
        cls.model_defaults = defaults | {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        cls._blank = dict.fromkeys(cls.model_fields) | cls.model_defaults
        cls._required = frozenset(names.keys() - cls.model_defaults.keys())

    def __init__(self, *values: Any, **named: Any) -> None:
        """Raises TypeError for a field that is missing, unknown or given twice."""
        fields, found = self.model_fields, self.__dict__
        if values:
            given = dict(zip(fields, values, strict=False))
            if len(given) < len(values) or not given.keys().isdisjoint(named):
                raise TypeError(f"{type(self).__name__}: more values than fields, or one given twice")
            named |= given
        found.update(self._blank)  # in the order of fields, whatever the order given: in that order they are written
        found.update(named)
        if len(found) > len(fields):
            raise TypeError(f"{type(self).__name__} has no fields but {', '.join(fields)}")
        if missing := self._required - named.keys():
            raise TypeError(f"{type(self).__name__}: {', '.join(sorted(missing))} is missing")

    def replaced(self, **changes: Any) -> Self:
        """The same with other values; they are taken as they are. Raises TypeError for an unknown field."""
        copy = object.__new__(type(self))
        found, changed = self.__dict__, copy.__dict__
        for name in self.model_fields:
            changed[name] = changes[name] if name in changes else found[name]
        if not changes.keys() <= changed.keys():
            raise TypeError(f"{type(self).__name__} has no fields but {', '.join(self.model_fields)}")
        return copy

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def _values(self) -> tuple[Any, ...]:
        return tuple(map(self.__dict__.__getitem__, self.model_fields))

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        fields = zip(self.model_fields, self._values(), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self._values())


class Discreet(Value):
    """A value that holds a key, and shows nothing where it is printed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


def _restored(cls: type[Value], values: tuple[Any, ...]) -> Value:
    return cls(*values)
