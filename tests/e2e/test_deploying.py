"""Tests that a changed parameter changes the function version behind the alias `live`."""

from __future__ import annotations

from dev.cloud import LocalCloud

LATER = "https://opened-later.clinic.example"


def test_a_changed_parameter_reaches_visitors_through_the_alias(cloud: LocalCloud) -> None:
    functions, name = cloud.client("lambda"), cloud.resources["CaptureLead"]

    def live() -> tuple[str, str]:
        """Returns the version number behind the function's alias, and its allowed origins."""
        version = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
        found = functions.get_function_configuration(FunctionName=name, Qualifier=version)
        return str(version), str(found["Environment"]["Variables"]["RETURN_ORIGINS"])

    before = live()
    cloud.parameters |= {"AllowedOrigins": f"{cloud.parameters['AllowedOrigins']},{LATER}"}
    cloud.deploy()

    assert before[1] + f",{LATER}" == live()[1]
    assert before[0] != live()[0]
