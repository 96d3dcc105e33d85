"""Tests that a bundle has only the function, its dependencies, and their .pyc files."""

from __future__ import annotations

import io
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from unittest.mock import patch

import pytest

from dev import template
from dev.cloud import function_names, zip_folder
from infra import build
from shared.http.templates import COMPILED
from shared.rulebook import loading
from tests.rulebook.folder import copy_of_rulebook, sign

HERE = sys.version_info[:2]
AS_ON_LAMBDA = HERE == build.LAMBDA_PYTHON and platform.system() == "Linux" and platform.machine() == "x86_64"
OUGHT = {"functions", "shared", "boto3", "pydantic", "pydantic_core", "aws_lambda_powertools", "phonenumbers", "tzdata"}
NEVER = {"tests", "dev", "infra", "docs", "events", "pytest", "moto", "bin"}
FUNCTIONS = [build.module_name(name) for name in function_names()]
# What Powertools imports depends on earlier imports, so each function gets its own process.
LOAD_EACH = """
import importlib, os, sys
sys.path.insert(0, {bundle!r})
import boto3
failed = []
for name, folder in {own!r}.items():
    child = os.fork()
    if not child:
        sys.path.insert(0, folder)
        importlib.import_module("functions." + name).handler
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(", ".join(failed) or 0)
"""

pytestmark = [pytest.mark.build, pytest.mark.xdist_group("build")]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides one function's bundle, as `sam build` makes it, for this machine."""
    folder = tmp_path_factory.mktemp("bundle") / build.WEB_FUNCTION
    build.bundle([build.WEB_FUNCTION], folder, HERE, build.LAMBDA_PLATFORM if AS_ON_LAMBDA else None)
    return folder


@pytest.fixture(scope="module")
def own_parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {name: tmp_path_factory.mktemp(name) for name in FUNCTIONS}
    with patch.object(build, "compile_all"):
        for name, folder in folders.items():
            build.sources([name], folder, build.LAMBDA_PYTHON)
    return folders


def test_a_cached_folder_is_made_again_only_from_other_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "CACHE", tmp_path)
    made: list[Path] = []

    def make(folder: Path) -> None:
        folder.mkdir()
        made.append(folder)

    first = build._cached("all-", ["a", "b"], make)
    assert build._cached("all-", ["a", "b"], make) == first
    assert len(made) == 1
    second = build._cached("all-", ["a", "c"], make)
    assert second != first
    assert sorted(tmp_path.glob("all-*")) == [second]


def test_every_file_of_shared_is_in_the_key_of_the_common_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the file in the key, an old version of the file would be deployed."""
    shutil.copytree(build.PROJECT / "shared", tmp_path / "shared")
    monkeypatch.setattr(build, "PROJECT", tmp_path)
    monkeypatch.setattr(build, "dependencies", lambda *_: tmp_path)
    monkeypatch.setattr(build, "_cached", lambda _name, made_from, _make: made_from)
    before = build.common_part(HERE, None)
    for changed in ("domain/rules/triage.py", "rulebook/tiers.toml", "http/pages/form.html"):
        with (tmp_path / "shared" / changed).open("a") as file:
            file.write("\n")
        after = build.common_part(HERE, None)
        assert after != before, changed
        before = after


def test_a_wrong_field_of_the_clinics_file_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    for part in ("shared", "functions", "web"):
        shutil.copytree(build.PROJECT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "web" / "clinic.toml").write_text('adress = "100 Example Street"\n')
    monkeypatch.setattr(build, "PROJECT", project)
    with pytest.raises(ValueError, match=r"clinic.toml: .*adress"):
        build.sources([build.WEB_FUNCTION], tmp_path / "bundle", build.LAMBDA_PYTHON)


def sources_in(folder: Path) -> set[str]:
    files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    return {str(file) for file in files if file.parent.name != COMPILED.name}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_what_the_function_needs_is_shipped(name: str, own_parts: dict[str, Path], bundle: Path) -> None:
    folder = own_parts[name]

    assert {path.name for path in (folder / "functions").glob("*.py")} == {
        f"{module}.py" for module in (*build.EVERY_FUNCTION_HAS, name)
    }
    assert ("web" in {path.name for path in folder.iterdir()}) == (name == build.WEB_FUNCTION)
    assert {path.name for path in folder.iterdir()} <= {"functions", "shared", "web"}
    assert sources_in(folder / "shared") == sources_in(bundle / "shared")


def test_the_bundle_holds_what_is_needed_and_no_tools(bundle: Path) -> None:
    shipped = {path.name for path in bundle.iterdir()}

    assert shipped >= OUGHT
    assert not shipped & NEVER
    assert list((bundle / "shared/rulebook").glob("*.toml"))


def test_the_scripts_modules_are_not_shipped_beside_the_script(bundle: Path) -> None:
    assert (bundle / "web/lead-form.js").read_bytes() == (build.PROJECT / "web/lead-form.js").read_bytes()
    assert not (bundle / "web/lead-form").exists()


def test_it_is_small(bundle: Path) -> None:
    size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())

    assert size < 45_000_000, "Lambda allows 250 MB, and each MB slows a cold start"


def test_workflows_run_the_python_that_lambda_runs() -> None:
    """With another Python, CI would not test the bundle that is deployed."""
    workflows = [file.read_text() for file in (build.PROJECT / ".github" / "workflows").glob("*.yml")]
    versions = {version for text in workflows for version in re.findall(r"python-version: (.*?)[,}\n]", text)}

    assert versions == {'"{}.{}"'.format(*build.LAMBDA_PYTHON)}
    assert {runner for text in workflows for runner in re.findall(r"runs-on: (.*)", text)} == {"ubuntu-24.04"}


def test_everything_is_compiled(bundle: Path) -> None:
    tag = "cpython-{}{}".format(*HERE)
    missing = [
        path.relative_to(bundle)
        for path in bundle.rglob("*.py")
        if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()
    ]

    assert missing == []


def test_every_handler_loads_from_what_is_shipped_and_nothing_else(
    own_parts: dict[str, Path], bundle: Path, tmp_path: Path
) -> None:
    for name, folder in own_parts.items():
        shutil.copytree(folder / "functions", tmp_path / name / "functions")
    own = {name: str(tmp_path / name) for name in own_parts}

    assert run_alone(LOAD_EACH.format(bundle=str(bundle), own=own)) == ""


def test_pages_are_drawn_from_compiled_templates(tmp_path: Path, own_parts: dict[str, Path], bundle: Path) -> None:
    shutil.copytree(own_parts["draw_form"] / "functions", tmp_path / "functions")
    shutil.copytree(bundle / "shared", tmp_path / "shared", ignore=shutil.ignore_patterns("*.html"))
    event = build.PROJECT / "events" / "draw_form.json"
    draw = f"""
