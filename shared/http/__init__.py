"""The HTTP side of the service: requests, responses, problem details, the plain form and its pages."""
