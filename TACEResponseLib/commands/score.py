"""`tace-response score`: one patient, or every patient of a table."""

import argparse
import sys
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.log import LOG
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.terms import NOT_A_DEVICE
from TACEResponseLib.basics.writing.own_files import RECORD_NAME
from TACEResponseLib.commands import score_cohort
from TACEResponseLib.commands.image_options import parse_images, parse_rois
from TACEResponseLib.commands.options import (
    BUNDLE_HELP,
    OUTPUT_HELP,
    Commands,
    Reasons,
    add_device,
    add_verbose,
    refuse_given,
    some_name,
    some_path,
)

if TYPE_CHECKING:
    from TACEResponseLib.from_files.patient import PatientResult

_COLUMN = "is of one patient; a table has columns for it"
# What each option of one patient is in a table of many.
OF_ONE_PATIENT: Reasons = {
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
    "--contours": ("is of one patient's ROI", "score that patient alone, or leave it out"),
    "--overwrite": ("a cohort's folder is always a new one", "choose another --output"),
}
WITHOUT_ROI: Reasons = dict.fromkeys(
    ("--roi-label", "--roi-segment", "--large-roi"),
    ("chooses from the ROI, and none was given", "leave it out, or give --roi FILE"),
) | {
    "--liver": ("is compared with the ROI, and none was given", "leave it out, or give --roi FILE"),
    "--contours": (
        "draws the ROI otherwise, and none was given",
        "leave it out, or give --roi FILE",
    ),
}
COHORT_HELP = (
    "score every patient of a table in place of --image, --roi and what belongs to one patient"
)
IMAGE_HELP = "NIfTI, NRRD, MHA or a DICOM series; once per sequence"
ROI_HELP = "label image, Slicer .seg.nrrd or DICOM SEG; of all images or of one"
CHOICES = (
    ("--roi-label", "N", "labels of the tumor, or all; needed where there are several"),
    ("--roi-segment", "NAME", "segments of the tumor, or all; needed where there are several"),
)
LARGE_HELP = "an ROI of more than 500 mL is tumor and no liver"
LIVER_HELP = "mask of the whole liver, tumors included; an ROI of more than 80 %% of it is refused"
CONTOURS_HELP = "say between what the result lies over N plausible contours, 5 to 200; try 20"
CONTEXT_HELP = "dates, planned treatment, stage, JSON; compared with the model's population"


def add_parser(commands: Commands) -> None:
    """`score`."""
    parser = commands.add_parser("score", help="score patients", description=NOT_A_DEVICE)
    add = parser.add_argument
    add("--bundle", required=True, type=some_name, help=BUNDLE_HELP)
    add("--cohort", type=some_path, metavar="FILE", help=COHORT_HELP)
    add("--image", action="append", type=some_name, metavar="SEQUENCE=FILE", help=IMAGE_HELP)
    add("--roi", action="append", type=some_name, metavar="[SEQUENCE=]FILE", help=ROI_HELP)
    for option, metavar, words in CHOICES:
        add(option, nargs="+", action="extend", default=[], metavar=metavar, help=words)
    add("--large-roi", action="store_true", help=LARGE_HELP)
    add("--liver", type=some_path, metavar="FILE", help=LIVER_HELP)
    add("--clinical", type=some_path, metavar="FILE", help="patient's clinical values, JSON")
    add("--context", type=some_path, metavar="FILE", help=CONTEXT_HELP)
    add("--contours", type=whole, metavar="N", help=CONTOURS_HELP)
    add("--case-id", default=None, help="id written to the results; default: case")
    add("--json", action="store_true", help="print the record to stdout and nothing else")
    add("--output", type=some_path, required=True, metavar="FOLDER", help=OUTPUT_HELP)
    add("--overwrite", action="store_true", help="replace an earlier result")
    add("--no-scene", action="store_true", help="don't write scene.mrb (needs no slicer-core)")
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> None:
    """One patient, or a table of them."""
    names = ("--cohort", "--image", "--roi")
    given = [bool(options.cohort), bool(options.image), bool(options.roi)]
    if given not in ([True, False, False], [False, True, True], [False, True, False]):
        got = " ".join(name for name, is_given in zip(names, given, strict=True) if is_given)
        raise InputError(
            "score",
            "needs --image and --roi, or --cohort alone",
            got=got or "neither",
            remedy="name one patient's files or a table",
        )
    refuse_given(options, OF_ONE_PATIENT if options.cohort else {} if options.roi else WITHOUT_ROI)
    if options.cohort:
        score_cohort.run(options)
    else:
        _run_patient(options)


def _run_patient(options: argparse.Namespace) -> None:
    """Score, write and tell one patient."""
    from TACEResponseLib.from_files.patient import PatientRequest, ResultFolder, score_patient
    from TACEResponseLib.from_files.reading import CaseFiles
    from TACEResponseLib.imaging.roi.roi_choice import choice_of

    roi, sequence_rois = parse_rois(options.roi or ())
    request = PatientRequest(
        bundle=options.bundle,
        files=CaseFiles(
            images=parse_images(options.image),
            roi=roi,
            sequence_rois=sequence_rois,
            roi_choice=choice_of(
                options.roi_label, options.roi_segment, is_large_meant=options.large_roi
            ),
            liver=options.liver,
            clinical=options.clinical,
            context=options.context,
            case_id="case" if options.case_id is None else options.case_id,
        ),
        output=ResultFolder(
            path=options.output, overwrite=options.overwrite, with_scene=not options.no_scene
        ),
        device=options.device,
        contours=options.contours,
    )
    with shown("scoring") as progress:
        result = score_patient(request, progress)
    seconds = {stage: round(s, 2) for stage, s in result.prediction.seconds.items()}
    LOG.info("seconds by stage: %s", seconds)
    record = options.output / RECORD_NAME
    sys.stdout.write(record.read_text(encoding="utf-8") if options.json else _words(result))


def _words(result: "PatientResult") -> str:
    """The result for a person: banner, sentence, call, warnings, then the files."""
    prediction = result.prediction
    lines = [prediction.simulated_banner] if prediction.simulated_banner else []
    lines += [prediction.sentence, prediction.answer_sentence]
    lines += [prediction.contours.sentence] if prediction.contours else []
    lines += [f"warning: {w.message}" for w in prediction.warnings]
    lines += [str(path) for path in result.files]
    return "\n".join(lines) + "\n"
