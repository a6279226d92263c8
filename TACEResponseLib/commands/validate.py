"""`tace-response validate`: from predictions to figures, tables and an honest report."""

import argparse
import sys
from collections.abc import Mapping

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.process.progress import Progress, shown
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.commands.options import refuse_given
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.readers.agreement import Calls

_BUNDLE_SAYS, _LEAVE = "is for --predictions: a bundle says it itself", "leave it out"
OF_PREDICTIONS = {
    "--threshold": (_BUNDLE_SAYS, _LEAVE),
    "--positive-class": (_BUNDLE_SAYS, _LEAVE),
    "--cross-validated": ("is for --predictions: a bundle scores patients anew", _LEAVE),
    "--simulated": (_BUNDLE_SAYS, _LEAVE),
    "--endpoint": (_BUNDLE_SAYS, _LEAVE),
}
_FOR_COHORT = "is for --bundle and --cohort: predictions are taken as they are"
OF_COHORT = {
    "--role": (_FOR_COHORT, "keep the rows of that role in the table of predictions"),
    "--device": (_FOR_COHORT, _LEAVE),
    "--jobs": (_FOR_COHORT, _LEAVE),
}
OF_READERS = {"--endpoint": ("is of the classes in --reader-study, and none was given", _LEAVE)}


def run(options: argparse.Namespace) -> None:
    """Read, measure, write."""
    from TACEResponseLib.basics.writing.new_output import check_output
    from TACEResponseLib.validation.report.results import measure_study
    from TACEResponseLib.validation.report.writing import write_validation
    from TACEResponseLib.validation.topics.performance.words import answer

    _check(options)
    check_output(options.output)
    with shown("validating") as progress:
        study, overviews, readers = _study(options, progress)
        results = measure_study(
            study,
            seed=options.seed,
            resamples=options.resamples,
            landmark_day=options.landmark,
            readers=readers,
            progress=progress,
        )
        files = write_validation(
            study, results, options.output, overviews=overviews, pdf=options.pdf, progress=progress
        )
    sys.stdout.write("\n".join(answer(study, results)) + f"\n{files[0]}\n")
    for failure in study.failures:
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
    if options.pdf:
        from TACEResponseLib.validation.report.pdf import check_pdf

        check_pdf()


def _study(
    options: argparse.Namespace, progress: Progress
) -> tuple[Study, Mapping[str, bytes], Mapping[str, Calls] | None]:
    """Patients and predictions, pictures of wrong cases, and readers, where there are any."""
    if options.predictions:
        from TACEResponseLib.validation.study.predictions_table import (
            TableOptions,
            read_predictions,
        )

        study = read_predictions(
            options.predictions,
            TableOptions(
                threshold=options.threshold,
                positive_class=options.positive_class,
                simulated=options.simulated or None,
                cross_validated=options.cross_validated,
            ),
        )
        return study, {}, _readers(options, study, Endpoint(options.endpoint))
    return _scored(options, progress)


def _scored(
    options: argparse.Namespace, progress: Progress
) -> tuple[Study, Mapping[str, bytes], Mapping[str, Calls] | None]:
    """A cohort scored by bundles."""
    from TACEResponseLib.bundle.reading import read_metadata
    from TACEResponseLib.evidence.image_network.inference import choose_device
    from TACEResponseLib.validation.study.cohort_study import cohort_readers, score_study
    from TACEResponseLib.validation.topics.wrong_cases.wrong_pictures import wrong_pictures

    device = choose_device(options.device)
    study, patients = score_study(
        options.bundle,
        options.cohort,
        role=options.role,
        device=device,
        jobs=options.jobs,
        progress=progress,
    )
    endpoint = read_metadata(options.bundle[0]).endpoint
    readers = _readers(options, study, endpoint) or cohort_readers(patients, endpoint)
    pictures = wrong_pictures(study, options.bundle[0], patients, device=device, progress=progress)
    return study, pictures, readers


def _readers(
    options: argparse.Namespace, study: Study, endpoint: Endpoint
) -> Mapping[str, Calls] | None:
    """The table of readers, if one was given."""
    from TACEResponseLib.validation.topics.readers.agreement import read_readers

    if not options.reader_study:
        return None
    return read_readers(options.reader_study, study, endpoint)
