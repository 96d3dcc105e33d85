"""Tests that `python -m dev.rulebook` makes a complete sheet for the physician to sign."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dev import rulebook
from dev.rulebook import Sheet
from shared.rulebook.loading import load
from tests.domain.answer_sets import RULE_SET
from tests.rulebook.folder import copy_of_rulebook

PROJECT = Path(__file__).parents[2]
MARKDOWN = Sheet(RULE_SET).markdown()
HTML = rulebook.html(MARKDOWN, "fs-triage 1.0.0")


class Words(HTMLParser):
    """A parser that collects the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def everything_to_sign() -> dict[str, list[str]]:
    questionnaire = RULE_SET.questionnaire
    questions = list(questionnaire.questions.values())
    rules = [*RULE_SET.safety, *RULE_SET.not_fit, *RULE_SET.fit.rules, *RULE_SET.tags, RULE_SET.scoring_failure]
    return {
        "rules": [rule.id for rule in rules],
        "reasons": [rule.reason for rule in rules],
        "citations": [str(citation) for rule in rules for citation in rule.citations],
        "messages": [words for m in RULE_SET.messages.values() for words in (m.id, m.text, m.closed, m.call) if words],
        "questions": [words for question in questions for words in (question.code, question.text)],
        "options": [words for question in questions for o in question.options for words in (o.code, f"“{o.label}”")],
        "tiers": [
            words for tier in RULE_SET.tiers.values() for words in (tier.name, tier.disposition, tier.usual.clinic_does)
        ],
        "sources": [words for s in RULE_SET.sources.values() for words in (s.key, s.text, s.supports, f"[{s.mark}]")],
        "definitions": list(RULE_SET.definitions),
        "contact": [words for f in questionnaire.contact.fields for words in (f.code, f.text)],
        "consents": [words for c in questionnaire.contact.consents for words in (c.code, c.text)],
        "points": [f"+{rule.points}" for rule in RULE_SET.fit.rules],
        "words": [
            "bladder-bowel-saddle",
            "suicid*",
            "end my life",
            "@want .. to .. @die",
            "group cant with pee",
            "no podia",
        ],
        "score": ["Sugioka 2008", "bend-back-better", "-2"],
        "state": [RULE_SET.content_hash, RULE_SET.version, questionnaire.version, "awaiting a physician's approval"],
    }


@pytest.mark.parametrize("kind", everything_to_sign())
def test_the_page_contains_everything_to_sign(kind: str) -> None:
    page = "".join(Words(HTML).seen)
    missing = [words for words in everything_to_sign()[kind] if words not in page]
    assert not missing


def test_every_rule_has_a_row_with_its_floor_and_message() -> None:
    rows = {row.split("`")[1]: row for row in MARKDOWN.splitlines() if row.startswith("| `")}
    for rule in RULE_SET.safety:
        assert f"| `{rule.floor}` |" in rows[rule.id]
        assert rule.message is None or f"| `{rule.message}` |" in rows[rule.id]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("CES-01", "| `core-ces-item`<br>**and** `ces-not-long-standing` |"),
        (
            "MOT-02",
            "| `motor` has `foot-drop` “My foot drags or slaps, or I can't lift my foot or toes”<br>**and** **not** ",
        ),
        ("FIT-06", "`imaging` is not `mri-ct` “MRI or CT in the last 2 years” |"),
        (
            "NF-03",
            "| `duration-under-6-weeks`<br>**and** **not** `nerve-symptom`<br>**and** `pain` is at most 6",
        ),
        ("NF-03", "`fn` is one of: `not` “Not at all”; `some` “Some” |"),
        ("UNK-03", "| at least 3 of: (`em-now` has `unsure` “I am not sure”; "),
        ("UNK-04", "| `em-now` is not answered<br>**or** `region` is not answered"),
        ("TXT-01", "| the text of `note` mentions `bladder-bowel-saddle` |"),
        ("TAG-LSS", "**and** the score sugioka is at least 7 |"),
        ("none-with-others", "| on some question 'none' is ticked together with another option |"),
        ("preg", "Shown when `age` is from 18 to 55"),
        ("preg", "counts as `unsure`; `yes` counts even when hidden"),
        ("URGENT", "at once: clinician<br>after 30 minutes: desk<br>after 60 minutes: manager"),
        ("ROUTINE", "close of business, 2 business days later"),
    ],
)
def test_conditions_in_plain_words(rule: str, words: str) -> None:
    (row,) = [line for line in MARKDOWN.splitlines() if line.startswith(f"| `{rule}`")]
    assert words in row


def test_every_link_of_the_page_works_and_nothing_is_fetched() -> None:
    anchors = re.findall(r' id="([^"]+)"', HTML)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', HTML)) <= set(anchors)
    assert not re.search(r'(src|href)="(?!#)', HTML)


def test_an_approval_is_shown(tmp_path: Path) -> None:
    copy_of_rulebook(tmp_path)
    for name in ("fs-intake.toml", "fs-triage.toml"):
        unsigned = (tmp_path / name).read_text()
        signed = unsigned.replace('_by = ""', '_by = "Dr. Sample"', 1).replace('_on = ""', '_on = "2026-01-31"', 1)
        (tmp_path / name).write_text(signed)
    rule_set = load(tmp_path).of("fs-intake")
    assert rule_set is not None
    sheet = Sheet(rule_set).markdown()
    assert sheet.count("approved by Dr. Sample on 2026-01-31") == 2
    assert "awaiting" not in sheet


@pytest.mark.parametrize(("arguments", "start"), [([], "# Rule set fs-triage "), (["--html"], "<!doctype html>")])
def test_the_command_prints_the_whole_sheet(arguments: list[str], start: str) -> None:
    command = [sys.executable, "-m", "dev.rulebook", *arguments]
    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert printed.startswith(start)
    assert "GREEN16" in printed


def test_an_unknown_questionnaire_is_reported() -> None:
    command = [sys.executable, "-m", "dev.rulebook", "--questionnaire", "knee"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no questionnaire knee" in done.stderr
