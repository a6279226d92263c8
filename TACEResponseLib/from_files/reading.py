"""From files to a `Case`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.reading.json_reading import read_json_object
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.basics.vocabulary import SubjectKind, vocabulary
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.imaging.files.liver_reading import read_liver
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import check_choice_used, read_case_rois
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import CaseContext, read_context
from TACEResponseLib.patient.record import ClinicalRecord, read_record


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiles:
    """Where everything that is known of one patient lies."""

    images: Mapping[ImageSequence, Path]
    roi: Path | None = None
    """Of all images; no bundle with a branch that looks at the tumor goes without any ROI."""
    sequence_rois: Mapping[ImageSequence, Path] = field(default_factory=dict)
    """Of single images, before that of all."""
    roi_choice: RoiChoice = field(default_factory=RoiChoice)
    """Which labels or segments are the tumor."""
    liver: Path | None = None
    """A mask of the whole liver, with which the ROI is compared."""
    clinical: Path | None = None
    """JSON, clinical values by name."""
    context: Path | None = None
    """JSON, what is said of treatment and stage."""
    case_id: str = "case"

    def __post_init__(self) -> None:
        """Take paths as text too."""
        take_paths(self, "images", "roi", "sequence_rois", "liver", "clinical", "context")

    @property
    def has_roi(self) -> bool:
        """Whether any image has an ROI."""
        return self.roi is not None or bool(self.sequence_rois)


def read_case(
    files: CaseFiles, metadata: BundleMetadata, progress: Progress
) -> tuple[Case, dict[str, float]]:
    """Read and check all files of a patient.

    Args:
        files: of the patient.
        metadata: of the bundle that is to score it.
        progress: told each stage.
    Returns: the case, and the seconds that reading and checking took.
    Raises: InputError: an option or a file breaks a rule.
    """
    start = perf_counter()
    check_id(files.case_id, Subject(SubjectKind.CASE_ID))
    check_sequences(files.images, metadata)
    volumes: dict[ImageSequence, Volume] = {}
    warnings: list[CaseWarning] = []
    for sequence, path in files.images.items():
        progress(f"reading {sequence}")
        volumes[sequence], of_image = read_image(path, sequence)
        warnings += of_image
    progress("reading ROI")
    roi_paths = [*([files.roi] if files.roi else []), *files.sequence_rois.values()]
    check_choice_used(roi_paths, files.roi_choice)
    tumor, drawn, of_roi = read_case_rois(files.roi, files.sequence_rois, files.roi_choice)
    organ, of_liver = read_liver(files.liver) if files.liver else (None, ())
    record = read_record(files.clinical) if files.clinical else ClinicalRecord()
    answers = read_context_file(files.context) if files.context else None
    read = perf_counter()
    progress("checking the case")
    case = Case(
        case_id=files.case_id,
        images=volumes,
        roi=tumor,
        sequence_rois=drawn,
        liver=organ,
        clinical=record,
        context=answers,
        roi_choice=files.roi_choice,
        reading_warnings=(*warnings, *of_roi, *of_liver),
    )
    return case, {"reading": read - start, "checks": perf_counter() - read}


def read_context_file(path: Path) -> CaseContext:
    """What the user says of treatment and stage.

    Raises: InputError: names the file.
    """
    where = f"{vocabulary().subject(SubjectKind.CONTEXT)} {path.name}"
    answers = read_json_object(path, where, example='{"bclc_stage": "B"}')
    try:
        return read_context(answers)
    except InputError as error:
        raise error.at(where) from error


def check_sequences(given: Collection[ImageSequence], metadata: BundleMetadata) -> None:
    """Refuse wrong sequences before minutes go into reading them."""
    if set(metadata.sequences) == set(given):
        return
    needs = vocabulary().image_files(s.value for s in metadata.sequences)
    raise InputError(
        Subject(SubjectKind.IMAGE),
        f"bundle {metadata.bundle_id} needs {' and '.join(s.value for s in metadata.sequences)}",
        got=" and ".join(s.value for s in given),
        remedy=f"give {needs}",
    )
