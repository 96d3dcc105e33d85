"""Translates answers into the clinical text's terms."""

from __future__ import annotations

from typing import Any

NOT_POSITIVE = {"none", "unsure"}
CONSERVATIVE = {"pt", "chiro", "meds", "injection"}
UNDER_6_WEEKS = {"lt2w", "2w-6w"}
UNDER_3_MONTHS = UNDER_6_WEEKS | {"6w-3m"}
LONG_STANDING = {"gt3m", "worse-slow"}
NOT_PROGRESSING = {"stable", "worse-slow"}


class Reading:
    """One visitor's answers, translated into the clinical text's terms."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.contradiction = False
        self.answers = answers
        self.age: int | None = answers.get("age")
        self.pain: int | None = answers.get("pain")
        self.em, self.region, self.ces = self.ticked("em-now"), self.ticked("region"), self.ticked("ces")
        self.motor, self.cord, self.sys = self.ticked("motor"), self.ticked("cord"), self.ticked("sys")
        self.signs, self.spread, self.sx = self.ticked("signs"), self.ticked("spread"), self.ticked("sx")
        self.pattern, self.dx, self.tx = self.ticked("pattern"), self.ticked("dx"), self.ticked("tx")
        self.ticked("goal")
        self.ces_items = self.ces - NOT_POSITIVE
        self.motor_items = self.motor - NOT_POSITIVE
        self.cord_items = self.cord - NOT_POSITIVE
        self.injury = answers.get("injury")
        self.onset = answers.get("ces-onset", "unsure") if self.ces_items else None
        self.course = answers.get("motor-course", "unsure") if self.motor_items else None
        self.injured = answers.get("injury-when", "unsure") if self.injury in {"fall", "strain", "major"} else None
        self.procedure = answers.get("proc-when", "unsure") if "recent-proc" in self.sys else None
        neuro = self.ces_items or self.motor_items or self.cord_items
        self.neuro_item = bool(neuro)
        self.checked = answers.get("checked", "unsure") if neuro or self.injury in {"fall", "major"} else None
        self.tried = answers.get("tx-tried") if self.tx & CONSERVATIVE else None
        self.duration, self.change, self.fn = answers.get("duration"), answers.get("change"), answers.get("fn")
        self.night = "night-unrelenting" in self.pattern
        self.minor = self.younger(18) or answers.get("who") == "guardian"
        self.says_weak_and_not_weak = "weak" in self.sx and not self.motor_items and "unsure" not in self.motor
        self.note: str = answers.get("note", "")
        # A positive answer counts even if its question was not shown.
        self.preg = "yes" if answers.get("preg") == "yes" else None
        if self.age is not None and 18 <= self.age <= 55:
            self.preg = answers.get("preg", "unsure")
        if self.preg in {"yes", "unsure"}:
            self.preg_signs = self.ticked("preg-signs") - NOT_POSITIVE
        else:
            self.preg_signs = set(answers.get("preg-signs", [])) - NOT_POSITIVE

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

    # ---- the clinical text's definitions ----

    @property
    def under_6_weeks(self) -> bool:
        return self.duration in UNDER_6_WEEKS

    @property
    def under_3_months(self) -> bool:
        return self.duration in UNDER_3_MONTHS

    @property
    def settled(self) -> bool:
        return self.duration in {"6w-3m", "3m-6m", "gt6m"} and self.change == "no"

    @property
    def old(self) -> bool:
        return self.duration == "gt6m" and self.change == "no"

    @property
    def recent(self) -> bool:
        return self.duration == "lt2w" or self.change == "yes"

    @property
    def early(self) -> bool:
        return self.under_6_weeks or self.change == "yes"

    @property
    def new_weakness(self) -> bool:
        return bool(self.motor_items) and self.course not in NOT_PROGRESSING

    @property
    def fracture_risk(self) -> bool:
        return bool(self.sys & {"osteoporosis", "steroid-long", "fused-spine"}) or self.older(65)

    @property
    def new_neuro(self) -> bool:
        nerves_of_bladder_and_legs = bool(self.ces_items - {"sexual-change"}) and self.onset not in LONG_STANDING
        cord = bool(self.cord & {"gait-balance", "legs-stiff", "legs-numb"})
        return (
            nerves_of_bladder_and_legs or self.new_weakness or (cord and (self.under_3_months or self.change == "yes"))
        )

    def hurt_by(self, *injuries: str, within: str) -> bool:
        """Returns whether an injury of these kinds happened within "lt2w" (2 weeks) or "3m" (3 months)."""
        recent = {"lt2w"} if within == "lt2w" else {"lt2w", "2w-3m"}
        return self.injury in injuries and self.injured in recent

    def hurt_perhaps_by(self, *injuries: str, within: str) -> bool:
        """Like `hurt_by`, but True if the visitor does not know or say when."""
        return self.hurt_by(*injuries, within=within) or (self.injury in injuries and self.injured == "unsure")
