"""`tace-response compare`: several validations side by side."""

import argparse
import sys

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.commands.cohort import as_text


def run(options: argparse.Namespace) -> None:
    """Print both tables; write them too if asked."""
    from TACEResponseLib.basics.writing.new_output import check_output, new_folder
    from TACEResponseLib.validation.study.comparing import (
        COLUMNS,
        PAIR_COLUMNS,
        paired,
        read_validation,
        side_by_side,
    )
    from TACEResponseLib.validation.style.figure import write_csv

    if len(options.folders) < 2:
        raise InputError(
            "compare",
            "needs at least two folders",
            got=len(options.folders),
            remedy="name another that validate wrote",
        )
    if options.output:
        check_output(options.output)
    found = [read_validation(folder) for folder in options.folders]
    rows, pairs = side_by_side(found), paired(found)
    sys.stdout.write(as_text(COLUMNS, rows) + "\n")
    if pairs:
        sys.stdout.write(as_text(PAIR_COLUMNS, pairs))
    else:
        sys.stdout.write("Not the same patients, or out-of-fold predictions: no paired test.\n")
    if options.output:
        with new_folder(options.output) as draft:
            write_csv(draft / "side_by_side.csv", COLUMNS, rows)
            write_csv(draft / "paired.csv", PAIR_COLUMNS, pairs)
