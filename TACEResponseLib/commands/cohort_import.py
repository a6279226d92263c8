"""`tace-response cohort import`: a public cohort as a table of ours."""

import argparse
import sys

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
    from TACEResponseLib.cohort.hcc_tace_seg.importing import ImportRequest, import_hcc_tace_seg

    request = ImportRequest(
        table=options.table,
        output=options.output,
        features=options.features,
        images=options.images,
    )
    with shown("importing") as progress:
        cohort = import_hcc_tace_seg(request, progress)
    with_masks = f", {cohort.n_masks} with a mask" if options.images else ""
    table, notes = cohort.files
    sys.stdout.write(
        f"{len(cohort.rows)} patients, {cohort.n_read} read by three readers, "
        f"{cohort.n_responders} responders{with_masks}\n"
    )
    if cohort.n_impossible:
        sys.stdout.write(
            f"{cohort.n_impossible} left without a response: the follow-up precedes the treatment\n"
        )
    sys.stdout.write(f"{table}\n{notes}\n")
    for problem in cohort.problems.values():
        sys.stderr.write(f"error: {problem}\n")
    cohort.check_complete()
