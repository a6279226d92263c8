"""A patient's clinical values, checked against the schema, in the schema's units."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from TACEResponseLib.case_warning import CaseWarning

ClinicalValue = float | int | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalRecord:
    """Values by schema name, in storage units; a blank is absent, never a number."""

    values: Mapping[str, ClinicalValue] = field(default_factory=dict)
    warnings: tuple[CaseWarning, ...] = ()
