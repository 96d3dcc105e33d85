"""Defines what signed-in staff may do. Groups come from the sign-in, never from a request."""

from __future__ import annotations

from dataclasses import dataclass

CLINICIAN = "clinician"
DESK = "desk"
MANAGER = "manager"
ADMIN = "admin"
GROUPS = frozenset({CLINICIAN, DESK, MANAGER, ADMIN})


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff.

    id: the user id from the sign-in, which never changes.
    """

    id: str
    name: str
    groups: frozenset[str]

    @property
    def may_read(self) -> bool:
        return bool(self.groups & GROUPS)

    @property
    def may_work(self) -> bool:
        return bool(self.groups & {CLINICIAN, DESK})

    @property
    def may_judge(self) -> bool:
        """The right to make medical decisions, such as lowering a tier."""
        return CLINICIAN in self.groups

    @property
    def may_hand_out(self) -> bool:
        return self.may_judge or self.may_export

    @property
    def may_export(self) -> bool:
        return bool(self.groups & {MANAGER, ADMIN})

    @property
    def may_plan(self) -> bool:
        return bool(self.groups & {MANAGER, ADMIN})

    @property
    def may_administer(self) -> bool:
        """The right to erase leads, hand a person their data, and read the access log."""
        return ADMIN in self.groups
