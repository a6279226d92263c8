"""`tace-response compare`: several validations side by side."""

import argparse
import sys

from TACEResponseLib.commands.options import Commands, add_verbose, some_path

FOLDERS_HELP = "that validate wrote; tested on the same patients"


def add_parser(commands: Commands) -> None:
    """`compare`."""
    parser = commands.add_parser("compare", help="several validations side by side")
    parser.add_argument("folders", type=some_path, nargs="+", metavar="FOLDER", help=FOLDERS_HELP)
    parser.add_argument("--output", type=some_path, metavar="FOLDER", help="both tables as CSV")
    add_verbose(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print both tables; write them too if asked."""
    from TACEResponseLib.basics.aligned_columns import aligned_columns
    from TACEResponseLib.validation.comparison import compare_validations
    from TACEResponseLib.validation.side_by_side import COLUMNS, PAIR_COLUMNS

    comparison = compare_validations(options.folders, options.output)
    sys.stdout.write(aligned_columns(COLUMNS, comparison.side_by_side) + "\n")
    if comparison.paired:
        sys.stdout.write(aligned_columns(PAIR_COLUMNS, comparison.paired))
    else:
        sys.stdout.write("Not the same patients, or out-of-fold predictions: no paired test.\n")
