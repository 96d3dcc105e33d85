"""One module for each Lambda function: read, call the use case, respond. Only these log and count."""

import gc
import logging
import warnings

warnings.filterwarnings("ignore", message="No application metrics to publish")  # a refused request counts nothing
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # its warnings quote what was sent
gc.set_threshold(50_000)  # what is made at start stays: looking through it again and again would be in vain
