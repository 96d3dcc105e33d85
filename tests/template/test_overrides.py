"""Tests that the deploy workflow never silently truncates a parameter."""

from __future__ import annotations

import pytest

from infra.overrides import Unread, overrides, parameters
from tests.template.stack import PROJECT, SOURCE


def test_the_names_are_the_templates() -> None:
    assert parameters() == set(SOURCE["Parameters"])


def test_parameters_on_one_line_or_several_are_read() -> None:
    text = """ClinicName="Example Spine & Nerve Clinic" ClinicPhone='(312) 555-0100'
    ClinicHolidays=2026-12-25,2027-01-01
    DeskEmail="" """

    assert overrides(text) == [
        'ClinicName="Example Spine & Nerve Clinic"',
        'ClinicPhone="(312) 555-0100"',
        'ClinicHolidays="2026-12-25,2027-01-01"',
        'DeskEmail=""',
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "empty"),
        ("ClinicName=Example Clinic", "word 2, after ClinicName"),
        ("ClinicPhone=(312) 555-0100", "word 2, after ClinicPhone"),
        ("Clinicname=Example", "word 1, at the beginning"),
        ('ClinicName="Example', "not closed"),
        ("ClinicName=a ClinicName=b", "twice"),
        ('ClinicName="a\nb"', "line break"),
    ],
)
def test_what_is_not_read_is_an_error_without_values(text: str, error: str) -> None:
    with pytest.raises(Unread, match=error) as raised:
        overrides(text)
    assert "Example" not in str(raised.value)
    assert "555" not in str(raised.value)


def test_the_workflow_deploys_what_was_read() -> None:
    workflow = (PROJECT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")

    assert workflow.index("python -m infra.overrides") < workflow.index("sam deploy")
    assert '--parameter-overrides "${overrides[@]}"' in workflow
