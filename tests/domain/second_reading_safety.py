"""The safety rules, written from the clinical text and not from the rulebook."""

from __future__ import annotations

from shared.rulebook.loading import load
from tests.domain.second_reading_answers import LONG_STANDING, NOT_PROGRESSING, Reading

CORE = {"saddle-numb", "bladder-retention", "bladder-numb", "bowel-loss", "both-legs-weak"}
SOFT = {"bladder-leak", "bladder-urgency"}
LIMB_WEAK = {"leg-weak", "arm-hand-weak"}
INFECTION_RISK = {"ivdu", "immune-low", "infection"}
NERVE = {"numb", "tingle", "burn", "weak"}
ASKED_FOR_SAFETY = ("em-now", "ces", "motor", "cord", "sys")
ALWAYS_ASKED = ("age", *ASKED_FOR_SAFETY, "region", "signs", "injury", "spread", "pain", "duration")
RANKS = ("EMERGENCY", "URGENT", "PRIORITY")
WORDS = {"TXT-01": "URGENT", "TXT-02": "URGENT", "TXT-03": "EMERGENCY", "TXT-04": "URGENT", "TXT-05": "PRIORITY",
         "TXT-06": "URGENT"}  # fmt: skip
RULE_SET = load().rule_sets["fs-intake"]
WORD_RULES = {rule.id: rule.when for rule in RULE_SET.safety if rule.id in WORDS}
Fired = dict[str, tuple[str, bool]]
E, U, P = RANKS


def heart_and_vessels(r: Reading) -> Fired:
    thoracic, neck, lumbar = ("thoracic" in r.region, "neck" in r.region, "lumbar" in r.region)
    belly, head, rash = "chest-belly" in r.spread, "head" in r.spread, "rash" in r.signs
    effort = (
        r.older(40)
        and (neck or thoracic)
        and not lumbar
        and (bool(r.spread & {"arm-one", "arm-both", "chest-belly", "jaw"}) or thoracic)
        and {"walk-worse", "sit-better"} <= r.pattern
    )
    return {
        "EM-02": (E, bool(r.em & {"bad-headache", "cold-limb"})),
        "EM-03": (E, "self-harm" in r.em),
        "CARD-01": (E, "chest-pressure" in r.em),
        "CARD-02": (E, bool(r.em & {"breath", "sweat-faint"})),
        "CARD-03": (U, effort and not r.old),
        "CARD-03b": (P, effort and r.old),
        "CARD-04": (
            U,
            r.older(40)
            and thoracic
            and r.duration == "lt2w"
            and r.hurts(7)
            and not rash
            and not r.hurt_by("fall", "strain", "major", within="3m"),
        ),
        "VASC-01": (E, bool(r.em & {"tearing-pain", "belly-pulse"})),
        "VASC-02": (
            E,
            r.older(60)
            and belly
            and (lumbar or thoracic)
            and r.duration == "lt2w"
            and r.hurts(8)
            and not rash
            and not r.hurt_by("fall", "strain", within="3m"),
        ),
        "VASC-03": (U, "leg-swollen" in r.signs),
        "STRK-01": (E, "stroke-signs" in r.em),
        "THOR-01": (U, thoracic and belly and r.early),
        "THOR-02": (P, thoracic),
        "VISC-01": (U, (lumbar and belly and r.early and r.hurts(7)) or ("urine" in r.signs and "fever" in r.sys)),
        "NECK-01": (
            E,
            neck and head and ((r.recent and "gait-balance" in r.cord) or (r.duration == "lt2w" and r.hurts(9))),
        ),
        "NECK-02": (U, neck and head and r.recent and r.hurts(7)),
    }


def cauda_equina(r: Reading) -> Fired:
    core, soft, sexual = r.ces_items & CORE, bool(r.ces_items & SOFT), "sexual-change" in r.ces
    leg_both, same = "leg-both" in r.spread, r.checked == "same"
    count = len(r.ces_items - SOFT) + soft

    fresh_core = bool(core) and r.onset not in LONG_STANDING
    calm_core = r.onset in {"2w-3m", "unsure"} and same and not leg_both and not r.new_weakness
    leak_and_more = (
        soft
        and r.onset in {"lt2w", "worse"}
        and (count > 1 or bool(r.spread & {"leg-one", "leg-both"}) or bool(r.motor_items))
    )
    old_core = bool(core) and r.onset in LONG_STANDING
    calm_old_core = same or (r.settled and core <= {"bladder-retention", "both-legs-weak"})
    softer = (soft and r.onset == "2w-3m") or (sexual and r.onset in {"lt2w", "worse", "unsure"})
    calm_softer = same and not leg_both
    both_legs_now = leg_both and (
        r.under_6_weeks or (r.change != "no" and not r.pattern & {"sit-better", "bend-fwd-better"})
    )
    return {
        "CES-01": (E, fresh_core and not calm_core),
        "CES-01b": (U, fresh_core and calm_core),
        "CES-02": (E, leak_and_more),
        "CES-02b": (U, soft and r.onset in {"lt2w", "worse", "unsure"} and not leak_and_more),
        "CES-03": (U, old_core and not calm_old_core),
        "CES-03b": (P, old_core and calm_old_core),
        "CES-04": (U, softer and not calm_softer),
        "CES-04b": (P, (softer and calm_softer) or (sexual and r.onset == "2w-3m")),
        "CES-05": (P, (soft or sexual) and r.onset in LONG_STANDING),
        "CES-06": (U, both_legs_now),
        "CES-06b": (P, leg_both and not both_legs_now and r.under_3_months),
        "CES-07": (E, count >= 2 and r.onset not in LONG_STANDING),
    }


