"""The proof of the proof: bugs put into the product one at a time, each in a process of its own, and what catches them.

    python -m tests.faults.seeded_bugs            # all; a line of JSON for each
    python -m tests.faults.seeded_bugs NAME ...   # some

A bug is a patch of one file's text. It is applied to what Python reads, never to the file, so that runs do not meet.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import CodeType

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Bug:
    """`check`: the quickest that catches it: a function below."""

    name: str
    file: str
    old: str
    new: str
    check: Callable[[], list[str]]


# ---- the checks; they import the product, so nothing outside of them may


def days_without_faults() -> list[str]:
    return _days("CALM", 60)


def days_with_faults() -> list[str]:
    return _days("STORMY", 250)


def days_with_poison() -> list[str]:
    return _days("POISON", 300)


def days_without_stream() -> list[str]:
    return _days("OUTAGES", 250)


def _days(weather: str, visits: int) -> list[str]:
    from tests.faults import random_days

    days = random_days.Days(20261122, visits, getattr(random_days, weather)).run()
    if weather == "CALM" and days.counts["alerts"] != days.counts["levels told"]:
        days.violations.append("R9: without faults some were told twice")
    return days.violations


def submissions_on_the_wire() -> list[str]:
    return _wire("a submission", "the same submission again", "an unfinished form is finished")


def ad_leads_on_the_wire() -> list[str]:
    return _wire("an ad network's lead")


def plain_forms_on_the_wire() -> list[str]:
    return _wire("the plain form")


def alerts_on_the_wire() -> list[str]:
    return _wire("the stream tells", "the sweep escalates")


def taking_on_the_wire() -> list[str]:
    return _wire("somebody takes it")


def meetings_on_the_wire() -> list[str]:
    return _wire("the stream tells while a sweep does")


def replay_on_the_wire() -> list[str]:
    return _wire("the spool is replayed", "the spool is replayed beside poison", "the spool brings what was sent again")


def _wire(*names: str) -> list[str]:
    os.environ.update(_environment())
    from tests.faults.plans import outages, quiet_world, single_faults
    from tests.faults.wire import FLOWS

    with quiet_world() as made:
        for flow in (flow for flow in FLOWS if flow.name in names):
            plans = (
                *(outages(made, flow, fault) for fault in ("timeout_before", "access_denied")),
                *(single_faults(made, flow, fault) for fault in ("kill_after", "timeout_after", "kill_before")),
            )
            if broken := next(chain.from_iterable(plans), None):
                return [broken]
    return []


def _environment() -> dict[str, str]:
    from tests.aws import ENVIRONMENT

    return ENVIRONMENT


def meetings_of_alerters() -> list[str]:
    from tests.faults import test_interleaving as met
    from tests.faults.interleaving import Meeting

    met.test_in_every_order(met.stored, [Meeting.alert, Meeting.sweep])
    met.test_in_every_order(met.told, [Meeting.sweep, Meeting.sweep])
    return []


def meetings_of_staff() -> list[str]:
    from tests.faults import test_interleaving as met
    from tests.faults.interleaving import Meeting

    met.test_of_two_who_take_it_one_has_it_in_every_order()
    met.test_taking_it_ends_the_ladder_in_every_order(met.told, [Meeting.sweep])
    return []


def meetings_of_a_visitor_and_staff() -> list[str]:
    from tests.faults import test_interleaving as met

    met.test_a_form_that_is_finished_while_somebody_takes_it_is_finished_in_every_order()
    return []


def meetings_with_the_spool() -> list[str]:
    from tests.faults import test_interleaving as met
    from tests.faults.interleaving import Meeting

    met.test_in_every_order(met.spooled, [Meeting.replay, Meeting.submit])
    met.test_of_two_contents_under_one_id_one_is_stored_and_the_other_refused()
    return []


CAPTURE, ALERTING, LEAD = "shared/usecases/capture.py", "shared/usecases/alerting.py", "shared/domain/leads/lead.py"
TABLE, REPLAYING, INBOX = (
    "shared/adapters/dynamodb/leads_table.py",
    "shared/usecases/replaying.py",
    "shared/usecases/inbox.py",
)
BUGS: tuple[Bug, ...] = (
    Bug(
        "received is said when table and spool both failed",
        CAPTURE,
        "    spool.put(lead)\n",
        "    try:\n        spool.put(lead)\n    except StoreUnavailable:\n        pass\n",
        submissions_on_the_wire,
    ),
    Bug("nothing goes to the spool", CAPTURE, "    spool.put(lead)\n", "", submissions_on_the_wire),
    Bug(
        "an ad network's lead is received when nothing took it",
        "functions/capture_ad_lead.py",
        "    captured = capture_ad_lead(api.read(event, AdLead), arrival, intake, ads.questionnaire)\n",
        "    try:\n"
        "        captured = capture_ad_lead(api.read(event, AdLead), arrival, intake, ads.questionnaire)\n"
        "    except Exception:\n"
        "        captured = None\n",
        ad_leads_on_the_wire,
    ),
    Bug(
        "one's own retry is a conflict",
        CAPTURE,
        "    if lead.content_hash in seen or",
        "    if",
        submissions_on_the_wire,
    ),
    Bug(
        "a finished form is answered as if it were its unfinished beginning",
        CAPTURE,
        "    if lead.content_hash in seen or (earlier.complete and not lead.complete and not lead.red_flag):\n",
        "    if True:\n",
        submissions_on_the_wire,
    ),
    Bug(
        "other content under the same id takes the place of the first",
        CAPTURE,
        "        raise SubmissionConflict\n",
        "        pass\n",
        meetings_with_the_spool,
    ),
    Bug(
        "a form that met a colleague's write is dropped",
        CAPTURE,
        "        raise StoreUnavailable from error\n",
        "        return Captured(later.receipt, later, False)\n",
        meetings_of_a_visitor_and_staff,
    ),
    Bug(
        "publishing before claiming",
        ALERTING,
        "    claimed = lead.claimed(level, at)\n",
        "    alerting.publisher.publish(alert_for(lead, level, ladder, alerting.staff_link, hours.zone))\n"
        "    claimed = lead.claimed(level, at)\n",
        meetings_of_alerters,
    ),
    Bug(
        "telling without a claim",
        ALERTING,
        "        alerting.leads.replace(lead, claimed)\n",
        "        claimed = lead\n",
        meetings_of_alerters,
    ),
    Bug(
        "a claim that was lost is told all the same",
        ALERTING,
        "    except LeadChanged:\n        return None\n    alert =",
        "    except LeadChanged:\n        pass\n    alert =",
        meetings_of_alerters,
    ),
    Bug(
        "that staff were told is not recorded",
        ALERTING,
        "    _record(claimed, level, ladder, alerting)\n",
        "",
        days_without_faults,
    ),
    Bug(
        "recorded before it is published",
        ALERTING,
        "    alerting.publisher.publish(alert)\n    _record(claimed, level, ladder, alerting)\n",
        "    _record(claimed, level, ladder, alerting)\n    alerting.publisher.publish(alert)\n",
        alerts_on_the_wire,
    ),
    Bug(
        "an error of the topic is swallowed and counts as told",
        ALERTING,
        "    alerting.publisher.publish(alert)\n",
        "    try:\n        alerting.publisher.publish(alert)\n    except Exception:\n        pass\n",
        alerts_on_the_wire,
    ),
    Bug(
        "one lead that cannot be told ends the sweep",
        ALERTING,
        "            failed.append((lead_id, error))\n",
        "            failed.append((lead_id, error))\n            break\n",
        days_with_poison,
    ),
    Bug(
        "a sweep does not say what it could not tell",
        ALERTING,
        "            failed.append((lead_id, error))\n",
        "            pass\n",
        days_with_poison,
    ),
    Bug(
        "the sweep is over before it begins",
        ALERTING,
        "        if clock() >= until:\n",
        "        if clock() <= until:\n",
        days_without_stream,
    ),
    Bug(
        "the sweep only escalates",
        LEAD,
        "        if self.next_at is None or at",
        "        if self.next_at is None or self.version == 1 and at - self.received_at > timedelta(seconds=5) or at",
        days_without_stream,
    ),
    Bug(
        "a claim never lapses",
        LEAD,
        "next_at=at + CLAIM_LASTS)",
        "next_at=NEVER)",
        alerts_on_the_wire,
    ),
    Bug(
        "a claim lasts an hour",
        LEAD,
        "CLAIM_LASTS = timedelta(seconds=30)",
        "CLAIM_LASTS = timedelta(hours=1)",
        alerts_on_the_wire,
    ),
    Bug("a claim lapses at once", LEAD, "next_at=at + CLAIM_LASTS)", "next_at=at)", meetings_of_alerters),
    Bug(
        "a ladder begins anew whenever the visitor comes back",
        "shared/domain/leads/resubmission.py",
        "ladder_from=earlier.started_at",
        "ladder_from=earlier.escalation.started_at",
        days_with_faults,
    ),
    Bug(
        "the ladder ends after its first step",
        LEAD,
        "if delivered < len(ladder) else NEVER",
        "if delivered < 1 else NEVER",
        days_without_faults,
    ),
    Bug(
        "steps that fell due together are told as the last one",
        LEAD,
        "        return self.alert_delivered + 1 if due",
        "        return due if due",
        days_without_stream,
    ),
    Bug(
        "every lead is taken for a suspect",
        LEAD,
        "        return steps[:1] if self.suspicion.suspect or self.source == CANARY else steps",
        "        return steps[:1]",
        alerts_on_the_wire,
    ),
    Bug(
        "a lead is overwritten by the next with its id",
        TABLE,
        '                ConditionExpression="attribute_not_exists(lead_id)",\n                ReturnValues',
        "                ReturnValues",
        submissions_on_the_wire,
    ),
    Bug(
        "a lead is replaced whatever its version",
        TABLE,
        '                ConditionExpression="version = :before",\n',
        '                ConditionExpression="version = :before OR attribute_exists(lead_id)",\n',
        meetings_on_the_wire,
    ),
    Bug(
        "a failed write is a success",
        TABLE,
        "        except (ClientError, BotoCoreError) as error:\n"
        "            raise StoreUnavailable from error\n        return None\n",
        "        except (ClientError, BotoCoreError):\n            pass\n        return None\n",
        submissions_on_the_wire,
    ),
    Bug(
        "a leads table that hangs has no answer",
        "shared/domain/errors.py",
        'getattr(source, "response", None) or {}',
        'getattr(source, "response", {})',
        plain_forms_on_the_wire,
    ),
    Bug(
        "the SDK waits five seconds",
        "shared/adapters/aws.py",
        "connect_timeout=0.5, read_timeout=1,",
        "connect_timeout=0.5, read_timeout=5,",
        submissions_on_the_wire,
    ),
    Bug(
        "the SDK tries ten times",
        "shared/adapters/aws.py",
        '"total_max_attempts": 2',
        '"total_max_attempts": 10',
        submissions_on_the_wire,
    ),
    Bug(
        "the failure of one record is not told to the stream",
        "functions/alert_staff.py",
        "        raise\n",
        "        raise SystemExit\n",
        alerts_on_the_wire,
    ),
    Bug(
        "a spool entry is taken out although the table failed",
        REPLAYING,
        '            return _deliver(lead, replay)\n        error = "unreadable"\n'
        "    except StoreUnavailable:\n        raise\n",
        '            return _deliver(lead, replay)\n        error = "unreadable"\n'
        "    except StoreUnavailable:\n        return Replayed(None, created=False)\n",
        replay_on_the_wire,
    ),
    Bug(
        "a poison entry is dropped",
        REPLAYING,
        "    replay.undeliverable.put_back(entry)\n",
        "",
        replay_on_the_wire,
    ),
    Bug(
        "a poison entry goes round for ever",
        REPLAYING,
        '        error = "unreadable"\n',
        "        raise StoreUnavailable\n",
        replay_on_the_wire,
    ),
    Bug(
        "a second delivery is a second lead",
        REPLAYING,
        "    if lead.content_hash in seen or trails",
        "    if trails",
        replay_on_the_wire,
    ),
    Bug(
        "who took a lead is overwritten by the next",
        INBOX,
        "        except LeadChanged:\n            lead = practice.leads.get(lead.lead_id) or gone()\n",
        "        except LeadChanged:\n            return lead, after\n",
        meetings_of_staff,
    ),
    Bug(
        "taking a lead is said and not written",
        INBOX,
        "            practice.leads.replace(lead, after)\n",
        "            pass\n",
        taking_on_the_wire,
    ),
    Bug(
        "a lead that somebody took climbs on",
        "shared/domain/leads/work.py",
        "next_at=None",
        "next_at=self.lead.next_at",
        meetings_of_staff,
    ),
)


class _Patched(importlib.machinery.SourceFileLoader):
    """Reads one file as if the bug were in it."""

    def __init__(self, name: str, path: str, bug: Bug) -> None:
        super().__init__(name, path)
        self._bug = bug

    def get_code(self, _fullname: str) -> CodeType:
        text = Path(self.path).read_text(encoding="utf-8")
        if text.count(self._bug.old) < 1:
            raise ImportError(f"{self._bug.file} has no such text any more: {self._bug.old!r}")
        found: CodeType = compile(text.replace(self._bug.old, self._bug.new), self.path, "exec")
        return found


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, bug: Bug) -> None:
        self._bug = bug
        self._name = bug.file.removesuffix(".py").replace("/", ".")
        self.used = False

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        self.used = True
        file = str(PROJECT / self._bug.file)
        return importlib.util.spec_from_file_location(fullname, file, loader=_Patched(fullname, file, self._bug))


def caught_by(bug: Bug) -> str:
    """What the check said of it, "" when it was missed. Raises ImportError for a patch that no longer fits."""
    finder = _Finder(bug)
    sys.meta_path.insert(0, finder)
    try:
        broken = bug.check()
    except (ImportError, SyntaxError, NameError):
        raise
    except BaseException as error:  # noqa: BLE001  an assertion of the check, or what a bug let escape
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    if not finder.used:
        raise ImportError(f"{bug.check.__name__} does not even read {bug.file}")
    return broken[0] if broken else ""


def _in_a_process_of_its_own(bug: Bug) -> dict[str, str]:
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        try:
            told = {"bug": bug.name, "check": bug.check.__name__, "caught": caught_by(bug)}
        except BaseException:  # noqa: BLE001  told as what it is: not caught
            told = {"bug": bug.name, "check": bug.check.__name__, "caught": "", "error": traceback.format_exc(limit=-2)}
        os.write(writable, json.dumps(told).encode())
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        told = json.loads(pipe.read() or b'{"caught": ""}')
    os.waitpid(child, 0)
    return {"bug": bug.name, **told}


def main(names: Sequence[str]) -> int:
    for name in ("boto3", "moto.dynamodb", "moto.sns", "moto.sqs", "pydantic", "pytest"):
        importlib.import_module(name)  # what no bug is in, once for all children
    missed = 0
    for bug in (bug for bug in BUGS if not names or bug.name in names):
        told = _in_a_process_of_its_own(bug)
        missed += not told["caught"]
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
