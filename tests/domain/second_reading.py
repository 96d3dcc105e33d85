"""An independent implementation of the triage rules in plain Python, written from the clinical text.

Tests check that it agrees with the rulebook on any valid answers. To change a rule in shared/rulebook, change it here
too, from the physician's text and not from the rulebook.
"""

from __future__ import annotations

from typing import Any

CORE = {"saddle-numb", "bladder-retention", "bowel-loss", "both-legs-weak"}
SOFT = {"bladder-leak", "sexual-change"}
LIMB_WEAK = {"leg-weak", "arm-hand-weak"}
NOT_POSITIVE = {"none", "unsure"}
INFECTION_RISK = {"ivdu", "immune-low", "infection"}
CONSERVATIVE = {"pt", "chiro", "meds", "injection"}
ASKED_FOR_SAFETY = ("em-now", "ces", "motor", "cord", "sys")
RANKS = ("EMERGENCY", "URGENT", "PRIORITY")
# What a person hears in the notes of the vignettes and of the answer sets.
HEARD = {
    "": "",
    "   ": "",
    "My back hurts when I garden.": "",
    "No bladder problems at all": "",
    "I can\u2019t walk far, and I fainted once": "",
    "sometimes I WANT TO DIE": "TXT-03",
    "numb\ndown there": "TXT-01",
    "my chest hurts and I can\u2019t walk": "TXT-02 TXT-04",
    "Back pain for a month. Not able to pee since last night, is that normal?": "TXT-01",
    "I have no bladder problems, just leg pain.": "",
    "The pain is so bad I want to die.": "TXT-03",
}
TEXT_RULES = ("TXT-01", "TXT-02", "TXT-03", "TXT-04")


