"""Tests that each layer imports only lower layers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SOURCES = sorted((*PROJECT.glob("shared/**/*.py"), *PROJECT.glob("functions/*.py")))
# The layers, from the top. A module may import its own package and lower layers.
LAYERS = (
    ("functions",),
    ("shared.http", "shared.triggers"),
    ("shared.formats", "shared.settings"),
    ("shared.usecases",),
    ("shared.adapters", "shared.rulebook"),
    ("shared.domain.leads",),
    ("shared.domain.intake",),
    ("shared.domain.rules",),
    ("shared.domain.model", "shared.domain.errors", "shared.domain.opening_hours", "shared.domain.spoken_time"),
)
LIBRARIES = {
    "functions": {"aws_lambda_powertools"},
    "shared.http": {"jinja2", "pydantic", "python_multipart"},
    "shared.adapters": {"altcha", "boto3", "botocore", "itsdangerous", "pydantic_core", "urllib3"},
    "shared.domain": {"email_validator", "phonenumbers", "pydantic", "pydantic_core"},
}
TYPES_OF = {"mypy_boto3_dynamodb": "boto3", "mypy_boto3_sns": "boto3", "mypy_boto3_sqs": "boto3"}
NEVER_IN_DOMAIN = {"logging", "os", "random", "secrets", "socket", "subprocess", "tempfile", "time", "urllib"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def is_within(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def place_of(module: str) -> tuple[int, str] | None:
    """Returns the number of a module's layer (0: the top) and its package in LAYERS, or None."""
    return next(((n, part) for n, parts in enumerate(LAYERS) for part in parts if is_within(module, part)), None)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert node.level == 0
            packages = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if place_of(name) else node.module for name in packages)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_imports_its_own_package_and_lower_layers(path: Path) -> None:
    own = place_of(name_of(path))
    for module in imports(path):
        if module.partition(".")[0] in {"shared", "functions", "dev", "tests", "infra"}:
            other = place_of(module)
            assert own, f"{name_of(path)} imports {module}"
            assert other, f"{name_of(path)} imports {module}"
            assert own == other or own[0] < other[0], f"{name_of(path)} imports {module}, which is not below it"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_library_is_known_to_the_layers_that_need_it(path: Path) -> None:
    known = {library for part, names in LIBRARIES.items() if is_within(name_of(path), part) for library in names}
    for module in imports(path):
        top = module.partition(".")[0]
        if top not in {*sys.stdlib_module_names, "shared", "functions"}:
            only_types = name_of(path) == "functions.wiring" and top in TYPES_OF
            assert TYPES_OF.get(top, top) in known or only_types, f"{name_of(path)} imports {top}"


@pytest.mark.parametrize("path", sorted(PROJECT.glob("shared/domain/**/*.py")), ids=name_of)
def test_the_domain_is_pure(path: Path) -> None:
    assert not {module.partition(".")[0] for module in imports(path)} & NEVER_IN_DOMAIN
    clocks = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)]
    assert not {node.attr for node in clocks} & {"now", "today", "utcnow"}


def test_a_wrong_import_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("from shared import http\nfrom shared.domain.leads.lead import Lead\nimport boto3\n")
    assert list(imports(file)) == ["shared.http", "shared.domain.leads.lead.Lead", "boto3"]
    assert place_of("shared.http.problem_details") == (1, "shared.http")
    assert place_of("shared.domain.leads.lead") == (5, "shared.domain.leads")
