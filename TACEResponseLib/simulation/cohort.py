"""Simulated patients as files: what a user's own cohort would look like on disk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.number_ranges import check_ranges
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.terms import CohortRole, ImageSequence
from TACEResponseLib.basics.vocabulary import option, switch
from TACEResponseLib.basics.writing.csv_writing import records_csv
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.imaging.files.nifti_writing import write_nifti
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.roi.roi_choice import ALL
from TACEResponseLib.patient.record import ClinicalValue
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.simulation.mr.patient import simulate_mr_patient
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.patient import simulate_patient
from TACEResponseLib.simulation.settings import SimulationSettings
from TACEResponseLib.simulation.simulated import SimulatedPatient, is_large
from TACEResponseLib.simulation.world2.patient import simulate_world2_patient
from TACEResponseLib.simulation.world2.settings import SwitchSettings, World2Settings

COHORT_FILE, SETTINGS_FILE = "cohort.csv", "simulation.json"
AnySettings = SimulationSettings | MrSimulationSettings | World2Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFiles:
    """Where one patient was written."""

    images: Mapping[ImageSequence, Path]
    roi: Path
    roi_reader2: Path
    sequence_rois: Mapping[ImageSequence, Path] = field(default_factory=dict)

    @property
    def image(self) -> Path:
        """The first image: of CT the only one."""
        return next(iter(self.images.values()))

    @property
    def columns(self) -> dict[str, Path]:
        """Every file by its column in a cohort table."""
        return {
            **{sequence.value: path for sequence, path in self.images.items()},
            "roi": self.roi,
            **{f"roi_{sequence.value}": path for sequence, path in self.sequence_rois.items()},
            "roi_reader2": self.roi_reader2,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationRequest:
    """How many patients of which kind, and where they go."""

    output: Path
    """Folder of the table and its images, made by the run."""
    patients: int
    seed: int
    """Same seed, same bytes."""
    modality: Literal["ct", "mr"] = "ct"
    """Arterial CT, or five MR sequences."""
    treatment: Literal["tace", "haic"] = "tace"
    """Regimens in the clinical record."""
    role: CohortRole = CohortRole.TRAINING
    world: Literal[1, 2] = 1
    """The second measures as real lesions do; CT alone."""
    switches: SwitchSettings = field(default_factory=SwitchSettings)
    """What goes wrong with the cohort; of the second world alone."""

    def __post_init__(self) -> None:
        """Refuse numbers out of range and what the world lacks; take paths as text too."""
        take_paths(self, "output")
        check_ranges(patients=self.patients, seed=self.seed)
        if self.world == 2 and self.modality == "mr":
            raise InputError(
                option("world"),
                "must be 1 for MR",
                got="2",
                remedy=f"leave it out for MR, or choose {option('modality')} ct",
            )
        if self.world != 2 and self.switches != SwitchSettings():
            raise InputError(
                option("world"),
                f"must be 2 for {self._switched}",
                got=str(self.world),
                remedy=f"give {option('world')} 2, or leave {self._switched} out",
            )

    @property
    def _switched(self) -> str:
        """What goes wrong with the cohort, as the user names it."""
        usual = SwitchSettings().model_dump()
        chosen = self.switches.model_dump()
        return " and ".join(
            switch(name.replace("_", "-")) for name in usual if chosen[name] != usual[name]
        )

    @property
    def settings(self) -> "AnySettings":
        """Of the world and the modality."""
        treatment: Literal["TACE", "HAIC"] = "HAIC" if self.treatment == "haic" else "TACE"
        if self.world == 2:
            return World2Settings(treatment=treatment, switches=self.switches)
        kind = MrSimulationSettings if self.modality == "mr" else SimulationSettings
        return kind(treatment=treatment)


def simulate_cohort(request: SimulationRequest, progress: Progress = silent) -> Path:
    """Write images, ROIs and the table of a simulated cohort; all or nothing.

    Args:
        request: whom to simulate.
        progress: told how far it got.
    Returns: the table.
    Raises: InputError: the folder is there, or can't be made.
    """
    check_output(request.output)
    settings = request.settings
    with new_folder(request.output) as draft:
        table = write_cohort(
            settings,
            request.patients,
            request.seed,
            draft,
            role=request.role,
            progress=progress,
        )
    return request.output / table.name


def simulate(settings: AnySettings, seed: int, index: int) -> SimulatedPatient:
    """A patient of either modality.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0.
    """
    if isinstance(settings, MrSimulationSettings):
        return simulate_mr_patient(settings, seed, index)
    if isinstance(settings, World2Settings):
        return simulate_world2_patient(settings, seed, index)
    return simulate_patient(settings, seed, index)


def write_patient(patient: SimulatedPatient, folder: Path) -> PatientFiles:
    """Write images and ROIs as NIfTI; the same patient gives the same bytes.

    Args:
        patient: whom to write.
        folder: made if absent.
    Raises: FileExistsError: files of this patient are there.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def named(what: str) -> Path:
        return folder / f"{patient.case_id}_{what}.nii.gz"

    files = PatientFiles(
        images={sequence: named(sequence.value) for sequence in patient.images},
        roi=named("roi"),
        roi_reader2=named("roi_reader2"),
        sequence_rois={sequence: named(f"roi_{sequence}") for sequence in patient.sequence_rois},
    )
    for sequence, volume in patient.images.items():
        write_nifti(volume, files.images[sequence])
    rois: dict[Path, Roi] = {files.roi: patient.roi, files.roi_reader2: patient.roi_reader2}
    rois |= {files.sequence_rois[sequence]: roi for sequence, roi in patient.sequence_rois.items()}
    for path, roi in rois.items():
        write_nifti(roi.as_volume(), path)
    return files


