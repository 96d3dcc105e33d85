"""Commands for developers, such as the local cloud and the trial of rules. Nothing in this package is deployed."""
