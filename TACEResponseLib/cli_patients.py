"""Commands for one patient: score, demo, info.

Nothing heavy is imported before a command runs.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.cli_options import add_device, add_verbose
from TACEResponseLib.errors import InputError
from TACEResponseLib.strict_numbers import whole
from TACEResponseLib.terms import NOT_A_DEVICE

if TYPE_CHECKING:
    from TACEResponseLib.cli_options import Commands

DEMO_OUTPUT = Path("demo-result")


def add_score(commands: "Commands") -> None:
    """`score`: one patient."""
    parser = commands.add_parser("score", help="score patients", description=NOT_A_DEVICE)
    add = parser.add_argument
    add("--bundle", required=True, help="name of an installed bundle, or its folder or .zip")
    add("--cohort", type=Path, metavar="FILE",
        help="score every patient of a table in place of --image and --roi")  # fmt: skip
    add("--image", action="append", metavar="SEQUENCE=FILE",
        help="NIfTI, NRRD, MHA or a DICOM series; once per sequence")  # fmt: skip
    add("--roi", action="append", metavar="[SEQUENCE=]FILE",
        help="label image, Slicer .seg.nrrd or DICOM SEG; of all images or of one")  # fmt: skip
    add("--roi-label", type=whole, nargs="+", action="extend", default=[], metavar="N",
        help="labels to use; default: all")  # fmt: skip
    add("--roi-segment", action="append", default=[], metavar="NAME",
        help="segment to use; may be repeated")  # fmt: skip
    add("--clinical", type=Path, metavar="FILE", help="patient's clinical values, JSON")
    add(
        "--context",
        type=Path,
        metavar="FILE",
        help="dates, planned treatment, stage, JSON; compared with the model's population",
    )
    add("--case-id", default=None, help="id written to the results; default: case")
    add("--json", action="store_true", help="print the record to stdout and nothing else")
    add("--output", type=Path, required=True, metavar="FOLDER", help="made by this command")
    add("--overwrite", action="store_true", help="replace an earlier result")
    add("--no-scene", action="store_true", help="don't write scene.mrb (needs no slicer-core)")
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=_score)


def add_demo(commands: "Commands") -> None:
    """`demo`: a simulated patient."""
    parser = commands.add_parser("demo", help="score a simulated patient with the shipped bundle")
    parser.add_argument("--output", type=Path, default=DEMO_OUTPUT, metavar="FOLDER",
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier demo")
    parser.add_argument("--no-scene", action="store_true", help="don't write scene.mrb")
    parser.add_argument("--seed", type=whole, default=7, help="which patient; default: %(default)s")
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=_demo)


def add_info(commands: "Commands") -> None:
    """`info`: this installation, or a bundle's model card."""
    parser = commands.add_parser("info", help="versions, devices, bundles; or a model card")
    parser.add_argument("bundle", nargs="?", help="name, folder or .zip of a bundle")
    add_verbose(parser)
    parser.set_defaults(run=_info)


def _score(options: argparse.Namespace) -> None:
    given = [bool(options.cohort), bool(options.image), bool(options.roi)]
    if given not in ([True, False, False], [False, True, True], [False, True, False]):
        raise InputError("score", "needs --image and --roi, or --cohort alone",
                         got=" ".join(n for n, g in zip(("--cohort", "--image", "--roi"), given,
                                                        strict=True) if g) or "neither",
                         remedy="name one patient's files or a table")  # fmt: skip
    if options.cohort:
        from TACEResponseLib.commands.score_cohort import run as run_cohort

        run_cohort(options)
        return
    from TACEResponseLib.commands.score import run

    run(options)


def _demo(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.demo import run

    run(options)


def _info(options: argparse.Namespace) -> None:
    from TACEResponseLib.commands.info import run

    run(options)
