"""Draws random visitors of a clinic's page on foraminal stenosis, and their answers to its form.

The rates are in dev/people_rates.py. [D] marks our own assumptions. The same seed gives the same people and answers.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from dev.people_rates import (
    ADULT,
    COMPLAINTS,
    DURATIONS,
    EXCLUSIVE,
    FEMALE,
    FROM_65,
    ILL_DURATION,
    ILL_PAIN,
    ILL_TICKS,
    ILLNESSES,
    LAST_AGE_ASKED_ABOUT_PREGNANCY,
    OLDEST,
    RATES,
    UNSURE,
    Item,
    Rate,
    Shares,
)
from shared.domain.rules.questionnaire import Answer

PAIN_DEVIATION = 1.9  # [D] standard deviation of the pain score
PAIN_IF_CHANGED, PAIN_IF_NOT = 0.7, -0.2  # [D] added to the mean pain score

# All rates of how the problem developed are [D].
CHANGED: Shares = {"lt2w": 0.90, "2w-6w": 0.35, "6w-3m": 0.22, "3m-6m": 0.16, "gt6m": 0.14}
MOTOR_COURSE: Mapping[str, Shares] = {
    "lt2w": {"rapid": 0.10, "new-2w": 0.78, "stable": 0.12},
    "new": {"rapid": 0.02, "new-2w": 0.12, "worse": 0.22, "worse-slow": 0.10, "stable": 0.54},
    "old": {"rapid": 0.003, "new-2w": 0.01, "worse": 0.06, "worse-slow": 0.37, "stable": 0.557},
}
WEAKNESS_FELT = {True: 0.60, False: 0.06}
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
NEW_INJURY = 0.15  # share of injuries in the last 2 weeks, if the problem changed

# All rates of the page after Send, who fills in the form, and the note are [D].
MORE_ANSWERS = 0.60
FN: Shares = {"not": 0.03, "some": 0.37, "lot": 0.46, "cannot": 0.14}
IMAGING: Mapping[str, Shares] = {
    "new": {"none": 0.55, "xray": 0.25, "mri-ct": 0.16, "mri-ct-old": 0.04},
    "old": {"none": 0.15, "xray": 0.20, "mri-ct": 0.45, "mri-ct-old": 0.20},
}
TX: Mapping[str, Shares] = {
    "new": {"meds": 0.65, "pt": 0.20, "chiro": 0.12, "injection": 0.03},
    "old": {"meds": 0.75, "pt": 0.65, "chiro": 0.30, "injection": 0.35, "surgery": 0.10, "stimulator": 0.01},
}
TRIED = frozenset({"pt", "chiro", "meds", "injection"})
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
SPANISH = 0.10
NOTE = 0.20
SERIOUS_NOTE = 0.02  # share of notes that need a human at once
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
    """A visitor before filling in the form.

    group: key of COMPLAINTS
    illness: key of ILLNESSES; None: no serious illness
    pain: from 0 to 10
    duration: code of the time since the problem began
    changed: whether the problem is new, different or much worse in the last 2 weeks
    rates: the rows of RATES that apply
    has: items that the person has, but may not tick
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
        """Is "new" if the problem began in the last 6 weeks or changed, else "old"."""
        recent = self.changed or self.duration in {"lt2w", "2w-6w"}
        return "new" if recent else "old"


def draw(chance: random.Random) -> Person:
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
    rates: dict[Item, Rate] = {}
    taken = dict.fromkeys(EXCLUSIVE, 0.0)  # question -> sum of `has` in earlier rows
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
    """Returns a person's answers, in the codes of fs-intake 2.0.0.

    ticking: multiplies the share of people who tick an item or answer 'not sure'
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
            self.ticked.pop(question, None)  # after 'not sure', the form shows no follow-up
        self.answers[question] = options

    def _one(self, question: str, shares: Shares) -> None:
        self.answers[question] = self._unless_unsure(_one(self.chance, shares))

    def _unless_all_unsure(self, options: list[str]) -> list[str]:
        return ["unsure"] if self.chance.random() < self.unsure else options or ["none"]

    def _unless_unsure(self, option: str) -> str:
        return "unsure" if self.chance.random() < self.unsure else option


def _ticked(person: Person, chance: random.Random, ticking: float) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    brought = _brought(person)
    for question, option in brought:
        if chance.random() < ILL_TICKS * ticking:
            found.setdefault(question, []).append(option)
    for rate in person.rates:
        item = (rate.question, rate.option)
        has = item in person.has
        if not has and rate.ticks * ticking <= 1:
            continue
        if item not in brought and chance.random() < _chance_of_tick(rate, ticking, has=has):
            found.setdefault(rate.question, []).append(rate.option)
    return found


def _chance_of_tick(rate: Rate, ticking: float, *, has: bool) -> float:
    """Returns the chance that a person ticks the option.

    The share of all people who tick the option is rate.has * rate.ticks * ticking. A share above rate.has includes
    people without the item.
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
