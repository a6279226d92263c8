"""The columns that fusion reads: branch logits and clinical values, as numbers and z-scored."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.settings import Moderate, Name, Settings
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.patient.record import ClinicalRecord, ClinicalValue

Floats = NDArray[np.float64]
WHERE = SubjectKind.CLINICAL
MOST_VARIABLES = 200


class ClinicalInput(Settings):
    """One clinical variable as it enters the fusion."""

    name: Name
    """Name in the clinical schema; the value comes in the schema's unit."""
    required: bool = True
    """Without it a case is refused; else a missing value is filled in, with a warning."""
    transform: Literal["none", "log10", "yes_no", "codes"] = "none"
    codes: dict[str, Moderate] = Field(default_factory=dict, max_length=1000)
    """Number of each category; for `codes` only."""
    impute: Literal["median", "mode"] = "median"
    """What fills in a missing value, taken from the training cohort."""

    @model_validator(mode="after")
    def _codes_fit_transform(self) -> "ClinicalInput":
        if (self.transform == "codes") != bool(self.codes):
            raise ValueError("codes must be given for the transform `codes`, and only for it")
        return self

    def encode(self, value: ClinicalValue) -> float:
        """The number that enters.

        Raises: InputError: the value is not of the kind that this variable takes.
        """
        if self.transform == "yes_no" and isinstance(value, bool):
            return float(value)
        if self.transform == "codes" and isinstance(value, str) and value in self.codes:
            return self.codes[value]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if self.transform == "none" and is_number:
            return float(value)
        if self.transform == "log10" and is_number and float(value) > 0:
            return float(np.log10(float(value)))
        raise InputError(
            Subject(SubjectKind.CLINICAL, self.name, text=Subject(WHERE)),
            f"{self.name} must be {self._expected()} for this bundle",
            got=repr(value),
            remedy="correct the value",
        )

    def _expected(self) -> str:
        """What `encode` takes, in words."""
        if self.transform == "codes":
            return f"one of {', '.join(self.codes)}"
        words = {"none": "a number", "log10": "a number > 0", "yes_no": "yes or no"}
        return words[self.transform]


class FusionColumn(Settings):
    """One input of the fusion with what the training cohort says of it."""

    name: Name
    mean: Moderate
    sd: float = Field(ge=1e-100, le=1e100)
    """1 where the training cohort has one value only."""
    minimum: Moderate
    maximum: Moderate
    filled_in: Moderate | None = None
    """Stands for a missing value, after the transform; `None` where none may be missing."""

    @model_validator(mode="after")
    def _range_holds_mean(self) -> "FusionColumn":
        slack = 1e-9 * max(abs(self.minimum), abs(self.maximum), 1.0)
        if not self.minimum - slack <= self.mean <= self.maximum + slack:
            raise ValueError("minimum <= mean <= maximum must hold")
        return self


def z_scored(values: Floats, columns: Sequence[FusionColumn]) -> Floats:
    """Values against the training patients, (m,) or (n, m)."""
    mean = np.array([column.mean for column in columns])
    return np.asarray((values - mean) / np.array([column.sd for column in columns]))


def check_clinical_columns(
    variables: Sequence[ClinicalInput], columns: Sequence[FusionColumn]
) -> None:
    """Columns are of these variables, and gaps can be filled where they may occur.

    Raises: ValueError: they aren't, or can't.
    """
    names = [variable.name for variable in variables]
    if [column.name for column in columns] != names:
        raise ValueError(f"clinical columns must be {names}")
    for variable, column in zip(variables, columns, strict=True):
        if variable.required == (column.filled_in is not None):
            raise ValueError("filled_in must be given for optional variables, and only there")


def fit_column(name: str, values: Floats, filled_in: float | None = None) -> FusionColumn:
    """Mean, standard deviation (n in the denominator) and range of one column, (n,)."""
    return FusionColumn(
        name=name,
        mean=float(values.mean()),
        sd=float(values.std()) or 1.0,
        minimum=float(values.min()),
        maximum=float(values.max()),
        filled_in=filled_in,
    )


