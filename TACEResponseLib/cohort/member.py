"""A patient of a cohort before anything is prepared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from TACEResponseLib.patient.case import Case
from TACEResponseLib.patient.record import ClinicalRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One patient of a cohort: an id, a label, and a way to load the rest when needed."""

    case_id: str
    label: int
    """1 for the positive class, 0 else."""
    load: Callable[[], Case]
    """Picklable: it is called in a worker process."""
    response: str = ""
    """CR, PR, SD or PD where it is known; networks of four classes are trained on it."""
    clinical: ClinicalRecord | None = None
    """`None`: as the loaded case has it."""
    features: Mapping[str, float] = field(default_factory=dict)
    """Radiomics that stand in the table; a branch content with them needs no images."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """What `load` reads, by column; without them nothing is cached."""
    roi_choice: Mapping[str, object] = field(default_factory=dict)
    """What was said of the labels and segments of these files, if anything."""
    patient_id: str = ""
    """Who this is of, where several of a cohort are one patient's; empty: a patient of its own."""
    site: str = ""
    """Where the patient was treated; empty where nobody says."""
    load_reader2: Callable[[], Case] | None = None
    """The same patient with the second reader's ROI."""
