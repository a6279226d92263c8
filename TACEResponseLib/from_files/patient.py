"""One patient: files in, a folder with record, maps, picture and scene out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from TACEResponseLib.basics.errors import MissingExtraError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.process.device import choose_device
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import Device
from TACEResponseLib.basics.vocabulary import SubjectKind, switch
from TACEResponseLib.basics.writing.new_output import check_output
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.from_files.reading import CaseFiles, read_case
from TACEResponseLib.output.result_folder import write_outputs
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.scoring import check_roi_given, score


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFolder:
    """Where a result goes, and what belongs to it."""

    path: Path
    """Made by the run; missing parents too."""
    overwrite: bool = False
    """Replace an earlier result."""
    with_scene: bool = True
    """Write `scene.mrb`, which needs slicer-core."""

    def __post_init__(self) -> None:
        """Take paths as text too."""
        take_paths(self, "path")

    def check(self) -> None:
        """Refuse before the work what can't be written after it.

        Raises: InputError: the folder is there, or can't be made. MissingExtraError: a scene is
            asked for, and slicer-core is not installed.
        """
        check_output(self.path, overwrite=self.overwrite)
        if self.with_scene and find_spec("slicer") is None:
            raise MissingExtraError(
                "slicer-core", f"scene.mrb (or add {switch('no-scene')})", "scene"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRequest:
    """One patient, the model to ask, and where the answer goes."""

    bundle: str | Path
    """Name of an installed bundle, or its folder or zip."""
    files: CaseFiles
    output: ResultFolder
    device: Device = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientResult:
    """What was said and written."""

    prediction: Prediction
    files: tuple[Path, ...]
    """Those to look at first; the record is one of them."""


def score_patient(request: PatientRequest, progress: Progress = silent) -> PatientResult:
    """Read, score and write; refuse what can be refused before the long steps.

    Raises: InputError: an option or a file breaks a rule; nothing is written then.
        MissingExtraError: as `ResultFolder.check`.
    """
    request.output.check()
    check_id(request.files.case_id, Subject(SubjectKind.CASE_ID))
    progress("loading the bundle")
    start = perf_counter()
    bundle = load_bundle(request.bundle, device=choose_device(request.device))
    loading = perf_counter() - start
    check_roi_given(bundle.metadata, is_given=request.files.has_roi)
    case, seconds = read_case(request.files, bundle.metadata, progress)
    return score_and_write(case, bundle, request.output, {"bundle": loading, **seconds}, progress)


def score_and_write(
    case: Case,
    bundle: Bundle,
    output: ResultFolder,
    seconds: Mapping[str, float],
    progress: Progress,
) -> PatientResult:
    """Score a case and write its folder; `seconds` of earlier stages join the record."""
    prediction = score(case, bundle, progress)
    prediction = replace(prediction, seconds={**seconds, **prediction.seconds})
    files = write_outputs(
        case,
        prediction,
        output.path,
        overwrite=output.overwrite,
        with_scene=output.with_scene,
        progress=progress,
    )
    return PatientResult(prediction=prediction, files=files)
