"""`tace-response cohort check | describe | import`: a table of patients."""

import argparse
import sys

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.commands import cohort_import
from TACEResponseLib.commands.options import ENDPOINTS, Commands, add_verbose, some_name, some_path

RECIPE_HELP = "tell whom training this recipe would leave out"
COHORT_HELP = "CSV or .xlsx, one row a patient"


def add_parser(commands: Commands) -> None:
    """`cohort`."""
    cohort = commands.add_parser("cohort", help="check, describe or import patients")
    actions = cohort.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="every problem of every row at once")
    check.add_argument("--table-only", action="store_true", help="don't open images and masks")
    check.add_argument("--recipe", type=some_name, help=RECIPE_HELP)
    describe = actions.add_parser("describe", help="table 1, by role and response")
    describe.add_argument(
        "--endpoint", choices=ENDPOINTS, default="objective_response", help="default: %(default)s"
    )
    for parser, run in ((check, run_check), (describe, run_describe)):
        parser.add_argument("cohort", type=some_path, metavar="COHORT", help=COHORT_HELP)
        add_verbose(parser)
        parser.set_defaults(run=run)
    cohort_import.add_parser(actions)


def run_check(options: argparse.Namespace) -> None:
    """Print every problem of every row, files included; exit status 2 if there is one.

    Patients whom a training would leave out are no problem, and told as notes.
    """
    from TACEResponseLib.basics.aligned_columns import aligned_columns
    from TACEResponseLib.training.cohort_check import check_cohort, left_out_notes

    with shown("reading images and masks") as progress:
        checked = check_cohort(options.cohort, with_files=not options.table_only, progress=progress)
    if checked.problems:
        cells = [(str(p.row or ""), p.column, p.rule, p.got, p.remedy) for p in checked.problems]
        header = ("line", "column", "rule", "got", "remedy")
        sys.stdout.write(aligned_columns(header, cells))
    notes = [*checked.notes, *left_out_notes(checked.patients, options.recipe)]
    sys.stdout.write("".join(f"note: {one}\n" for one in notes))
    if checked.problems:
        raise InputError(
            f"--cohort {options.cohort.name}",
            "must have no problem",
            got=len(checked.problems),
            remedy="mend what the table above lists",
        )
    sys.stdout.write(f"{len(checked.patients)} patients, no problem\n")


def run_describe(options: argparse.Namespace) -> None:
    """Print table 1."""
    from TACEResponseLib.basics.aligned_columns import aligned_columns
    from TACEResponseLib.basics.terms import Endpoint
    from TACEResponseLib.cohort.description import describe_cohort
    from TACEResponseLib.cohort.reading import usable_cohort

    table = describe_cohort(usable_cohort(options.cohort), Endpoint(options.endpoint))
    sys.stdout.write(aligned_columns(table.header, table.rows))
