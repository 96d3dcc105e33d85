"""Commands for developers, such as running the service locally or trying out rules. This package is not deployed."""
