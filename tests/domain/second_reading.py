"""An independent implementation of the triage rules, written from the clinical text.

After a change of a rule in the rulebook, change this package from the physician's text, not from the rulebook. Free
text is not implemented again.
"""

from __future__ import annotations

from typing import Any

from tests.domain.second_reading_answers import Reading
from tests.domain.second_reading_safety import NERVE, RANKS, safety

NO_MARKETING = {"EM-03", "TXT-03", "PREG-01", "PREG-02", "PREG-03", "PREG-04", "INF-12", "INF-13"} | {
    f"ONC-0{number}" for number in (1, 2, 4, 5)
}


def not_fit(r: Reading, any_safety_rule: bool) -> list[str]:
    early = (
        r.under_6_weeks
        and not r.sx & NERVE
        and r.hurts(0, 6)
        and r.fn in {"not", "some", None}
        and not r.older(65)
        and "blood-thinner" not in r.sys
        and r.injury in {"no", "strain", None}
    )
    by_somebody_else = r.answers.get("who") in {"caregiver", "guardian"}
    fires = {
        "NF-01": r.minor and not by_somebody_else,
        "NF-01b": r.minor and by_somebody_else,
        "NF-02": r.region == {"other"} and not any_safety_rule,
        "NF-03": early and not any_safety_rule,
    }
    return [rule for rule, fired in fires.items() if fired]


def fit(r: Reading) -> dict[str, int]:
    """Returns rule id -> points, for the fit rules that fire."""
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
        "FIT-02": (10, bool(r.sx & NERVE)),
        "FIT-03": (
            10,
            "lumbar" in r.region and upright_hurts and bool(r.pattern & {"sit-better", "bend-fwd-better"}),
        ),
        "FIT-04": (5, "arch-turn-worse" in r.pattern),
        "FIT-05": (20, stenosis and scanned),
        "FIT-06": (10, stenosis and not scanned),
        "FIT-07": (20, r.tried == "ge6w-no"),
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
        "TAG-HELP": bool(set(r.answers.get("help", [])) - {"no"}),
        "TAG-INFLAM": "morning-stiff" in r.pattern and r.younger(45),
        "TAG-LSS": "lumbar" in r.region and sugioka(r) >= 7,
        "TAG-PAD": vascular and r.older(60),
        "TAG-SURG": bool(r.tx & {"surgery", "stimulator"}),
    }
    return [tag for tag, fired in fires.items() if fired]


def second_reading(answers: dict[str, Any], door: str = "form") -> dict[str, Any]:
    r = Reading(answers)
    floors = {rule: floor for rule, (floor, fired) in safety(r, door).items() if fired}
    highest = next((rank for rank in RANKS if rank in floors.values()), None)
    not_fits, fits = not_fit(r, bool(floors)), fit(r)
    score = min(sum(fits.values()), 100)
    if highest in {"EMERGENCY", "URGENT"}:
        tier = str(highest)
    elif set(not_fits) - {"NF-03"}:
        tier = "NOT_A_FIT"
    elif highest:
        tier = "PRIORITY"
    else:
        tier = "PRIORITY" if score >= 60 and not not_fits else "ROUTINE"
    return {
        "tier": tier,
        "safety_rules": sorted(floors),
        "not_fit_rules": not_fits,
        "fit_score": score,
        "fit_rules": sorted(fits),
        "tags": tags(r),
        "marketing_allowed": not r.minor and tier not in {"EMERGENCY", "URGENT"} and not NO_MARKETING & floors.keys(),
    }
