from __future__ import annotations

from typing import Any

import pytest

from functions import show_rules
from shared.rulebook.loading import load
from tests.functions.calls import CONTEXT, content, event
from tests.functions.staff_calls import signed_in


def shown(who: str) -> Any:
    return show_rules.handler(signed_in(event("show_rules"), who), CONTEXT)


def test_the_rules_with_their_version_and_approval() -> None:
    rule_set = load().rule_sets["fs-intake"]
    [rules] = content(shown("desk"))["rule_sets"]
    assert (rules["id"], rules["version"]) == (rule_set.id, rule_set.version)
    assert rules["content_hash"] == rule_set.content_hash
    assert (rules["approved_by"], rules["approved_on"]) == (rule_set.approved_by, rule_set.approved_on)
    assert rules["questionnaire"] == "fs-intake"
    last = rule_set.changes[-1]
    assert (rules["changed_on"], rules["change"], rules["changed_by"]) == (last.on, last.what, last.by)


@pytest.mark.parametrize(("who", "status"), [("nurse", 200), ("desk", 200), ("admin", 200), ("guest", 403)])
def test_which_groups_may_see_the_rules(who: str, status: int) -> None:
    assert shown(who)["statusCode"] == status