def write_cohort(
    settings: AnySettings,
    n: int,
    seed: int,
    folder: Path,
    *,
    role: CohortRole = CohortRole.TRAINING,
    progress: Progress = silent,
) -> Path:
    """Write patients 0 to n - 1 of a seed, and a table of them.

    Args:
        settings: of the simulation, CT of either world or MR; kept beside the table.
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
        patient = simulate(settings, seed, index)
        files = write_patient(patient, folder / "images")
        rows.append(_row(patient, files, folder, role))
    (folder / SETTINGS_FILE).write_text(settings.model_dump_json(indent=2) + "\n")
    return _write_table(rows, folder / COHORT_FILE)


def _row(
    patient: SimulatedPatient, files: PatientFiles, folder: Path, role: CohortRole
) -> dict[str, str]:
    """One patient's line of the table, by column."""
    truth = patient.truth
    classes = truth.class_probabilities
    large = is_large(patient.roi) or is_large(patient.roi_reader2)
    return {
        "case_id": patient.case_id,
        "role": role.value,
        **{name: path.relative_to(folder).as_posix() for name, path in files.columns.items()},
        "roi_label": ALL,
        **({"large_roi": "yes"} if large else {}),
        "response": truth.response_class.value,
        **{f"response_reader{n}": call.value for n, call in enumerate(truth.calls, start=1)},
        **({"site": truth.site} if truth.site else {}),
        **{
            variable.name: _cell(truth.clinical.values[variable.name])
            for variable in load_schema().variables
            if variable.name in truth.clinical.values
        },
        "true_probability": f"{truth.probability:.6f}",
        **{f"true_probability_{c.value}": f"{p:.6f}" for c, p in classes.items()},
        **{f"latent_{name}": f"{z:.6f}" for name, z in truth.latents.items()},
        **({"latent_response": truth.true_class.value} if truth.true_class else {}),
    }


def _cell(value: ClinicalValue) -> str:
    """A clinical value as the table's reader wants it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _write_table(rows: Iterable[Mapping[str, str]], path: Path) -> Path:
    """A table with a header, the same bytes on every system."""
    rows = list(rows)
    with path.open("xb") as stream:
        stream.write(records_csv(_columns(rows), rows).encode("utf-8"))
    return path


def _columns(rows: list[Mapping[str, str]]) -> list[str]:
    """The fullest row's columns, and any that it lacks, clinical ones in the schema's order."""
    clinical = [v.name for v in load_schema().variables if any(v.name in row for row in rows)]
    fullest = max(rows, key=lambda row: "large_roi" in row)
    others = [name for name in fullest if name not in set(clinical)]
    split = others.index("true_probability")
    return [*others[:split], *clinical, *others[split:]]
