"""Lists changes that make the rulebook invalid, each with the full error."""

from __future__ import annotations

from shared.rulebook.loading import FOLDER
from tests.rulebook.folder import INTAKE, TIERS, TRIAGE, WEIGHTS, WORDS

WOUND = 'when = [{ question = "signs", any_of = ["wound"] }]'
AT_WHEN = "fs-triage.toml.safety[INF-11].when[1]"
CES_ONSET = 'shown_when = { question = "ces", any_of = ["saddle-numb", "bladder-retention", "bladder-numb"'
PREG = 'shown_when = { question = "age", at_least = 18, at_most = 55 }'
AT_PREG = "fs-intake.toml.pages[P4].questions[preg]"
AFTER_SEND = '[[pages]]\nid = "P0"\ntitle = "x"\nafter_send = true\nquestions = []\n\n'
KILL = "kill(ing)? myself"
UNSIGNED = 'approved_by = ""\napproved_on = ""'
NEW_KIND = '[kinds.new]\nunless = "past"\nphrases = "x y"\n'
AT_NET = (FOLDER / TRIAGE).read_text(encoding="utf-8").splitlines().index("[messages.M-NET]") + 1
SURGERY = 'when = [{ question = "tx", any_of = ["surgery", "stimulator"] }]'


# fault -> (condition for rule INF-11, error without its place)
CONDITIONS = {
    "unknown question": ('{ question = "fever", any_of = ["yes"] }', ": unknown question 'fever'"),
    "unknown option": ('{ question = "sys", any_of = ["fevers"] }', ": question 'sys' has no option 'fevers'"),
    "unknown definition": ('{ is = "feverish" }', ": unknown definition 'feverish'"),
    "unknown score": ('{ score = "odi", at_least = 1 }', ": unknown score 'odi'"),
    "option named twice": ('{ question = "sys", any_of = ["fever", "fever"] }', ": any_of: an entry is listed twice"),
    "no option": ('{ question = "sys", any_of = [] }', ": any_of is empty"),
    "one of any": ('{ any = [{ question = "sys", answered = true }] }', ".any: needs at least two conditions"),
    "too many among": ('{ question = "sys", among = ["fever"], at_least = 2 }', ": at_least must be between 1 and 1"),
    "two answers of one": (
        '{ question = "fn", all_of = ["lot", "not"] }',
        ": can never be true: the question accepts one answer",
    ),
    "two answers among one": (
        '{ question = "fn", among = ["lot", "not"], at_least = 2 }',
        ": at_least must be between 1 and 1",
    ),
    "not a condition": ("{ age = 7 }", ": not a condition; see docs/rules.md for the forms"),
    "not a table": ('"fever"', ": expected a table"),
    "bound without a bound": ('{ question = "age" }', ": needs at_least or at_most"),
    "two forms at once": ('{ question = "fn", any_of = ["lot"], none_of = ["not"] }', ": unknown key none_of"),
    "unknown door": (
        '{ door = ["callback", "telephone"] }',
        ": unknown door 'telephone'; there are ads, callback, form",
    ),
    "no door": ("{ door = [] }", ": door is empty"),
    "every door": ('{ door = ["form", "callback", "ads"] }', ": is always true: it lists every door"),
    "unknown definition in all": ('{ all = [{ is = "minor" }, { is = "x" }] }', ".all[2]: unknown definition 'x'"),
    "unknown definition in any": ('{ any = [{ is = "minor" }, { is = "x" }] }', ".any[2]: unknown definition 'x'"),
    "unknown definition in of": (
        '{ of = [{ is = "minor" }, { is = "x" }], at_least = 1 }',
        ".of[2]: unknown definition 'x'",
    ),
    "unknown definition in not": ('{ not = { is = "x" } }', ".not: unknown definition 'x'"),
    "all of none": ("{ all = [] }", ".all: needs at least one condition"),
    "one of one": ('{ of = [{ is = "minor" }], at_least = 1 }', ".of: needs at least two conditions"),
    "more than there are": (
        '{ of = [{ is = "minor" }, { is = "minor" }], at_least = 3 }',
        ": at_least must be between 1 and 2",
    ),
    "none of some": (
        '{ of = [{ is = "minor" }, { is = "minor" }], at_least = 0 }',
        ": at_least must be between 1 and 2",
    ),
    "none among": ('{ question = "sys", among = ["fever"], at_least = 0 }', ": at_least must be between 1 and 1"),
    "a number for a text": ('{ question = "sys", any_of = [1] }', ": any_of: expected a list of texts"),
    "a text for a list": ('{ question = "sys", any_of = "fever" }', ": any_of: expected list"),
    "a number for a flag": ('{ question = "sys", answered = 1 }', ": answered: expected bool"),
    "upper bound out of range": ('{ question = "age", at_most = 121 }', ": 121 is outside 0 to 120"),
    "a bound below the other": ('{ question = "age", at_least = 18, at_most = 17 }', ": can never be true"),
    "unknown key beside a combination": ('{ not = { is = "minor" }, at_least = 1 }', ": unknown key at_least"),
    "a list for a table": ('{ not = ["minor"] }', ".not: expected a table"),
    "misspelt form of a condition": ('{ question = "sys", any_off = ["fever"] }', ": unknown key any_off"),
    "misspelt bound": ('{ question = "age", at_leest = 18 }', ": unknown key at_leest"),
    "misspelt mention": ('{ question = "note", mention = "heart-stroke" }', ": unknown key mention"),
}
REFUSED = {  # fault -> (file, old text, new text, error)
    "unknown kind": (
        TRIAGE, WOUND, 'when = [{ question = "note", mentions = "x" }]',
        "fs-intake.words.toml: there is no kind or topic x",
    ),
    "unknown message": (
        TRIAGE, 'message = "M-E-HEART"', 'message = "M-HEART"',
        "fs-triage.toml.safety[CARD-01]: unknown message 'M-HEART'",
    ),
    "unknown tier": (
        TRIAGE, 'floor = "EMERGENCY"', 'floor = "SOON"',
        "fs-triage.toml.safety[CARD-01]: unknown tier 'SOON'",
    ),
    "unknown tier that is beaten": (
        TRIAGE, 'overrides = ["PRIORITY"]', 'overrides = ["LATER"]',
        "fs-triage.toml.not_fit[NF-01]: unknown tier 'LATER'",
    ),
    "unknown tier of the score": (
        TRIAGE, 'below = "ROUTINE"', 'below = "LATER"',
        "fs-triage.toml.fit: unknown tier 'LATER'",
    ),
    "unknown source": (
        TRIAGE, '{ key = "AHA" }', '{ key = "AAH" }',
        "fs-triage.toml.safety[CARD-01].sources[1]: unknown source 'AAH'",
    ),
    "unknown mark": (
        TRIAGE, 'mark = "M" }', 'mark = "X" }',
        "fs-triage.toml.safety[VASC-01].sources[2]: unknown evidence mark 'X'",
    ),
    "unknown mark of a source": (
        TRIAGE, 'mark = "V"\n', 'mark = "Y"\n',
        "fs-triage.toml.sources.GIRFT23: unknown evidence mark 'Y'",
    ),
    "unknown minor": (
        TRIAGE, 'minor = "minor"', 'minor = "child"',
        "fs-triage.toml: minor: unknown definition 'child'",
    ),
    "unknown net": (TRIAGE, 'net = "M-NET"', 'net = "M-NETS"', "fs-triage.toml: unknown message 'M-NETS'"),
    "unknown audience": (
        TIERS, 'audience = "desk"', 'audience = "sales"',
        "tiers.toml.tiers[EMERGENCY].ladder[2]: unknown audience 'sales'",
    ),
    "unknown disposition": (
        TIERS, "seek-emergency-care", "seek-care",
        "tiers.toml.tiers[EMERGENCY]: unknown disposition 'seek-care'",
    ),
    "unknown message of a tier": (TIERS, 'message = "M-R"', 'message = "M-X"', "fs-triage.toml: unknown message 'M-X'"),
    "unknown type": (
        INTAKE, 'type = "integer"', 'type = "number"',
        "fs-intake.toml.pages[P2].questions[age]: unknown type 'number'",
    ),
    "unknown default": (
        INTAKE, '_as = "unsure"', '_as = "maybe"',
        "fs-intake.toml.pages[P2].questions[injury-when]: has no option 'maybe'",
    ),
    "unknown questionnaire": (
        TRIAGE, 'e = "fs-intake"', 'e = "fs-in"',
        "fs-triage.toml: there is no questionnaire fs-in.toml",
    ),
    "rule twice": (TRIAGE, 'id = "CARD-02"', 'id = "CARD-01"', "fs-triage.toml: safety: 'CARD-01' is listed twice"),
    "rule twice across lists": (
        TRIAGE, 'id = "TAG-PAD"', 'id = "NF-02"',
        "fs-triage.toml.tags[NF-02]: this rule id is used twice",
    ),
    "question twice": (
        INTAKE, 'code = "who"', 'code = "age"',
        "fs-intake.toml.pages[P2]: questions: 'age' is listed twice",
    ),
    "question on two pages": (
        INTAKE, 'code = "cord"', 'code = "age"',
        "fs-intake.toml.pages[P3].questions[age]: is on two pages",
    ),
    "page twice": (INTAKE, 'id = "P2"', 'id = "P1"', "fs-intake.toml: pages: 'P1' is listed twice"),
    "option twice": (
        INTAKE, 'code = "breath"', 'code = "chest-pressure"',
        "fs-intake.toml.pages[P1].questions[em-now]: options: 'chest-pressure' is listed twice",
    ),
    "tier twice": (TIERS, 'name = "URGENT"', 'name = "EMERGENCY"', "tiers.toml: tiers: 'EMERGENCY' is listed twice"),
    "message twice": (
        TRIAGE, "[messages.M-P]", "[messages.M-NET]",
        f"fs-triage.toml: Cannot declare ('messages', 'M-NET') twice (at line {AT_NET}, column 16)",
    ),
    "definition twice": (
        TRIAGE, "night-pain = ", "minor = ",
        "fs-triage.toml.definitions: the definition 'minor' is defined twice",
    ),
    "later question": (
        INTAKE, CES_ONSET, CES_ONSET.replace('"ces"', '"sys"'),
        ("fs-intake.toml.pages[P4].questions[ces-onset].shown_when: unknown question 'sys', "
         "or it comes later: the follow-up would be unreachable"),
    ),
    "impossible range": (
        INTAKE, PREG, PREG.replace("18", "56"),
        f"{AT_PREG}.shown_when: can never be true, or it comes later: the follow-up would be unreachable",
    ),
    "range outside the question": (
        INTAKE, PREG, PREG.replace("55", "555"),
        f"{AT_PREG}.shown_when: 555 is outside 0 to 120, or it comes later: the follow-up would be unreachable",
    ),
    "no number is allowed": (
        INTAKE, "minimum = 0", "minimum = 121",
        "fs-intake.toml.pages[P2].questions[age]: minimum is above maximum",
    ),
    "option of the parent": (
        INTAKE, CES_ONSET, CES_ONSET.replace("saddle", "sadle"),
        ("fs-intake.toml.pages[P4].questions[ces-onset].shown_when: question 'ces' has no option 'sadle-numb', "
         "or it comes later: the follow-up would be unreachable"),
    ),
    "a form that pages do not know": (
        INTAKE, PREG, 'shown_when = { not = { question = "age", at_most = 17 } }',
        f"{AT_PREG}.shown_when: a form cannot evaluate Not",
    ),
    "no condition": (TRIAGE, WOUND, "when = []", "fs-triage.toml.safety[INF-11].when: needs at least one condition"),
    "score out of reach": (
        TRIAGE, 'score = "sugioka", at_least = 7', 'score = "sugioka", at_least = 13',
        "fs-triage.toml.tags[TAG-LSS].when[2]: can never be true: the score cannot reach that many points",
    ),
    "none_with_others = false": (
        TRIAGE, "none_with_others = true", "none_with_others = false",
        "fs-triage.toml.definitions.none-with-others: none_with_others can only be true",
    ),
    "a page cannot ask for the door": (
        INTAKE, PREG, 'shown_when = { door = ["form"] }',
        f"{AT_PREG}.shown_when: a form cannot evaluate FromDoor",
    ),
    "required after Send": (
        INTAKE, 'id = "P2"', 'id = "P2"\nafter_send = true',
        "fs-intake.toml.pages[P2]: a page after Send can have no required question",
    ),
    "a page after Send that is not last": (
        INTAKE, '[[pages]]\nid = "P1"', f'{AFTER_SEND}[[pages]]\nid = "P1"',
        "fs-intake.toml.pages[P1]: comes before Send, so it must stand before the pages after Send",
    ),
    "capital in a term": (
        WORDS, "suicid*", "Suicid*",
        "fs-intake.words.toml.groups: suicide: write it in lower case, without accents",
    ),
    "accent in a term": (
        WORDS, "suicid*", "su\u00edcid*",
        "fs-intake.words.toml.groups: suicide: write it in lower case, without accents",
    ),
    "term twice": (
        WORDS, "suicid*", "suicid*, suicid*",
        "fs-intake.words.toml.groups: suicide: 'suicid*' is listed twice",
    ),
    "empty term": (WORDS, "suicid*", "suicid*, ,", "fs-intake.words.toml.groups: suicide: an entry is empty"),
    "term of signs": (WORDS, "suicid*", "suicid*, ?", "fs-intake.words.toml.groups: suicide: '?' is not a term"),
    "term that begins with any word": (
        WORDS, "suicid*", "suicid*, * life",
        "fs-intake.words.toml.groups: suicide: '* life' is not a term",
    ),
    "unknown group of a phrase": (
        WORDS, "@suicide, @want", "@suicid, @want",
        "fs-intake.words.toml.kinds.self-harm: phrases: unknown name 'suicid'",
    ),
    "phrase that ends in a gap": (
        WORDS, "@suicide, @want", "@suicide .., @want",
        "fs-intake.words.toml.kinds.self-harm: phrases: '@suicide ..' is not words, @groups and ..",
    ),
    "phrase of signs": (
        WORDS, "@suicide, @want", "@suicide!, @want",
        "fs-intake.words.toml.kinds.self-harm: phrases: '@suicide!' is not words, @groups and ..",
    ),
    "unknown frame": (
        WORDS, 'unless = "past', 'unless = "pastime',
        "fs-intake.words.toml.kinds.self-harm: unless: unknown name 'pastime'",
    ),
    "unknown group of a topic": (
        WORDS, 'topic = "pee', 'topic = "peer',
        "fs-intake.words.toml.topics: bladder-topic: unknown name 'peer'",
    ),
    "group and frame": (
        WORDS, "[groups]\n", '[groups]\npast = "ago"\n',
        "fs-intake.words.toml: past: both a group and a frame",
    ),
    "misspelt key of words": (
        WORDS, "[decision]\n", '[decision]\nsure = "1"\n',
        "fs-intake.words.toml.decision: unknown key sure",
    ),
    "pair of words": (
        WORDS, "can not = cant", "can not cant",
        "fs-intake.words.toml.spelling: joined: 'can not cant' is not: written = meant",
    ),
    "kind without weights": (
        WORDS, "[kinds.self-harm]", f"{NEW_KIND}[kinds.self-harm]",
        "fs-intake.words.toml: there are 6 kinds, but weights for 5: train again",
    ),
    "weight that is no number": (
        WEIGHTS, "\ngroup die = ", "\ngroup die = x",
        "fs-intake.weights.toml: rows: could not convert string to float: 'x4.5'",
    ),
    "feature without weights": (
        WEIGHTS, "\ngroup die = ", "\ngroup die : ",
        "fs-intake.weights.toml: rows: a line is not a feature = its weights",
    ),
    "infinite weight": (
        WEIGHTS, "\ngroup die = ", "\ngroup die = 1 1 1 1 inf\nx = ",
        "fs-intake.weights.toml: rows: 'group die' needs 5 numbers",
    ),
    "weight too many": (
        WEIGHTS, "\ngroup die = ", "\ngroup die = 1 ",
        "fs-intake.weights.toml: rows: 'group die' needs 5 numbers",
    ),
    "unknown key of a rule": (
        TRIAGE, SURGERY, f"{SURGERY}\nwhen_not = []",
        "fs-triage.toml.tags[TAG-SURG]: unknown key when_not",
    ),
    "unknown key of a question": (
        INTAKE, "required = true", "required = true\nhints = 1",
        "fs-intake.toml.pages[P1].questions[em-now]: unknown key hints",
    ),
    "unknown key of the file": (TRIAGE, 'net = "M-NET"', 'net = "M-NET"\nnett = 1', "fs-triage.toml: unknown key nett"),
    "missing key": (TRIAGE, 'reason = "Stroke signs"\n', "", "fs-triage.toml.safety[STRK-01]: reason is missing"),
    "wrong kind": (
        INTAKE, "maximum = 120", 'maximum = "120"',
        "fs-intake.toml.pages[P2].questions[age]: maximum: expected int",
    ),
    "true is no number": (
        INTAKE, "maximum = 120", "maximum = true",
        "fs-intake.toml.pages[P2].questions[age]: maximum: expected int",
    ),
    "no reason": (TRIAGE, 'reason = "Stroke signs"', 'reason = " "', "fs-triage.toml.safety[STRK-01]: reason is empty"),
    "no wording": (
        INTAKE, 'text = "Who is filling out this form?"', 'text = ""',
        "fs-intake.toml.pages[P2].questions[who]: text is empty",
    ),
    "no label": (
        INTAKE, 'label = "None of these"', 'label = ""',
        "fs-intake.toml.pages[P1].questions[em-now].options[none]: label is empty",
    ),
    "no source": (
        TRIAGE, 'sources = [{ key = "AHA" }]', "sources = []",
        "fs-triage.toml.safety[CARD-02]: needs a source",
    ),
    "source of nothing": (
        TRIAGE, '{ key = "AHA" }]', '{ note = "memory" }]',
        "fs-triage.toml.safety[CARD-02].sources[1]: needs a key, or a note with its mark",
    ),
    "version": (TRIAGE, 'version = "', 'version = "1.0" # "', "fs-triage.toml: version: write a version like 1.0.0"),
    "code that no page could send": (
        INTAKE, 'code = "help"', 'code = "Help_1"',
        ("fs-intake.toml.pages[P9].questions[Help_1]: code: "
         "write a code of at most 40 lower-case letters, digits and hyphens"),
    ),
    "half an approval": (
        TRIAGE, 'approved_by = ""', 'approved_by = "Dr. Sample"',
        "fs-triage.toml: approved_by and approved_on belong together",
    ),
    "date of approval": (
        TRIAGE, UNSIGNED, 'approved_by = "Dr. Sample"\napproved_on = "May"',
        "fs-triage.toml: approved_on: write a date like 2026-01-31",
    ),
    "another way to write the date": (
        TRIAGE, UNSIGNED, 'approved_by = "Dr. Sample"\napproved_on = "20261201"',
        "fs-triage.toml: approved_on: write a date like 2026-01-31",
    ),
    "deadline in two units": (
        TIERS, "{ minutes = 15 }", "{ minutes = 15, open_days = 1 }",
        "tiers.toml.tiers[EMERGENCY].deadline: give one of minutes, open_minutes, open_days or mornings, not negative",
    ),
    "negative deadline": (
        TIERS, "{ minutes = 15 }", "{ minutes = -1 }",
        "tiers.toml.tiers[EMERGENCY].deadline: give one of minutes, open_minutes, open_days or mornings, not negative",
    ),
    "unknown definition of a definition": (
        TRIAGE, "night-pain = ", "odd = { not = { is = \"odd\" } }\nnight-pain = ",
        "fs-triage.toml.definitions.odd.not: unknown definition 'odd'",
    ),
    "capital in a name of words": (
        WORDS, "[groups]\n", '[groups]\nBad = "x"\n',
        "fs-intake.words.toml.groups: Bad: write a name of lower-case letters and hyphens",
    ),
    "changes not in order": (
        TRIAGE, 'on = "2026-11-22"', 'on = "2099-11-22"',
        "fs-triage.toml: changes: put the oldest first",
    ),
    "day of a change": (
        TRIAGE, 'on = "2026-11-22"', 'on = "yesterday"',
        "fs-triage.toml.changes[1.0.0]: on: write a date like 2026-01-31",
    ),
    "a change without words": (
        TRIAGE, 'what = "First', 'what = "" # "First',
        "fs-triage.toml.changes[1.0.0]: what is empty",
    ),
    "message never shown": (
        TRIAGE, "[messages.M-R]", '[messages.M-X]\ntext = "x"\n\n[messages.M-R]',
        "fs-triage.toml: message M-X is never shown",
    ),
    "a closed text that is empty": (
        TRIAGE, 'closed_text = "If', 'closed_text = ""#"If',
        "fs-triage.toml.messages.M-U-HEART: closed_text is empty",
    ),
    "a text without a number that is empty": (
        TRIAGE, 'no_number_text = "You', 'no_number_text = ""#"You',
        "fs-triage.toml.messages.M-E-CRISIS: no_number_text is empty",
    ),
    "instead of a message that does not exist": (
        TRIAGE, 'instead_of = "M-P"', 'instead_of = "M-Q"',
        "fs-triage.toml: messages.M-P-PREG: unknown message 'M-Q'",
    ),
    "floor without words": (
        TRIAGE, 'floor = "EMERGENCY"\nmessage = "M-E-HEART"', 'floor = "EMERGENCY"',
        "fs-triage.toml.safety[CARD-01]: needs a message, because the tier EMERGENCY has none",
    ),
    **{
        name: (TRIAGE, WOUND, f"when = [{condition}]", f"{AT_WHEN}{error}")
        for name, (condition, error) in CONDITIONS.items()
    },
}  # fmt: skip
