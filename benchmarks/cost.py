"""Estimates what the service costs, and which limit growing traffic reaches first.

    python -m benchmarks.cost            prints a table of costs and a table of limits
    python -m benchmarks.cost --write    also writes the tables to docs/cost.md, and a plot to docs/cost.svg

Prices, quotas and assumptions come from prices.toml. The estimate assumes that every metric in the code is emitted.
"""

from __future__ import annotations

import argparse
import io
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.journey import Journey, play
from dev import template
from dev.metrics import emitted
from shared.adapters.sns import STREAM_PACE
from shared.rulebook.loading import load

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "cost.md"
PLOT = HERE.parent / "docs" / "cost.svg"
VOLUMES = (1_000, 100_000, 10_000_000)  # leads a month
GOAL = 10_000  # submissions a second
MONTH_HOURS = 730
SECONDS = MONTH_HOURS * 3600
POLLS_A_MONTH = 5 * SECONDS / 20  # Lambda keeps five requests of 20 s open to the spool queue
RUNS_A_MONTH = {
    "rate(1 minute)": MONTH_HOURS * 60,
    "rate(5 minutes)": MONTH_HOURS * 12,
    "rate(1 day)": MONTH_HOURS / 24,
}
BETWEEN = re.compile(r"(<!-- (\w+): made by benchmarks/cost\.py -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Facts:
    prices: dict[str, float]
    assumed: dict[str, float]
    quotas: dict[str, float]
    source: dict[str, Any]
    journey: Journey

    @classmethod
    def gather(cls) -> Facts:
        given = tomllib.loads((HERE / "prices.toml").read_text())
        return cls(given["prices"], given["assumptions"], given["quotas"], template.read(), play())

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [entry["Properties"] for entry in self.source["Resources"].values() if entry["Type"] == kind]

    def memory_gb(self, function: str) -> float:
        usual = self.source["Globals"]["Function"]["MemorySize"]
        return float(self.source["Resources"][function]["Properties"].get("MemorySize", usual)) / 1024

    @property
    def run_seconds(self) -> float:
        """The average billed seconds per run, including cold starts."""
        cold = self.assumed["cold_share"]
        return (self.assumed["billed_ms"] * (1 - cold) + self.assumed["cold_ms"] * cold) / 1000

    @property
    def screenings(self) -> int:
        """The assumed requests to POST /screenings per visitor: one per page, including the page after Send."""
        return len(load().rule_sets["fs-intake"].questionnaire.pages)

    @property
    def scheduled_runs(self) -> float:
        """Scheduled function runs per month."""
        return sum(
            RUNS_A_MONTH.get(str(event["Properties"].get("Schedule")), MONTH_HOURS / 24)
            if "cron(7 *" not in str(event["Properties"])
            else MONTH_HOURS
            for function in self.of_type("AWS::Serverless::Function")
            for event in function.get("Events", {}).values()
            if event["Type"] in {"Schedule", "ScheduleV2"}
        )

    def default(self, parameter: str) -> float:
        return float(self.source["Parameters"][parameter]["Default"])


@dataclass(frozen=True)
class Limit:
    """A limit of the service.

    rate: submissions per second at which the limit is reached
    moved_by: the setting or quota that raises the limit
    """

    name: str
    rate: float
    moved_by: str


def monthly(leads: int, facts: Facts) -> dict[str, float]:
    """Returns AWS service -> dollars a month, for `leads` leads a month."""
    price, assumed, steps = facts.prices, facts.assumed, facts.journey.steps
    alerts = 1 + assumed["escalations_per_lead"]
    refreshes = assumed["staff_hours_per_month"] * 3600 / 15
    public = assumed["visitors_per_lead"] * assumed["requests_per_visitor"] + facts.screenings + 2
    staffed = assumed["openings_per_lead"] + assumed["actions_per_lead"]
    requests = leads * (public + staffed) + refreshes
    changes = 1 + 2 * alerts + assumed["actions_per_lead"]  # index_leads runs after each change of a lead
    runs = requests + leads * (alerts + changes) + facts.scheduled_runs
    gb_runs = leads * public * facts.memory_gb("CaptureLead") + (runs - leads * public) * facts.memory_gb("WorkLead")
    per_lead = {
        "capture_lead": 1.0,
        "alert_staff": alerts,
        "index_leads": 1 + assumed["actions_per_lead"],
        "show_lead": assumed["openings_per_lead"],
        "work_lead": assumed["actions_per_lead"],
    }
    writes = leads * sum(count * steps[name].writes.total() for name, count in per_lead.items())
    reads = leads * sum(count * steps[name].reads for name, count in per_lead.items())
    reads += refreshes * steps["list_leads"].reads + RUNS_A_MONTH["rate(1 minute)"] * steps["escalate_leads"].reads
    stored = leads * assumed["months_kept"] * facts.journey.stored / 1e9
    return {
        "API Gateway": requests * price["http_api_request"],
        "Lambda": runs * price["lambda_request"] + gb_runs * facts.run_seconds * price["lambda_gb_second"],
        "DynamoDB": writes * price["dynamodb_write_unit"]
        + reads * price["dynamodb_read_unit"]
        + stored * (price["dynamodb_gb_month"] + price["dynamodb_backup_gb_month"]),
        "SNS: publish, e-mail, webhook": leads
        * alerts
        * (price["sns_publish"] + assumed["emails_per_alert"] * price["sns_email"] + price["sns_webhook"]),
        "SNS: text messages": leads * alerts * assumed["urgent_share"] * price["sns_text_message"],
        "SES: mail to the person": leads * assumed["mails_per_lead"] * price["ses_mail"],
        "SQS: the spool": POLLS_A_MONTH * price["sqs_request"],
        "CloudWatch": runs * assumed["log_bytes_per_run"] / 1e9 * price["cloudwatch_log_gb"]
        + len(emitted()) * price["cloudwatch_metric_month"]
        + len(facts.of_type("AWS::CloudWatch::Alarm")) * price["cloudwatch_alarm_month"]
        + len(facts.of_type("AWS::CloudWatch::Dashboard")) * price["cloudwatch_dashboard_month"],
        "Secrets, keys, schedules": len(facts.of_type("AWS::SecretsManager::Secret")) * price["secret_month"]
        + len(facts.of_type("AWS::KMS::Key")) * price["kms_key_month"]
        + facts.scheduled_runs * price["scheduler_invocation"],
    }


def limits(facts: Facts) -> list[Limit]:
    assumed, quota, steps = facts.assumed, facts.quotas, facts.journey.steps
    throttle = throttle_of_submissions(facts)
    capture = facts.source["Resources"]["CaptureLead"]["Properties"]
    requests = facts.screenings + 2
    table = steps["capture_lead"].writes[""] + steps["alert_staff"].writes[""]
    hottest = max(units_shared_by_all(facts).values())
    partitions = facts.default("IndexShards")
    (stream,) = (
        event["Properties"]
        for event in facts.source["Resources"]["AlertStaff"]["Properties"]["Events"].values()
        if event["Type"] == "DynamoDB"
    )
    mailing = quota["stream_partitions"] * float(stream.get("ParallelizationFactor", 1)) / STREAM_PACE
    month_of_texts = (
        quota["text_message_dollars_per_month"] / facts.prices["sns_text_message"] / assumed["urgent_share"]
    )
    found = [
        Limit(
            "text messages: the month's budget of a new account",
            month_of_texts / SECONDS,
            "SNS quota, MonthlySpendLimit",
        ),
        Limit("throttle of the route", throttle, "`ThrottlingRateLimit` in the template"),
        Limit("leads mailed one by one", mailing, "a webhook (`WebhookAddress`); e-mail then gets summaries"),
        Limit(
            "one partition of an index",
            quota["partition_write_units_per_second"] / hottest * partitions,
            "`IndexShards`",
        ),
        Limit("the account's API requests", quota["api_requests_per_second"] / requests, "API Gateway quota"),
        Limit(
            "Lambda at the same time",
            quota["lambda_concurrency"] / (facts.run_seconds * (requests + 1)),
            "Lambda quota, Concurrent executions",
        ),
        Limit(
            "writes to the table", quota["table_write_units_per_second"] / table, "DynamoDB quota, table write units"
        ),
    ]
    _condition, share, _otherwise = capture["ReservedConcurrentExecutions"]["Fn::If"]
    found.append(
        Limit(
            "capture_lead's own share, if reserved", share / facts.run_seconds, "`ReserveConcurrency` in the template"
        )
    )
    return sorted(found, key=lambda limit: limit.rate)


def throttle_of_submissions(facts: Facts) -> float:
    """Returns the requests per second that API Gateway allows for POST /submissions."""
    (stage,) = facts.of_type("AWS::ApiGatewayV2::Stage")
    settings = stage["DefaultRouteSettings"] | stage.get("RouteSettings", {}).get("POST /submissions", {})
    rate = settings["ThrottlingRateLimit"]
    return facts.default(rate["Ref"]) if isinstance(rate, dict) else float(rate)


def partitions_for(rate: float, facts: Facts) -> int:
    """Returns how many partitions the busiest index needs at `rate` submissions a second, with 25% in reserve."""
    return round(
        rate * max(units_shared_by_all(facts).values()) / facts.quotas["partition_write_units_per_second"] * 1.25
    )


def units_shared_by_all(facts: Facts) -> dict[str, int]:
    """Returns index name -> write units for storing a lead and recording its alert.

    Leaves out indexes in which each lead has its own partition key.
    """
    both = facts.journey.steps["capture_lead"].writes + facts.journey.steps["alert_staff"].writes
    return {name: both[name] for name in ("due", "worklist", "by_arrival")}


def cost_table(facts: Facts) -> str:
    columns = [monthly(leads, facts) for leads in VOLUMES]
    rows = [(name, *(_dollars(column[name]) for column in columns)) for name in columns[0]]
    totals = [sum(column.values()) for column in columns]
    rows.append(("**all**", *(f"**{_dollars(total)}**" for total in totals)))
    rows.append(("for one lead", *(f"${total / leads:.4f}" for total, leads in zip(totals, VOLUMES, strict=True))))
    return _table(("dollars a month", *(f"{leads:,} leads" for leads in VOLUMES)), rows)


def limit_table(facts: Facts) -> str:
    rows = ((limit.name, _rate(limit.rate), limit.moved_by) for limit in limits(facts))
    return _table(("limit", "submissions a second", "what moves it"), rows)


def written(page: str, facts: Facts) -> str:
    """Returns `page`, the text of docs/cost.md, with the current figures."""
    tables = {
        "cost": cost_table(facts),
        "limits": limit_table(facts),
        "shards": f"`IndexShards={partitions_for(GOAL, facts)}`",
    }
    return BETWEEN.sub(lambda match: f"{match[1]}{tables[match[2]]}\n{match[3]}", page)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---", *["--:"] * (len(head) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _dollars(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.2f}"  # noqa: PLR2004  below 10 dollars, cents matter


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 1 else f"{rate:.5f} ({rate * SECONDS:,.0f} a month)"


def plot(facts: Facts) -> bytes:
    """Draws the cost per lead and the rate of each limit, as SVG."""
    import matplotlib as mpl  # noqa: PLC0415  slow to import

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "cost"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6), layout="constrained")
    names = [f"{leads:,}" for leads in VOLUMES]
    bottom = [0.0] * len(VOLUMES)
    columns = [monthly(leads, facts) for leads in VOLUMES]
    for service in columns[0]:
        cents = [100 * column[service] / leads for column, leads in zip(columns, VOLUMES, strict=True)]
        left.bar(names, cents, bottom=bottom, label=service)
        bottom = [low + more for low, more in zip(bottom, cents, strict=True)]
    left.set(xlabel="leads a month", ylabel="cents for one lead", title="Cost for one lead")
    left.legend(fontsize=8)
    found = limits(facts)[::-1]
    right.barh([limit.name for limit in found], [limit.rate for limit in found], color="#2b6c8f")
    right.set(xscale="log", xlabel="submissions a second", title="Limits as deployed (dashed: 10,000)")
    right.axvline(GOAL, color="#a33", linestyle="--", linewidth=1)
    right.tick_params(axis="y", labelsize=8)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    plt.close(figure)
    return drawn.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/cost.md, and draw docs/cost.svg")
    write = parser.parse_args().write
    facts = Facts.gather()
    print(
        f"{cost_table(facts)}\n\n{limit_table(facts)}\n\n{partitions_for(GOAL, facts)} partitions for {GOAL:,} a second"
    )
    if write:
        PAGE.write_text(written(PAGE.read_text(), facts))
        PLOT.write_bytes(plot(facts))
        print("Written: docs/cost.md, docs/cost.svg")


if __name__ == "__main__":
    main()
