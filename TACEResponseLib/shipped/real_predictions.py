"""Out-of-fold predictions of the real cohort: `python -m TACEResponseLib.shipped.real_predictions`.

Writes the two tables that `tace-response validate --cross-validated` reads: what volume and
clinical variables say of each patient in 20 repeats of a cross-validation, and each reader's call.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from TACEResponseLib.basics.reading.strict_numbers import whole
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import OPTIONS, speak
from TACEResponseLib.basics.writing.csv_writing import records_csv
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.reading import usable_cohort
from TACEResponseLib.evidence.kinds import BranchSettings, branch_recipe
from TACEResponseLib.fusion.linear_model import stratified_folds
from TACEResponseLib.recipe.reading import find_recipe, read_recipe
from TACEResponseLib.shipped.real_cohort import (
    FOLDS,
    clinical_branch,
    evidence,
    parts_of,
    read_by_majority,
)
from TACEResponseLib.shipped.real_options import cohort_parser

PREDICTIONS, READERS = "predictions.csv", "readers.csv"
RECIPE, SEED, REPEATS = "ct-volume-clinical", 2023, 20
TIMES = ("time_to_progression_days", "progressed", "survival_days", "died")
VOLUME_MM3, DIAMETER_MM = "original_shape_MeshVolume", "original_shape_Maximum2DDiameterSlice"
Floats = NDArray[np.float64]


def out_of_fold(
    settings: BranchSettings,
    patients: Sequence[CohortPatient],
    labels: NDArray[np.int64],
    seed: int,
) -> Floats:
    """Probability of each patient by a fit that never saw it, (n,).

    Args:
        settings: of the clinical branch.
        patients: with features, in a fixed order.
        labels: (n,), 1 for responders.
        seed: of the folds.
    """
    prepared = evidence(settings, patients)
    probabilities = np.empty(labels.size)
    fold = stratified_folds(labels, FOLDS, seed)
    for number in range(FOLDS):
        inside, outside = (np.flatnonzero(part) for part in (fold != number, fold == number))
        branch = branch_recipe(settings).fit([prepared[n] for n in inside], labels[inside], 0)
        probabilities[outside] = expit(branch.logits([prepared[n] for n in outside]))
    return probabilities


def write_tables(
    settings: BranchSettings, patients: Sequence[CohortPatient], folder: Path, repeats: int
) -> None:
    """Write both tables into a new folder.

    Raises: InputError: no patient has a response and features.
    """
    read, labels = read_by_majority([patient for patient in patients if patient.features])
    columns = {
        f"{name}#{repeat + 1}": out_of_fold(part, read, labels, SEED + repeat)
        for name, part in parts_of(settings).items()
        for repeat in range(repeats)
    }
    rows = [
        _row(patient, int(label), {name: values[n] for name, values in columns.items()})
        for n, (patient, label) in enumerate(zip(read, labels, strict=True))
    ]
    with new_folder(folder) as draft:
        _write(rows, draft / PREDICTIONS)
        _write(({"case_id": p.case_id, **_calls(p)} for p in read), draft / READERS)


def _row(patient: CohortPatient, label: int, said: Mapping[str, float]) -> dict[str, str]:
    """One patient: outcome, probabilities, simple measures, follow-up, clinical values."""
    features = patient.features
    return {
        "case_id": patient.case_id,
        "outcome": str(label),
        "role": CohortRole.TRAINING.value,
        **{name: f"{value:.6f}" for name, value in said.items()},
        "lesion_volume_ml": f"{features[VOLUME_MM3] / 1000:.3f}",
        "lesion_diameter_mm": f"{features[DIAMETER_MM]:.2f}" if DIAMETER_MM in features else "",
        **{name: patient.other.get(name, "") for name in TIMES},
        **{name: _cell(value) for name, value in patient.clinical.values.items()},
    }


def _calls(patient: CohortPatient) -> dict[str, str]:
    """Each reader's response class."""
    return {name.removeprefix("response_"): call for name, call in patient.readings.items()}


def _cell(value: object) -> str:
    """A clinical value as cohort tables have it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _write(rows: Iterable[Mapping[str, str]], path: Path) -> None:
    """A table with every column that any row has."""
    listed = list(rows)
    header = list(dict.fromkeys(name for row in listed for name in row))
    path.write_bytes(records_csv(header, listed).encode("utf-8"))


def main() -> None:
    """Read the imported cohort, write the tables."""
    parser = cohort_parser(__doc__)
    parser.add_argument("--repeats", type=whole, default=REPEATS)
    options = parser.parse_args()
    speak(OPTIONS)
    check_output(options.output)
    settings = clinical_branch(read_recipe(find_recipe(RECIPE)))
    write_tables(settings, usable_cohort(options.cohort), options.output, options.repeats)
    sys.stdout.write(f"{options.output / PREDICTIONS}\n{options.output / READERS}\n")


if __name__ == "__main__":
    main()
