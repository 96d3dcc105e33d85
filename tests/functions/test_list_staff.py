from __future__ import annotations

import json
from typing import Any

import pytest

from functions import list_staff
from shared.adapters.staff_pool import StaffPool
from shared.domain.leads.staff import Staff
from tests.aws import LIST_STAFF, STAFF_IDS, Aws
from tests.functions.calls import CONTEXT, Json, event
from tests.functions.staff_calls import signed_in


def staff_of(who: str) -> Json:
    answer: Json = list_staff.handler(signed_in(event("list_staff"), who), CONTEXT)
    return answer


@pytest.mark.parametrize("who", ["nurse", "desk", "manager", "admin"])
def test_names_who_works_leads(who: str) -> None:
    staff = json.loads(staff_of(who)["body"])["staff"]
    assert [(one["name"], one["groups"]) for one in staff] == [
        ("desk", ["desk"]),
        ("nurse", ["clinician"]),
        ("other-nurse", ["clinician"]),
    ]
    assert staff[1]["id"] == STAFF_IDS["nurse"]
    assert set(staff[0]) == {"id", "name", "groups"}


def test_is_refused_without_a_group() -> None:
    assert staff_of("guest")["statusCode"] == 403


def test_says_so_when_the_pool_cannot_be_read(aws: Aws) -> None:
    aws.wire.down.add(LIST_STAFF)
    assert staff_of("nurse")["statusCode"] == 503


def user(name: str, staff_id: str, *, enabled: bool = True) -> Json:
    return {"Username": name, "Enabled": enabled, "Attributes": [{"Name": "sub", "Value": staff_id}]}


class Pool:
    """Replaces the user pool: two pages, a user in two groups, and a disabled user."""

    def list_users_in_group(self, **asked: Any) -> Json:
        if asked["GroupName"] == "desk":
            return {"Users": [user("nora", "1")]}
        if "NextToken" not in asked:
            return {"Users": [user("nora", "1"), user("left", "2", enabled=False)], "NextToken": "2"}
        return {"Users": [user("ben", "3")]}


def test_reads_all_pages_and_leaves_out_who_has_left() -> None:
    assert StaffPool(Pool, "a pool").who_work() == (
        Staff("3", "ben", frozenset({"clinician"})),
        Staff("1", "nora", frozenset({"clinician", "desk"})),
    )
