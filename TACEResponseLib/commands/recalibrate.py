"""`tace-response recalibrate`: a bundle's level or slope, set right on a user's own patients."""

import argparse
import sys

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.commands.options import (
    BUNDLE_HELP,
    JOBS_HELP,
    Commands,
    add_device,
    add_verbose,
    some_name,
    some_path,
)

OUTPUT_HELP = "folder made by this command"
METHOD_HELP = "level alone, or level and spread of the logits"


def add_parser(commands: Commands) -> None:
    """`recalibrate`."""
    parser = commands.add_parser("recalibrate", help="set a bundle's probabilities right")
    add = parser.add_argument
    add("--bundle", required=True, type=some_name, help=BUNDLE_HELP)
    add("--cohort", required=True, type=some_path, help="CSV or .xlsx; judge on other patients")
    add("--method", required=True, choices=("intercept", "slope"), help=METHOD_HELP)
    add("--seed", type=whole, default=1, help="of resamples; default: %(default)s")
    add("--jobs", type=whole, default=2, help=JOBS_HELP)
    add("--output", required=True, type=some_path, metavar="BUNDLE", help=OUTPUT_HELP)
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Recalibrate, say who was left out and what was made."""
    from TACEResponseLib.validation.recalibration import RecalibrationRequest, recalibrate_bundle

    request = RecalibrationRequest(
        bundle=options.bundle,
        cohort=options.cohort,
        method=options.method,
        output=options.output,
        seed=options.seed,
        jobs=options.jobs,
        device=options.device,
    )
    with shown("recalibrating") as progress:
        result = recalibrate_bundle(request, progress)
    for warning in result.warnings:
        sys.stderr.write(f"warning: {warning.message}\n")
    for patient in result.left_out:
        sys.stderr.write(f"left out: {patient.case_id} {patient.problem}\n")
    bundle = result.bundle
    sys.stdout.write(f"{bundle.card}\nSHA-256 of SHA256SUMS: {bundle.sha256}\n")
