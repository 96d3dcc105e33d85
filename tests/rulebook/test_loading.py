"""Tests that loading refuses an inconsistent rulebook and names the place. Each case changes one thing in the real
files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from shared.rulebook.loading import FOLDER, load
from shared.rulebook.reader import RulebookError
from tests.rulebook.folder import INTAKE, TIERS, TRIAGE, WEIGHTS, WORDS, change, copy_of_rulebook

WOUND = 'when = [{ question = "signs", any_of = ["wound"] }]'
AT_WOUND = "fs-triage.toml.safety[INF-11]"
CES_ONSET = 'shown_when = { question = "ces", any_of = ["saddle-numb", "bladder-retention", "bladder-numb"'
PREG = 'shown_when = { question = "age", at_least = 18, at_most = 55 }'
AT_PREG = "fs-intake.toml.pages[P4].questions[preg]"
AFTER_SEND = '[[pages]]\nid = "P0"\ntitle = "x"\nafter_send = true\nquestions = []\n\n'
KILL = "kill(ing)? myself"
UNSIGNED = 'approved_by = ""\napproved_on = ""'
NEW_KIND = '[kinds.new]\nunless = "past"\nphrases = "x y"\n'
SURGERY = 'when = [{ question = "tx", any_of = ["surgery", "stimulator"] }]'


def when(condition: str) -> tuple[str, str, str]:
    """Returns a case that gives rule INF-11 another condition."""
    return TRIAGE, WOUND, f"when = [{condition}]"


REFUSED = {
    # references that rules make
    "unknown question": (*when('{ question = "fever", any_of = ["yes"] }'), AT_WOUND, "unknown question 'fever'"),
    "unknown option": (*when('{ question = "sys", any_of = ["fevers"] }'), AT_WOUND, "has no option 'fevers'"),
    "unknown definition": (*when('{ is = "feverish" }'), AT_WOUND, "unknown definition 'feverish'"),
    "unknown kind": (*when('{ question = "note", mentions = "x" }'), WORDS, "there is no kind or topic x"),
    "unknown score": (*when('{ score = "odi", at_least = 1 }'), AT_WOUND, "unknown score 'odi'"),
    "unknown message": (TRIAGE, 'message = "M-E-HEART"', 'message = "M-HEART"', "safety[CARD-01]", "'M-HEART'"),
    "unknown tier": (TRIAGE, 'floor = "EMERGENCY"', 'floor = "SOON"', "safety[CARD-01]", "unknown tier 'SOON'"),
    "unknown tier that is beaten": (TRIAGE, 'overrides = ["PRIORITY"]', 'overrides = ["LATER"]', "NF-01", "'LATER'"),
    "unknown tier of the score": (TRIAGE, 'below = "ROUTINE"', 'below = "LATER"', "fs-triage.toml.fit", "'LATER'"),
    "unknown source": (TRIAGE, '{ key = "AHA" }', '{ key = "AAH" }', "safety[CARD-01].sources[1]", "'AAH'"),
    "unknown mark": (TRIAGE, 'mark = "M" }', 'mark = "X" }', "sources[2]", "unknown evidence mark 'X'"),
    "unknown mark of a source": (TRIAGE, 'mark = "V"\n', 'mark = "Y"\n', "sources.GIRFT23", "evidence mark 'Y'"),
    "unknown minor": (TRIAGE, 'minor = "minor"', 'minor = "child"', TRIAGE, "unknown definition 'child'"),
    "unknown net": (TRIAGE, 'net = "M-NET"', 'net = "M-NETS"', TRIAGE, "unknown message 'M-NETS'"),
    "unknown audience": (TIERS, 'audience = "desk"', 'audience = "sales"', "tiers[EMERGENCY].ladder[2]", "'sales'"),
    "unknown disposition": (TIERS, "seek-emergency-care", "seek-care", "tiers[EMERGENCY]", "'seek-care'"),
    "unknown message of a tier": (TIERS, 'message = "M-R"', 'message = "M-X"', TRIAGE, "unknown message 'M-X'"),
    "unknown type": (INTAKE, 'type = "integer"', 'type = "number"', "questions[age]", "unknown type 'number'"),
    "unknown default": (INTAKE, '_as = "unsure"', '_as = "maybe"', "questions[injury-when]", "no option 'maybe'"),
    "unknown questionnaire": (TRIAGE, 'e = "fs-intake"', 'e = "fs-in"', TRIAGE, "no questionnaire fs-in.toml"),
    # things that may exist only once
    "rule twice": (TRIAGE, 'id = "CARD-02"', 'id = "CARD-01"', "fs-triage.toml: safety", "'CARD-01' is listed twice"),
    "rule twice across lists": (TRIAGE, 'id = "TAG-PAD"', 'id = "NF-02"', "tags[NF-02]", "used twice"),
    "question twice": (INTAKE, 'code = "who"', 'code = "age"', "pages[P2]", "'age' is listed twice"),
    "question on two pages": (INTAKE, 'code = "cord"', 'code = "age"', "questions[age]", "is on two pages"),
    "page twice": (INTAKE, 'id = "P2"', 'id = "P1"', "fs-intake.toml: pages", "'P1' is listed twice"),
    "option twice": (INTAKE, 'code = "breath"', 'code = "chest-pressure"', "[em-now]", "listed twice"),
    "option named twice": (*when('{ question = "sys", any_of = ["fever", "fever"] }'), AT_WOUND, "listed twice"),
    "tier twice": (TIERS, 'name = "URGENT"', 'name = "EMERGENCY"', TIERS, "'EMERGENCY' is listed twice"),
    "message twice": (TRIAGE, "[messages.M-P]", "[messages.M-NET]", TRIAGE, "M-NET"),
    "definition twice": (TRIAGE, "night-pain = ", "minor = ", "fs-triage.toml.definitions", "'minor' is defined twice"),
    # follow-up questions that nobody would ever see
    "later question": (INTAKE, CES_ONSET, CES_ONSET.replace('"ces"', '"sys"'), "[ces-onset]", "unreachable"),
    "impossible range": (INTAKE, PREG, PREG.replace("18", "56"), AT_PREG, "can never be true"),
    "range outside the question": (INTAKE, PREG, PREG.replace("55", "555"), AT_PREG, "outside 0 to 120"),
    "no number is allowed": (INTAKE, "minimum = 0", "minimum = 121", "[age]", "minimum is above maximum"),
    "option of the parent": (INTAKE, CES_ONSET, CES_ONSET.replace("saddle", "sadle"), "[ces-onset]", "unreachable"),
    "a form that pages do not know": (
        INTAKE, PREG, 'shown_when = { not = { question = "age", at_most = 17 } }', AT_PREG, "cannot evaluate Not",
    ),
    # conditions
    "no condition": (*when(""), AT_WOUND, "needs at least one condition"),
    "no option": (*when('{ question = "sys", any_of = [] }'), AT_WOUND, "any_of is empty"),
    "one of any": (*when('{ any = [{ question = "sys", answered = true }] }'), AT_WOUND, "at least two"),
    "too many among": (*when('{ question = "sys", among = ["fever"], at_least = 2 }'), AT_WOUND, "at_least must be"),
    "two answers of one": (*when('{ question = "fn", all_of = ["lot", "not"] }'), AT_WOUND, "can never be true"),
    "two answers among one": (
        *when('{ question = "fn", among = ["lot", "not"], at_least = 2 }'), AT_WOUND, "at_least must be",
    ),
    "score out of reach": (TRIAGE, 'score = "sugioka", at_least = 7', 'score = "sugioka", at_least = 13', "TAG-LSS",
                           "can never be true"),
    "not a condition": (*when('{ age = 7 }'), AT_WOUND, "not a condition"),
    "not a table": (*when('"fever"'), AT_WOUND, "expected a table"),
    "bound without a bound": (*when('{ question = "age" }'), AT_WOUND, "needs at_least or at_most"),
    "two forms at once": (*when('{ question = "fn", any_of = ["lot"], none_of = ["not"] }'), AT_WOUND, "unknown key"),
    "none_with_others = false": (TRIAGE, "none_with_others = true", "none_with_others = false", "none-with-others",
                                 "only be true"),
    "unknown door": (*when('{ door = ["callback", "telephone"] }'), AT_WOUND, "unknown door 'telephone'"),
    "no door": (*when("{ door = [] }"), AT_WOUND, "door is empty"),
    "every door": (*when('{ door = ["form", "callback", "ads"] }'), AT_WOUND, "is always true"),
    "a page cannot ask for the door": (INTAKE, PREG, 'shown_when = { door = ["form"] }', AT_PREG, "cannot evaluate"),
    # pages after Send
    "required after Send": (INTAKE, 'id = "P2"', 'id = "P2"\nafter_send = true', "[P2]", "no required question"),
    "a page after Send that is not last": (
        INTAKE, '[[pages]]\nid = "P1"', f'{AFTER_SEND}[[pages]]\nid = "P1"', "[P1]", "comes before Send",
    ),
    # words that free text is searched for
    "capital in a term": (WORDS, "suicid*", "Suicid*", "groups: suicide", "lower case"),
    "accent in a term": (WORDS, "suicid*", "su\u00edcid*", "groups: suicide", "without accents"),
    "term twice": (WORDS, "suicid*", "suicid*, suicid*", "groups: suicide", "listed twice"),
    "empty term": (WORDS, "suicid*", "suicid*, ,", "groups: suicide", "an entry is empty"),
    "term of signs": (WORDS, "suicid*", "suicid*, ?", "groups", "'?' is not a term"),
    "term that begins with any word": (WORDS, "suicid*", "suicid*, * life", "groups", "'* life' is not a term"),
    "unknown group of a phrase": (WORDS, "@suicide, @want", "@suicid, @want", "kinds.self-harm: phrases", "'suicid'"),
    "phrase that ends in a gap": (WORDS, "@suicide, @want", "@suicide .., @want", "kinds.self-harm: phrases", ".."),
    "phrase of signs": (WORDS, "@suicide, @want", "@suicide!, @want", "kinds.self-harm: phrases", "is not words"),
    "unknown frame": (WORDS, 'unless = "past', 'unless = "pastime', "kinds.self-harm: unless", "pastime"),
    "unknown group of a topic": (WORDS, 'topic = "pee', 'topic = "peer', "topics: bladder-topic", "peer"),
    "group and frame": (WORDS, "[groups]\n", '[groups]\npast = "ago"\n', WORDS, "past: both a group and a frame"),
    "misspelt key of words": (WORDS, "[decision]\n", '[decision]\nsure = "1"\n', "decision", "unknown key sure"),
    "pair of words": (WORDS, "can not = cant", "can not cant", "spelling: joined", "is not: written = meant"),
    "kind without weights": (WORDS, "[kinds.self-harm]", f"{NEW_KIND}[kinds.self-harm]", WORDS, "train again"),
    "weight that is no number": (WEIGHTS, "\ngroup die = ", "\ngroup die = x", "rows", "could not convert"),
    "feature without weights": (WEIGHTS, "\ngroup die = ", "\ngroup die : ", "rows", "a line is not a feature = its"),
    "infinite weight": (WEIGHTS, "\ngroup die = ", "\ngroup die = 1 1 1 1 inf\nx = ", "rows", "'group die' needs"),
    "weight too many": (WEIGHTS, "\ngroup die = ", "\ngroup die = 1 ", WEIGHTS, "'group die' needs 5 numbers"),
    # keys and values
    "unknown key of a rule": (TRIAGE, SURGERY, f"{SURGERY}\nwhen_not = []", "tags[TAG-SURG]", "unknown key when_not"),
    "misspelt form of a condition": (
        *when('{ question = "sys", any_off = ["fever"] }'), AT_WOUND, "unknown key any_off",
    ),
    "misspelt bound": (*when('{ question = "age", at_leest = 18 }'), AT_WOUND, "unknown key at_leest"),
    "misspelt mention": (*when('{ question = "note", mention = "heart-stroke" }'), AT_WOUND, "unknown key mention"),
    "unknown key of a question": (INTAKE, "required = true", "required = true\nhints = 1", "[em-now]", "key hints"),
    "unknown key of the file": (TRIAGE, 'net = "M-NET"', 'net = "M-NET"\nnett = 1', TRIAGE, "unknown key nett"),
    "missing key": (TRIAGE, 'reason = "Stroke signs"\n', "", "safety[STRK-01]", "reason is missing"),
    "wrong kind": (INTAKE, "maximum = 120", 'maximum = "120"', "questions[age]", "expected int"),
    "true is no number": (INTAKE, "maximum = 120", "maximum = true", "questions[age]", "expected int"),
    "no reason": (TRIAGE, 'reason = "Stroke signs"', 'reason = " "', "safety[STRK-01]", "reason is empty"),
    "no wording": (INTAKE, 'text = "Who is filling out this form?"', 'text = ""', "[who]", "text is empty"),
    "no label": (INTAKE, 'label = "None of these"', 'label = ""', "options[none]", "label is empty"),
    "no source": (TRIAGE, 'sources = [{ key = "AHA" }]', "sources = []", "safety[CARD-02]", "needs a source"),
    "source of nothing": (TRIAGE, '{ key = "AHA" }]', '{ note = "memory" }]', "[CARD-02].sources[1]", "with its mark"),
    "version": (TRIAGE, 'version = "', 'version = "1.0" # "', TRIAGE, "write a version like 1.0.0"),
    "code that no page could send": (INTAKE, 'code = "help"', 'code = "Help_1"', "[Help_1]", "write a code"),
    "half an approval": (TRIAGE, 'approved_by = ""', 'approved_by = "Dr. Sample"', TRIAGE, "belong together"),
    "date of approval": (
        TRIAGE, UNSIGNED, 'approved_by = "Dr. Sample"\napproved_on = "May"', TRIAGE, "a date",
    ),
    "deadline in two units": (TIERS, "{ minutes = 15 }", "{ minutes = 15, open_days = 1 }", "EMERGENCY", "give one of"),
    "negative deadline": (TIERS, "{ minutes = 15 }", "{ minutes = -1 }", "tiers[EMERGENCY]", "not negative"),
    "not TOML": (TIERS, "[[tiers]]", "[[tiers]", TIERS, ""),
    # messages
    "message never shown": (TRIAGE, "[messages.M-R]", '[messages.M-X]\ntext = "x"\n\n[messages.M-R]', TRIAGE,
                            "message M-X is never shown"),
    "a closed text that is empty": (TRIAGE, 'closed_text = "If', 'closed_text = ""#"If', "messages.M-U-", "is empty"),
    "a text without a number that is empty": (
        TRIAGE, 'no_number_text = "You', 'no_number_text = ""#"You', "messages.M-E-CRISIS", "is empty",
    ),
    "instead of a message that does not exist": (
        TRIAGE, 'instead_of = "M-P"', 'instead_of = "M-Q"', "messages.M-P-PREG", "unknown message 'M-Q'",
    ),
    "floor without words": (
        TRIAGE, 'floor = "EMERGENCY"\nmessage = "M-E-HEART"', 'floor = "EMERGENCY"', "[CARD-01]", "needs a message",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "where", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_an_invalid_rulebook_is_refused_with_file_and_reason(
    tmp_path: Path, file: str, old: str, new: str, where: str, why: str
) -> None:
    change(copy_of_rulebook(tmp_path), file, old, new)
    with pytest.raises(RulebookError) as refusal:
        load(tmp_path)
    assert str(refusal.value).startswith(file if where not in {TRIAGE, TIERS, WORDS, WEIGHTS} else where)
    assert where in str(refusal.value)
    assert why in str(refusal.value)


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


def test_any_change_of_a_file_changes_the_content_hash(tmp_path: Path) -> None:
    hashes = {hash_of(copy_of_rulebook(tmp_path))}
    for file in (INTAKE, TRIAGE, TIERS, WORDS, WEIGHTS):
        with (tmp_path / file).open("a") as stream:
            stream.write("\n# a remark\n")
        hashes.add(hash_of(tmp_path))
    assert len(hashes) == 6


def test_the_content_hash_can_be_computed_by_hand() -> None:
    words, weights = (hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in (WORDS, WEIGHTS))
    free_text = hashlib.sha256(f"{words} {weights}".encode()).hexdigest()
    parts = [*((FOLDER / name).read_bytes() for name in (TRIAGE, INTAKE, TIERS)), free_text.encode()]
    assert hash_of(FOLDER) == hashlib.sha256(b"\0".join(parts)).hexdigest()


def hash_of(folder: Path) -> str:
    rule_set = load(folder).of("fs-intake")
    assert rule_set is not None
    return rule_set.content_hash


def test_approval_requires_signed_rules_and_questionnaire(tmp_path: Path) -> None:
    signed = 'approved_by = "Dr. Sample"\napproved_on = "2026-01-31"'
    copy_of_rulebook(tmp_path)
    assert load(tmp_path).approval_notice
    change(tmp_path, TRIAGE, UNSIGNED, signed)
    assert load(tmp_path).approval_notice
    change(tmp_path, INTAKE, UNSIGNED, signed)
    assert not load(tmp_path).approval_notice
