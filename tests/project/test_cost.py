"""Tests that docs/cost.md states the current costs, and that reads stay cheap."""

from __future__ import annotations

import re

import pytest

from benchmarks import cost, growth
from dev import template


@pytest.fixture(scope="module")
def facts() -> cost.Facts:
    return cost.Facts.gather()


def test_the_page_has_current_figures(facts: cost.Facts) -> None:
    page = cost.PAGE.read_text()
    assert len(cost.BETWEEN.findall(page)) == 3
    assert page == cost.written(page, facts), "run: python -m benchmarks.cost --write"


def test_a_submission_is_one_call(facts: cost.Facts) -> None:
    assert dict(facts.journey.steps["capture_lead"].calls) == {"dynamodb:PutItem": 1}


def test_the_alert_path_is_at_most_four_calls_and_the_rota(facts: cost.Facts) -> None:
    assert facts.journey.steps["alert_staff"].calls.total() <= 4 + 1


def test_the_throttle_is_that_of_the_template(facts: cost.Facts) -> None:
    (limit,) = (limit for limit in cost.limits(facts) if limit.name == "throttle of the route")
    assert f"ThrottlingRateLimit: {limit.rate:.0f}\n" in template.TEMPLATE.read_text()


def test_more_leads_cost_more_in_total_and_less_each(facts: cost.Facts) -> None:
    totals = [sum(cost.monthly(leads, facts).values()) for leads in cost.VOLUMES]
    assert totals == sorted(totals)
    each = [total / leads for total, leads in zip(totals, cost.VOLUMES, strict=True)]
    assert each == sorted(each, reverse=True)


def test_a_clinic_of_1_000_leads_pays_at_most_22_dollars_a_month(facts: cost.Facts) -> None:
    assert sum(cost.monthly(1_000, facts).values()) <= 22


def test_every_possible_metric_is_in_the_estimate(facts: cost.Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    with_all = cost.monthly(1_000, facts)["CloudWatch"]
    monkeypatch.setattr(cost, "emitted", dict)
    paid = (with_all - cost.monthly(1_000, facts)["CloudWatch"]) / facts.prices["cloudwatch_metric_month"]
    table = (cost.PAGE.parent / "runbook.md").read_text().partition("## Metrics")[2]
    explained = [
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`\w+`", row)
    ]
    assert round(paid) == len(explained)


def test_reading_costs_the_same_beside_ten_times_as_many_leads() -> None:
    few, many = (growth.measure(count) for count in (800, 8_000))
    a_page = "a page of closed leads"
    assert {name: few[name] for name in few if name != a_page} == {name: many[name] for name in many if name != a_page}
    assert many[a_page][0] <= 3
    assert many[a_page][1] <= 60


def test_no_index_partition_overloads_at_10_000_submissions_a_second(facts: cost.Facts) -> None:
    partitions = cost.partitions_for(cost.GOAL, facts)
    assert max(growth.busiest(cost.GOAL, partitions, facts).values()) <= 1_000
    assert max(growth.busiest(cost.GOAL, partitions // 2, facts).values()) > 1_000
    assert partitions <= facts.source["Parameters"]["IndexShards"]["MaxValue"]
