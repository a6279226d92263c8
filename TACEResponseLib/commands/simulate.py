"""`tace-response simulate`: a cohort whose answer is known."""

import argparse
import sys

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.commands.options import OUTPUT_HELP, ROLES, Commands, add_verbose, some_path

MODALITY_HELP = "arterial CT, or five MR sequences; default: %(default)s"
TREATMENT_HELP = "regimens in the clinical record; default: %(default)s"


def add_parser(commands: Commands) -> None:
    """`simulate`."""
    parser = commands.add_parser("simulate", help="write a simulated cohort with a known answer")
    add = parser.add_argument
    add("--modality", choices=("ct", "mr"), default="ct", help=MODALITY_HELP)
    add("--treatment", choices=("tace", "haic"), default="tace", help=TREATMENT_HELP)
    add("--patients", type=whole, required=True, metavar="N")
    add("--seed", type=whole, required=True, help="same seed, same bytes")
    add("--role", default="training", help="cohort role; default: %(default)s", choices=ROLES)
    add("--output", type=some_path, required=True, metavar="FOLDER", help=OUTPUT_HELP)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the cohort, and say where its table is."""
    from TACEResponseLib.simulation.cohort import SimulationRequest, simulate_cohort

    request = SimulationRequest(
        output=options.output,
        patients=options.patients,
        seed=options.seed,
        modality=options.modality,
        treatment=options.treatment,
        role=CohortRole(options.role),
    )
    with shown("simulating") as progress:
        table = simulate_cohort(request, progress)
    sys.stdout.write(f"{table}\n")
