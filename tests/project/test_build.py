"""What is shipped: the function, what it needs, and .pyc that Lambda will use; nothing else."""

from __future__ import annotations

import io
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dev import template
from dev.cloud import function_names, zip_folder
from infra import build

MATCHES = sys.version_info[:2] == build.LAMBDA_PYTHON
RUNS_HERE = MATCHES and platform.system() == "Linux" and platform.machine() == "x86_64"
OUGHT = {"functions", "shared", "botocore", "pydantic_core", "aws_lambda_powertools", "phonenumbers", "tzdata"}
NEVER = {"boto3", "pydantic", "s3transfer", "tests", "dev", "infra", "docs", "events", "pytest", "moto", "bin"}

pytestmark = [pytest.mark.build, pytest.mark.xdist_group("build")]


@pytest.fixture(scope="module", params=function_names())
def artifact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A function's module name, and its bundle."""
    name = build.module_name(request.param)
    folder = tmp_path_factory.mktemp("artifact") / request.param
    build.bundle([name], folder)
    return name, folder


def test_only_what_the_function_needs_is_shipped(artifact: tuple[str, Path]) -> None:
    name, folder = artifact
    shipped = {path.name for path in folder.iterdir()}

    assert shipped >= OUGHT
    assert not shipped & NEVER
    assert {path.name for path in (folder / "functions").glob("*.py")} == {
        f"{module}.py" for module in (*build.EVERY_FUNCTION_HAS, name)
    }
    assert list((folder / "shared/rulebook").glob("*.toml"))
    assert ("web" in shipped) == (name == build.WEB_FUNCTION)


def test_it_is_small(artifact: tuple[str, Path]) -> None:
    _, folder = artifact
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    assert size < 45_000_000, "Lambda allows 250 MB; a cold start pays for each"


@pytest.mark.skipif(not MATCHES, reason="only the Python that Lambda runs makes .pyc for it")
def test_everything_is_compiled(artifact: tuple[str, Path]) -> None:
    _, folder = artifact
    tag = "cpython-{}{}".format(*build.LAMBDA_PYTHON)
    missing = [
        path.relative_to(folder)
        for path in folder.rglob("*.py")
        if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()
    ]

    assert missing == []


@pytest.mark.skipif(not RUNS_HERE, reason="the bundle is for Linux on x86_64 and the Python that Lambda runs")
def test_the_handler_loads_from_what_is_shipped_and_nothing_else(artifact: tuple[str, Path]) -> None:
    name, folder = artifact

    assert load_handler(name, folder) == ""


@pytest.mark.skipif(not RUNS_HERE, reason="the bundle is for Linux on x86_64 and the Python that Lambda runs")
def test_pyc_are_used_after_a_zip(tmp_path: Path) -> None:
    """With every source spoilt: an import that compiled again would fail."""
    build.bundle(["capture_lead"], tmp_path / "built")
    with zipfile.ZipFile(io.BytesIO(zip_folder(tmp_path / "built"))) as archive:
        archive.extractall(tmp_path / "unzipped")
    for source in (tmp_path / "unzipped").rglob("*.py"):
        source.write_text("raise SystemExit('compiled again')")

    assert load_handler("capture_lead", tmp_path / "unzipped") == ""


def load_handler(name: str, folder: Path) -> str:
    """What went wrong, if anything; -I and -S hide this machine's own packages."""
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); from functions.{name} import handler"
    command = [sys.executable, "-I", "-S", "-B", "-c", program]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    return result.stderr if result.returncode else ""


def environment() -> dict[str, str]:
    """Every variable that the template may set, and what Lambda sets itself."""
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
    """Rather none than stale ones of another version."""
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
