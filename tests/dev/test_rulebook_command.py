from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dev import rulebook, sheet_markup
from dev.rulebook import Sheet
from shared.domain.rules.condition import FromDoor, questions_of
from shared.rulebook.loading import load
from shared.rulebook.translation import review_hash
from tests.dev.command import run
from tests.rulebook.folder import SIGNED_ON, copy_of_rulebook, sign, unsigned

PROJECT = Path(__file__).parents[2]
(RULE_SET,) = unsigned(load()).rule_sets.values()
MARKDOWN = Sheet(RULE_SET).markdown()
HTML = sheet_markup.html(MARKDOWN, f"fs-triage {RULE_SET.version}")


class Words(HTMLParser):
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
        "messages": [
            words
            for m in RULE_SET.messages.values()
            for words in (m.id, m.text, m.closed_text, m.no_number_text)
            if words
        ],
        "questions": [words for q in questions for words in (q.code, q.text, q.text_other, q.hint)],
        "options": [words for q in questions for o in q.options for words in (o.code, f"“{o.label}”", o.label_other)],
        "tiers": [
            words for tier in RULE_SET.tiers.values() for words in (tier.name, tier.disposition, tier.usual.clinic_does)
        ],
        "sources": [words for s in RULE_SET.sources.values() for words in (s.key, s.text, s.supports, f"[{s.mark}]")],
        "definitions": list(RULE_SET.definitions),
        "contact": [words for f in questionnaire.contact.fields for words in (f.code, f.text, f.text_other)],
        "consents": [words for c in questionnaire.contact.consents for words in (c.code, c.text, *c.variants.values())],
        "points": [f"+{rule.points}" for rule in RULE_SET.fit.rules],
        "words": [
            "bladder-bowel-saddle",
            "suicid*",
            "end my life",
            "@want .. to .. @die",
            "group cant with pee",
            "no podia",
        ],
        "score": ["Sugioka 2008", "bend-fwd-better", "+2"],
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
        ("CES-01", "| (`core-ces-item` **and** `ces-not-long-standing`)<br>**and** **not** "),
        (
            "MOT-02",
            "| `motor` has `foot-drop` “My foot drags or slaps, or I can't lift my foot or toes”<br>**and** **not** ",
        ),
        ("FIT-06", "`imaging` is not `mri-ct` “MRI or CT in the last 2 years” |"),
        (
            "NF-03",
            "| (`under-6-weeks` **and** **not** `nerve-symptom` **and** `pain` is at most 6",
        ),
        ("UNK-03", "| at least 3 of: (`em-now` has `unsure` “I am not sure”; "),
        ("UNK-04", "(`em-now` is not answered **or** `age` is not answered **or** "),
        ("ONC-04", "(marketing = false: never used for marketing, whatever the tier) |"),
        ("UNK-04", "<br>(not a red flag itself) |"),
        ("M-E-CRISIS", "| `M-E-CRISIS`<br>(stands alone) | You are not alone. "),
        ("M-P-PREG", "| `M-P-PREG`<br>(in place of `M-P`) | Thank you. "),
        ("note", "<br>Hint: We may not read this right away. In an emergency, call 911."),
        ("region", "<br>For somebody else: Where is their main problem?"),
        ("ces", "`bowel-loss` “I can't feel or hold poop or gas”; for somebody else: “They can't feel or hold "),
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


def test_a_message_shows_its_three_texts() -> None:
    for message in RULE_SET.messages.values():
        (row,) = [line for line in MARKDOWN.splitlines() if line.startswith(f"| `{message.id}`")]
        texts = (message.text, message.closed_text or "the same", message.no_number_text or "the same")
        assert row.endswith(f" | {' | '.join(texts)} |")


def protected_rows() -> dict[str, str]:
    section = MARKDOWN.partition("## Rules that read a protected trait")[2].partition("\n## ")[0]
    return {row.split("`")[1]: row for row in section.splitlines() if row.startswith("| **`")}