def check_known(variable: ClinicalInput, records: Sequence[ClinicalRecord]) -> list[bool]:
    """Who of the training cohort has a variable.

    Raises: InputError: a patient lacks a required variable, or nobody has an optional one.
    """
    given = [variable.name in record.values for record in records]
    if not any(given) or (variable.required and not all(given)):
        raise InputError(
            "clinical table",
            f"{variable.name} must be known for "
            f"{'every' if variable.required else 'at least one'} training patient",
            got=f"{given.count(False)} of {len(given)} without it",
            remedy="complete the table, or leave it out of the recipe",
        )
    return given


def fit_clinical_column(
    variable: ClinicalInput, records: Sequence[ClinicalRecord]
) -> tuple[FusionColumn, Floats]:
    """One clinical column of the training cohort, missing values filled in.

    Returns: what is kept of it, and the values that enter, (n,).
    Raises: InputError: a patient lacks a required variable, or nobody has an optional one.
    """
    given = check_known(variable, records)
    known = np.array(
        [
            variable.encode(record.values[variable.name])
            for record in records
            if variable.name in record.values
        ]
    )
    filled_in = None if variable.required else _typical(known, variable.impute)
    values = np.full(len(records), filled_in if filled_in is not None else np.nan)
    values[np.array(given)] = known
    return fit_column(variable.name, values, filled_in), values


def _typical(values: Floats, rule: Literal["median", "mode"]) -> float:
    """Median, or the most frequent value (the smallest of several)."""
    if rule == "median":
        return float(np.median(values))
    distinct, counts = np.unique(values, return_counts=True)
    return float(distinct[np.argmax(counts)])


def encode_record(
    variables: Sequence[ClinicalInput], columns: Sequence[FusionColumn], record: ClinicalRecord
) -> tuple[Floats, frozenset[str], tuple[CaseWarning, ...]]:
    """The clinical numbers of one patient.

    Returns: values (m,), names of those filled in, and what the reader must know of them.
    Raises: InputError: required variables are missing (all are named), or a value is unusable.
    """
    _check_complete(variables, record.values)
    values: list[float] = []
    imputed: list[str] = []
    warnings: list[CaseWarning] = []
    for variable, column in zip(variables, columns, strict=True):
        if variable.name in record.values:
            value = variable.encode(record.values[variable.name])
            warnings += _range_warning(variable, column, record.values[variable.name], value)
        else:
            value = column.filled_in if column.filled_in is not None else column.mean
            imputed.append(variable.name)
            warnings.append(_imputed_warning(variable, value))
        values.append(value)
    return np.array(values, dtype=float), frozenset(imputed), tuple(warnings)


def _check_complete(
    variables: Sequence[ClinicalInput], values: Mapping[str, ClinicalValue]
) -> None:
    """Refuse a record that lacks required variables, naming all of them at once."""
    missing = [v.name for v in variables if v.required and v.name not in values]
    if not missing:
        return
    have = ", ".join(v.name for v in variables if v.name in values) or "none of this bundle's"
    raise InputError(
        WHERE,
        f"this bundle needs {' and '.join(missing)}",
        got=have,
        remedy="add what is missing, or choose a bundle without it",
    )


def _imputed_warning(variable: ClinicalInput, value: float) -> CaseWarning:
    """Says which value stands for a missing one, in the schema's unit or category."""
    number = 10**value if variable.transform == "log10" else value
    # Three digits, without an exponent: as a laboratory writes it.
    shown = f"{float(f'{number:.3g}'):g}"
    if variable.transform == "yes_no" and value in (0.0, 1.0):
        shown = "yes" if value else "no"
    if variable.transform == "codes":
        shown = next((c for c, code in variable.codes.items() if code == value), shown)
    return CaseWarning(
        code="clinical_imputed",
        message=f"{variable.name} is missing; the training cohort's {variable.impute}, "
        f"{shown}, stands for it.",
    )


def _range_warning(
    variable: ClinicalInput, column: FusionColumn, given: ClinicalValue, value: float
) -> list[CaseWarning]:
    """Says that a value lies outside what the fusion has seen."""
    if column.minimum <= value <= column.maximum:
        return []
    return [
        CaseWarning(
            code="clinical_outside_training_range",
            message=f"{variable.name} of {given} lies outside the training cohort's range.",
        )
    ]