class Reading:
    """The answers, translated into the terms of the clinical rules."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.contradiction = False
        self.answers = answers
        self.age: int | None = answers.get("age")
        self.pain: int | None = answers.get("pain")
        self.em, self.region, self.ces = self.ticked("em-now"), self.ticked("region"), self.ticked("ces")
        self.motor, self.cord, self.sys = self.ticked("motor"), self.ticked("cord"), self.ticked("sys")
        self.spread, self.sx, self.pattern = self.ticked("spread"), self.ticked("sx"), self.ticked("pattern")
        self.dx, self.tx = self.ticked("dx"), self.ticked("tx")
        self.ticked("goal")
        self.ces_items = self.ces - NOT_POSITIVE
        self.motor_items = self.motor - NOT_POSITIVE
        self.cord_items = self.cord - NOT_POSITIVE
        self.injury = answers.get("injury")
        # a follow-up question that was shown but skipped counts as 'unsure'; one that was not shown does not count
        self.onset = answers.get("ces-onset", "unsure") if self.ces_items else None
        self.course = answers.get("motor-course", "unsure") if self.motor_items else None
        self.when = answers.get("injury-when", "unsure") if self.injury in {"minor", "major"} else None
        tried = bool(self.tx & CONSERVATIVE)
        self.tx_weeks = answers.get("tx-weeks", "unsure") if tried else None
        self.tx_help = answers.get("tx-help") if tried else None
        preg = answers.get("preg")
        self.pregnant = preg == "yes"  # this answer counts even if the question was not shown
        if self.age is not None and 18 <= self.age <= 55:
            self.pregnant = preg in {"yes", "unsure", None}
        self.duration, self.fn = answers.get("duration"), answers.get("fn")
        self.new = self.duration in {"lt2w", "2w-6w"}
        self.night = "night-unrelenting" in self.pattern
        self.minor = self.younger(18) or answers.get("who") == "guardian"
        self.says_weak_and_not_weak = "weak" in self.sx and not self.motor_items and "unsure" not in self.motor
        self.heard = HEARD[answers.get("note", "")].split()

    def ticked(self, question: str) -> set[str]:
        options = set(self.answers.get(question, []))
        if "none" in options and len(options) > 1:
            self.contradiction = True
            options.discard("none")
        return options

    def older(self, age: int) -> bool:
        return self.age is not None and self.age >= age

    def younger(self, age: int) -> bool:
        return self.age is not None and self.age < age

    def hurts(self, low: int, high: int = 10) -> bool:
        return self.pain is not None and low <= self.pain <= high


def safety(r: Reading) -> dict[str, tuple[str, bool]]:
    """Returns the floor of each safety rule, and whether the rule fires."""
    thoracic, lumbar = "thoracic" in r.region, "lumbar" in r.region
    core, soft = r.ces_items & CORE, r.ces_items & SOFT
    leak, sexual, foot_drop = "bladder-leak" in r.ces, "sexual-change" in r.ces, "foot-drop" in r.motor
    cancer, weight_loss, fever, procedure = (
        word in r.sys for word in ("cancer", "weight-loss", "fever", "recent-proc")
    )
    spinal_neurology = bool(r.ces_items or r.motor_items or r.cord & {"gait-balance", "legs-stiff"})
    major = r.injury == "major" and r.when in {"lt2w", "unsure"}
    fragile = bool(r.sys & {"osteoporosis", "steroid-long"}) or r.older(70)
    effort = {"walk-worse", "sit-better"} <= r.pattern
    unsure = [question for question in ASKED_FOR_SAFETY if "unsure" in r.answers.get(question, [])]
    unanswered = r.age is None or not all(r.answers.get(q) for q in (*ASKED_FOR_SAFETY, "region"))
    e, u, p = RANKS
    return {
        "CARD-01": (e, "chest-pressure" in r.em),
        "CARD-02": (e, "breath-sweat" in r.em),
        "CARD-03": (
            u,
            r.older(40)
            and bool(r.region & {"neck", "thoracic"})
            and not lumbar
            and bool(r.spread & {"arm-one", "arm-both", "chest-belly"})
            and effort,
        ),
        "VASC-01": (e, bool(r.em & {"tearing-pain", "belly-pulse"})),
        "STRK-01": (e, "stroke-signs" in r.em),
        "THOR-01": (u, thoracic and "chest-belly" in r.spread and r.new),
        "THOR-02": (p, thoracic),
        "CES-01": (e, bool(core) and r.onset != "gt3m"),
        "CES-02": (e, leak and r.onset in {"lt2w", "worse", "unsure"}),
        "CES-03": (u, bool(core) and r.onset == "gt3m"),
        "CES-04": (u, (leak and r.onset == "2w-3m") or (sexual and r.onset in {"2w-3m", "worse", "unsure"})),
        "CES-05": (p, bool(soft) and r.onset == "gt3m"),
        "CES-06": (u, "leg-both" in r.spread and r.new),
        "CES-07": (e, len(r.ces_items) >= 2 and r.onset != "gt3m"),
        "CES-08": (e, sexual and r.onset == "lt2w"),
        "MOT-01": (e, r.course == "rapid"),
        "MOT-02": (u, foot_drop and not (r.course == "stable" and r.duration in {"3m-6m", "gt6m"})),
        "MOT-03": (u, bool(r.motor & LIMB_WEAK) and r.course in {"new-2w", "worse", "unsure"}),
        "MOT-04": (p, r.course == "stable"),
        "MYE-01": (u, bool(r.cord & {"hand-clumsy", "gait-balance"}) and bool(r.region & {"neck", "thoracic"})),
        "MYE-02": (u, len(r.cord_items) >= 2 and bool(r.cord & {"hand-clumsy", "gait-balance", "shock-neck"})),
        "MYE-03": (p, bool(r.cord_items)),
        "MYE-04": (u, "arm-both" in r.spread and r.new),
        "ONC-01": (e, cancer and spinal_neurology),
        "ONC-02": (u, cancer and (r.night or weight_loss or thoracic)),
        "ONC-03": (u, weight_loss and r.night),
        "ONC-04": (p, cancer or weight_loss),
        "INF-01": (e, fever and (bool(r.sys & INFECTION_RISK) or procedure or spinal_neurology)),
        "INF-02": (u, fever),
        "INF-03": (u, bool(r.sys & INFECTION_RISK) and (r.night or r.new)),
        "INF-04": (u, procedure and (r.hurts(7) or (bool(r.motor_items) and r.course != "stable"))),
        "INF-05": (p, bool(r.sys & INFECTION_RISK) or procedure),
        "INF-06": (e, fever and (r.night or (r.hurts(7) and r.new))),
        "FRX-01": (e, major and bool(r.ces_items or r.motor_items or r.cord_items)),
        "FRX-02": (u, major),
        "FRX-03": (u, r.injury == "minor" and r.when in {"lt2w", "2w-3m", "unsure"} and fragile),
        "FRX-04": (p, r.new and fragile),
        "NGT-01": (u, r.night and r.older(50) and r.new),
        "NGT-02": (p, r.night),
        "PAIN-01": (p, r.hurts(9) or r.fn == "cannot"),
        "PREG-01": (e, r.pregnant and (bool(r.ces_items) or "leg-both" in r.spread)),
        "PREG-02": (p, r.pregnant),
        "UNK-01": (u, "em-now" in unsure or "ces" in unsure),
        "UNK-02": (p, bool({"motor", "cord", "sys"} & set(unsure))),
        "UNK-03": (u, len(unsure) >= 3),
        "UNK-04": (u, unanswered),
        "CON-01": (p, r.contradiction),
        "CON-02": (p, r.says_weak_and_not_weak),
        **{rule: (e if rule == "TXT-03" else u, rule in r.heard) for rule in TEXT_RULES},
    }


def not_fit(r: Reading, any_safety_rule: bool) -> list[str]:
    early = r.new and not r.sx & {"numb", "tingle", "burn", "weak"} and r.hurts(0, 6) and r.fn in {"not", "some"}
    fires = {
        "NF-01": r.minor,
        "NF-02": r.region == {"other"} and not any_safety_rule,
        "NF-03": early and not any_safety_rule,
    }
    return [rule for rule, fired in fires.items() if fired]


def fit(r: Reading) -> dict[str, int]:
    """Returns the points of each fit rule that fires."""
    matches = (
        ("neck", {"arm-one", "arm-both"}),
        ("lumbar", {"leg-one", "leg-both"}),
        ("thoracic", {"chest-belly"}),
    )
    stenosis = bool(r.dx & {"foraminal-stenosis", "spinal-stenosis"})
    scanned = r.answers.get("imaging") == "mri-ct"
    upright_hurts = bool(r.pattern & {"walk-worse", "stand-worse"})
    fires = {
        "FIT-01": (15, any(region in r.region and r.spread & places for region, places in matches)),
        "FIT-02": (10, bool(r.sx & {"numb", "tingle", "burn", "weak"})),
        "FIT-03": (
            10,
            "lumbar" in r.region and upright_hurts and bool(r.pattern & {"sit-better", "bend-fwd-better"}),
        ),
        "FIT-04": (5, "arch-turn-worse" in r.pattern),
        "FIT-05": (20, stenosis and scanned),
        "FIT-06": (10, stenosis and not scanned),
        "FIT-07": (20, r.tx_weeks == "ge6w" and r.tx_help in {"no", "short"}),
        "FIT-08": (10, r.fn in {"lot", "cannot"}),
        "FIT-09": (5, r.fn == "some"),
        "FIT-10": (10, r.hurts(7)),
        "FIT-11": (5, r.hurts(4, 6)),
        "FIT-12": (5, r.duration in {"6w-3m", "3m-6m", "gt6m"}),
    }
    return {rule: points for rule, (points, fired) in fires.items() if fired}


def sugioka(r: Reading) -> int:
    score = 2 if r.older(60) and r.younger(71) else 3 if r.older(71) else 0
    score += 1 if r.duration == "gt6m" else 0
    score += 2 if "bend-fwd-better" in r.pattern else 0
    score -= 2 if "bend-back-better" in r.pattern else 0
    score += 2 if "stand-worse" in r.pattern else 0
    score += 1 if {"walk-worse", "sit-better"} <= r.pattern else 0
    return score + (1 if "bladder-leak" in r.ces else 0)


def tags(r: Reading) -> list[str]:
    pain_free_pain = r.pain == 0 and "pain" in r.sx
    grown_up_minor = r.answers.get("who") == "guardian" and r.older(18)
    vascular = {"walk-worse", "sit-better"} <= r.pattern and "bend-fwd-better" not in r.pattern
    fires = {
        "TAG-BLOOD": "blood-thinner" in r.sys,
        "TAG-DQ": r.contradiction or r.says_weak_and_not_weak or pain_free_pain or grown_up_minor,
        "TAG-INFLAM": "morning-stiff" in r.pattern and r.younger(45),
        "TAG-LSS": "lumbar" in r.region and sugioka(r) >= 7,
        "TAG-NOTRAVEL": r.answers.get("travel") == "no",
        "TAG-PAD": vascular and r.older(60),
        "TAG-SURG": bool(r.tx & {"surgery", "stimulator"}),
    }
    return [tag for tag, fired in fires.items() if fired]


def second_reading(answers: dict[str, Any]) -> dict[str, Any]:
    """Returns the triage result in the format of the vignettes."""
    r = Reading(answers)
    floors = {rule: floor for rule, (floor, fired) in safety(r).items() if fired}
    highest = next((rank for rank in RANKS if rank in floors.values()), None)
    not_fits, fits = not_fit(r, bool(floors)), fit(r)
    score = min(sum(fits.values()), 100)
    if highest in {"EMERGENCY", "URGENT"}:
        tier = str(highest)
    elif not_fits:
        tier = "NOT_A_FIT"
    else:
        tier = "PRIORITY" if highest or score >= 60 else "ROUTINE"
    return {
        "tier": tier,
        "safety_rules": sorted(floors),
        "not_fit_rules": not_fits,
        "fit_score": score,
        "fit_rules": sorted(fits),
        "tags": tags(r),
        "marketing_allowed": not r.minor and tier not in {"EMERGENCY", "URGENT"},
    }
