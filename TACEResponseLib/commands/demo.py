"""`tace-response demo`: simulate a patient, score it, say where to look."""

import argparse
import sys
from pathlib import Path

from TACEResponseLib.basics.process.progress import shown
from TACEResponseLib.basics.writing.drafts import scratch_folder
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle.words import percent
from TACEResponseLib.commands.score import check_scene_possible, score_and_write
from TACEResponseLib.result.prediction import Prediction

DEMO_BUNDLE = "ct-radiomics-cnn-simulated"


def run(options: argparse.Namespace) -> None:
    """Score one simulated patient through the same files that a real one would come in."""
    check_output(options.output, overwrite=options.overwrite)
    check_scene_possible(wanted=not options.no_scene)
    from TACEResponseLib.bundle import load_bundle
    from TACEResponseLib.commands.reading import read_case
    from TACEResponseLib.evidence.image_network.inference import choose_device
    from TACEResponseLib.imaging.roi.roi_choice import ALL, RoiChoice
    from TACEResponseLib.simulation.cohort import write_patient
    from TACEResponseLib.simulation.patient import simulate_patient
    from TACEResponseLib.simulation.settings import SimulationSettings

    with shown("demo") as progress, scratch_folder() as scratch:
        progress("simulating a patient")
        patient = simulate_patient(SimulationSettings(), options.seed, 0)
        paths = write_patient(patient, scratch)
        bundle = load_bundle(DEMO_BUNDLE, device=choose_device(options.device))
        case, seconds = read_case(
            images=[f"ct_arterial={paths.image}"],
            roi=paths.roi,
            choice=RoiChoice(labels=ALL),
            clinical=None,
            context=None,
            case_id=patient.case_id,
            bundle=bundle.metadata,
            progress=progress,
        )
        prediction, files = score_and_write(case, bundle, options, progress, seconds)
    sys.stdout.write(_told(prediction, files, patient.probability))


def _told(prediction: Prediction, files: tuple[Path, ...], truth: float) -> str:
    """Five lines of result, then the paths."""
    lines = [
        prediction.simulated_banner or "",
        prediction.sentence,
        prediction.call_sentence,
        f"This patient was made by a known law, by which the probability is {percent(truth)}.",
        f"Warnings in the record: {len(prediction.warnings)}. The files to look at:",
    ]
    return "\n".join([*lines, *(f"  {path}" for path in files)]) + "\n"
