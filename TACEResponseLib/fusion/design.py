"""The columns that a fusion is fitted on: branch logits and clinical values, z-scored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.patient.columns import (
    ClinicalInput,
    FusionColumn,
    fit_clinical_column,
    fit_column,
    z_scored,
)
from TACEResponseLib.patient.record import ClinicalRecord

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """What enters, of all training patients."""

    outputs: NestedOutputs
    clinical: tuple[FusionColumn, ...]
    """Means, deviations and imputed values, which see no label, are of the whole cohort."""
    clinical_values: Floats
    """(n, variables), gaps filled."""

    @classmethod
    def of(
        cls,
        outputs: NestedOutputs,
        variables: Sequence[ClinicalInput],
        records: Sequence[ClinicalRecord],
    ) -> "Design":
        """Read the clinical values.

        Raises: InputError: a variable is missing where it must not be.
        """
        fitted = [fit_clinical_column(variable, records) for variable in variables]
        values = np.array([column_values for _, column_values in fitted], dtype=float)
        return cls(
            outputs=outputs,
            clinical=tuple(column for column, _ in fitted),
            clinical_values=values.reshape(len(fitted), len(records)).T,
        )

    @property
    def is_evidence(self) -> NDArray[np.bool_]:
        """(m,), true for branches, false for clinical values."""
        return np.arange(len(self.outputs.logits) + len(self.clinical)) < len(self.outputs.logits)

    @property
    def branches(self) -> tuple[FusionColumn, ...]:
        """Columns of the fusion that is kept."""
        return tuple(fit_column(name, self.outputs.mean(name)) for name in self.outputs.logits)

    def whole(self) -> Floats:
        """(n, m), of outputs averaged over repeats."""
        means = [self.outputs.mean(name) for name in self.outputs.logits]
        return self._z_scores(means, self.branches)

    def level(self, repeat: int, fold: int) -> Floats:
        """(n, m), of one level; means and deviations are of the patients outside the fold."""
        outside = self.outputs.folds[repeat] != fold
        logits = {name: values[repeat, fold] for name, values in self.outputs.logits.items()}
        columns = tuple(fit_column(name, values[outside]) for name, values in logits.items())
        return self._z_scores(list(logits.values()), columns)

    def _z_scores(self, logits: Sequence[Floats], branches: Sequence[FusionColumn]) -> Floats:
        values = np.column_stack([*logits, self.clinical_values])
        return z_scored(values, (*branches, *self.clinical))
