"""Staff: who is signed in, and what each group may do. Groups come from the sign-in, never from a request."""

from __future__ import annotations

from dataclasses import dataclass

CLINICIAN = "clinician"
DESK = "desk"
ADMIN = "admin"
GROUPS = frozenset({CLINICIAN, DESK, ADMIN})


@dataclass(frozen=True, slots=True)
class Staff:
    """`id`: the sign-in's own, it never changes. `name`: how colleagues know them."""

    id: str
    name: str
    groups: frozenset[str]

    @property
    def may_read(self) -> bool:
        return bool(self.groups & GROUPS)

    @property
    def may_work(self) -> bool:
        """Take leads and write to them. An administrator who also answers leads is in two groups."""
        return bool(self.groups & {CLINICIAN, DESK})

    @property
    def may_judge(self) -> bool:
        """Decide what is medical: that a lead is less urgent than its rules say."""
        return CLINICIAN in self.groups

    @property
    def may_hand_out(self) -> bool:
        """One lead, to the clinic's own system."""
        return self.may_judge or self.may_administer

    @property
    def may_administer(self) -> bool:
        """Erase leads, and take many of them, or all about a person, out of the service."""
        return ADMIN in self.groups
