"""`tace-response score --cohort`: every patient of a table; its parser is that of `score`."""

import argparse
import sys

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import shown


def run(options: argparse.Namespace) -> None:
    """Score, and tell who could not be scored; exit status 2 if there is one."""
    from TACEResponseLib.from_files.cohort import CohortRequest, score_cohort

    request = CohortRequest(
        bundle=options.bundle,
        cohort=options.cohort,
        output=options.output,
        with_scene=not options.no_scene,
        device=options.device,
    )
    with shown("scoring") as progress:
        result = score_cohort(request, progress)
    sys.stdout.write(f"{result.table}\n")
    for line in result.failures:
        name = "" if line.problem.startswith(line.case_id) else f"{line.case_id} "
        sys.stderr.write(f"error: {name}{line.problem}\n")
    if result.failures:
        raise InputError(
            f"--cohort {options.cohort.name}",
            "every patient must be scored",
            got=f"{len(result.failures)} of {len(result.lines)} not",
            remedy=f"see the column problem of {result.table.name}",
        )