import json, os, sys, types
sys.path[:0] = [{str(tmp_path)!r}, {str(bundle)!r}]
os.environ["PILOT_WITHOUT_APPROVAL"] = "yes"
from functions.draw_form import handler
context = types.SimpleNamespace(function_name="", memory_limit_in_mb=1, invoked_function_arn="", aws_request_id="")
answer = handler(json.load(open({str(event)!r})), context)
sys.exit(None if answer["statusCode"] == 200 and "<form" in answer["body"] else "no page")
"""

    assert run_alone(draw) == ""


def test_pyc_are_used_after_a_zip(tmp_path: Path, bundle: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_folder(bundle))) as archive:
        archive.extractall(tmp_path / "unzipped")
    for source in (tmp_path / "unzipped").rglob("*.py"):
        source.write_text("raise SystemExit('compiled again')")

    load = f"from functions.{build.WEB_FUNCTION} import handler"
    assert run_alone(f"import sys; sys.path.insert(0, {str(tmp_path / 'unzipped')!r}); {load}") == ""


def run_alone(program: str) -> str:
    """Runs a program without this machine's packages. Returns its error output, or ""."""
    command = [sys.executable, "-I", "-S", "-B", "-c", program]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    return result.stderr if result.returncode else ""


def environment() -> dict[str, str]:
    special = {
        "INDEX_SHARDS": "1",
        "CLINIC_TIME_ZONE": "America/Chicago",
        "CLINIC_HOURS": "Mon-Fri 08:00-17:00",
        "CLINIC_HOLIDAYS": "",
        "PAGE_HOURS": "Mon-Sun 09:00-21:00",
        "WEBHOOK_ADDRESS": "https://pager.clinic.example/",
        "WEBHOOK_KEY": "c2VjcmV0",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return dict.fromkeys(template.variables(), "value") | special


def test_another_python_ships_no_pyc_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lambda would not use .pyc files of another Python version."""
    (tmp_path / "module.py").write_text("answer = 42")
    monkeypatch.setattr(sys, "version_info", (3, 99))

    build.compile_all(build.LAMBDA_PYTHON, tmp_path, root=tmp_path)

    assert "WARNING: no .pyc are shipped" in capsys.readouterr().out
    assert not list(tmp_path.rglob("*.pyc"))


def test_the_same_content_zips_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("b = 1")
    (tmp_path / "a.py").write_text("a = 1")
    first = zip_folder(tmp_path)
    (tmp_path / "a.py").touch()

    assert zip_folder(tmp_path) == first


def test_the_build_refuses_a_rulebook_that_does_not_load(tmp_path: Path) -> None:
    shutil.copytree(build.PROJECT / "shared" / "rulebook", tmp_path, dirs_exist_ok=True)
    rules = tmp_path / "fs-triage.toml"
    build.check_data(tmp_path)
    written = rules.read_text(encoding="utf-8")
    assert '"fever"' in written
    for spoilt in (written.replace('"fever"', '"fevr"', 1), written.replace("]", "", 1)):
        rules.write_text(spoilt, encoding="utf-8")
        with pytest.raises(ValueError, match=r"^fs-triage\.toml"):
            build.check_data(tmp_path)
    rules.write_text(written, encoding="utf-8")
    (tmp_path / "ui_texts.toml").write_text("[", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^ui_texts\.toml: "):
        build.check_data(tmp_path)


def test_the_build_refuses_a_signature_of_a_later_day(tmp_path: Path) -> None:
    sign(copy_of_rulebook(tmp_path), on="9999-12-31")
    with pytest.raises(ValueError, match="approved_on: 9999-12-31 is in the future"):
        build.check_data(tmp_path)


def test_a_build_ends_with_one_line_that_names_the_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = tmp_path / "clinic.toml"
    clinic.write_text('privacy_practices = "www.clinic.example"\n')
    monkeypatch.setattr(build.check_data, "__defaults__", (loading.FOLDER, clinic))
    monkeypatch.setattr(sys, "argv", ["build", "ShowPage", str(tmp_path / "bundle")])
    with pytest.raises(SystemExit) as ended:
        build.main()
    assert ended.value.code == "not built: clinic.toml: privacy_practices: a link begins with https://"
