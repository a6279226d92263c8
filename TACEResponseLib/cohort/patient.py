"""One row of a cohort, and what can be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from TACEResponseLib.basics.plain_text import one_line
from TACEResponseLib.basics.reading.cells import number_in
from TACEResponseLib.basics.terms import CohortRole, Endpoint, ImageSequence, ResponseClass
from TACEResponseLib.cohort.columns import READOUT_DAYS
from TACEResponseLib.imaging.roi.roi_choice import RoiChoice
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.record import ClinicalRecord

POSITIVE_WORDS, NEGATIVE_WORDS = ("1", "responder"), ("0", "non_responder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A broken rule, where it is and what to do."""

    row: int
    """Line of the file, the header being line 1; 0 for the file as a whole."""
    column: str
    rule: str
    got: str
    remedy: str

    def __str__(self) -> str:
        """The problem in one line."""
        where = f"line {self.row}, " if self.row else ""
        return one_line(f"{where}{self.column}: {self.rule}, got {self.got}; {self.remedy}")

    @property
    def written(self) -> str:
        """The problem as it may stand in a file: without the cell, which may name the patient."""
        where = f"line {self.row}, " if self.row else ""
        return one_line(f"{where}{self.column}: {self.rule}; {self.remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may be written of a row though it can't be used: what is none of ours may be a name."""

    case_id: str = ""
    role: str = ""
    response: str = ""
    """As `CohortPatient` keeps it."""
    patient_id: str = ""
    """As the table has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPatient:
    """One patient of a cohort; images are not read yet."""

    row: int
    case_id: str
    role: CohortRole | None
    """`None`: to be drawn by whoever trains."""
    clinical: ClinicalRecord
    response: str
    """A response class, `responder` or `non_responder`; empty if it was never read."""
    images: Mapping[ImageSequence, Path] = field(default_factory=dict)
    """None where no recipe of this cohort reads any."""
    roi: Path | None = None
    sequence_rois: Mapping[ImageSequence, Path] = field(default_factory=dict)
    """The tumor as it was drawn on that sequence."""
    roi_reader2: Path | None = None
    liver: Path | None = None
    """A mask of the whole liver, with which the ROIs are compared."""
    roi_choice: RoiChoice = field(default_factory=RoiChoice)
    """Which labels or segments of these files are the tumor."""
    context: CaseContext | None = None
    """`None` in a table without its columns: nobody was asked."""
    features: Mapping[str, float] = field(default_factory=dict)
    """Radiomics that were computed elsewhere, by column name."""
    readings: Mapping[str, str] = field(default_factory=dict)
    """Response by `response_reader1` and so on; no model reads it."""
    other: Mapping[str, str] = field(default_factory=dict)
    """Columns that no model reads: site, scanner, survival."""
    patient_id: str = ""
    """Who the row is of, where several rows are one patient's; empty: a patient of its own."""

    @property
    def patient(self) -> str:
        """Who the row is of: rows of one patient are never apart."""
        return self.patient_id or self.case_id

    @property
    def readout_days(self) -> float | None:
        """Days from treatment to the day on which response was read, where somebody says."""
        text = self.other.get(READOUT_DAYS, "")
        return number_in(text) if text else None

    @property
    def site(self) -> str:
        """Where the patient was treated; empty where nobody says."""
        return self.other.get("site", "")

    @property
    def files(self) -> dict[str, Path]:
        """Every image and mask by its column."""
        paths = {sequence.value: path for sequence, path in self.images.items()}
        paths |= {f"roi_{sequence.value}": path for sequence, path in self.sequence_rois.items()}
        singles = {"roi": self.roi, "roi_reader2": self.roi_reader2, "liver": self.liver}
        return paths | {name: path for name, path in singles.items() if path is not None}

    def label(self, endpoint: Endpoint) -> int | None:
        """1 for the positive class of an endpoint, 0 else, `None` without a response."""
        return label_of(self.response, endpoint)


def label_of(response: str, endpoint: Endpoint) -> int | None:
    """1 for the positive class of an endpoint, 0 else, `None` without a response.

    Args:
        response: as `CohortPatient` keeps it.
        endpoint: what is predicted.
    """
    if not response:
        return None
    if response in POSITIVE_WORDS:
        return 1
    if response in NEGATIVE_WORDS:
        return 0
    return int(ResponseClass(response) in endpoint.positive_classes)
