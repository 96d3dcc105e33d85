"""Defines the long checks of the promises in docs/reliability.md."""

from __future__ import annotations

from collections import Counter

from tests.faults.mail_days import MailDays
from tests.faults.plans import KINDS, outages, quiet_world, several_faults, single_faults
from tests.faults.random_days import Days
from tests.faults.random_faults import WEATHERS
from tests.faults.wire import World
from tests.soak.check import Check, Found, Piece
from tests.soak.load import behind_a_server, on_the_local_cloud

VISITS = 2_500
LEADS = 120
FAULT_RATES = (0.0, 0.01, 0.05)


def simulate(piece: Piece) -> Found:
    """Simulates days of the clinic. Each piece has the next of the WEATHERS."""
    weather = WEATHERS[piece.first // VISITS % len(WEATHERS)]
    days = Days(piece.seed + piece.first, piece.count, weather).run()
    counts = Counter({f"{weather.name}: {what}": times for what, times in days.counts.items()})
    return Found(piece.count, days.violations, counts, {f"{weather.name}: first alert after, s": days.delays})


def mail(piece: Piece) -> Found:
    """Simulates hours of mail to visitors. Each piece has the next of the FAULT_RATES."""
    rate = FAULT_RATES[piece.first // LEADS % len(FAULT_RATES)]
    days = MailDays(piece.seed + piece.first, piece.count, rate).run()
    counts = Counter({f"{rate:.0%} faults: {what}": times for what, times in days.counts.items()})
    return Found(piece.count, [f"{what} (seed {piece.seed + piece.first})" for what in days.violations], counts)


def fail_once(piece: Piece) -> Found:
    with quiet_world() as made:
        kinds = KINDS[piece.first : piece.first + piece.count]
        return _found(made, [broken for kind in kinds for broken in single_faults(made, *kind)], piece)


def fail_whole_services(piece: Piece) -> Found:
    with quiet_world() as made:
        kinds = KINDS[piece.first : piece.first + piece.count]
        return _found(made, [broken for kind in kinds for broken in outages(made, *kind)], piece)


def fail_often(piece: Piece) -> Found:
    with quiet_world() as made:
        numbers = range(piece.first, piece.first + piece.count)
        return _found(
            made, [broken for number in numbers for broken in several_faults(made, piece.seed, number)], piece
        )


def _found(made: World, violations: list[str], piece: Piece) -> Found:
    return Found(piece.count, violations, Counter(plans=made.runs))


CHECKS: tuple[Check, ...] = (
    Check(
        "simulation",
        "no lead is lost, alerted twice without a fault, late or never, whatever fails at random",
        "visits",
        1_000_000,
        VISITS,
        simulate,
        takes=1.1,
    ),
    Check(
        "mail",
        "no mail to a person is sent twice, faster than SES takes it, or without a result",
        "leads",
        60_000,
        LEADS,
        mail,
        takes=0.7,
    ),
    Check(
        "single-faults",
        "each of 13 faults at every attempt of every flow: no received lead is lost, unalerted or duplicated",
        "flows x faults",
        len(KINDS),
        13,
        fail_once,
        takes=220,
    ),
    Check(
        "outages",
        "the same with every combination of table, topic and spool failing",
        "flows x faults",
        len(KINDS),
        13,
        fail_whole_services,
        takes=320,
    ),
    Check(
        "several-faults",
        "the same with faults at several attempts at once, drawn at random",
        "plans",
        5_000,
        100,
        fail_often,
        takes=27,
    ),
    Check(
        "load-functions",
        "visitors at once, the functions behind a local HTTP server: no error, every lead stored and alerted",
        "submissions",
        1_000,
        250,
        behind_a_server,
        takes=70,
        alone=True,
    ),
    Check(
        "load-cloud",
        "visitors at once, on the local cloud: no error, every lead stored and alerted",
        "submissions",
        500,
        500,
        on_the_local_cloud,
        takes=60,
        alone=True,
    ),
)
