"""`tace-response score`: one patient."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from TACEResponseLib.basics.errors import MissingExtraError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.process.progress import LOG, Progress, shown
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.basics.writing.own_files import RECORD_NAME
from TACEResponseLib.bundle import Bundle
from TACEResponseLib.output.result_folder import write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction


def run(options: argparse.Namespace) -> None:
    """Read, score, write and tell; refuse what can be refused before the long steps."""
    check_output(options.output, overwrite=options.overwrite)
    check_scene_possible(wanted=not options.no_scene)
    from TACEResponseLib.bundle import load_bundle
    from TACEResponseLib.commands.reading import parse_rois, read_case
    from TACEResponseLib.evidence.image_network.inference import choose_device
    from TACEResponseLib.imaging.roi.roi_choice import choice_of
    from TACEResponseLib.scoring import check_roi_given

    case_id = options.case_id if options.case_id is not None else "case"
    check_id(case_id, "--case-id")
    roi, sequence_rois = parse_rois(options.roi or ())
    choice = choice_of(options.roi_label, options.roi_segment, is_large_meant=options.large_roi)
    with shown("scoring") as progress:
        progress("loading the bundle")
        start = perf_counter()
        bundle = load_bundle(options.bundle, device=choose_device(options.device))
        loading = perf_counter() - start
        check_roi_given(bundle.metadata, is_given=bool(options.roi))
        case, seconds = read_case(
            images=options.image,
            roi=roi,
            sequence_rois=sequence_rois,
            choice=choice,
            liver=options.liver,
            clinical=options.clinical,
            context=options.context,
            case_id=case_id,
            bundle=bundle.metadata,
            progress=progress,
        )
        seconds = {"bundle": loading, **seconds}
        prediction, files = score_and_write(case, bundle, options, progress, seconds)
    LOG.info("seconds by stage: %s", {k: round(v, 2) for k, v in prediction.seconds.items()})
    record = options.output / RECORD_NAME
    sys.stdout.write(
        record.read_text(encoding="utf-8") if options.json else told(prediction, files)
    )


def score_and_write(
    case: Case,
    bundle: Bundle,
    options: argparse.Namespace,
    progress: Progress,
    seconds: Mapping[str, float],
) -> tuple[Prediction, tuple[Path, ...]]:
    """Score a case and write its folder; `seconds` of earlier stages join the record."""
    from TACEResponseLib.scoring import score

    prediction = score(case, bundle, progress)
    prediction = replace(prediction, seconds={**seconds, **prediction.seconds})
    files = write_outputs(
        case,
        prediction,
        options.output,
        overwrite=options.overwrite,
        with_scene=not options.no_scene,
        progress=progress,
    )
    return prediction, files


def check_scene_possible(*, wanted: bool) -> None:
    """A scene needs slicer-core; say so before the work, not after."""
    if wanted and find_spec("slicer") is None:
        raise MissingExtraError("slicer-core", "scene.mrb (or add --no-scene)", "scene")


def told(prediction: Prediction, files: tuple[Path, ...]) -> str:
    """The result for a person: banner, sentence, call, warnings, then the files."""
    lines = [prediction.simulated_banner] if prediction.simulated_banner else []
    lines += [prediction.sentence, prediction.call_sentence]
    lines += [f"warning: {w.message}" for w in prediction.warnings]
    lines += [str(path) for path in files]
    return "\n".join(lines) + "\n"
