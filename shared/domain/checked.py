"""Values that come from outside or are kept, checked by pydantic's core.

What their fields may hold is said in pydantic's words (shared/domain/field_types.py). `python -m dev.schemas` writes
down what pydantic makes of that, in shared/schemas, so that a running function needs the core alone: importing pydantic
was a fifth of a cold start (docs/decisions/0019).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any, ClassVar, Literal, Self, dataclass_transform, get_type_hints

from pydantic_core import SchemaSerializer, SchemaValidator
from pydantic_core import __version__ as core_version

from shared.domain.value import Value

SCHEMAS = "shared.schemas"  # a module for each class, written by dev/schemas.py


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Checked(Value):
    """A value that comes from outside or is kept, with what is used here of the interface of pydantic's models.

    Only `model_validate` and `model_validate_json` check; making one by its name is for code, checked by types.
    """

    # The core sets these on what it makes; without a place of their own they would stand among the fields.
    __slots__ = ("__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")
    model_config: ClassVar[Mapping[str, Any]] = {"hide_input_in_errors": True}
    _made_validator: ClassVar[SchemaValidator | None] = None  # of each class, when it is first needed
    _made_serializer: ClassVar[SchemaSerializer | None] = None

    @classmethod
    def model_validate(cls, value: Any) -> Self:
        """Raises ValidationError."""
        made: Self = cls._validator().validate_python(value)
        return made

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """Raises ValidationError."""
        made: Self = cls._validator().validate_json(text)
        return made

    def model_dump(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        include: set[str] | None = None,
        exclude: set[str] | None = None,
        exclude_none: bool = False,
        exclude_defaults: bool = False,
    ) -> dict[str, Any]:
        values: dict[str, Any] = self._serializer().to_python(
            self,
            mode=mode,
            include=include,
            exclude=exclude,
            exclude_none=exclude_none,
            exclude_defaults=exclude_defaults,
        )
        return values

    def model_dump_json(self, *, exclude: set[str] | None = None, exclude_defaults: bool = False) -> str:
        return self._serializer().to_json(self, exclude=exclude, exclude_defaults=exclude_defaults).decode()

    @classmethod
    def _validator(cls) -> SchemaValidator:
        if (made := cls.__dict__.get("_made_validator")) is None:
            made = cls._made_validator = SchemaValidator(_found_schema(cls), _core_config(cls))
        found: SchemaValidator = made
        return found

    @classmethod
    def _serializer(cls) -> SchemaSerializer:
        if (made := cls.__dict__.get("_made_serializer")) is None:
            made = cls._made_serializer = SchemaSerializer(_found_schema(cls), _core_config(cls))
        found: SchemaSerializer = made
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: Any) -> Any:
        """How pydantic describes this class; called by it."""
        return _model_schema(cls, handler)


class Model(Checked):
    """What a page sends: everything is checked, nothing unknown is taken."""

    model_config: ClassVar[Mapping[str, Any]] = {
        "extra": "forbid",
        "allow_inf_nan": False,
        "hide_input_in_errors": True,
    }


class Stored(Checked):
    """What is kept: checked when it came in, and readable for ever, also in older shapes."""

    model_config: ClassVar[Mapping[str, Any]] = {"extra": "ignore", "hide_input_in_errors": True}


def _core_config(cls: type[Checked]) -> Any:
    """A class's configuration in the words of pydantic's core."""
    found = {"title": cls.__name__, **cls.model_config}
    found.pop("json_schema_extra", None)
    return {"extra_fields_behavior" if name == "extra" else name: value for name, value in found.items()}


def _found_schema(cls: type[Checked]) -> Any:
    """As it was built, while that was for this very core; else as pydantic says now."""
    if not cls.__module__.startswith("shared.domain."):  # a class of that name somewhere else is another class
        return schema_of(cls)
    name = f"{SCHEMAS}.{cls.__name__}"
    try:
        built = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        built = None
    if built is not None and core_version == built.CORE:
        return built.SCHEMA
    return schema_of(cls)


def schema_of(cls: type[Checked]) -> Any:
    """The core's schema, as pydantic makes it from the class."""
    from pydantic import TypeAdapter  # not shipped, here and below  # noqa: PLC0415

    return TypeAdapter(cls).core_schema


def json_schema_of(cls: type[Checked]) -> dict[str, Any]:
    """JSON Schema (2020-12) of what `cls` takes."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(cls).json_schema(mode="validation", ref_template="#/$defs/{model}")


def _model_schema(cls: type[Checked], handler: Any) -> Any:
    """`handler`: pydantic's, for the types of fields. A class's `prepared(value)` comes before its fields are checked,
    its `whole(self)` after."""
    from pydantic_core import core_schema  # noqa: PLC0415

    from shared.domain import field_types  # noqa: PLC0415

    names = {**vars(field_types), **vars(sys.modules[cls.__module__])}
    hints = get_type_hints(cls, localns=names, include_extras=True)
    fields = {name: _field(cls, name, hints[name], handler) for name in cls.model_fields}
    inner: Any = core_schema.model_fields_schema(fields, model_name=cls.__name__)
    if prepared := getattr(cls, "prepared", None):
        inner = core_schema.no_info_before_validator_function(prepared, inner)
    reference = f"{cls.__module__}.{cls.__qualname__}:{id(cls)}"
    whole = getattr(cls, "whole", None)
    made = core_schema.model_schema(cls, inner, config=_core_config(cls), ref=None if whole else reference)
    return core_schema.no_info_after_validator_function(whole, made, ref=reference) if whole else made


def _field(cls: type[Checked], name: str, hint: Any, handler: Any) -> Any:
    from pydantic.fields import FieldInfo  # noqa: PLC0415
    from pydantic_core import core_schema  # noqa: PLC0415

    info = FieldInfo.from_annotation(hint)
    schema = handler.generate_schema(Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation)
    if name in cls.model_defaults:
        schema = core_schema.with_default_schema(schema, default=cls.model_defaults[name])
    return core_schema.model_field(schema, validation_alias=info.alias)
