"""The rates from which dev/people.py draws visitors of a clinic's page on foraminal stenosis.

Each rate has its source. [D] marks our own assumptions. All visitors are adults, because the service stores nothing
about minors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Item = tuple[str, str]  # a question code and an option code
Shares = Mapping[str, float]  # option code -> share of people

LEG, STENOSIS, LOW_BACK = "leg pain", "lumbar stenosis", "low back pain"
NECK_ARM, NECK, MID_BACK, OTHER = "neck and arm", "neck pain", "mid back pain", "other"
DESIGN = "clinical design 2.0.0, section 6"
ASSUMED = "[D]"

FEMALE = 0.56  # source: DESIGN
UNSURE = 0.03  # share of people who answer 'not sure' if offered; source: DESIGN
ADULT, OLDEST = 18, 95
LAST_AGE_ASKED_ABOUT_PREGNANCY = 55
DURATIONS = ("lt2w", "2w-6w", "6w-3m", "3m-6m", "gt6m")


class Complaint(NamedTuple):
    """A group of visitors with the same complaint.

    share: share of all visitors
    age: mean and standard deviation, in years
    pain: mean of the pain score, from 0 to 10
    durations: share of the group for each of DURATIONS
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


# `share` comes from DESIGN. The rest is [D].
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
    """The people to whom a rate applies.

    groups: keys of COMPLAINTS; empty: all
    female: True: only women; False: only men; None: everybody
    ages: youngest and oldest, in years, inclusive
    item: an item that the people have; None: any or none
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
    """The share of people who have an option's item, and the share who tick the option.

    The first row for an option that applies to a person counts.

    has: share of the people in `among` who have the item
    ticks: ticks per person who has the item; above 1, people without the item tick too
    """

    question: str
    option: str
    among: Among
    has: float
    ticks: float
    source: str


RATES = (
    # Page 1. Most people with an old complaint tick no option, because the options name new complaints.
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
    # Page 3. 43 to 56% of women over 50 have incontinence. A quarter of these women tick an option.
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
    # Page 4. 4, 11 and 24% of the three age groups ever had cancer.
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
    # Page 5. Nearly half of all people wake at night. A third of these people tick that no position helps.
    Rate("pattern", "night-unrelenting", ANYONE, 0.45, 1 / 3, f"{DESIGN}: 15% tick; parts [D]"),
)
EXCLUSIVE = frozenset({"injury", "preg"})


class Illness(NamedTuple):
    """A serious illness, new or recently worse, and its items.

    share: share of the people in `among`
    """

    among: Among
    share: float
    brings: tuple[Item, ...]


# At a spine center, 8.3% of new patients have a red-flag diagnosis (Premkumar 2018, cited in DESIGN). We assume a fifth
# of this share for a public page [D].
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
ILL_TICKS = 0.85  # [D] share of an illness's items that people with the illness tick
ILL_PAIN = 7.5  # [D] mean pain score
ILL_DURATION: Shares = {"lt2w": 0.25, "2w-6w": 0.50, "6w-3m": 0.25}  # [D]
