from __future__ import annotations

import codecs

import pytest

from tests.functions.calls import LEAD_ID, URGENT, content, pointers
from tests.functions.staff_calls import captured, indexed, reported

pytestmark = pytest.mark.usefixtures("clock")


def test_without_leads_the_report_is_empty() -> None:
    report = content(reported())
    assert (report["first"], report["last"]) == ("2025-12-16", "2026-01-14")
    assert report["total"]["leads"] == len(report["days"]) == 0


def test_the_csv_is_a_file() -> None:
    captured(URGENT)
    indexed(LEAD_ID)
    answer = reported(format="csv", **{"from": "2026-01-01", "to": "2026-01-31"})
    assert answer["headers"]["content-disposition"] == 'attachment; filename="report-2026-01-01-2026-01-31.csv"'
    assert answer["body"].encode().startswith(codecs.BOM_UTF8)
    assert '"tier","URGENT","not shown"' in answer["body"]


def test_a_year_is_read_by_days() -> None:
    captured(URGENT)
    indexed(LEAD_ID)
    for first, last in (("2025-01-20", "2026-01-20"), ("2025-01-20", "2026-01-14"), ("2026-01-14", "2027-01-13")):
        assert content(reported(**{"from": first, "to": last}))["total"]["leads"] == 1


@pytest.mark.parametrize(
    ("query", "field"), [({"from": "2024-01-01", "to": "2026-01-01"}, "/to"), ({"format": "xlsx"}, "/format")]
)
def test_an_invalid_query_is_refused(query: dict[str, str], field: str) -> None:
    answer = reported(**query)
    assert (answer["statusCode"], pointers(answer)) == (422, [field])


@pytest.mark.parametrize(("who", "status"), [("nurse", 403), ("desk", 403), ("guest", 403), ("manager", 200)])
def test_which_groups_may_read_the_report(who: str, status: int) -> None:
    assert reported(who)["statusCode"] == status
