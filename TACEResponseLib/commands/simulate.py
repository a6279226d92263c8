"""`tace-response simulate`: a cohort whose answer is known."""

import argparse
import sys
from pathlib import Path

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.writing.new_output import check_output, new_folder


def run(options: argparse.Namespace) -> None:
    """Write images, ROIs and the table of a simulated cohort; all or nothing."""
    check(options)
    from TACEResponseLib.basics.terms import CohortRole
    from TACEResponseLib.simulation.cohort import write_cohort
    from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
    from TACEResponseLib.simulation.settings import SimulationSettings

    kind = MrSimulationSettings if options.modality == "mr" else SimulationSettings

    folder: Path = options.output
    with shown("simulating") as progress, new_folder(folder) as draft:
        table = write_cohort(
            kind(treatment=options.treatment.upper()),
            options.patients,
            options.seed,
            draft,
            role=CohortRole(options.role),
            progress=progress,
        )
    sys.stdout.write(f"{folder / table.name}\n")


def check(options: argparse.Namespace) -> None:
    """Refuse what can't be before the first patient is made.

    Raises: InputError: an output that exists or can't be made.
    """
    check_output(options.output)
