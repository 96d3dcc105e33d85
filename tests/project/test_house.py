"""The house keeps its order: who imports whom, one name everywhere, everything documented, nothing personal logged."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dev import template
from shared.rulebook.loading import load

PROJECT = Path(__file__).parents[2]
SOURCES = sorted((*PROJECT.glob("shared/**/*.py"), *PROJECT.glob("functions/*.py")))
TEMPLATE = template.read()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = {name: entry for name, entry in RESOURCES.items() if entry["Type"] == "AWS::Serverless::Function"}

STUBS = {"mypy_boto3_dynamodb", "mypy_boto3_sns", "mypy_boto3_sqs"}
# Who may import whom: a part of the house -> what of the project, and what libraries. The standard library is free.
PARTS = {
    "shared.domain": ({"shared.domain"}, {"pydantic", "pydantic_core", "phonenumbers", "email_validator"}),
    "shared.rulebook": ({"shared.rulebook", "shared.domain"}, set()),
    "shared.formats.fhir": ({"shared.formats.fhir", "shared.rulebook", "shared.domain"}, set()),
    "shared.adapters": (
        {"shared.adapters", "shared.domain"},
        {"boto3", "botocore", "itsdangerous", "altcha", "urllib3", *STUBS},
    ),
    "shared.usecases": ({"shared.usecases", "shared.domain"}, set()),
    "shared.settings": ({"shared.domain"}, set()),
    "shared.http": (
        {"shared.http", "shared.usecases", "shared.rulebook", "shared.settings", "shared.domain"},
        {"pydantic", "jinja2", "python_multipart"},
    ),
    "shared": ({"shared.domain", "shared.rulebook"}, set()),  # triggers, and formats that are not FHIR
    "functions": ({"functions", "shared"}, {"aws_lambda_powertools", *STUBS}),
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base", "core"}
NEVER_IN_DOMAIN = {"os", "logging", "socket", "subprocess", "time", "random", "secrets", "urllib", "http", "tempfile"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def part_of(module: str) -> str:
    return max((part for part in PARTS if f"{module}.".startswith(f"{part}.")), key=len)


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert node.level == 0
            if node.module in {"shared", "functions", "shared.rulebook", "shared.domain", "shared.adapters"}:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_only_what_its_part_of_the_house_may(path: Path) -> None:
    own, libraries = PARTS[part_of(name_of(path))]
    standard = __import__("sys").stdlib_module_names
    for module in imports(path):
        top = module.partition(".")[0]
        if top in {"shared", "functions", "dev", "tests", "infra"}:
            assert any(f"{module}.".startswith(f"{part}.") for part in own), f"{name_of(path)} imports {module}"
        else:
            assert top in standard or top in libraries, f"{name_of(path)} imports {module}"


def test_the_domain_has_no_clock_environment_network_or_log() -> None:
    for path in PROJECT.glob("shared/domain/*.py"):
        assert not {module.partition(".")[0] for module in imports(path)} & NEVER_IN_DOMAIN, path.name
        assert not re.search(r"\b(datetime\.now|date\.today|utcnow|open|print)\(", path.read_text()), path.name


KNOW_DYNAMODB = ("shared.adapters.dynamodb", "shared.triggers", "shared.adapters.aws")  # table, stream, client


def test_only_one_package_knows_dynamodb_and_only_functions_know_powertools() -> None:
    for path in SOURCES:
        text = path.read_text()
        if not name_of(path).startswith((*KNOW_DYNAMODB, "functions.")):
            assert "dynamodb" not in re.sub(r"adapters[./]dynamodb", "", text).lower(), name_of(path)
        if not name_of(path).startswith("functions"):
            assert "powertools" not in text.lower(), name_of(path)


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {Path(name).stem for name in tracked() if name.endswith((".py", ".js"))}
    assert not names & FORBIDDEN_NAMES


def snake(logical_id: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).lower()


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_a_capability_has_one_name_everywhere(logical_id: str) -> None:
    name = snake(logical_id)
    assert (PROJECT / "functions" / f"{name}.py").is_file()
    assert (PROJECT / "events" / f"{name}.json").is_file()
    assert (PROJECT / "tests" / "functions" / f"test_{name}.py").is_file()


# ---- documented


REFERENCE = (PROJECT / "docs" / "reference.md").read_text()
ROUTES = set(template.routes())
VARIABLES = template.variables()


def test_every_route_variable_parameter_and_output_is_documented() -> None:
    documented = set(re.findall(r"^\| `([^`]+)`", REFERENCE, re.MULTILINE))
    assert len(ROUTES) >= 5
    declared = ROUTES | VARIABLES | set(TEMPLATE["Parameters"]) | set(TEMPLATE["Outputs"])
    assert declared - documented == set(), "add a row to docs/reference.md"
    assert documented - declared == set(), "gone from infra/template.yaml: remove its row from docs/reference.md"


def test_every_file_of_the_rulebook_is_documented() -> None:
    rules = (PROJECT / "docs" / "rules.md").read_text()
    assert all(f"`{path.name}`" in rules for path in PROJECT.glob("shared/rulebook/*.toml"))


def test_every_rule_has_a_reason_and_a_source_for_staff() -> None:
    for rule_set in load().rule_sets.values():
        for rule in (*rule_set.safety, *rule_set.not_fit, *rule_set.fit.rules, *rule_set.tags):
            assert rule.reason
            assert rule.citations


# ---- what the documents name is there


NAMED_FILE = re.compile(r"(?<![\w/.-])(?:benchmarks|dev|docs|events|functions|infra|shared|tests|web)/[\w./-]*\.\w+")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"python -m ([\w.]*\w)")
TARGET = re.compile(r"`make ([a-z0-9-]+)")
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def dead_ends(name: str, text: str) -> Iterator[str]:
    """What a document names and nobody finds: files, links and commands."""
    yield from (path for path in NAMED_FILE.findall(text) if not (PROJECT / path.rstrip(".")).exists())
    yield from (link for link in LINK.findall(text) if not (PROJECT / name).parent.joinpath(link).exists())
    yield from (f"make {target}" for target in TARGET.findall(text) if target not in TARGETS)
    for module in COMMAND.findall(text):
        path = PROJECT / module.replace(".", "/")
        if module.partition(".")[0] != "pytest" and not any(
            map(Path.is_file, (path.with_suffix(".py"), path / "__main__.py"))
        ):
            yield f"python -m {module}"


def test_every_file_link_and_command_in_the_documents_is_there() -> None:
    documents = [name for name in tracked() if name.endswith(".md")]
    assert len(documents) > 20
    found = {name: list(dead_ends(name, (PROJECT / name).read_text())) for name in documents}
    assert {name: ends for name, ends in found.items() if ends} == {}


def test_a_dead_end_would_be_found() -> None:
    text = "[it](gone.md), `shared/gone.py`, python -m dev.gone, `make gone`"
    there = "[it](../README.md), shared/http/requests.py, python -m dev.run, `make run PORT=1`"
    assert list(dead_ends("docs/rules.md", text + there)) == [
        "shared/gone.py",
        "gone.md",
        "make gone",
        "python -m dev.gone",
    ]


# ---- private


LOGGED = {
    "reference",
    "tier",
    "lead_id",
    "ladder_level",
    "error",
    "cause",
    "consent",
    "action",
}  # what a log line may carry beside its fixed text
PERSONAL = {"event", "lead", "submission", "contact", "answers", "body", "screening", "record", "note", "consents"}


def logger_calls() -> Iterator[tuple[str, ast.Call, set[str]]]:
    """Each with the parameters of its file whose type lists the texts that they may have."""
    for path in PROJECT.glob("functions/*.py"):
        tree = ast.parse(path.read_text())
        listed = {
            node.arg
            for node in ast.walk(tree)
            if isinstance(node, ast.arg) and node.annotation and ast.unparse(node.annotation).startswith("Literal[")
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "logger"
                and node.func.attr != "inject_lambda_context"
            ):
                yield path.name, node, listed


def test_log_lines_are_a_fixed_text_and_a_few_known_keys() -> None:
    calls = list(logger_calls())
    assert calls
    for name, call, listed in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "append_keys":  # for the lines that follow
            assert (call.args, {keyword.arg for keyword in call.keywords} - LOGGED) == ([], set()), name
            continue
        (text,) = call.args
        assert isinstance(text, ast.Constant) or (isinstance(text, ast.Name) and text.id in listed), f"{name}: fixed"
        assert {keyword.arg for keyword in call.keywords} <= {"extra"}, name
        for keyword in call.keywords:
            assert isinstance(keyword.value, ast.Dict), name
            assert {ast.literal_eval(key) for key in keyword.value.keys if key} <= LOGGED, name
            assert None not in keyword.value.keys, f"{name}: no ** in what is logged"
            for value in keyword.value.values:
                assert not (isinstance(value, ast.Name) and value.id in PERSONAL), name


def test_events_and_errors_are_never_logged_whole() -> None:
    for path in SOURCES:
        text = path.read_text()
        assert not re.search(
            r"log_event\s*=\s*True|logger\.exception|exc_info|traceback\.(?!extract_tb)|\bprint\(|import logging",
            text.replace("import logging\nimport warnings", "") if name_of(path) == "functions.wiring" else text,
        )


def test_no_variable_makes_powertools_log_events() -> None:
    assert not {"POWERTOOLS_LOGGER_LOG_EVENT", "POWERTOOLS_DEV"} & VARIABLES


# ---- fit to be shared


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    return [name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


MACHINE_PATHS = re.compile(rb"(?<![\w.-])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/\w")


def test_no_file_names_a_place_on_somebody_s_machine() -> None:
    for name in tracked():
        found = MACHINE_PATHS.search((PROJECT / name).read_bytes())
        assert not found, f"{name}: {found[0]!r}"


@pytest.mark.parametrize("path", ["/wo" + "rk/main", "/ro" + "ot/x", "/ho" + "me/ann/x", "'/t" + "mp/run/x'"])
def test_a_place_on_a_machine_would_be_found(path: str) -> None:
    assert MACHINE_PATHS.search(path.encode())


BRANDS = {"46f093013688d010", "3ee9f3f693fb6e81"}  # as hashes, so that not even this file names them


def runs(content: bytes) -> set[bytes]:
    """Up to three words in a row that end on our subject, however they are written."""
    words = re.findall(rb"[a-z]+", content.lower())
    ends = [place for place, word in enumerate(words, start=1) if word.endswith(b"spine")]
    return {b"".join(words[max(0, end - count) : end]) for end in ends for count in (1, 2, 3)}


def is_brand(run: bytes) -> bool:
    return sha256(run).hexdigest()[:16] in BRANDS


def test_no_brand_of_the_landing_page() -> None:
    assert [name for name in tracked() if any(map(is_brand, runs((PROJECT / name).read_bytes())))] == []


@pytest.mark.parametrize("text", [b"by Some Other Spine, LLC", b"https://some-other-spine.example", b"SomeOtherSpine"])
def test_a_brand_would_be_found(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "BRANDS", {sha256(b"someotherspine").hexdigest()[:16]})
    assert any(map(is_brand, runs(text)))
    assert not any(map(is_brand, runs(b"some others spine")))
