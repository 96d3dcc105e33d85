"""API Gateway on one side, values on the other: requests, responses, problems, the plain form and its pages."""
