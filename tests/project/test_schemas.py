"""What checks values in a running function is what pydantic says of their classes, and needs no pydantic."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dev import schemas
from infra import build
from tests.functions.calls import submission

LOADS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from shared.domain.lead import Lead
from shared.domain.submission import Submission
from pydantic_core import ValidationError
from importlib import import_module
from pathlib import Path

given = json.loads(sys.stdin.read())
read = Submission.model_validate(given)
try:
    Submission.model_validate({**given, "language": "english"})
except ValidationError as error:
    refused = [entry["loc"] for entry in error.errors(include_url=False)]
names = sorted(path.stem for path in Path(sys.argv[1]).glob("shared/schemas/*.py") if path.stem != "__init__")
for name in names:
    schema = import_module(f"shared.schemas.{name}").SCHEMA
    cls = schema.get("cls") or schema["schema"].get("cls")
    assert cls.__name__ == name, name
    cls._validator(), cls._serializer()
print(json.dumps([read.content_hash(), refused, names, "pydantic" in sys.modules]))
"""


def test_they_are_what_pydantic_says_now() -> None:
    """Else: python -m dev.schemas"""
    written = schemas.written()

    assert {path.name for path in schemas.FOLDER.glob("*.*")} == written.keys()
    for name, text in written.items():
        assert (schemas.FOLDER / name).read_text(encoding="utf-8") == text, name


@pytest.mark.build
@pytest.mark.xdist_group("build")
def test_what_is_shipped_checks_without_pydantic(tmp_path: Path) -> None:
    build.bundle(["capture_lead"], tmp_path / "artifact", sys.version_info[:2], None)
    given = submission({})
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOADS, str(tmp_path / "artifact")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr[-2000:]
    content_hash, refused, names, imported = json.loads(done.stdout)

    from shared.domain.submission import Submission  # noqa: PLC0415  here with pydantic beside it

    assert content_hash == Submission.model_validate(given).content_hash()
    assert refused == [["language"]]
    assert names == sorted(cls.__name__ for cls in schemas.classes())
    assert not imported


def test_a_schema_that_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold object"):
        schemas._written({"default": object()}, [])
    with pytest.raises(AttributeError):
        schemas._written({"function": lambda value: value}, [])
