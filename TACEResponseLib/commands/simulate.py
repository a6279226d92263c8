"""`tace-response simulate`: a cohort whose answer is known."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from TACEResponseLib.errors import InputError
from TACEResponseLib.file_modes import even_modes
from TACEResponseLib.progress import shown


def run(options: argparse.Namespace) -> None:
    """Write images, ROIs and the table of a simulated cohort; all or nothing."""
    check(options)
    from TACEResponseLib.simulation.cohort import write_cohort
    from TACEResponseLib.simulation.mr_settings import MrSimulationSettings
    from TACEResponseLib.simulation.settings import SimulationSettings
    from TACEResponseLib.terms import CohortRole

    kind = MrSimulationSettings if options.modality == "mr" else SimulationSettings

    folder: Path = options.output
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))
    try:
        with shown("simulating") as progress:
            table = write_cohort(
                kind(treatment=options.treatment.upper()),
                options.patients,
                options.seed,
                draft,
                role=CohortRole(options.role),
                progress=progress,
            )
        even_modes(draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sys.stdout.write(f"{folder / table.name}\n")


def check(options: argparse.Namespace) -> None:
    """Refuse what can't be before the first patient is made.

    Raises: InputError: no patients, a negative seed, or an output that exists.
    """
    if options.patients < 1:
        raise InputError("--patients", "must be at least 1", got=options.patients,
                         remedy="give a number of patients")  # fmt: skip
    if options.seed < 0:
        raise InputError("--seed", "must be 0 or more", got=options.seed,
                         remedy="give another seed")  # fmt: skip
    if options.output.exists():
        raise InputError("--output", "must not exist yet", got=options.output,
                         remedy="choose another name")  # fmt: skip
