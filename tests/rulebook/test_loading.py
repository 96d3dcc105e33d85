"""Tests that loading refuses an inconsistent rulebook, and names the place."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, load
from shared.rulebook.reader import RulebookError
from tests.rulebook.folder import INTAKE, SIGNED_ON, TIERS, TRIAGE, WEIGHTS, WORDS, change, copy_of_rulebook, sign
from tests.rulebook.refused import REFUSED, UNSIGNED

NOT_WHAT_WAS_SIGNED = (
    r"^fs-triage\.toml: approved_content: the signatures are not for this content\. "
    r"Empty the signatures in both files, print the sheet \(python -m dev\.rulebook --html\), and have it signed$"
)


@pytest.mark.parametrize(("file", "old", "new", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_an_invalid_rulebook_is_refused_with_place_and_reason(
    tmp_path: Path, file: str, old: str, new: str, error: str
) -> None:
    change(copy_of_rulebook(tmp_path), file, old, new)
    with pytest.raises(RulebookError) as refusal:
        load(tmp_path)
    assert str(refusal.value) == error


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    change(copy_of_rulebook(tmp_path), TIERS, "[[tiers]]", "[[tiers]")
    with pytest.raises(RulebookError, match=r"^tiers\.toml: .*line 10"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        (WORDS, "fs-intake.words.toml: this file is missing"),
        (WEIGHTS, "fs-intake.weights.toml: this file is missing"),
        (TIERS, "tiers.toml: this file is missing"),
        (INTAKE, "fs-triage.toml: there is no questionnaire fs-intake.toml"),
        (TRIAGE, "fs-intake.toml: neither a rule set nor the questionnaire of one"),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, gone: str, why: str) -> None:
    (copy_of_rulebook(tmp_path) / gone).unlink()
    with pytest.raises(RulebookError, match=why):
        load(tmp_path)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    copy_of_rulebook(tmp_path)
    for name in (INTAKE, TRIAGE):
        (tmp_path / name).unlink()
    with pytest.raises(RulebookError, match="there is no rule set"):
        load(tmp_path)


def test_one_questionnaire_has_one_rule_set(tmp_path: Path) -> None:
    copy_of_rulebook(tmp_path)
    (tmp_path / "second.toml").write_bytes((tmp_path / TRIAGE).read_bytes())
    with pytest.raises(RulebookError, match=r"second\.toml: fs-intake has two rule sets"):
        load(tmp_path)


def test_a_questionnaire_is_named_like_its_file(tmp_path: Path) -> None:
    change(copy_of_rulebook(tmp_path), INTAKE, 'id = "fs-intake"', 'id = "other"')
    with pytest.raises(RulebookError, match=r"fs-intake\.toml: its id is 'other'"):
        load(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (copy_of_rulebook(tmp_path) / TIERS).write_bytes(b"\xff\xfe")
    with pytest.raises(RulebookError, match=r"tiers\.toml"):
        load(tmp_path)


def test_the_unchanged_copy_loads(tmp_path: Path) -> None:
    assert load(copy_of_rulebook(tmp_path)).of("fs-intake") is not None


def test_a_safety_rule_has_the_flags_of_its_table() -> None:
    rule_set = load().of("fs-intake")
    assert rule_set is not None
    tables = tomllib.loads((FOLDER / TRIAGE).read_text(encoding="utf-8"))["safety"]
    written = {table["id"]: (table.get("red_flag", True), table.get("marketing", True)) for table in tables}
    assert {rule.id: (rule.red_flag, rule.marketing) for rule in rule_set.safety} == written
    assert {(True, True), (True, False), (False, True)} <= set(written.values())


def test_any_change_of_a_file_changes_the_content_hash(tmp_path: Path) -> None:
    hashes = {hash_of(copy_of_rulebook(tmp_path))}
    for file in (INTAKE, TRIAGE, TIERS, WORDS, WEIGHTS):
        with (tmp_path / file).open("a") as stream:
            stream.write("\n# a remark\n")
        hashes.add(hash_of(tmp_path))
    assert len(hashes) == 6


def test_signing_keeps_the_content_hash_that_the_physician_signed(tmp_path: Path) -> None:
    unsigned = hash_of(copy_of_rulebook(tmp_path))
    sign(tmp_path)
    assert load(tmp_path).approved
    assert hash_of(tmp_path) == unsigned


def test_only_the_signature_at_the_top_is_left_out_of_the_content_hash(tmp_path: Path) -> None:
    what = 'what = "First version'
    change(copy_of_rulebook(tmp_path), TRIAGE, what, what.replace('"', '"""\\\napproved_by = x\n') + '""" #')
    before = hash_of(tmp_path)
    change(tmp_path, TRIAGE, "approved_by = x", "approved_by = y")
    assert hash_of(tmp_path) != before


def test_the_content_hash_can_be_computed_by_hand() -> None:
    words, weights = (hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in (WORDS, WEIGHTS))
    free_text = hashlib.sha256(f"{words} {weights}".encode()).hexdigest()
    unsigned = [
        re.sub(rb"(?m)^approved_(by|on|content) = .*\n", b"", (FOLDER / name).read_bytes()) for name in (TRIAGE, INTAKE)
    ]
    parts = [*unsigned, (FOLDER / TIERS).read_bytes(), free_text.encode()]
    assert hash_of(FOLDER) == hashlib.sha256(b"\0".join(parts)).hexdigest()


def hash_of(folder: Path) -> str:
    rule_set = load(folder).of("fs-intake")
    assert rule_set is not None
    return rule_set.content_hash


def test_approval_requires_signed_rules_and_questionnaire(tmp_path: Path) -> None:
    signed = 'approved_by = "Dr. Sample"\napproved_on = "2026-12-01"'
    content = hash_of(copy_of_rulebook(tmp_path))
    assert load(tmp_path).approval_notice
    change(tmp_path, TRIAGE, UNSIGNED, signed)
    change(tmp_path, TRIAGE, 'approved_content = ""', f'approved_content = "{content}"')
    assert load(tmp_path).approval_notice
    change(tmp_path, INTAKE, UNSIGNED, signed)
    assert not load(tmp_path).approval_notice


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [(TRIAGE, 'floor = "URGENT"', 'floor = "PRIORITY"'), (INTAKE, "Are you pregnant", "Are you now pregnant")],
)
def test_nothing_loads_if_signed_content_changes(tmp_path: Path, file: str, before: str, after: str) -> None:
    sign(copy_of_rulebook(tmp_path))
    text = (tmp_path / file).read_text()
    (tmp_path / file).write_text(text.replace(before, after, 1))
    with pytest.raises(RulebookError, match=NOT_WHAT_WAS_SIGNED) as refused:
        load(tmp_path)
    assert re.search(r"[0-9a-f]{64}", str(refused.value)) is None


def test_the_steps_of_the_error_lead_to_a_new_sheet(tmp_path: Path) -> None:
    sign(copy_of_rulebook(tmp_path))
    change(tmp_path, TRIAGE, 'floor = "URGENT"', 'floor = "PRIORITY"')
    for name in (INTAKE, TRIAGE):
        change(tmp_path, name, 'approved_by = "Dr. Sample"', 'approved_by = ""')
        change(tmp_path, name, f'approved_on = "{SIGNED_ON}"', 'approved_on = ""')
    assert not load(tmp_path).approved


@pytest.mark.parametrize("file", [TRIAGE, INTAKE])
def test_nobody_signs_before_the_last_change(tmp_path: Path, file: str) -> None:
    sign(copy_of_rulebook(tmp_path))
    change(tmp_path, file, f'approved_on = "{SIGNED_ON}"', 'approved_on = "1999-01-01"')
    with pytest.raises(RulebookError, match=rf"^{file}: approved_on: 1999-01-01 is before the last change, on 2026-"):
        load(tmp_path)


@pytest.mark.parametrize("file", [TRIAGE, INTAKE])
def test_nobody_has_signed_tomorrow(tmp_path: Path, file: str) -> None:
    sign(copy_of_rulebook(tmp_path))
    change(tmp_path, file, f'approved_on = "{SIGNED_ON}"', 'approved_on = "2035-05-05"')
    rulebook = load(tmp_path)
    rulebook.check_signed_by("2035-05-05")
    with pytest.raises(RulebookError, match=rf"^{file}: approved_on: 2035-05-05 is in the future"):
        rulebook.check_signed_by("2035-05-04")
