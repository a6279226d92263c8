"""From the words of the command line to a `Case`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.reading.json_reading import read_json_object
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.imaging.files.liver_reading import read_liver
from TACEResponseLib.imaging.files.reading import read_image
from TACEResponseLib.imaging.files.roi_reading import check_choice_used, read_case_rois
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.context import CaseContext, read_context
from TACEResponseLib.patient.record import ClinicalRecord, read_record

# What stands before an equals sign is meant as a sequence, unless a file has that very name.
SEQUENCE_WORD = re.compile(r"[\w-]+")


def read_case(
    *,
    images: Sequence[str],
    roi: Path | None,
    choice: RoiChoice,
    clinical: Path | None,
    context: Path | None,
    case_id: str,
    bundle: BundleMetadata,
    progress: Progress,
    sequence_rois: Mapping[ImageSequence, Path] = MappingProxyType({}),
    liver: Path | None = None,
) -> tuple[Case, dict[str, float]]:
    """Read and check everything that the command line names.

    Returns: the case, and the seconds that reading and checking took.
    Raises: InputError: an option or a file breaks a rule.
    """
    start = perf_counter()
    check_id(case_id, "--case-id")
    paths = parse_images(images)
    check_sequences_wanted(paths, bundle)
    volumes: dict[ImageSequence, Volume] = {}
    warnings: list[CaseWarning] = []
    for sequence, path in paths.items():
        progress(f"reading {sequence}")
        volumes[sequence], remarks = read_image(path, sequence)
        warnings += remarks
    progress("reading ROI")
    check_choice_used([*([roi] if roi else []), *sequence_rois.values()], choice)
    tumor, drawn, remarks = read_case_rois(roi, sequence_rois, choice)
    warnings += remarks
    organ, remarks = read_liver(liver) if liver else (None, ())
    record = read_record(clinical) if clinical else ClinicalRecord()
    answers = read_context_file(context) if context else None
    read = perf_counter()
    progress("checking the case")
    case = Case(
        case_id=case_id,
        images=volumes,
        roi=tumor,
        sequence_rois=drawn,
        liver=organ,
        clinical=record,
        context=answers,
        roi_choice=choice,
        reading_warnings=(*warnings, *remarks),
    )
    return case, {"reading": read - start, "checks": perf_counter() - read}


def read_context_file(path: Path) -> CaseContext:
    """What the user says of treatment and stage.

    Raises: InputError: names the file.
    """
    where = f"--context {path.name}"
    answers = read_json_object(path, where, example='{"bclc_stage": "B"}')
    try:
        return read_context(answers)
    except InputError as error:
        raise error.at(where) from error


def parse_images(images: Sequence[str]) -> dict[ImageSequence, Path]:
    """`SEQUENCE=FILE` words as a mapping; unknown names are answered with the nearest one."""
    paths: dict[ImageSequence, Path] = {}
    for word in images:
        name, equals, path = word.partition("=")
        if not equals or not path:
            raise InputError(
                "--image",
                "must read SEQUENCE=FILE",
                got=repr(word),
                remedy="write for instance --image ct_arterial=ct.nii.gz",
            )
        sequence = _sequence(name, "--image")
        if sequence in paths:
            raise InputError(
                "--image", "takes each sequence once", got=f"{name} twice", remedy="leave one out"
            )
        paths[sequence] = Path(path)
    return paths


def parse_rois(words: Sequence[str | Path]) -> tuple[Path | None, dict[ImageSequence, Path]]:
    """`FILE` and `SEQUENCE=FILE` words: the ROI of all images, and those of single ones.

    Raises: InputError: two for the same images, or an unknown sequence.
    """
    main: Path | None = None
    drawn: dict[ImageSequence, Path] = {}
    for word in map(str, words):
        name, equals, path = word.partition("=")
        names_sequence = equals and SEQUENCE_WORD.fullmatch(name) and not _is_there(word)
        sequence = _sequence(name, "--roi") if names_sequence else None
        if (sequence is None and main is not None) or sequence in drawn:
            raise InputError(
                "--roi",
                "takes one file for all images and one a sequence",
                got=f"{word} as well",
                remedy="leave one out, or write --roi SEQUENCE=FILE",
            )
        if sequence is None:
            main = Path(word)
        else:
            drawn[sequence] = Path(path)
    return main, drawn


def _is_there(word: str) -> bool:
    """Whether a file has this very name; one that no file can have is none."""
    try:
        return Path(word).exists()
    except (OSError, ValueError):
        return False


def _sequence(name: str, option: str) -> ImageSequence:
    """The sequence of this name, as an option has it."""
    names = [s.value for s in ImageSequence]
    if name in names:
        return ImageSequence(name)
    near = nearest(name, names)
    meant = f"did you mean {near}? " if near else ""
    raise InputError(
        option,
        "must name a known sequence",
        got=repr(name),
        remedy=f"{meant}known are {', '.join(names)}",
    )


def check_sequences_wanted(paths: dict[ImageSequence, Path], bundle: BundleMetadata) -> None:
    """Refuse wrong sequences before minutes go into reading them."""
    wanted = set(bundle.sequences)
    if wanted == set(paths):
        return
    needs = " ".join(f"--image {s.value}=FILE" for s in bundle.sequences)
    raise InputError(
        "--image",
        f"bundle {bundle.bundle_id} needs {' and '.join(s.value for s in bundle.sequences)}",
        got=" and ".join(s.value for s in paths),
        remedy=f"give {needs}",
    )
