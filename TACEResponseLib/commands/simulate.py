"""`tace-response simulate`: a cohort whose answer is known."""

import argparse
import sys

from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import decimal, whole
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.commands.options import OUTPUT_HELP, ROLES, Commands, add_verbose, some_path

MODALITY_HELP = "arterial CT, or five MR sequences; default: %(default)s"
TREATMENT_HELP = "regimens in the clinical record; default: %(default)s"

WORLD_HELP = "2 measures as real lesions do and takes longer (CT alone); default: %(default)s"
SITE_HELP = "four sites that scan and treat in their own ways, so far apart; 0 to 3"
KAPPA_HELP = "two readers of response agree this well, the first is believed; published: 0.3 to 0.5"
CONTOUR_HELP = "standard deviation of drawn borders about the true ones; 0 to 10"
LAW_HELP = "an interaction, and a size that counts neither way"
PORTAL_HELP = "of scans that are portal venous and are called arterial"
GAPS_HELP = "markers lack more often in those who do not respond"


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
    add("--world", type=whole, choices=(1, 2), default=1, help=WORLD_HELP)
    _add_switches(parser)
    add_verbose(parser)
    parser.set_defaults(run=run)


def _add_switches(parser: argparse.ArgumentParser) -> None:
    """What can go wrong with a cohort of the second world."""
    group = parser.add_argument_group("what goes wrong with the cohort (--world 2; off by default)")
    add = group.add_argument
    add("--site-shift", type=decimal, default=0.0, metavar="SIZE", help=SITE_HELP)
    add("--reader-kappa", type=decimal, default=1.0, metavar="KAPPA", help=KAPPA_HELP)
    add("--contour-error-mm", type=decimal, default=0.0, metavar="MM", help=CONTOUR_HELP)
    add("--nonlinear-law", action="store_true", help=LAW_HELP)
    add("--portal-share", type=decimal, default=0.0, metavar="SHARE", help=PORTAL_HELP)
    add("--informative-missingness", action="store_true", help=GAPS_HELP)
    add("--null", action="store_true", help="nothing that is measured has to do with the response")


def run(options: argparse.Namespace) -> None:
    """Write the cohort, and say where its table is."""
    from TACEResponseLib.simulation.cohort import SimulationRequest, simulate_cohort
    from TACEResponseLib.simulation.world2.settings import SwitchSettings

    chosen = {name: getattr(options, name) for name in SwitchSettings.model_fields}
    check_ranges(**{name.replace("_", "-"): value for name, value in chosen.items()})

    request = SimulationRequest(
        output=options.output,
        patients=options.patients,
        seed=options.seed,
        modality=options.modality,
        treatment=options.treatment,
        role=CohortRole(options.role),
        world=options.world,
        switches=SwitchSettings(**chosen),
    )
    with shown("simulating") as progress:
        table = simulate_cohort(request, progress)
    sys.stdout.write(f"{table}\n")
