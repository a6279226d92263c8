import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.fusion.design import Design
from TACEResponseLib.fusion.nested_outputs import NestedOutputs
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.record import ClinicalRecord

FOLDS = np.array([[0, 0, 1, 1]])
# By hand: outside fold 0 level 0 has 3 and 5 (mean 4, SD 1), outside fold 1 level 1 has 0 and 4
# (mean 2, SD 2); the patients' own outputs are 9, 1, 6 and 8 (mean 6).
LEVELS = np.array([[[9.0, 1.0, 3.0, 5.0], [0.0, 4.0, 6.0, 8.0]]])
AGE = ClinicalInput(name="age_years")
RECORDS = [ClinicalRecord(values={"age_years": age}) for age in (50.0, 50.0, 70.0, 70.0)]


def design() -> Design:
    return Design.of(NestedOutputs(folds=FOLDS, logits={"cnn": LEVELS}), (AGE,), RECORDS)


def test_a_level_is_scaled_by_the_patients_outside_its_fold() -> None:
    assert design().level(0, 0)[:, 0].tolist() == [5, -3, -1, 1]
    assert design().level(0, 1)[:, 0].tolist() == [-1, 1, 2, 3]


def test_what_is_kept_is_of_the_patients_own_outputs() -> None:
    made = design()
    (column,) = made.branches
    assert (column.mean, column.minimum, column.maximum) == (6, 1, 9)
    assert made.whole()[:, 0] * column.sd + column.mean == pytest.approx([9, 1, 6, 8])


def test_clinical_values_are_z_scored_and_free() -> None:
    made = design()
    assert made.is_evidence.tolist() == [True, False]
    for z_scores in (made.whole(), made.level(0, 0)):
        assert z_scores[:, 1].tolist() == [-1, -1, 1, 1]


def test_a_variable_that_somebody_lacks_is_refused() -> None:
    outputs = NestedOutputs(folds=FOLDS, logits={"cnn": LEVELS})
    with pytest.raises(InputError, match="age_years must be known for every"):
        Design.of(outputs, (AGE,), [*RECORDS[:3], ClinicalRecord()])
