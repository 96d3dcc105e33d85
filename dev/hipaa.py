"""Checks a CloudFormation template against the HIPAA rules of cdk-nag.

    .local/nag/bin/python dev/hipaa.py TEMPLATE

Needs Node.js and the virtual environment .local/nag. A rule that could not be evaluated counts as a finding.
"""

import json
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import aws_cdk
import cdk_nag
from aws_cdk.cloudformation_include import CfnInclude

with tempfile.TemporaryDirectory() as folder:
    app = aws_cdk.App(outdir=folder)
    CfnInclude(aws_cdk.Stack(app, "stack"), "template", template_file=sys.argv[1])
    aws_cdk.Validations.of(app).add_plugins(cdk_nag.HIPAASecurityChecks(app))
    with suppress(RuntimeError):
        app.synth()
    reports = json.loads((Path(folder) / "validation-report.json").read_text())["pluginReports"]

(report,) = [report for report in reports if report["pluginName"] == "HIPAA.Security"]
for violation in report["violations"]:
    for construct in violation["violatingConstructs"]:
        print("finding", violation["ruleName"], construct["constructPath"].rpartition("/")[2])
print("judged", report["pluginName"])
