from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, load
from shared.rulebook.toml_files import hash_of, parse, parsed_file, table_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "rulebook", ignore=shutil.ignore_patterns("__pycache__", "*.py")))


def test_the_parsed_rulebook_is_the_rulebook(folder: Path) -> None:
    files = sorted(folder.rglob("*.toml"))
    written = load(folder)
    for file in files:
        parse(file)

    assert len(files) >= 5
    assert all(table_of(file) == tomllib.loads(file.read_text()) for file in files)
    assert load(folder) == written == load()


def test_loading_reads_the_parsed_file(folder: Path) -> None:
    file = folder / "tiers.toml"
    parse(file)
    parsed_file(file).write_text(parsed_file(file).read_text().replace("EMERGENCY", "ELSEWHERE"))

    assert table_of(file)["tiers"][0]["name"] == "ELSEWHERE"


def test_an_outdated_parsed_file_is_ignored(folder: Path) -> None:
    file = folder / "tiers.toml"
    parse(file)
    file.write_text(file.read_text().replace("EMERGENCY", "ELSEWHERE"))

    assert table_of(file)["tiers"][0]["name"] == "ELSEWHERE"


def test_the_build_records_the_hash_of_a_file(folder: Path) -> None:
    file = folder / "fs-intake.weights.toml"
    in_development = hash_of(file)
    parse(file)
    file.unlink()

    assert hash_of(file) == in_development == hash_of(FOLDER / file.name)


def test_no_parsed_file_is_committed() -> None:
    assert not [path for path in FOLDER.rglob("*.json") if "made_from" in json.loads(path.read_text())]
    assert not list(FOLDER.rglob("*.sha256"))
