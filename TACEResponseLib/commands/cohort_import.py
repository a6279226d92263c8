"""`tace-response cohort import`: a public cohort as a table of ours."""

import argparse
import sys

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.commands.options import OUTPUT_HELP, Commands, add_verbose, some_path

KIND_HELP = "105 real patients, doi 10.7937/TCIA.5FNA-0924"
TABLE_HELP = "the collection's clinical table, version 2"
FEATURES_HELP = "CSV of pyradiomics features by patient"
IMAGES_HELP = "the collection's images as downloaded, a folder a patient"


def add_parser(actions: Commands) -> None:
    """`cohort import`, an action of `cohort`."""
    collections = actions.add_parser("import", help="a public cohort as a table of ours")
    kinds = collections.add_subparsers(required=True, metavar="COLLECTION")
    parser = kinds.add_parser("hcc-tace-seg", help=KIND_HELP)
    add = parser.add_argument
    add("table", type=some_path, metavar="TABLE.xlsx", help=TABLE_HELP)
    add("--features", type=some_path, metavar="FILE", help=FEATURES_HELP)
    add("--images", type=some_path, metavar="DIR", help=IMAGES_HELP)
    add("--output", type=some_path, required=True, metavar="FOLDER", help=OUTPUT_HELP)
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the cohort, and say what it holds; exit status 2 if images could not be taken."""
    from TACEResponseLib.cohort.hcc_tace_seg.importing import (
        COHORT_FILE,
        NOTES_FILE,
        import_hcc_tace_seg,
    )

    with shown("importing") as progress:
        cohort = import_hcc_tace_seg(
            options.table,
            options.output,
            features=options.features,
            images=options.images,
            progress=progress,
        )
    read = [row for row in cohort.rows if row["response"]]
    positive = sum(row["response"] == "responder" for row in read)
    masks = sum(bool(row.get("roi")) for row in cohort.rows)
    with_masks = f", {masks} with a mask" if options.images else ""
    sys.stdout.write(
        f"{len(cohort.rows)} patients, {len(read)} read by three readers, {positive} responders"
        f"{with_masks}\n{options.output / COHORT_FILE}\n{options.output / NOTES_FILE}\n"
    )
    for problem in cohort.problems.values():
        sys.stderr.write(f"error: {problem}\n")
    if cohort.problems:
        raise InputError(
            "--images",
            "every patient's images must be whole",
            got=f"{len(cohort.problems)} not",
            remedy="these patients stand in the table without images",
        )
