"""Sends sample leads with the answers of simulated visitors and invented names."""

import json
import random
import urllib.error
import urllib.request
import uuid
from typing import Any

from rich.console import Console
from rich.progress import track

from dev import people

QUESTIONNAIRE = "fs-intake"
SMS, MARKETING = 0.6, 0.3
REACHED_BY = {("phone", "email"): 0.65, ("phone",): 0.25, ("email",): 0.10}  # contact details -> share of people
CALM = 0.9
# In each area code, nobody has the numbers 555-0100 to 555-0199.
AREA_CODES = (312, 773, 872, 708, 847, 224, 630, 331, 815, 779, 217, 309, 618, 212, 213, 415)
RELATIONS = ("daughter", "son", "wife", "husband", "friend")


def send(site: str, count: int, console: Console) -> None:
    questionnaire = json.load(urllib.request.urlopen(f"{site}questionnaires/{QUESTIONNAIRE}", timeout=30))
    chance = random.Random()  # noqa: S311  # the numbers need not be secret
    dispositions: dict[str, int] = {}
    for number in track(range(1, count + 1), description="Sample leads", console=console):
        disposition = _post(f"{site}submissions", sample(questionnaire, number, chance))
        dispositions[disposition] = dispositions.get(disposition, 0) + 1
    for disposition, times in sorted(dispositions.items()):
        console.print(f"  {times:4} x {disposition}")


def sample(questionnaire: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    """Returns a filled-in form.

    questionnaire: the JSON from GET /questionnaires/{id}
    number: makes the contact details unique; from 1,600 on, phone numbers repeat
    """
    person = people.draw(chance)
    contact = questionnaire["contact"]
    return {
        "submission_id": str(uuid.uuid4()),
        "questionnaire": {"id": questionnaire["id"], "version": questionnaire["version"]},
        "answers": fitted(people.answers(person, chance), questionnaire, chance),
        "contact": _contact(contact["fields"], person, number, chance),
        "consents": {
            consent["code"]: consent["required"] or chance.random() < (SMS if consent["code"] == "sms" else MARKETING)
            for consent in contact["consents"]
        },
        "language": person.language,
        "attribution": {"utm_source": "samples"},
    }


def fitted(given: dict[str, Any], questionnaire: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Returns the given answers, adapted to a version of the questionnaire.

    Drops options that the questionnaire lacks, and invents missing answers except texts.
    """
    answers: dict[str, Any] = {}
    for page in questionnaire["pages"]:
        for question in page["questions"]:
            code = question["code"]
            if not _holds(question.get("shown_when"), answers) or (code not in given and code in people.QUESTIONS):
                continue
            answer = _offered(given.get(code), question)
            answer = _invented(question, chance) if answer in (None, []) else answer
            if answer is not None:
                answers[code] = answer
    return answers


def codes_of(answer: Any) -> list[str]:
    """Returns the option codes of an answer: [text] for a text, and [] for a number."""
    return [code for code in (answer if isinstance(answer, list) else [answer]) if isinstance(code, str)]


def _holds(condition: dict[str, Any] | None, answers: dict[str, Any]) -> bool:
    if condition is None:
        return True
    if "any" in condition:
        return any(_holds(part, answers) for part in condition["any"])
    answer = answers.get(condition["question"])
    if "any_of" in condition:
        return any(code in condition["any_of"] for code in codes_of(answer))
    lowest, highest = condition.get("at_least", float("-inf")), condition.get("at_most", float("inf"))
    return isinstance(answer, int) and lowest <= answer <= highest


def _offered(answer: Any, question: dict[str, Any]) -> Any:
    """Keeps only those options of an answer that the question offers; None or [] if none is left."""
    codes = {option["code"] for option in question.get("options", ())}
    match question["type"]:
        case "choice-many":
            return [code for code in answer or () if code in codes]
        case "choice-one":
            return answer if answer in codes else None
        case _:
            return answer


def _invented(question: dict[str, Any], chance: random.Random) -> Any:
    if question["type"] == "integer":
        return chance.randint(question.get("minimum", 0), question.get("maximum", 10))
    if question["type"] == "text":
        return None
    codes = [option["code"] for option in question["options"]]
    calm = [code for code in codes if code in {"no", "none"}]
    code = chance.choice(calm if calm and chance.random() < CALM else codes)
    return [code] if question["type"] == "choice-many" else code


def _contact(fields: list[dict[str, Any]], person: people.Person, number: int, chance: random.Random) -> dict[str, str]:
    left = chance.choices(list(REACHED_BY), list(REACHED_BY.values()))[0]
    texts = {
        "name": f"Sample Patient {number:02}",
        "phone": f"({AREA_CODES[number // 100 % len(AREA_CODES)]}) 555-01{number % 100:02}"
        if "phone" in left
        else None,
        "email": f"sample.patient.{number:02}@example.com" if "email" in left else None,
        "postal": chance.choice(["60601", None]),
        "helper_name": f"Sample Helper {number:02}" if person.caregiver else None,
        "relation": chance.choice(RELATIONS) if person.caregiver else None,
    }
    entries = {
        field["code"]: chance.choice(field["options"])["code"] if field.get("options") else texts.get(field["code"])
        for field in fields
    }
    return {code: entry for code, entry in entries.items() if entry is not None}


def _post(address: str, submission: dict[str, Any]) -> str:
    request = urllib.request.Request(address, json.dumps(submission).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            disposition: str = json.load(answer)["disposition"]
            return disposition
    except urllib.error.HTTPError as error:
        raise SystemExit(f"A sample was refused ({error.code}): {error.read().decode()}") from None
