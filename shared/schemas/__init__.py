"""How pydantic's core checks and writes each class of that name. Written by `python -m dev.schemas`."""
