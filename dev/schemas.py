"""The schemas of checked values, as pydantic makes them from the classes: one module for each in shared/schemas.

    python -m dev.schemas        writes them; after a change of a checked class, or a new version of pydantic

What is shipped has these and pydantic's core, and not pydantic (docs/decisions/0019). A test holds that they are what
pydantic says now.
"""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import __version__ as core_version

import shared.domain
from shared.domain.checked import Checked, Model, Stored, json_schema_of, schema_of
from shared.domain.submission import Submission
from shared.domain.value import Value

FOLDER = Path(__file__).resolve().parent.parent / "shared" / "schemas"
PACKAGE = '"""How pydantic\'s core checks and writes each class of that name. Written by `python -m dev.schemas`."""\n'
MODULE = '''"""Written by `python -m dev.schemas`."""

{imports}

CORE = "{core}"
SCHEMA = {schema}
'''
FOR_JSON_SCHEMA = ("metadata", "json_schema_input_schema")
ADDRESS = re.compile(r":\d+$")  # in the names that pydantic gives to classes


class Named:
    """Something that a schema refers to, such as a function: written as its name."""

    def __init__(self, thing: Any) -> None:
        self.module, self.name = thing.__module__, thing.__qualname__

    def __repr__(self) -> str:
        return self.name if self.module == "builtins" else f"{self.module}.{self.name}"


class Made(Named):
    """A value that is a default."""

    def __init__(self, value: Value, seen: list[Named]) -> None:
        super().__init__(type(value))
        self.fields = {name: _written(getattr(value, name), seen) for name in value.model_fields}

    def __repr__(self) -> str:
        return f"{super().__repr__()}({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"


def classes() -> list[type[Checked]]:
    """The checked classes of the domain, by name."""
    for module in pkgutil.iter_modules(shared.domain.__path__):
        importlib.import_module(f"shared.domain.{module.name}")
    found = {cls for cls in _below(Checked) if cls not in (Model, Stored) and cls.__module__.startswith("shared.")}
    return sorted(found, key=lambda cls: cls.__name__)


def _below(cls: type[Checked]) -> Iterator[type[Checked]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _below(sub)


def module_of(cls: type[Checked]) -> str:
    """The text of its module. Raises TypeError where the schema holds what cannot be written down."""
    seen: list[Named] = []
    schema = _written(schema_of(cls), seen)
    imports = sorted({f"import {named.module}" for named in seen if named.module != "builtins"})
    text = MODULE.format(imports="\n".join(imports), core=core_version, schema=schema)
    command = [sys.executable, "-m", "ruff", "format", "--quiet", "--line-length", "120", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _written(value: Any, seen: list[Named]) -> Any:
    match value:
        case dict():
            kept = {key: entry for key, entry in value.items() if key not in FOR_JSON_SCHEMA}
            return {
                key: ADDRESS.sub("", entry) if key in ("ref", "schema_ref") else _written(entry, seen)
                for key, entry in kept.items()
            }
        case list() | tuple():
            return type(value)(_written(entry, seen) for entry in value)
        case None | bool() | int() | float() | str():
            return value
        case Value():
            named: Named = Made(value, seen)
        case _ if callable(value):
            named = Named(value)
            found: Any = importlib.import_module(named.module)
            for part in named.name.split("."):
                found = getattr(found, part)
            if found != value:
                raise TypeError(f"{value!r} is not what its name says")
        case _:
            raise TypeError(f"a schema cannot hold {type(value).__name__}")
    seen.append(named)
    return named


def written() -> dict[str, str]:
    """By file name."""
    described = json.dumps(json_schema_of(Submission), indent=1, ensure_ascii=False) + "\n"
    modules = {f"{cls.__name__}.py": module_of(cls) for cls in classes()}
    if len(modules) < len(classes()):
        raise ValueError("two checked classes share a name")
    return {"__init__.py": PACKAGE, "Submission.json": described} | modules


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    files = written()
    for path in FOLDER.glob("*.*"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(files)} files in {FOLDER.relative_to(FOLDER.parents[1])}")


if __name__ == "__main__":
    main()
