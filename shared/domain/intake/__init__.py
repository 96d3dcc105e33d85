"""Defines what visitors send, such as submissions, plain forms and ad leads."""
