"""How this service talks to AWS: few attempts, short waits; a hanging dependency never outlasts a function."""

from botocore.config import Config

# 2 attempts x (0.5 s + 1 s) plus backoff: one call ends within 4 s. Continuing an unfinished form takes two calls.
PATIENT_FACING = Config(
    connect_timeout=0.5, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"}, tcp_keepalive=True
)
# The queue that takes over when the table fails: one attempt, so that a patient has an answer within 6 s of both.
SPOOLING = Config(
    connect_timeout=0.4, read_timeout=0.8, retries={"total_max_attempts": 1, "mode": "standard"}, tcp_keepalive=True
)
# For work that nobody waits for, with calls that wait on purpose.
UNHURRIED = Config(connect_timeout=2, read_timeout=15, retries={"total_max_attempts": 3, "mode": "standard"})
