"""A simulated patient, scored through the same files that a real one would come in."""

from dataclasses import dataclass

from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.terms import Device, ImageSequence
from TACEResponseLib.basics.writing.drafts import scratch_folder
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.from_files.patient import PatientResult, ResultFolder, score_and_write
from TACEResponseLib.from_files.reading import CaseFiles, read_case
from TACEResponseLib.imaging.roi.roi_choice import ALL, RoiChoice
from TACEResponseLib.simulation.cohort import write_patient
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings

DEMO_BUNDLE = "ct-radiomics-cnn-simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRequest:
    """Which simulated patient, and where the result goes."""

    output: ResultFolder
    seed: int = 7
    device: Device = "auto"

    def __post_init__(self) -> None:
        """Refuse a seed that is none."""
        check_ranges(seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """The result, and what only a simulation knows."""

    result: PatientResult
    true_probability: float


def score_demo(request: DemoRequest, progress: Progress = silent) -> DemoResult:
    """Simulate a patient, score it, write its folder.

    Raises: InputError, MissingExtraError: as `score_patient`.
    """
    request.output.check()
    with scratch_folder() as scratch:
        progress("simulating a patient")
        patient = simulate_patient(SimulationSettings(), request.seed, 0)
        paths = write_patient(patient, scratch)
        bundle = load_bundle(DEMO_BUNDLE, device=choose_device(request.device))
        files = CaseFiles(
            images={ImageSequence.CT_ARTERIAL: paths.image},
            roi=paths.roi,
            roi_choice=RoiChoice(labels=ALL),
            case_id=patient.case_id,
        )
        case, seconds = read_case(files, bundle.metadata, progress)
        result = score_and_write(case, bundle, request.output, seconds, progress)
    return DemoResult(result=result, true_probability=patient.probability)
