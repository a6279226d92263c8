"""What comes of each request to the background process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.plain_text import one_line
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.worker.shapes import HandedImage, Three

LONGEST_PART = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An `InputError` on its way: each front end words it by its subject."""

    where: str
    """As the terminal says it."""
    rule: str
    got: str
    remedy: str
    kind: SubjectKind | None = None
    """`None` where a file's name says it all."""
    name: str = ""
    """Which one of its kind."""
    part: str = ""
    """Of it, such as one file of a model."""
    named: str = ""
    """What follows `got`: names that the user gave."""

    @classmethod
    def of(cls, error: InputError) -> Self:
        """What an error says."""
        subject = error.subject
        parts = (error.where, error.rule, error.unnamed, error.remedy, error.named)
        where, rule, got, remedy, named = (_short(part) for part in parts)
        return cls(
            where=where,
            rule=rule,
            got=got,
            remedy=remedy,
            kind=subject.kind if subject is not None else None,
            name=_short(subject.name) if subject is not None else "",
            part=_short(subject.part) if subject is not None else "",
            named=f" {named}" if named else "",
        )


def _short(text: str) -> str:
    return one_line(text)[:LONGEST_PART]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whatever comes of a request."""

    do: ClassVar[str] = ""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """What a form needs of one clinical variable."""

    name: str
    label: str
    type: Literal["number", "integer", "category", "boolean"]
    unit: str | None
    units: tuple[str, ...]
    range: tuple[float, float] | None
    categories: tuple[str, ...]
    required: bool


@dataclass(frozen=True, kw_only=True)
class Limits:
    """On whom a model was trained."""

    treatments: tuple[str, ...]
    first_treatment_only: bool
    bclc_stages: tuple[str, ...]
    image_age_days: int | None


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that can be used, in a radiologist's words."""

    path: str
    sha256: str
    id: str
    title: str
    version: str
    simulated: bool
    banner: str | None
    modality: str
    sequences: Mapping[str, str]
    """Words by sequence."""
    endpoint: str
    positive_class: str
    population: str
    limits: Limits
    n_training: int
    line: str
    evidence: Mapping[str, str]
    """Words by the name of a branch."""
    lesions_used: Mapping[str, str]
    has_map: bool
    clinical: tuple[Variable, ...]


@dataclass(frozen=True, kw_only=True)
class BrokenModel:
    """A model that can't be used."""

    path: str
    id: str
    problem: Refusal


@dataclass(frozen=True, kw_only=True)
class ModelList(Answer):
    """Of `ListModels`."""

    do = "models"
    models: tuple[Model, ...]
    broken: tuple[BrokenModel, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Warmed(Answer):
    """Of `Warm`."""

    do = "warm"
    card: str
    sha256: str
    device: str
    versions: Mapping[str, str | None]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CheckedField:
    """What to show beside a field."""

    problem: str | None = None
    stated: str = ""
    """The value in the storage unit, where another was typed."""


@dataclass(frozen=True, kw_only=True)
class DerivedScore:
    """A score made of a form's values."""

    name: str
    value: float
    grade: str | None
    source: str
    note: str


@dataclass(frozen=True, kw_only=True)
class CheckedForm(Answer):
    """Of `CheckForm`."""

    do = "check_clinical"
    fields: Mapping[str, CheckedField]
    problem: str | None
    """What values that are right each can't be together."""
    scores: tuple[DerivedScore, ...]
    scores_note: str


@dataclass(frozen=True, kw_only=True)
class MeasuredLesion:
    """A `Lesion` on its way."""

    index: int
    label: int
    """Number of its segment."""
    volume_ml: float
    longest_axial_diameter_mm: float
    largest_axial_area_mm2: float
    center_lps: Three
    is_speck: bool


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A `CaseWarning` on its way."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Measured(Answer):
    """Of `Measure`."""

    do = "measure"
    lesions: tuple[MeasuredLesion, ...]
    is_large: bool
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TakenOver(Answer):
    """Of `TakeImage`."""

    do = "image"
    seconds: float


@dataclass(frozen=True, kw_only=True)
class SavedMap:
    """An attention map in a file, cut to what isn't zero."""

    branch: str
    sequence: str
    image: HandedImage


@dataclass(frozen=True, kw_only=True)
class Scored(Answer):
    """Of `Score`."""

    do = "score"
    record: str
    """The text of prediction.json."""
    digest: str
    """Names the result; two cases may both be called "case"."""
    maps: tuple[SavedMap, ...]


@dataclass(frozen=True, kw_only=True)
class ContoursScored(Answer):
    """Of `ScoreContours`."""

    do = "contours"
    n_done: int
    n: int
    """In all."""
    record: str | None = None
    """The text of the range over all of them, once they are done."""


@dataclass(frozen=True, kw_only=True)
class Reported(Answer):
    """Of `Report`."""

    do = "report"
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Forgotten(Answer):
    """Of `Forget`."""

    do = "forget"
