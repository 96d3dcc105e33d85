"""One module for each Lambda function: read, call the use case, respond. Only these log and count."""

import gc
import logging
import warnings

warnings.filterwarnings("ignore", message="No application metrics to publish")  # a refused request counts nothing
warnings.filterwarnings("ignore", message="Pydantic serializer warnings")  # they quote values
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # its warnings quote what was sent
gc.set_threshold(70_000)  # more than a start makes, which stays: looking through it would be in vain
