"""One module for each Lambda function: read, call the use case, respond. Only these log and count."""

import warnings

warnings.filterwarnings("ignore", message="No application metrics to publish")  # a refused request counts nothing
