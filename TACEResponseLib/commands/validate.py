"""`tace-response validate`: from predictions to figures, tables and an honest report."""

import argparse
import sys
from typing import TYPE_CHECKING

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.reading.strict_numbers import decimal, whole
from TACEResponseLib.basics.terms import CohortRole, Endpoint
from TACEResponseLib.commands.options import (
    ENDPOINTS,
    JOBS_HELP,
    OUTPUT_HELP,
    ROLES,
    Commands,
    Reasons,
    add_device,
    add_verbose,
    refuse_given,
    some_name,
    some_path,
)

if TYPE_CHECKING:
    from TACEResponseLib.validation.run import PredictionsTable, ScoredCohort

_BUNDLE_SAYS, _LEAVE = "is for --predictions: a bundle says it itself", "leave it out"
OF_PREDICTIONS: Reasons = {
    "--threshold": (_BUNDLE_SAYS, _LEAVE),
    "--positive-class": (_BUNDLE_SAYS, _LEAVE),
    "--cross-validated": ("is for --predictions: a bundle scores patients anew", _LEAVE),
    "--simulated": (_BUNDLE_SAYS, _LEAVE),
    "--endpoint": (_BUNDLE_SAYS, _LEAVE),
}
_FOR_COHORT = "is for --bundle and --cohort: predictions are taken as they are"
OF_COHORT: Reasons = {
    "--role": (_FOR_COHORT, "keep the rows of that role in the table of predictions"),
    "--device": (_FOR_COHORT, _LEAVE),
    "--jobs": (_FOR_COHORT, _LEAVE),
}
OF_READERS: Reasons = {
    "--endpoint": ("is of the classes in --reader-study, and none was given", _LEAVE)
}
PREDICTIONS_HELP = (
    "CSV: case_id, outcome (0 or 1), a column of probabilities a model; or case_id, response, "
    "p_CR, p_PR, p_SD, p_PD"
)
THRESHOLD_HELP = "the model's own cut-off, set before these patients; default: one half"
ROLE_HELP = "patients to judge on; default: test cohorts, else everybody"
BUNDLE_HELP = "a model to score --cohort with; repeatable"
READERS_HELP = "CSV: case_id, a column for each reader"
LANDMARK_HELP = "of the read-out: adds survival by observed outcome from then on"


def add_parser(commands: Commands) -> None:
    """`validate`."""
    parser = commands.add_parser("validate", help="figures, tables and an honest report")
    add = parser.add_argument
    add("--predictions", type=some_path, metavar="FILE", help=PREDICTIONS_HELP)
    add("--threshold", type=decimal, metavar="P", help=THRESHOLD_HELP)
    add("--positive-class", default="outcome 1", metavar="WORDS", help="what outcome 1 means")
    add("--cross-validated", action="store_true", help="the predictions are out-of-fold")
    add("--simulated", action="store_true", help="the patients are simulated; the report says so")
    add("--bundle", action="append", default=[], type=some_name, help=BUNDLE_HELP)
    add("--cohort", type=some_path, metavar="FILE", help="CSV or .xlsx, one row a patient")
    add("--role", choices=ROLES, help=ROLE_HELP)
    add(
        "--reader-study",
        type=some_path,
        metavar="FILE",
        help=READERS_HELP,
    )
    endpoint_help = "of classes in --reader-study"
    add("--endpoint", choices=ENDPOINTS, default="objective_response", help=endpoint_help)
    add("--landmark", type=decimal, metavar="DAY", help=LANDMARK_HELP)
    add("--resamples", type=whole, default=2000, help="bootstrap samples; default: %(default)s")
    add("--seed", type=whole, default=1, help="of all draws; default: %(default)s")
    add("--jobs", type=whole, default=2, help=JOBS_HELP)
    add("--pdf", action="store_true", help="write report.pdf too; needs the extra pdf")
    add("--output", required=True, type=some_path, metavar="FOLDER", help=OUTPUT_HELP)
    add_device(parser)
    add_verbose(parser)
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> None:
    """Validate, answer, and say who was left out."""
    _check(options)
    from TACEResponseLib.validation.report.report import answer
    from TACEResponseLib.validation.run import ValidationRequest, validate

    request = ValidationRequest(
        source=_predictions(options) if options.predictions else _cohort(options),
        output=options.output,
        reader_study=options.reader_study,
        landmark_day=options.landmark,
        resamples=options.resamples,
        seed=options.seed,
        pdf=options.pdf,
    )
    with shown("validating") as progress:
        validation = validate(request, progress)
    lines = [*answer(validation.study, validation.results), str(validation.files[0])]
    for name, (study, results) in validation.others.items():
        lines += ["", f"{name}:", *answer(study, results), str(options.output / name)]
    sys.stdout.write("\n".join(lines) + "\n")
    for remark in validation.remarks:
        sys.stderr.write(f"warning: {remark}\n")
    for failure in validation.failures:
        name = "" if failure.reason.startswith(failure.case_id) else f"{failure.case_id} "
        sys.stderr.write(f"left out: {name}{failure.reason}\n")


def _check(options: argparse.Namespace) -> None:
    """One kind of input, and options that go with it."""
    given = [bool(options.predictions), bool(options.bundle), bool(options.cohort)]
    if given not in ([True, False, False], [False, True, True]):
        named = zip(("--predictions", "--bundle", "--cohort"), given, strict=True)
        raise InputError(
            "validate",
            "needs --predictions, or --bundle and --cohort",
            got=" ".join(name for name, is_given in named if is_given) or "neither",
            remedy="name predictions, or a model and its patients",
        )
    refuse_given(options, OF_PREDICTIONS if options.cohort else OF_COHORT)
    if options.predictions and not options.reader_study:
        refuse_given(options, OF_READERS)


def _predictions(options: argparse.Namespace) -> "PredictionsTable":
    """Anybody's predictions."""
    from TACEResponseLib.validation.run import PredictionsTable
    from TACEResponseLib.validation.study.predictions_table import TableOptions

    return PredictionsTable(
        path=options.predictions,
        options=TableOptions(
            threshold=options.threshold,
            positive_class=options.positive_class,
            simulated=options.simulated or None,
            cross_validated=options.cross_validated,
        ),
        endpoint=Endpoint(options.endpoint),
    )


def _cohort(options: argparse.Namespace) -> "ScoredCohort":
    """Bundles and patients."""
    from TACEResponseLib.validation.run import ScoredCohort

    return ScoredCohort(
        bundles=tuple(options.bundle),
        cohort=options.cohort,
        role=None if options.role is None else CohortRole(options.role),
        device=options.device,
        jobs=options.jobs,
    )