def weakness_and_cord(r: Reading) -> Fired:
    thoracic, neck_or_thoracic = "thoracic" in r.region, bool(r.region & {"neck", "thoracic"})
    clumsy, balance = "hand-clumsy" in r.cord, "gait-balance" in r.cord
    calm = r.settled and r.checked != "worse"
    of_region = ((clumsy or balance) and neck_or_thoracic) or (bool(r.cord & {"legs-stiff", "legs-numb"}) and thoracic)
    thoracic_cord = (
        thoracic
        and "lumbar" not in r.region
        and (bool(r.sx & {"tired", "weak"}) or "legs-numb" in r.cord)
        and (r.under_3_months or r.change == "yes")
    )
    several = len(r.cord_items - {"legs-numb"}) >= 2 and (
        clumsy or "shock-neck" in r.cord or (balance and ("both-hands-numb" in r.cord or r.early))
    )
    held = r.course in NOT_PROGRESSING and r.duration in {"3m-6m", "gt6m"}
    return {
        "MOT-01": (E, r.course == "rapid"),
        "MOT-02": (U, "foot-drop" in r.motor and not held),
        "MOT-03": (U, bool(r.motor & LIMB_WEAK) and r.course in {"new-2w", "worse", "unsure"}),
        "MOT-04": (P, r.course == "stable"),
        "MOT-05": (P, r.course == "worse-slow"),
        "MYE-01": (U, thoracic_cord or (of_region and not calm)),
        "MYE-01b": (P, of_region and calm and not thoracic_cord),
        "MYE-02": (U, several and not calm),
        "MYE-02b": (P, several and calm),
        "MYE-03": (P, bool(r.cord_items)),
        "MYE-04": (U, "arm-both" in r.spread and r.under_6_weeks),
    }


def cancer_and_infection(r: Reading) -> Fired:
    cancer, past, loss, fever = (word in r.sys for word in ("cancer", "cancer-past", "weight-loss", "fever"))
    sweats, infection, procedure = (word in r.sys for word in ("night-sweats", "infection", "recent-proc"))
    thoracic, head = "thoracic" in r.region, "head" in r.spread
    fever_and_risk = fever and (
        bool(r.sys & {"ivdu", "immune-low", "recent-proc", "line-dialysis"})
        or r.new_neuro
        or (infection and not r.settled)
    )
    fever_now = fever and (r.under_3_months or r.change != "no" or loss or r.night)
    return {
        "ONC-01": (E, cancer and r.new_neuro),
        "ONC-02": (
            U,
            cancer
            and (
                loss
                or (r.under_3_months and (r.hurts(7) or bool(r.sx & NERVE)))
                or (r.night and not (r.old and r.hurts(0, 6) and not thoracic))
                or (thoracic and not r.old)
            ),
        ),
        "ONC-03": (U, loss and r.night),
        "ONC-04": (P, cancer or loss),
        "ONC-05": (
            U,
            past and (r.new_neuro or loss or (r.night and not r.old) or (r.under_3_months and r.hurts(7))),
        ),
        "INF-01": (E, fever_and_risk),
        "INF-01b": (U, fever and infection and r.settled),
        "INF-02": (U, fever_now),
        "INF-02b": (P, fever and not fever_now),
        "INF-03": (
            U,
            bool(r.sys & INFECTION_RISK)
            and (r.under_6_weeks or (r.hurts(6) and (r.under_3_months or r.change != "no")) or (r.night and not r.old)),
        ),
        "INF-04": (U, procedure and (r.new_weakness or (r.hurts(7) and not (r.settled and not r.night)))),
        "INF-05": (P, bool(r.sys & INFECTION_RISK) or procedure),
        "INF-06": (E, fever and ((r.night and not r.old) or (r.hurts(7) and r.under_6_weeks))),
        "INF-08": (E, "neck" in r.region and fever and head and r.recent),
        "INF-09": (U, procedure and ("upright-headache" in r.signs or (head and r.procedure in {"lt2w", "unsure"}))),
        "INF-10": (U, bool(r.sys & {"diabetes", "line-dialysis"}) and r.early and r.hurts(7)),
        "INF-11": (U, "wound" in r.signs),
        "INF-12": (
            U,
            sweats and (bool(r.sys & (INFECTION_RISK | {"weight-loss", "recent-proc", "cancer"})) or r.night),
        ),
        "INF-13": (P, bool(r.sys & {"night-sweats", "cancer-past", "diabetes"}) and r.under_3_months),
    }


