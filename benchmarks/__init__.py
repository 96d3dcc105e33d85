"""Measurements that are printed, not judged; what must hold is in tests/."""
