"""Test patients who trained the model: refused; and told where nobody could know."""

from collections.abc import Sequence

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle.finding import find_bundle
from TACEResponseLib.cohort.traces.overlap import Overlap, overlap
from TACEResponseLib.cohort.traces.traced_row import TracedRow
from TACEResponseLib.cohort.traces.training_patients import beside, read_training_patients

MOST_NAMED = 3


def check_overlap(bundle: str, rows: Sequence[TracedRow], where: str) -> tuple[CaseWarning, ...]:
    """Refuse patients who trained a bundle.

    Args:
        bundle: its name, folder or zip; `training-patients.json` lies beside it, or not.
        rows: those who are to be judged, or to recalibrate it.
        where: how the user named their table.
    Returns: what could not be checked, and matches that chance explains.
    Raises: InputError: some of them trained it.
    """
    place = find_bundle(bundle)
    name, file = place.name.removesuffix(".zip"), beside(place)
    if not file.is_file():
        return (_unchecked(name, f"{file.name} is not beside it"),)
    known = read_training_patients(file)
    seen = overlap(rows, known)
    if seen.trained:
        raise InputError(
            where,
            f"must not hold patients who trained {name}",
            got=f"{len(seen.trained)} of {seen.patients} who did ({_named(seen.trained)})",
            remedy="leave them out, or give them role training",
        )
    return (*_remarks(name, seen), *_incomplete(name, known.is_complete))


def _remarks(name: str, seen: Overlap) -> list[CaseWarning]:
    """Doubtful matches, and patients of whom nothing could be compared."""
    warnings = []
    if seen.doubtful:
        message = (
            f"{_named(seen.doubtful)}: may have trained {name}; PatientID or fingerprint is like "
            "that of a training patient, which happens by chance. Look, and leave out who did."
        )
        warnings.append(CaseWarning(code="overlap_by_chance", message=message))
    if not seen.compared:
        warnings.append(_unchecked(name, "nothing of these patients can be compared with its file"))
    elif seen.compared < seen.patients:
        part = f"{seen.patients - seen.compared} of {seen.patients} patients can't be compared"
        warnings.append(_unchecked(name, part))
    return warnings


def _incomplete(name: str, is_complete: bool) -> list[CaseWarning]:
    """A model that was recalibrated where the file of its training was missing."""
    return (
        [] if is_complete else [_unchecked(name, "its file holds those of a recalibration alone")]
    )


def _unchecked(name: str, why: str) -> CaseWarning:
    message = f"Overlap not checked: whether these patients trained {name} ({why})."
    return CaseWarning(code="overlap_not_checked", message=message)


def _named(patients: Sequence[str]) -> str:
    """The first of them."""
    rest = f" and {len(patients) - MOST_NAMED} more" if len(patients) > MOST_NAMED else ""
    return ", ".join(patients[:MOST_NAMED]) + rest
