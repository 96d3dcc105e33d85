"""Lists the staff of the Cognito user pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.errors import StoreUnavailable
from shared.domain.leads.staff import CLINICIAN, DESK, Staff


class CognitoClient(Protocol):
    def list_users_in_group(self, **request: Any) -> Any: ...


class StaffPool:
    """The user pool in which staff sign in.

    client: makes the Cognito client, on first use only, because few requests need the client.
    pool: the id of the user pool.
    """

    def __init__(self, client: Callable[[], CognitoClient], pool: str) -> None:
        self._client = client
        self._pool = pool

    def who_work(self) -> tuple[Staff, ...]:
        """Returns the enabled users in the groups that may act on leads, sorted by name. Raises StoreUnavailable."""
        client = self._client()
        found: dict[str, Staff] = {}
        for group in (CLINICIAN, DESK):
            for user in self._users(client, group):
                staff_id = next(each["Value"] for each in user["Attributes"] if each["Name"] == "sub")
                groups = {group} | (found[staff_id].groups if staff_id in found else frozenset())
                found[staff_id] = Staff(staff_id, user["Username"], frozenset(groups))
        return tuple(sorted(found.values(), key=lambda one: one.name))

    def _users(self, client: CognitoClient, group: str) -> Iterator[Any]:
        asked = {"UserPoolId": self._pool, "GroupName": group}
        while True:
            try:
                answer = client.list_users_in_group(**asked)
            except (ClientError, BotoCoreError) as error:
                raise StoreUnavailable from error
            yield from (user for user in answer["Users"] if user["Enabled"])
            if not answer.get("NextToken"):
                return
            asked["NextToken"] = answer["NextToken"]