def test_every_rule_that_reads_a_protected_trait_is_listed_with_its_reason() -> None:
    rows = protected_rows()
    rules = [*RULE_SET.safety, *RULE_SET.not_fit, *RULE_SET.fit.rules, *RULE_SET.tags]
    traits = {"age", "preg", "preg-signs", "sys"}
    assert rows.keys() == {rule.id for rule in rules if traits & questions_of(rule.when)}
    assert {"CARD-03", "ONC-03", "PREG-03", "KID-01", "HEM-01", "NF-01", "NF-03", "TAG-LSS"} <= rows.keys()
    assert not {"CARD-01", "CES-01", "MOT-01", "TXT-03", "UNK-01", "FIT-01"} & rows.keys()
    for rule in rules:
        if rule.id in rows:
            assert rows[rule.id].endswith(f"| {rule.reason} |")


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("KID-01", "| **`KID-01`** | `age`, `sys` | `URGENT` | "),
        ("FRX-04", "| **`FRX-04`** | `age`, `sys` | `PRIORITY` | "),
        ("PREG-04", "| **`PREG-04`** | `preg`, `preg-signs` | `EMERGENCY` | "),
        ("NF-01", "| **`NF-01`** | `age` | none: `NOT_A_FIT` | "),
        ("TAG-BLOOD", "| **`TAG-BLOOD`** | `sys` | none: a tag | "),
    ],
)
def test_the_trait_and_the_floor_are_shown(rule: str, start: str) -> None:
    assert protected_rows()[rule].startswith(start)


def test_the_door_in_plain_words() -> None:
    assert Sheet(RULE_SET).words(FromDoor(frozenset({"callback", "ads"}))) == "the door is `ads` or `callback`"


def test_a_page_after_send_is_marked() -> None:
    pages = tuple(page._replace(after_send=page.id == "P6") for page in RULE_SET.questionnaire.pages)
    later = RULE_SET._replace(questionnaire=replace(RULE_SET.questionnaire, pages=pages))
    marked = [line for line in Sheet(later).markdown().splitlines() if line.endswith(" (after Send, optional)")]
    assert [line.partition(":")[0] for line in marked] == ["### Page P6"]


def test_every_link_of_the_page_works_and_nothing_is_fetched() -> None:
    anchors = re.findall(r' id="([^"]+)"', HTML)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', HTML)) <= set(anchors)
    assert not re.search(r'(src|href)="(?!#)', HTML)


def test_an_approval_is_shown(tmp_path: Path) -> None:
    sign(copy_of_rulebook(tmp_path))
    rule_set = load(tmp_path).of("fs-intake")
    assert rule_set is not None
    sheet = Sheet(rule_set).markdown()
    assert sheet.count(f"approved by Dr. Sample on {SIGNED_ON}") == 2
    assert "awaiting" not in sheet


@pytest.mark.parametrize(("arguments", "start"), [([], "# Rule set fs-triage "), (["--html"], "<!doctype html>")])
def test_the_command_prints_the_whole_sheet(arguments: list[str], start: str) -> None:
    status, printed, _ = run(rulebook.main, *arguments)
    assert status == 0
    assert printed.startswith(start)
    assert "GREEN16" in printed


def test_an_unknown_questionnaire_is_reported() -> None:
    status, _, errors = run(rulebook.main, "--questionnaire", "knee")
    assert status == 2
    assert "there is no questionnaire knee" in errors


def test_the_sheet_of_a_translation_shows_both_languages_and_what_the_review_names() -> None:
    status, printed, _ = run(rulebook.main, "--language", "es")
    assert status == 0
    assert "| `pages.P1` | Safety first | Primero, la seguridad |" in printed
    loaded = load()
    names = review_hash(loaded.rule_sets["fs-intake"], loaded.translations["fs-intake", "es"])
    assert f"`reviewed_texts`: `{names}`" in printed


def test_an_unknown_language_is_reported() -> None:
    status, _, errors = run(rulebook.main, "--language", "fr")
    assert (status, "there is no translation into fr" in errors) == (2, True)
