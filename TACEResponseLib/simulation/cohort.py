"""Simulated patients as files: what a user's own cohort would look like on disk."""

import csv
import gzip
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.imaging.volume import Volume
from TACEResponseLib.progress import Progress, silent
from TACEResponseLib.simulation.patient import SimulatedPatient, simulate_patient
from TACEResponseLib.simulation.settings import LATENTS, SimulationSettings
from TACEResponseLib.terms import CohortRole, ImageSequence

COHORT_FILE, SETTINGS_FILE = "cohort.csv", "simulation.json"
COLUMNS = (
    "case_id",
    "role",
    ImageSequence.CT_ARTERIAL.value,
    "roi",
    "response",
    "true_probability",
    *(f"latent_{name}" for name in LATENTS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFiles:
    """Where one patient was written."""

    image: Path
    roi: Path


def write_patient(patient: SimulatedPatient, folder: Path) -> PatientFiles:
    """Write the image and the ROI as NIfTI; the same patient gives the same bytes.

    Args:
        patient: whom to write.
        folder: made if absent; files of the same patient are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = PatientFiles(
        image=folder / f"{patient.case_id}_{ImageSequence.CT_ARTERIAL.value}.nii.gz",
        roi=folder / f"{patient.case_id}_roi.nii.gz",
    )
    _write_nifti(patient.image, files.image)
    _write_nifti(patient.roi.as_volume(), files.roi)
    return files


def write_cohort(
    settings: SimulationSettings,
    n: int,
    seed: int,
    folder: Path,
    *,
    role: CohortRole = CohortRole.TRAINING,
    progress: Progress = silent,
) -> Path:
    """Write patients 0 to n - 1 of a seed, and a table of them.

    Args:
        settings: of the simulation; kept beside the table.
        n: number of patients, >= 1.
        seed: of the cohort, >= 0.
        folder: made if absent.
        role: what the patients are for; a second cohort needs another seed.
        progress: told how far it got.

    Returns: the table; its paths are relative to its folder. Columns from `true_probability` on
        are what only a simulation knows: no model may be given them.
    """
    if n < 1:
        raise ValueError(f"n must be >= 1 patient, got {n}")
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(n):
        progress(f"patient {index + 1} of {n}")
        patient = simulate_patient(settings, seed, index)
        files = write_patient(patient, folder / "images")
        rows.append(_row(patient, files, folder, role))
    (folder / SETTINGS_FILE).write_text(settings.model_dump_json(indent=2) + "\n")
    return _write_table(rows, folder / COHORT_FILE)


def _row(
    patient: SimulatedPatient, files: PatientFiles, folder: Path, role: CohortRole
) -> tuple[str, ...]:
    """One patient's line of the table, in the order of `COLUMNS`."""
    return (
        patient.case_id,
        role.value,
        files.image.relative_to(folder).as_posix(),
        files.roi.relative_to(folder).as_posix(),
        str(patient.response),
        f"{patient.probability:.6f}",
        *(f"{patient.latents[name]:.6f}" for name in LATENTS),
    )


def _write_table(rows: Iterable[tuple[str, ...]], path: Path) -> Path:
    """A table with a header, the same bytes on every system."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return path


def _write_nifti(volume: Volume, path: Path) -> None:
    """Write .nii.gz without the time and file name that gzip would put in."""
    import SimpleITK as sitk

    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "volume.nii"
        sitk.WriteImage(volume.to_sitk(), str(plain))
        packed = gzip.compress(plain.read_bytes(), compresslevel=4, mtime=0)
    path.write_bytes(packed)
