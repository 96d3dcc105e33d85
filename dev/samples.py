"""Sends sample leads: obviously invented people with varied answers, sent as a landing page sends them."""

import json
import random
import urllib.error
import urllib.request
import uuid
from typing import Any

from rich.console import Console
from rich.progress import track

QUESTIONNAIRE = "fs-intake"
# How often a sample patient picks 'none' if it is offered. Without it, every sample would be an emergency.
NONE_RATE = 0.9


def send(site: str, count: int, console: Console) -> None:
    """Posts `count` leads, and prints how often each disposition was returned."""
    questionnaire = json.load(urllib.request.urlopen(f"{site}questionnaires/{QUESTIONNAIRE}", timeout=30))
    chance = random.Random()  # noqa: S311  # the numbers need not be secret
    dispositions: dict[str, int] = {}
    for number in track(range(1, count + 1), description="Sample leads", console=console):
        disposition = _post(f"{site}submissions", sample(questionnaire, number, chance))
        dispositions[disposition] = dispositions.get(disposition, 0) + 1
    for disposition, times in sorted(dispositions.items()):
        console.print(f"  {times:4} x {disposition}")


def sample(questionnaire: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    """Returns a filled-in form. `number` makes the sample's contact data unique."""
    answers: dict[str, Any] = {}
    for page in questionnaire["pages"]:
        for question in page["questions"]:
            if _holds(question.get("shown_when"), answers):
                answers[question["code"]] = _answer(question, chance)
    adult = {"age": chance.randint(28, 84), "who": "self"} if "who" in answers else {"age": chance.randint(28, 84)}
    contact = {
        "name": f"Sample Patient {number:02}",
        "phone": f"(312) 555-01{number % 100:02}",
        "email": f"sample.patient.{number:02}@example.com",
        "preference": chance.choice(["call", "text", "email"]),
    }
    return {
        "submission_id": str(uuid.uuid4()),
        "questionnaire": {"id": questionnaire["id"], "version": questionnaire["version"]},
        "answers": {code: answer for code, answer in (answers | adult).items() if answer not in (None, [])},
        "contact": contact,
        "consents": {"contact": True, "sms": chance.choice([True, False]), "marketing": False},
        "attribution": {"utm_source": "samples"},
    }


def _holds(condition: dict[str, Any] | None, answers: dict[str, Any]) -> bool:
    if condition is None:
        return True
    answer = answers.get(condition["question"])
    if "any_of" in condition:
        given = answer if isinstance(answer, list) else [answer]
        return any(code in condition["any_of"] for code in given)
    lowest, highest = condition.get("at_least", float("-inf")), condition.get("at_most", float("inf"))
    return isinstance(answer, int) and lowest <= answer <= highest


def _answer(question: dict[str, Any], chance: random.Random) -> Any:
    if question["type"] == "integer":
        return chance.randint(question.get("minimum", 0), question.get("maximum", 10))
    if question["type"] == "text":
        return None
    options = question["options"]
    calm = [option["code"] for option in options if option["code"] in {"no", "none"}]
    if calm and chance.random() < NONE_RATE:
        return calm[:1] if question["type"] == "choice-many" else calm[0]
    if question["type"] == "choice-one":
        return chance.choice(options)["code"]
    several = [option["code"] for option in options if not option.get("exclusive")]
    return chance.sample(several, k=min(len(several), chance.randint(1, 3)))


def _post(address: str, submission: dict[str, Any]) -> str:
    request = urllib.request.Request(address, json.dumps(submission).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            disposition: str = json.load(answer)["disposition"]
            return disposition
    except urllib.error.HTTPError as error:
        raise SystemExit(f"A sample was refused ({error.code}): {error.read().decode()}") from None
