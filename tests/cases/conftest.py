from tests.functions.conftest import aws, clock

__all__ = ["aws", "clock"]
