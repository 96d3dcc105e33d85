"""Imports a handler and calls it as Lambda does. Imports little else, because the whole process is measured.

    python -I -S -B benchmarks/invoke.py FOLDER HANDLER EVENT.json COUNT

EVENT.json holds an event, or a list of events that the handler gets one after another. The handler gets the last event
COUNT more times. COUNT may also be one of these words:

- "init" stops after importing the handler
- "boot" stops before importing the handler
- "reference" imports a fixed part of the standard library instead of the handler
"""

import gc
import json
import sys
import time

OPENED = [0]
COLLECTIONS = [0]
USUAL_THRESHOLD = gc.get_threshold()
REFERENCE = ("asyncio", "decimal", "email.parser", "http.client", "inspect", "logging", "ssl", "unittest", "xml.sax")


class Context:
    function_name = "benchmark"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:benchmark"
    aws_request_id = "8d1f2b66-0000-4000-8000-000000000000"
    log_group_name = log_stream_name = "benchmark"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


def count(event: str, _: object) -> None:
    OPENED[0] += event == "open"


def count_collection(phase: str, _: object) -> None:
    COLLECTIONS[0] += phase == "start" and gc.get_threshold() != USUAL_THRESHOLD


def peak_memory() -> int:
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  (importing pathlib would be measured)
        return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)


def main() -> None:
    folder, handler_name, event_file, count_text = sys.argv[1:]
    took: dict[str, object] = {}
    with open(event_file, encoding="utf-8") as file:  # noqa: PTH123
        event = json.load(file)
    if count_text == "reference":
        for module in REFERENCE:
            __import__(module)
    elif count_text != "boot":
        sys.path.insert(0, folder)
        sys.addaudithook(count)
        gc.callbacks.append(count_collection)
        started = time.process_time()
        module_name, _, name = handler_name.rpartition(".")
        handler = getattr(__import__(module_name, fromlist=[name]), name)
        took["init"] = time.process_time() - started
        if count_text != "init":
            events = event if isinstance(event, list) else [event]
            for one in events:
                answer = handler(one, Context())
            took["first"] = time.process_time() - started
            took["opened"], took["memory"] = OPENED[0], peak_memory()
            took["collections"] = COLLECTIONS[0]
            took["status"] = answer.get("statusCode") if isinstance(answer, dict) else None
            started = time.process_time()
            for _ in range(int(count_text)):
                handler(events[-1], Context())
            took["warm"] = time.process_time() - started
    took["modules"] = sorted(sys.modules)
    sys.stdout.write("\n" + json.dumps(took) + "\n")


main()
