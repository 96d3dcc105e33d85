"""Contains commands for developers, such as `make run`. This package is not deployed."""
