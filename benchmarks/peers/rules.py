"""36 rules as Python code."""

from collections.abc import Callable, Mapping
from typing import Any

Answers = Mapping[str, Any]
TIERS = ("EMERGENCY", "URGENT", "PRIORITY", "ROUTINE")


def has(answers: Answers, question: str, *options: str) -> bool:
    given = answers.get(question) or ()
    chosen = (given,) if isinstance(given, str) else given
    return any(option in chosen for option in options)


def number(answers: Answers, question: str) -> int:
    given = answers.get(question)
    return given if isinstance(given, int) else 0


def new(a: Answers) -> bool:
    return has(a, "duration", "lt2w", "2w-6w")


def night(a: Answers) -> bool:
    return has(a, "pattern", "night-unrelenting")


def core_ces(a: Answers) -> bool:
    return has(a, "ces", "saddle-numb", "bladder-retention", "bowel-loss", "both-legs-weak")


def weak(a: Answers) -> bool:
    return has(a, "motor", "foot-drop", "leg-weak", "arm-hand-weak")


RULES: tuple[tuple[str, str, Callable[[Answers], bool]], ...] = (
    ("CARD-01", "EMERGENCY", lambda a: has(a, "em-now", "chest-pressure")),
    ("CARD-02", "EMERGENCY", lambda a: has(a, "em-now", "breath-sweat")),
    ("VASC-01", "EMERGENCY", lambda a: has(a, "em-now", "tearing-pain", "belly-pulse")),
    ("STRK-01", "EMERGENCY", lambda a: has(a, "em-now", "stroke-signs")),
    ("THOR-01", "URGENT", lambda a: has(a, "region", "thoracic") and has(a, "spread", "chest-belly") and new(a)),
    ("THOR-02", "PRIORITY", lambda a: has(a, "region", "thoracic")),
    ("CES-01", "EMERGENCY", lambda a: core_ces(a) and not has(a, "ces-onset", "gt3m")),
    ("CES-02", "EMERGENCY", lambda a: has(a, "ces", "bladder-leak") and has(a, "ces-onset", "lt2w", "worse", "unsure")),
    ("CES-03", "URGENT", lambda a: core_ces(a) and has(a, "ces-onset", "gt3m")),
    ("CES-04", "URGENT", lambda a: has(a, "ces", "bladder-leak") and has(a, "ces-onset", "2w-3m")),
    ("CES-05", "PRIORITY", lambda a: has(a, "ces", "bladder-leak", "sexual-change") and has(a, "ces-onset", "gt3m")),
    ("CES-06", "URGENT", lambda a: has(a, "spread", "leg-both") and new(a)),
    ("MOT-01", "EMERGENCY", lambda a: weak(a) and has(a, "motor-course", "rapid")),
    ("MOT-02", "URGENT", lambda a: has(a, "motor", "foot-drop") and not has(a, "motor-course", "stable")),
    ("MOT-03", "URGENT", lambda a: weak(a) and has(a, "motor-course", "new-2w", "worse", "unsure")),
    ("MOT-04", "PRIORITY", lambda a: weak(a) and has(a, "motor-course", "stable")),
    ("MYE-01", "URGENT", lambda a: has(a, "cord", "hand-clumsy", "gait-balance") and has(a, "region", "neck")),
    ("MYE-03", "PRIORITY", lambda a: has(a, "cord", "hand-clumsy", "gait-balance", "legs-stiff", "shock-neck")),
    ("MYE-04", "URGENT", lambda a: has(a, "spread", "arm-both") and new(a)),
    ("ONC-01", "EMERGENCY", lambda a: has(a, "sys", "cancer") and (core_ces(a) or weak(a))),
    ("ONC-02", "URGENT", lambda a: has(a, "sys", "cancer") and (night(a) or has(a, "sys", "weight-loss"))),
    ("ONC-03", "URGENT", lambda a: has(a, "sys", "weight-loss") and night(a)),
    ("ONC-04", "PRIORITY", lambda a: has(a, "sys", "cancer", "weight-loss")),
    ("INF-01", "EMERGENCY", lambda a: has(a, "sys", "fever") and has(a, "sys", "infection", "immune-low", "ivdu")),
    ("INF-02", "URGENT", lambda a: has(a, "sys", "fever")),
    ("INF-03", "URGENT", lambda a: has(a, "sys", "infection", "immune-low", "ivdu") and (night(a) or new(a))),
    ("INF-05", "PRIORITY", lambda a: has(a, "sys", "infection", "recent-proc", "immune-low", "ivdu")),
    ("FRX-01", "EMERGENCY", lambda a: has(a, "injury", "major") and weak(a)),
    ("FRX-02", "URGENT", lambda a: has(a, "injury", "major") and has(a, "injury-when", "lt2w", "unsure")),
    ("FRX-04", "PRIORITY", lambda a: new(a) and (number(a, "age") >= 70 or has(a, "sys", "osteoporosis"))),  # noqa: PLR2004
    ("NGT-01", "URGENT", lambda a: night(a) and new(a) and number(a, "age") >= 50),  # noqa: PLR2004
    ("NGT-02", "PRIORITY", night),
    ("PAIN-01", "PRIORITY", lambda a: number(a, "pain") >= 9 or has(a, "fn", "cannot")),  # noqa: PLR2004
    ("PREG-02", "PRIORITY", lambda a: has(a, "preg", "yes", "unsure")),
    ("UNK-01", "URGENT", lambda a: has(a, "em-now", "unsure") or has(a, "ces", "unsure")),
    ("UNK-02", "PRIORITY", lambda a: any(has(a, question, "unsure") for question in ("motor", "cord", "sys"))),
)


def triage(answers: Answers) -> tuple[str, list[str]]:
    fired = [(tier, name) for name, tier, rule in RULES if rule(answers)]
    tier = min((tier for tier, _ in fired), key=TIERS.index, default="ROUTINE")
    return tier, [name for _, name in fired]
