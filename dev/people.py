"""Draws the people who visit a clinic's page on foraminal stenosis, and what they tick on its form.

People come first: what they have, for how long, how old they are. What they tick follows from it and from the wording
of the form. All rates are in the tables below, each with its source; [D] marks an assumption of ours, without a source.
The functions are pure: the same `random.Random` gives the same people and the same answers.

Only adults are drawn, because nothing is stored about a minor.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from shared.domain.rules.questionnaire import Answer

Item = tuple[str, str]  # a question code and an option code
Shares = Mapping[str, float]  # option code -> share of people

LEG, STENOSIS, LOW_BACK = "leg pain", "lumbar stenosis", "low back pain"
NECK_ARM, NECK, MID_BACK, OTHER = "neck and arm", "neck pain", "mid back pain", "other"
DESIGN = "clinical design 2.0.0, section 6"
ASSUMED = "[D]"

FEMALE = 0.56  # DESIGN
UNSURE = 0.03  # DESIGN: share of people who answer 'not sure' to a question that offers it, whatever they have
ADULT, OLDEST = 18, 95
LAST_AGE_ASKED_ABOUT_PREGNANCY = 55
DURATIONS = ("lt2w", "2w-6w", "6w-3m", "3m-6m", "gt6m")


class Complaint(NamedTuple):
    """What brings a group of people to the page.

    share: share of all visitors.
    age: mean and standard deviation, in years.
    pain: mean of the pain score, from 0 to 10.
    durations: the shares of DURATIONS.
    region, spread, sx, pattern, dx: the share of the group that ticks each option. `ticking` does not change these.
    """

    share: float
    age: tuple[float, float]
    pain: float
    durations: tuple[float, float, float, float, float]
    region: Shares
    spread: Shares
    sx: Shares
    pattern: Shares
    dx: Shares


# Shares are from DESIGN, and so are the ages together (a third is 65 or older). The rest is [D].
COMPLAINTS: Mapping[str, Complaint] = {
    LEG: Complaint(
        share=0.36,
        age=(55, 14),
        pain=6.2,
        durations=(0.08, 0.17, 0.19, 0.17, 0.39),
        region={"lumbar": 1.0, "thoracic": 0.04, "neck": 0.08},
        spread={"leg-one": 0.90, "leg-both": 0.08, "buttock": 0.60},
        sx={"pain": 0.93, "numb": 0.45, "tingle": 0.50, "burn": 0.30, "spasm": 0.20, "stiff": 0.25},
        pattern={"walk-worse": 0.35, "stand-worse": 0.45, "sit-better": 0.30, "bend-fwd-better": 0.20,
                 "arch-turn-worse": 0.30, "morning-stiff": 0.15},
        dx={"foraminal-stenosis": 0.20, "disc-herniation": 0.45, "ddd": 0.25, "spinal-stenosis": 0.15},
    ),
    STENOSIS: Complaint(
        share=0.18,
        age=(70, 9),
        pain=6.0,
        durations=(0.02, 0.05, 0.09, 0.14, 0.70),
        region={"lumbar": 1.0, "thoracic": 0.03, "neck": 0.10},
        spread={"leg-both": 0.55, "leg-one": 0.40, "buttock": 0.60},
        sx={"pain": 0.90, "numb": 0.50, "tingle": 0.40, "burn": 0.20, "tired": 0.60, "stiff": 0.40},
        pattern={"walk-worse": 0.90, "stand-worse": 0.80, "sit-better": 0.85, "bend-fwd-better": 0.65,
                 "arch-turn-worse": 0.30, "morning-stiff": 0.25},
        dx={"spinal-stenosis": 0.65, "foraminal-stenosis": 0.20, "arthritis": 0.40, "slip": 0.15, "ddd": 0.30},
    ),
    LOW_BACK: Complaint(
        share=0.17,
        age=(54, 16),
        pain=5.8,
        durations=(0.08, 0.11, 0.12, 0.12, 0.57),
        region={"lumbar": 1.0, "thoracic": 0.08, "neck": 0.08},
        spread={"buttock": 0.40, "leg-one": 0.12, "leg-both": 0.04},
        sx={"pain": 0.97, "tingle": 0.10, "burn": 0.10, "spasm": 0.35, "stiff": 0.50},
        pattern={"walk-worse": 0.25, "stand-worse": 0.45, "sit-better": 0.30, "bend-fwd-better": 0.15,
                 "arch-turn-worse": 0.25, "morning-stiff": 0.25},
        dx={"ddd": 0.35, "arthritis": 0.30, "disc-herniation": 0.25, "scoliosis": 0.08},
    ),
    NECK_ARM: Complaint(
        share=0.17,
        age=(54, 12),
        pain=6.0,
        durations=(0.07, 0.17, 0.19, 0.17, 0.40),
        region={"neck": 1.0, "thoracic": 0.10, "lumbar": 0.15},
        spread={"arm-one": 0.90, "arm-both": 0.09, "shoulder": 0.60, "head": 0.12, "jaw": 0.01},
        sx={"pain": 0.92, "numb": 0.45, "tingle": 0.55, "burn": 0.25, "spasm": 0.20, "stiff": 0.35},
        pattern={"arch-turn-worse": 0.55, "sit-better": 0.10, "walk-worse": 0.04, "morning-stiff": 0.15},
        dx={"foraminal-stenosis": 0.25, "disc-herniation": 0.35, "ddd": 0.30, "arthritis": 0.20},
    ),
    NECK: Complaint(
        share=0.05,
        age=(52, 15),
        pain=5.6,
        durations=(0.08, 0.12, 0.13, 0.12, 0.55),
        region={"neck": 1.0, "thoracic": 0.12, "lumbar": 0.15},
        spread={"head": 0.30, "shoulder": 0.50, "jaw": 0.02},
        sx={"pain": 0.95, "tingle": 0.10, "spasm": 0.35, "stiff": 0.60},
        pattern={"arch-turn-worse": 0.40, "sit-better": 0.12, "walk-worse": 0.03, "morning-stiff": 0.25},
        dx={"ddd": 0.30, "arthritis": 0.30},
    ),
    MID_BACK: Complaint(
        share=0.03,
        age=(52, 16),
        pain=5.8,
        durations=(0.08, 0.12, 0.13, 0.12, 0.55),
        region={"thoracic": 1.0, "lumbar": 0.30, "neck": 0.15},
        spread={"chest-belly": 0.15, "shoulder": 0.35},
        sx={"pain": 0.97, "burn": 0.20, "spasm": 0.35, "stiff": 0.40},
        pattern={"stand-worse": 0.30, "sit-better": 0.20, "walk-worse": 0.10, "morning-stiff": 0.20},
        dx={"ddd": 0.20, "scoliosis": 0.15},
    ),
    OTHER: Complaint(
        share=0.04,
        age=(55, 16),
        pain=5.6,
        durations=(0.06, 0.12, 0.14, 0.13, 0.55),
        region={"other": 1.0, "lumbar": 0.30},
        spread={"leg-one": 0.25, "buttock": 0.20, "arm-one": 0.15},
        sx={"pain": 0.95, "tingle": 0.15, "burn": 0.15, "stiff": 0.35, "other": 0.10},
        pattern={"walk-worse": 0.30, "sit-better": 0.20, "morning-stiff": 0.20},
        dx={"arthritis": 0.30},
    ),
}  # fmt: skip


class Among(NamedTuple):
    """The people that a rate is about.

    ages: inclusive, in years.
    item: something else that they have. `includes` does not ask for it.
    """

    groups: tuple[str, ...] = ()
    female: bool | None = None
    ages: tuple[int, int] = (0, 120)
    item: Item | None = None

    def includes(self, group: str, age: int, *, female: bool) -> bool:
        return (
            (not self.groups or group in self.groups)
            and (self.female is None or self.female == female)
            and self.ages[0] <= age <= self.ages[1]
        )


ANYONE, WOMEN = Among(), Among(female=True)
UNDER_50, FROM_50_TO_64, FROM_65 = Among(ages=(0, 49)), Among(ages=(50, 64)), Among(ages=(65, 120))
WOMEN_OVER_50, MEN_OVER_50 = Among(female=True, ages=(51, 120)), Among(female=False, ages=(51, 120))
WITH_STENOSIS, WITH_LEG_PAIN = Among((STENOSIS,)), Among((LEG,))
WITH_LOW_BACK = Among((LEG, STENOSIS, LOW_BACK))
WITH_NECK_ARM, WITH_NECK = Among((NECK_ARM,)), Among((NECK_ARM, NECK))
AFTER_PROCEDURE = Among(item=("sys", "recent-proc"))
FERTILE = Among(female=True, ages=(ADULT, 45))
PREGNANT = Among(item=("preg", "yes"))


class Rate(NamedTuple):
    """How many people have what an option asks for, and how many of those tick it.

    For a person, the first row of an option whose `among` includes the person counts.

    has: share of the people of `among` who have it. Of exclusive options, one at most.
    ticks: share of those who tick it, as the option is worded.
    """

    question: str
    option: str
    among: Among
    has: float
    ticks: float
    source: str


RATES = (
    # Page 1. The options ask for what is new, so that most of those who know the complaint do not tick it.
    Rate("em-now", "chest-pressure", Among((MID_BACK,)), 0.06, 0.35, ASSUMED),
    Rate("em-now", "chest-pressure", ANYONE, 0.02, 0.35, ASSUMED),
    Rate("em-now", "breath", ANYONE, 0.095, 0.08, f"{DESIGN}: 9.5% are breathless, mostly for long; ticks [D]"),
    Rate("em-now", "sweat-faint", ANYONE, 0.01, 0.30, ASSUMED),
    Rate("em-now", "tearing-pain", ANYONE, 0.01, 0.15, ASSUMED),
    Rate("em-now", "belly-pulse", ANYONE, 0.005, 0.20, ASSUMED),
    Rate("em-now", "stroke-signs", ANYONE, 0.01, 0.30, ASSUMED),
    Rate("em-now", "bad-headache", WITH_NECK, 0.02, 0.30, ASSUMED),
    Rate("em-now", "bad-headache", ANYONE, 0.01, 0.20, ASSUMED),
    Rate("em-now", "cold-limb", ANYONE, 0.01, 0.30, ASSUMED),
    Rate("em-now", "self-harm", ANYONE, 0.03, 0.20, ASSUMED),
    # Page 3. 43 to 56% of women over 50 leak, and a quarter of them tick something: 14% any bladder item.
    Rate("ces", "bladder-leak", WOMEN_OVER_50, 0.50, 0.15, f"{DESIGN}; parts [D]"),
    Rate("ces", "bladder-leak", WOMEN, 0.25, 0.12, ASSUMED),
    Rate("ces", "bladder-leak", MEN_OVER_50, 0.10, 0.15, ASSUMED),
    Rate("ces", "bladder-leak", ANYONE, 0.02, 0.20, ASSUMED),
    Rate("ces", "bladder-urgency", WOMEN_OVER_50, 0.40, 0.14, f"{DESIGN}; parts [D]"),
    Rate("ces", "bladder-urgency", WOMEN, 0.15, 0.10, ASSUMED),
    Rate("ces", "bladder-urgency", MEN_OVER_50, 0.20, 0.15, ASSUMED),
    Rate("ces", "bladder-urgency", ANYONE, 0.03, 0.15, ASSUMED),
    Rate("ces", "bladder-retention", WOMEN_OVER_50, 0.05, 0.25, f"{DESIGN}; parts [D]"),
    Rate("ces", "bladder-retention", MEN_OVER_50, 0.25, 0.15, ASSUMED),
    Rate("ces", "bladder-retention", ANYONE, 0.02, 0.30, ASSUMED),
    Rate("ces", "bladder-numb", ANYONE, 0.006, 0.35, ASSUMED),
    Rate("ces", "bowel-loss", Among(ages=(51, 120)), 0.08, 0.12, ASSUMED),
    Rate("ces", "bowel-loss", ANYONE, 0.03, 0.12, ASSUMED),
    Rate("ces", "saddle-numb", WITH_LOW_BACK, 0.03, 0.45, ASSUMED),
    Rate("ces", "saddle-numb", ANYONE, 0.005, 0.45, ASSUMED),
    Rate("ces", "sexual-change", ANYONE, 0.20, 0.25, f"{DESIGN}: 5% tick"),
    Rate("ces", "both-legs-weak", WITH_STENOSIS, 0.25, 0.25, ASSUMED),
    Rate("ces", "both-legs-weak", WITH_LOW_BACK, 0.05, 0.25, ASSUMED),
    Rate("ces", "both-legs-weak", ANYONE, 0.02, 0.20, ASSUMED),
    Rate("motor", "foot-drop", WITH_LEG_PAIN, 0.05, 0.70, ASSUMED),
    Rate("motor", "foot-drop", WITH_STENOSIS, 0.04, 0.70, ASSUMED),
    Rate("motor", "foot-drop", ANYONE, 0.01, 0.30, ASSUMED),
    Rate("motor", "leg-weak", WITH_STENOSIS, 0.51, 0.50, f"{DESIGN}: 51%, half tick"),
    Rate("motor", "leg-weak", WITH_LEG_PAIN, 0.35, 0.45, ASSUMED),
    Rate("motor", "leg-weak", ANYONE, 0.05, 0.30, ASSUMED),
    Rate("motor", "arm-hand-weak", WITH_NECK_ARM, 0.40, 0.45, ASSUMED),
    Rate("motor", "arm-hand-weak", ANYONE, 0.05, 0.30, ASSUMED),
    Rate("cord", "gait-balance", WITH_STENOSIS, 0.33, 0.50, f"{DESIGN}: 33%, half tick"),
    Rate("cord", "gait-balance", FROM_65, 0.18, 0.30, ASSUMED),
    Rate("cord", "gait-balance", ANYONE, 0.06, 0.35, ASSUMED),
    Rate("cord", "hand-clumsy", WITH_NECK_ARM, 0.15, 0.35, ASSUMED),
    Rate("cord", "hand-clumsy", ANYONE, 0.03, 0.30, ASSUMED),
    Rate("cord", "legs-stiff", WITH_STENOSIS, 0.15, 0.20, ASSUMED),
    Rate("cord", "legs-stiff", ANYONE, 0.04, 0.25, ASSUMED),
    Rate("cord", "legs-numb", WITH_STENOSIS, 0.25, 0.30, ASSUMED),
    Rate("cord", "legs-numb", ANYONE, 0.04, 0.30, ASSUMED),
    Rate("cord", "shock-neck", WITH_NECK, 0.05, 0.40, ASSUMED),
    Rate("cord", "shock-neck", ANYONE, 0.005, 0.40, ASSUMED),
    Rate("cord", "both-hands-numb", WITH_NECK_ARM, 0.15, 0.45, ASSUMED),
    Rate("cord", "both-hands-numb", ANYONE, 0.05, 0.40, ASSUMED),
    # Page 4. Cancer ever: 4, 11 and 24% by age; a third of it over 10 years ago or skin, half of that third each.
    Rate("sys", "cancer", UNDER_50, 0.027, 1.0, DESIGN),
    Rate("sys", "cancer", FROM_50_TO_64, 0.073, 1.0, DESIGN),
    Rate("sys", "cancer", FROM_65, 0.160, 1.0, DESIGN),
    Rate("sys", "cancer-past", UNDER_50, 0.007, 1.0, DESIGN),
    Rate("sys", "cancer-past", FROM_50_TO_64, 0.018, 1.0, DESIGN),
    Rate("sys", "cancer-past", FROM_65, 0.040, 1.0, DESIGN),
    Rate("sys", "weight-loss", ANYONE, 0.05, 0.40, ASSUMED),
    Rate("sys", "fever", ANYONE, 0.02, 1.0, DESIGN),
    Rate("sys", "night-sweats", Among(female=True, ages=(45, 60)), 0.40, 0.12, f"{DESIGN}: mostly flashes; ticks [D]"),
    Rate("sys", "night-sweats", WOMEN, 0.20, 0.12, f"{DESIGN}; ticks [D]"),
    Rate("sys", "night-sweats", ANYONE, 0.10, 0.12, f"{DESIGN}; ticks [D]"),
    Rate("sys", "infection", ANYONE, 0.04, 1.0, DESIGN),
    Rate("sys", "recent-proc", ANYONE, 0.06, 1.0, DESIGN),
    Rate("sys", "immune-low", ANYONE, 0.02, 1.0, ASSUMED),
    Rate("sys", "ivdu", ANYONE, 0.003, 0.80, ASSUMED),
    Rate("sys", "steroid-long", ANYONE, 0.02, 1.0, DESIGN),
    Rate("sys", "osteoporosis", Among(female=True, ages=(65, 120)), 0.25, 0.80, ASSUMED),
    Rate("sys", "osteoporosis", Among(female=True, ages=(50, 64)), 0.10, 0.80, ASSUMED),
    Rate("sys", "osteoporosis", Among(ages=(50, 120)), 0.05, 0.80, ASSUMED),
    Rate("sys", "osteoporosis", ANYONE, 0.005, 0.80, ASSUMED),
    Rate("sys", "blood-thinner", FROM_65, 0.12, 1.0, DESIGN),
    Rate("sys", "blood-thinner", ANYONE, 0.02, 1.0, ASSUMED),
    Rate("sys", "diabetes", ANYONE, 0.15, 1.0, DESIGN),
    Rate("sys", "line-dialysis", ANYONE, 0.003, 1.0, ASSUMED),
    Rate("sys", "fused-spine", ANYONE, 0.006, 1.0, ASSUMED),
    Rate("signs", "leg-swollen", FROM_65, 0.08, 0.20, ASSUMED),
    Rate("signs", "leg-swollen", ANYONE, 0.03, 0.20, ASSUMED),
    Rate("signs", "rash", ANYONE, 0.015, 0.40, ASSUMED),
    Rate("signs", "urine", WOMEN, 0.03, 0.40, ASSUMED),
    Rate("signs", "urine", ANYONE, 0.015, 0.40, ASSUMED),
    Rate("signs", "upright-headache", AFTER_PROCEDURE, 0.03, 0.60, ASSUMED),
    Rate("signs", "upright-headache", ANYONE, 0.01, 0.15, ASSUMED),
    Rate("signs", "wound", AFTER_PROCEDURE, 0.02, 0.60, ASSUMED),
    Rate("injury", "major", ANYONE, 0.02, 1.0, DESIGN),
    Rate("injury", "fall", ANYONE, 0.08, 1.0, DESIGN),
    Rate("injury", "strain", ANYONE, 0.15, 1.0, DESIGN),
    Rate("preg", "yes", FERTILE, 0.02, 1.0, ASSUMED),
    Rate("preg-signs", "bleeding", PREGNANT, 0.02, 1.0, ASSUMED),
    Rate("preg-signs", "fluid", PREGNANT, 0.01, 1.0, ASSUMED),
    Rate("preg-signs", "belly", PREGNANT, 0.10, 0.50, ASSUMED),
    Rate("preg-signs", "waves", PREGNANT, 0.05, 0.50, ASSUMED),
    # Page 5. Nearly half wake at night; that no position helps is ticked by a third of them.
    Rate("pattern", "night-unrelenting", ANYONE, 0.45, 1 / 3, f"{DESIGN}: 15% tick; parts [D]"),
)
EXCLUSIVE = frozenset({"injury", "preg"})  # questions of RATES with one answer


class Illness(NamedTuple):
    """A serious illness, with the items that it brings. It is new or got worse lately.

    share: share of the people of `among`.
    """

    among: Among
    share: float
    brings: tuple[Item, ...]


# All [D]. In a spine center 8.3% of the new patients have a red-flag diagnosis, mostly a fracture (Premkumar 2018,
# as DESIGN names it). On a public page we assume a fifth of that.
ILLNESSES: Mapping[str, Illness] = {
    "cauda equina": Illness(
        WITH_LOW_BACK,
        0.002,
        (("ces", "saddle-numb"), ("ces", "bladder-retention"), ("spread", "leg-both"), ("motor", "leg-weak")),
    ),
    "spinal tumor": Illness(
        FROM_50_TO_64._replace(ages=(50, 120)),
        0.005,
        (("sys", "cancer"), ("sys", "weight-loss"), ("pattern", "night-unrelenting")),
    ),
    "spinal infection": Illness(
        ANYONE, 0.0015, (("sys", "fever"), ("sys", "infection"), ("pattern", "night-unrelenting"))
    ),
    "fracture": Illness(FROM_65, 0.012, (("injury", "fall"), ("sys", "osteoporosis"))),
    "cord pressure": Illness(
        WITH_NECK, 0.015, (("cord", "hand-clumsy"), ("cord", "gait-balance"), ("cord", "both-hands-numb"))
    ),
}
ILL_TICKS = 0.85  # [D] share of the items of an illness that the ill tick
ILL_PAIN = 7.5  # [D] mean
ILL_DURATION: Shares = {"lt2w": 0.25, "2w-6w": 0.50, "6w-3m": 0.25}  # [D]

PAIN_DEVIATION = 1.9  # [D] standard deviation
PAIN_IF_CHANGED, PAIN_IF_NOT = 0.7, -0.2  # [D] added to the mean

# How it went on, all [D]. `new`: it began in the last 6 weeks, or changed lately; `old`: neither.
CHANGED: Shares = {"lt2w": 0.90, "2w-6w": 0.35, "6w-3m": 0.22, "3m-6m": 0.16, "gt6m": 0.14}
MOTOR_COURSE: Mapping[str, Shares] = {
    "lt2w": {"rapid": 0.10, "new-2w": 0.78, "stable": 0.12},
    "new": {"rapid": 0.02, "new-2w": 0.12, "worse": 0.22, "worse-slow": 0.10, "stable": 0.54},
    "old": {"rapid": 0.003, "new-2w": 0.01, "worse": 0.06, "worse-slow": 0.37, "stable": 0.557},
}
WEAKNESS_FELT = {True: 0.60, False: 0.06}  # share of people with and without a `motor` item who feel weakness in `sx`
# Trouble of bladder, bowel and sex is mostly older than the pain, and has other causes.
CES_ONSET: Mapping[str, Shares] = {
    "unrelated": {"lt2w": 0.02, "worse": 0.04, "2w-3m": 0.06, "worse-slow": 0.24, "gt3m": 0.64},
    "lt2w": {"lt2w": 0.90, "worse": 0.05, "gt3m": 0.05},
    "new": {"lt2w": 0.10, "worse": 0.15, "2w-3m": 0.35, "worse-slow": 0.15, "gt3m": 0.25},
    "old": {"lt2w": 0.01, "worse": 0.05, "2w-3m": 0.04, "worse-slow": 0.40, "gt3m": 0.50},
    "ill": {"lt2w": 0.60, "worse": 0.40},
}
FROM_THE_SPINE = frozenset({"saddle-numb", "both-legs-weak"})
CHECKED: Mapping[str, Shares] = {
    "new": {"same": 0.18, "worse": 0.12, "no": 0.70},
    "old": {"same": 0.52, "worse": 0.10, "no": 0.38},
}
PROC_WHEN: Shares = {"lt2w": 0.25, "earlier": 0.75}
INJURY_WHEN: Mapping[str, str] = {
    "lt2w": "lt2w", "2w-6w": "2w-3m", "6w-3m": "2w-3m", "3m-6m": "gt3m", "gt6m": "gt3m",
}  # fmt: skip
NEW_INJURY = 0.15  # share of the people with an older problem that changed lately whose injury is of the last 2 weeks

# The page after Send, and who fills in the form: all [D].
MORE_ANSWERS = 0.60  # share of people who answer the page after Send
FN: Shares = {"not": 0.03, "some": 0.37, "lot": 0.46, "cannot": 0.14}
IMAGING: Mapping[str, Shares] = {
    "new": {"none": 0.55, "xray": 0.25, "mri-ct": 0.16, "mri-ct-old": 0.04},
    "old": {"none": 0.15, "xray": 0.20, "mri-ct": 0.45, "mri-ct-old": 0.20},
}
TX: Mapping[str, Shares] = {
    "new": {"meds": 0.65, "pt": 0.20, "chiro": 0.12, "injection": 0.03},
    "old": {"meds": 0.75, "pt": 0.65, "chiro": 0.30, "injection": 0.35, "surgery": 0.10, "stimulator": 0.01},
}
TRIED = frozenset({"pt", "chiro", "meds", "injection"})  # treatments that `tx-tried` asks about
TX_TRIED: Mapping[str, Shares] = {
    "new": {"lt6w": 0.80, "ge6w-no": 0.08, "yes": 0.12},
    "old": {"lt6w": 0.12, "ge6w-no": 0.73, "yes": 0.15},
}
GOAL: Shares = {"why": 0.40, "no-surgery": 0.55, "shots": 0.25, "decomp": 0.25, "fusion": 0.05, "second": 0.20}
INSURANCE: Mapping[str, Shares] = {
    "under 65": {"private": 0.62, "medicaid": 0.12, "wc-auto": 0.07, "self": 0.08, "va": 0.04, "no-answer": 0.07},
    "65 or older": {"medicare": 0.80, "private": 0.10, "va": 0.04, "self": 0.01, "no-answer": 0.05},
}
HELP: Shares = {"interpreter": 0.04, "hearing-seeing": 0.04, "wheelchair": 0.03}
CAREGIVER: Mapping[str, float] = {"under 80": 0.05, "80 or older": 0.30}
SPANISH = 0.10  # share of people who use the form in Spanish
NOTE = 0.20  # share of people who write a note
SERIOUS_NOTE = 0.02  # share of the notes that need a person at once
NOTES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "I sit at a desk all day and it is worse by the evening.",
        "I would like to avoid surgery if I can.",
        "My doctor gave me your name.",
        "Mornings are best to reach me. I work nights.",
        "I used to run and would love to get back to it.",
        "Do you take my insurance?",
        "I have my MRI on a disc and can bring it.",
        "The shots helped for about a month last year.",
        "It started after I moved some boxes in the garage.",
        "I can only walk to the mailbox before I have to sit down.",
        "Please leave a message if I don't pick up.",
        "My sister was treated at your clinic and was very happy.",
    ),
    "es": (
        "Trabajo de pie todo el día y en la noche me duele más.",
        "Prefiero que me llamen por la mañana.",
        "Me gustaría evitar la cirugía.",
        "Tengo mi resonancia en un disco.",
        "Las inyecciones me ayudaron un mes.",
    ),
}
SERIOUS_NOTES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "The pain never stops and I don't want to live like this anymore.",
        "Since yesterday I can't feel it when I pee.",
        "My chest feels tight when I climb the stairs.",
    ),
    "es": (
        "Ya no quiero vivir con este dolor.",
        "Desde ayer no siento cuando orino.",
        "Me aprieta el pecho cuando subo las escaleras.",
    ),
}

# The questions that `answers` knows. It leaves out those that do not concern the person or are skipped.
QUESTIONS = frozenset(
    {
        *(rate.question for rate in RATES),
        *("age", "who", "region", "ces-onset", "motor-course", "checked", "proc-when", "injury-when"),
        *("spread", "sx", "pain", "duration", "change", "note"),
        *("fn", "dx", "imaging", "tx", "tx-tried", "goal", "insurance", "help"),
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """A visitor, before any answer.

    group: key of COMPLAINTS.
    illness: key of ILLNESSES; None for nearly everybody.
    pain: from 0 to 10.
    duration: code of the time since the problem began.
    changed: True if it is new, different or much worse in the last 2 weeks.
    rates: the rows of RATES that apply.
    has: what the person truly has.
    """

    group: str
    illness: str | None
    age: int
    female: bool
    language: str
    caregiver: bool
    pain: int
    duration: str
    changed: bool
    rates: tuple[Rate, ...] = ()
    has: set[Item] = field(default_factory=set)

    @property
    def stage(self) -> str:
        """How it went on lately: `new` or `old`, as the tables have it."""
        recent = self.changed or self.duration in {"lt2w", "2w-6w"}
        return "new" if recent else "old"


def draw(chance: random.Random) -> Person:
    """Draws a person."""
    group = _one(chance, {name: complaint.share for name, complaint in COMPLAINTS.items()})
    complaint = COMPLAINTS[group]
    age = 0
    while not ADULT <= age <= OLDEST:
        age = round(chance.gauss(*complaint.age))
    duration = _one(chance, dict(zip(DURATIONS, complaint.durations, strict=True)))
    changed = chance.random() < CHANGED[duration]
    person = Person(
        group=group,
        illness=None,
        age=age,
        female=chance.random() < FEMALE,
        language="es" if chance.random() < SPANISH else "en",
        caregiver=chance.random() < CAREGIVER["80 or older" if age >= 80 else "under 80"],  # noqa: PLR2004
        pain=_pain(chance, complaint.pain, worse=changed),
        duration=duration,
        changed=changed,
    )
    return _with_items(_fallen_ill(person, chance), chance)


def _pain(chance: random.Random, mean: float, *, worse: bool) -> int:
    shift = PAIN_IF_CHANGED if worse else PAIN_IF_NOT
    return min(10, max(0, round(chance.gauss(mean + shift, PAIN_DEVIATION))))


def _fallen_ill(person: Person, chance: random.Random) -> Person:
    for name, illness in ILLNESSES.items():
        if illness.among.includes(person.group, person.age, female=person.female) and chance.random() < illness.share:
            duration, pain = _one(chance, ILL_DURATION), _pain(chance, ILL_PAIN, worse=True)
            return replace(person, illness=name, duration=duration, changed=True, pain=pain, has=set(illness.brings))
    return person


@cache
def _rates_of(group: str, age: int, *, female: bool) -> tuple[Rate, ...]:
    return tuple(rate for rate in RATES if rate.among.includes(group, age, female=female))


def _with_items(person: Person, chance: random.Random) -> Person:
    """Returns the person with all that the person has, and with the rates that apply."""
    rates: dict[Item, Rate] = {}
    taken = dict.fromkeys(EXCLUSIVE, 0.0)  # the share that the options before have taken
    for rate in _rates_of(person.group, person.age, female=person.female):
        item, needed = (rate.question, rate.option), rate.among.item
        if item in rates or (needed and needed not in person.has):
            continue
        rates[item] = rate
        left = 1.0
        if rate.question in EXCLUSIVE:
            left -= taken[rate.question]
            taken[rate.question] += rate.has
            if any(question == rate.question for question, _ in person.has):
                continue
        if chance.random() * left < rate.has:
            person.has.add(item)
    return replace(person, rates=tuple(rates.values()))


def answers(person: Person, chance: random.Random, ticking: float = 1.0) -> dict[str, Answer]:
    """Returns what a person answers, in the codes of fs-intake 2.0.0.

    ticking: multiplies the shares of people who tick an item of RATES and who answer 'not sure'.
    """
    filled = _Filling(person, chance, ticking)
    filled.safety_pages()
    filled.pain_page()
    if chance.random() < NOTE:
        notes = SERIOUS_NOTES if chance.random() < SERIOUS_NOTE else NOTES
        filled.answers["note"] = chance.choice(notes[person.language])
    if chance.random() < MORE_ANSWERS:
        filled.page_after_send()
    return filled.answers


class _Filling:
    """A form that a person fills in."""

    def __init__(self, person: Person, chance: random.Random, ticking: float) -> None:
        self.person = person
        self.chance = chance
        self.complaint = COMPLAINTS[person.group]
        self.unsure = UNSURE * ticking
        self.ticked = _ticked(person, chance, ticking)
        self.answers: dict[str, Answer] = {}

    def safety_pages(self) -> None:
        person, chance = self.person, self.chance
        self._many("em-now")
        self.answers["age"] = person.age
        self.answers["who"] = "caregiver" if person.caregiver else "self"
        self.answers["region"] = _some(chance, self.complaint.region)
        for question in ("ces", "motor", "cord", "sys", "signs"):
            self._many(question)
        injury = self._unless_unsure(self.ticked.get("injury", ["no"])[0])
        self.answers["injury"] = injury
        self._nerve_follow_ups()
        if "recent-proc" in self.ticked.get("sys", ()):
            self._one("proc-when", PROC_WHEN)
        if injury not in {"no", "unsure"}:
            again = person.changed and chance.random() < NEW_INJURY
            self.answers["injury-when"] = self._unless_unsure("lt2w" if again else INJURY_WHEN[person.duration])
        if person.age <= LAST_AGE_ASKED_ABOUT_PREGNANCY:
            self._pregnancy()

    def _nerve_follow_ups(self) -> None:
        person, ticked = self.person, self.ticked
        if "ces" in ticked:
            self._one("ces-onset", CES_ONSET[self._ces_kind()])
        if "motor" in ticked:
            fresh = person.illness is not None or person.duration == "lt2w"
            self._one("motor-course", MOTOR_COURSE["lt2w" if fresh else person.stage])
        if ticked.keys() & {"ces", "motor", "cord"} or self.answers["injury"] in {"fall", "major"}:
            lately = {self.answers.get("ces-onset"), self.answers.get("motor-course")} & {"lt2w", "rapid", "new-2w"}
            self._one("checked", CHECKED["new" if lately else person.stage])

    def _ces_kind(self) -> str:
        if any(question == "ces" for question, _ in _brought(self.person)):
            return "ill"
        if FROM_THE_SPINE.isdisjoint(self.ticked["ces"]):
            return "unrelated"
        return "lt2w" if self.person.duration == "lt2w" else self.person.stage

    def _pregnancy(self) -> None:
        if not self.person.female:
            self.answers["preg"] = "na"
        elif "preg" in self.ticked:
            self.answers["preg"] = "yes"
        else:
            self.answers["preg"] = self._unless_unsure("no")
        if self.answers["preg"] in {"yes", "unsure"}:
            self.answers["preg-signs"] = self.ticked.get("preg-signs", ["none"])

    def pain_page(self) -> None:
        person, chance = self.person, self.chance
        spread = {*_some(chance, self.complaint.spread), *self.ticked.get("spread", ())}
        if {"leg-one", "leg-both"} <= spread:
            spread.remove("leg-one")
        pattern = [*_some(chance, self.complaint.pattern), *self.ticked.get("pattern", ())]
        self.answers |= {
            "spread": self._unless_all_unsure(sorted(spread)),
            "sx": self._feelings(),
            "pain": person.pain,
            "duration": person.duration,
            "change": self._unless_unsure("yes" if person.changed else "no"),
            "pattern": self._unless_all_unsure(pattern),
        }

    def _feelings(self) -> list[str]:
        felt = _some(self.chance, self.complaint.sx)
        weak = any(question == "motor" for question, _ in self.person.has)
        if self.chance.random() < WEAKNESS_FELT[weak]:
            felt.append("weak")
        return felt or ["pain"]

    def page_after_send(self) -> None:
        person, chance = self.person, self.chance
        self.answers |= {
            "fn": _one(chance, FN),
            "dx": self._unless_all_unsure(_some(chance, self.complaint.dx)),
            "tx": _some(chance, TX[person.stage]) or ["none"],
            "goal": _some(chance, GOAL) or ["unsure"],
            "help": _some(chance, HELP) or ["no"],
        }
        self._one("imaging", IMAGING[person.stage])
        self._one("insurance", INSURANCE["65 or older" if person.age >= FROM_65.ages[0] else "under 65"])
        if not TRIED.isdisjoint(_codes(self.answers["tx"])):
            self._one("tx-tried", TX_TRIED[person.stage])

    def _many(self, question: str) -> None:
        options = self._unless_all_unsure(self.ticked.get(question, []))
        if options == ["unsure"]:
            self.ticked.pop(question, None)  # so that no follow-up is shown
        self.answers[question] = options

    def _one(self, question: str, shares: Shares) -> None:
        self.answers[question] = self._unless_unsure(_one(self.chance, shares))

    def _unless_all_unsure(self, options: list[str]) -> list[str]:
        return ["unsure"] if self.chance.random() < self.unsure else options or ["none"]

    def _unless_unsure(self, option: str) -> str:
        return "unsure" if self.chance.random() < self.unsure else option


def _ticked(person: Person, chance: random.Random, ticking: float) -> dict[str, list[str]]:
    """Returns question code -> options ticked. Questions without a tick are left out."""
    found: dict[str, list[str]] = {}
    brought = _brought(person)
    for question, option in brought:
        if chance.random() < ILL_TICKS * ticking:
            found.setdefault(question, []).append(option)
    for rate in person.rates:
        item = (rate.question, rate.option)
        has = item in person.has
        if not has and rate.ticks * ticking <= 1:  # nobody ticks what they do not have
            continue
        if item not in brought and chance.random() < _chance_of_tick(rate, ticking, has=has):
            found.setdefault(rate.question, []).append(rate.option)
    return found


def _chance_of_tick(rate: Rate, ticking: float, *, has: bool) -> float:
    """Returns the chance that a person ticks the option.

    The share of all who tick it is has * ticks * ticking. Where that is more than have it, others tick it too: they
    read the option too widely.
    """
    share = rate.has * rate.ticks * ticking
    if has:
        return share / rate.has
    return max(0.0, share - rate.has) / (1 - rate.has)


def _brought(person: Person) -> tuple[Item, ...]:
    return ILLNESSES[person.illness].brings if person.illness else ()


def _one(chance: random.Random, shares: Shares) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]


def _some(chance: random.Random, shares: Shares) -> list[str]:
    return [option for option, share in shares.items() if chance.random() < share]


def _codes(answer: Answer) -> list[str]:
    return answer if isinstance(answer, list) else []
