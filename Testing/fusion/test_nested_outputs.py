import numpy as np
import pytest

from TACEResponseLib.fusion.nested_outputs import NestedOutputs

# Two repeats of two folds of three patients; a logit is 100 x repeat + 10 x level + patient.
FOLDS = np.array([[0, 0, 1], [1, 0, 0]])
LOGITS = np.array([[[100 * r + 10 * k + i for i in range(3)] for k in range(2)] for r in range(2)])


def test_a_patient_s_own_output_is_that_of_the_level_without_its_fold() -> None:
    outputs = NestedOutputs(folds=FOLDS, logits={"cnn": LOGITS.astype(float)})
    assert (outputs.repeats, outputs.levels) == (2, 2)
    assert outputs.out_of_fold("cnn").tolist() == [[0, 1, 12], [110, 101, 102]]
    assert outputs.mean("cnn").tolist() == [55, 51, 57]


def test_some_branches_come_in_the_order_asked_for() -> None:
    values = LOGITS.astype(float)
    outputs = NestedOutputs(folds=FOLDS, logits={"a": values, "b": values + 1, "c": values})
    assert list(outputs.of(["c", "a"]).logits) == ["c", "a"]


@pytest.mark.parametrize(
    ("folds", "logits", "says"),
    [
        (FOLDS[0], LOGITS, r"folds must be \(repeats, n\)"),
        (FOLDS, LOGITS[:1], r"logits of cnn must be \(2, 2, 3\)"),
        (FOLDS, np.where(LOGITS == 12, np.nan, LOGITS), "finite, those of cnn are not"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    folds: np.ndarray, logits: np.ndarray, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        NestedOutputs(folds=folds, logits={"cnn": logits.astype(float)})
