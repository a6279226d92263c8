"""`tace-response cohort import`: a public cohort as a table of ours."""

import argparse
import sys

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.cohort.hcc_tace_seg.importing import (
    COHORT_FILE,
    NOTES_FILE,
    import_hcc_tace_seg,
)


def run_import(options: argparse.Namespace) -> None:
    """Write the cohort, and say what it holds; exit status 2 if images could not be taken."""
    with shown("importing") as progress:
        found = import_hcc_tace_seg(
            options.table,
            options.output,
            features=options.features,
            images=options.images,
            progress=progress,
        )
    read = [row for row in found.rows if row["response"]]
    positive = sum(row["response"] == "responder" for row in read)
    masks = sum(bool(row.get("roi")) for row in found.rows)
    told = f", {masks} with a mask" if options.images else ""
    sys.stdout.write(
        f"{len(found.rows)} patients, {len(read)} read by three readers, {positive} responders"
        f"{told}\n{options.output / COHORT_FILE}\n{options.output / NOTES_FILE}\n"
    )
    for problem in found.problems.values():
        sys.stderr.write(f"error: {problem}\n")
    if found.problems:
        raise InputError(
            "--images",
            "every patient's images must be whole",
            got=f"{len(found.problems)} not",
            remedy="these patients stand in the table without images",
        )
