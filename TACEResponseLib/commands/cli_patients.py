"""Commands for one patient: score, demo, info.

Nothing heavy is imported before a command runs.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.commands.options import add_device, add_verbose, refuse_given

if TYPE_CHECKING:
    from TACEResponseLib.commands.options import Commands

DEMO_OUTPUT = Path("demo-result")


def add_score(commands: "Commands") -> None:
    """`score`: one patient."""
    parser = commands.add_parser("score", help="score patients", description=NOT_A_DEVICE)
    add = parser.add_argument
    add("--bundle", required=True, help="name of an installed bundle, or its folder or .zip")
    add(
        "--cohort",
        type=Path,
        metavar="FILE",
        help="score every patient of a table in place of --image, --roi and what belongs to one "
        "patient",
    )
    add(
        "--image",
        action="append",
        metavar="SEQUENCE=FILE",
        help="NIfTI, NRRD, MHA or a DICOM series; once per sequence",
    )
    add(
        "--roi",
        action="append",
        metavar="[SEQUENCE=]FILE",
        help="label image, Slicer .seg.nrrd or DICOM SEG; of all images or of one",
    )
    add(
        "--roi-label",
        nargs="+",
        action="extend",
        default=[],
        metavar="N",
        help="labels of the tumor, or all; needed where there are several",
    )
    add(
        "--roi-segment",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="segments of the tumor, or all; needed where there are several",
    )
    add("--large-roi", action="store_true", help="an ROI of more than 500 mL is tumor and no liver")
    add(
        "--liver",
        type=Path,
        metavar="FILE",
        help="mask of the whole liver, tumors included; an ROI of more than 80 %% of it is refused",
    )
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
    parser.set_defaults(run=_score, parser=parser)


def add_demo(commands: "Commands") -> None:
    """`demo`: a simulated patient."""
    parser = commands.add_parser("demo", help="score a simulated patient with the shipped bundle")
    parser.add_argument(
        "--output", type=Path, default=DEMO_OUTPUT, metavar="FOLDER", help="default: %(default)s"
    )
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


_COLUMN = "is of one patient; a table has columns for it"
# What each option of one patient is in a table of many.
OF_ONE_PATIENT = {
    "--roi-label": (_COLUMN, "write the labels in column roi_label"),
    "--roi-segment": (_COLUMN, "write the names in column roi_segment"),
    "--large-roi": (_COLUMN, "write yes in column large_roi"),
    "--liver": (_COLUMN, "write its path in column liver"),
    "--clinical": (_COLUMN, "write each value in a column called as in the schema"),
    "--context": (
        _COLUMN,
        "write image_date, treatment_date, planned_treatment, "
        "is_first_treatment and bclc_stage as columns",
    ),
    "--case-id": (_COLUMN, "write it in column case_id"),
    "--json": ("prints the record of one patient", "read prediction.json in each patient's folder"),
    "--overwrite": ("a cohort's folder is always a new one", "choose another --output"),
}
WITHOUT_ROI = dict.fromkeys(
    ("--roi-label", "--roi-segment", "--large-roi"),
    ("chooses from the ROI, and none was given", "leave it out, or give --roi FILE"),
) | {
    "--liver": ("is compared with the ROI, and none was given", "leave it out, or give --roi FILE")
}


def _score(options: argparse.Namespace) -> None:
    given = [bool(options.cohort), bool(options.image), bool(options.roi)]
    if given not in ([True, False, False], [False, True, True], [False, True, False]):
        raise InputError(
            "score",
            "needs --image and --roi, or --cohort alone",
            got=" ".join(
                n for n, g in zip(("--cohort", "--image", "--roi"), given, strict=True) if g
            )
            or "neither",
            remedy="name one patient's files or a table",
        )
    refuse_given(options, OF_ONE_PATIENT if options.cohort else {} if options.roi else WITHOUT_ROI)
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