def bleeding_and_fracture(r: Reading) -> Fired:
    thinner, fused = "blood-thinner" in r.sys, "fused-spine" in r.sys
    neck_or_thoracic = bool(r.region & {"neck", "thoracic"})
    fragile_fall = r.hurt_perhaps_by("fall", within="3m") and r.fracture_risk
    fragile_strain = r.hurt_perhaps_by("strain", within="3m") and bool(r.sys & {"osteoporosis", "steroid-long"})
    calm_fall = fragile_fall and r.injured == "2w-3m" and r.checked == "same"
    return {
        "HEM-01": (E, r.procedure in {"lt2w", "unsure"} and thinner and r.hurts(9)),
        "HEM-02": (U, thinner and r.recent and r.hurts(8)),
        "HEM-03": (U, thinner and r.hurt_perhaps_by("fall", "major", within="lt2w")),
        "FRX-01": (
            E,
            r.hurt_perhaps_by("major", within="lt2w") and (r.neuro_item or bool(r.sx & {"numb", "tingle", "weak"})),
        ),
        "FRX-02": (U, r.hurt_perhaps_by("major", within="lt2w")),
        "FRX-03": (U, (fragile_fall and not calm_fall) or fragile_strain),
        "FRX-03b": (P, calm_fall),
        "FRX-04": (P, r.under_6_weeks and r.fracture_risk),
        "FRX-05": (
            E,
            r.hurt_perhaps_by("fall", within="lt2w")
            and (
                bool(r.cord & {"hand-clumsy", "both-hands-numb"})
                or r.new_weakness
                or (bool(r.cord & {"gait-balance", "legs-numb"}) and neck_or_thoracic)
            ),
        ),
        "FRX-06": (P, r.injury == "major" and r.injured == "2w-3m" and r.checked != "same"),
        "FRX-07": (
            U,
            neck_or_thoracic
            and r.hurt_by("fall", within="lt2w")
            and (r.older(60) or "morning-stiff" in r.pattern or fused),
        ),
        "FRX-08": (U, fused and r.hurt_perhaps_by("fall", "strain", "major", within="3m")),
        "NGT-01": (U, r.night and r.older(50) and r.under_6_weeks),
        "NGT-02": (P, r.night),
        "PAIN-01": (P, r.hurts(9) or r.fn == "cannot"),
        "SKIN-01": (U, "rash" in r.signs),
    }


def pregnancy_and_children(r: Reading) -> Fired:
    leg_both = "leg-both" in r.spread
    in_labor = r.preg == "yes" and ("bleeding" in r.preg_signs or {"belly", "waves"} <= r.preg_signs)
    return {
        "PREG-01": (
            E,
            r.preg == "yes" and ((bool(r.ces_items) and r.onset not in LONG_STANDING) or (leg_both and r.early)),
        ),
        "PREG-02": (P, r.preg in {"yes", "unsure"}),
        "PREG-03": (
            U,
            (r.preg == "yes" and r.recent) or (r.preg == "unsure" and r.duration == "lt2w") or bool(r.preg_signs),
        ),
        "PREG-04": (E, in_labor),
        "KID-01": (
            U,
            r.minor
            and (
                r.night
                or r.neuro_item
                or bool(r.sys & {"weight-loss", "cancer", "immune-low", "fever"})
                or r.younger(10)
            ),
        ),
    }


def unknown(r: Reading, door: str) -> Fired:
    def unsure(question: str) -> bool:
        return "unsure" in r.ticked(question)

    asked_on_the_phone = door in {"callback", "ads"}
    unanswered = not all(r.answers.get(question) or r.answers.get(question) == 0 for question in ALWAYS_ASKED)
    return {
        "UNK-01": (U, unsure("em-now") or (unsure("ces") and not r.settled)),
        "UNK-02": (
            P,
            any(map(unsure, ("motor", "cord", "sys", "ces", "signs", "spread"))) or r.injury == "unsure",
        ),
        "UNK-03": (U, sum(map(unsure, ASKED_FOR_SAFETY)) >= 3),
        "UNK-04": (U, unanswered and not asked_on_the_phone),
        "ASK-01": (P, asked_on_the_phone and r.em <= {"none"}),
        "CON-01": (P, r.contradiction),
        "CON-02": (P, r.says_weak_and_not_weak),
    }


def free_text(r: Reading) -> Fired:
    said = bool(r.note.strip())
    facts = RULE_SET.questionnaire.facts({"note": r.note})
    return {"TXT-00": (P, said)} | {
        rule: (WORDS[rule], said and when.holds(facts)) for rule, when in WORD_RULES.items()
    }


def safety(r: Reading, door: str) -> Fired:
    """Returns rule id -> (floor, whether the rule fires)."""
    return (
        heart_and_vessels(r)
        | cauda_equina(r)
        | weakness_and_cord(r)
        | cancer_and_infection(r)
        | bleeding_and_fracture(r)
        | pregnancy_and_children(r)
        | unknown(r, door)
        | free_text(r)
    )
