"""Coefficients of evidence not below 0, beside scikit-learn's models without bounds."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from TACEResponseLib.fusion.bounded_line import OBJECTIVES, LinearModel, fit_line

KINDS: tuple[LinearModel, ...] = ("logistic", "linear_svm")
FREE = np.zeros(3, dtype=np.bool_)


def cohort(seed: int, slopes: tuple[float, ...], n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n, len(slopes)))
    return inputs, (rng.random(n) < expit(inputs @ np.array(slopes) + 0.4)).astype(np.int64)


@pytest.mark.parametrize("weight", [1e-3, 0.1, 1.0, 1e3])
@pytest.mark.parametrize("is_evidence", [FREE, ~FREE], ids=["free", "bounds that don't bind"])
def test_where_no_bound_binds_it_is_scikit_learns_logistic_regression(
    weight: float, is_evidence: np.ndarray
) -> None:
    inputs, labels = cohort(1, (1.0, 0.7, 0.5))
    reference = LogisticRegression(C=weight, solver="newton-cholesky", tol=1e-12)
    reference.fit(inputs, labels)
    line = fit_line("logistic", inputs, labels, weight, is_evidence)
    assert line.coefficients == pytest.approx(reference.coef_[0], abs=1e-6)
    assert line.intercept == pytest.approx(float(reference.intercept_[0]), abs=1e-6)
    assert line.logits(inputs) == pytest.approx(reference.decision_function(inputs), abs=1e-5)


@pytest.mark.parametrize("weight", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("is_evidence", [FREE, ~FREE], ids=["free", "bounds that don't bind"])
def test_where_no_bound_binds_it_is_scikit_learns_linear_machine(
    weight: float, is_evidence: np.ndarray
) -> None:
    inputs, labels = cohort(2, (1.0, 0.7, 0.5))
    reference = LinearSVC(C=weight, dual=False, tol=1e-12, max_iter=100_000).fit(inputs, labels)
    line = fit_line("linear_svm", inputs, labels, weight, is_evidence)
    assert line.coefficients == pytest.approx(reference.coef_[0], abs=1e-6)
    assert line.intercept == pytest.approx(float(reference.intercept_[0]), abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_that_ranks_backwards_is_left_out_and_the_rest_is_fitted_without_it(
    kind: LinearModel,
) -> None:
    inputs, labels = cohort(3, (1.0, -0.8, 0.6))
    line = fit_line(kind, inputs, labels, 1.0, np.array([True, True, False]))
    assert line.coefficients[1] == 0
    # With independent columns no other bound binds: the optimum is that of the two others.
    rest = fit_line(kind, inputs[:, [0, 2]], labels, 1.0, FREE[:2])
    assert line.coefficients[[0, 2]] == pytest.approx(rest.coefficients, abs=1e-6)
    assert line.intercept == pytest.approx(rest.intercept, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_clinical_value_may_have_either_sign(kind: LinearModel) -> None:
    inputs, labels = cohort(4, (1.0, -0.8))
    line = fit_line(kind, inputs, labels, 1.0, np.array([True, False]))
    assert line.coefficients[0] > 0 > line.coefficients[1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_that_of_the_objective(kind: LinearModel) -> None:
    inputs, labels = cohort(5, (1.0, -0.8))
    objective = OBJECTIVES[kind](inputs, np.where(labels == 1, 1.0, -1.0), 0.7)
    for point in np.random.default_rng(1).normal(size=(5, 3)):
        error = check_grad(lambda x: objective(x)[0], lambda x: objective(x)[1], point)
        assert error < 1e-6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("weight", [1.0, 1e9])
def test_separated_classes_and_large_inputs_overflow_nowhere(
    kind: LinearModel, scale: float, weight: float
) -> None:
    inputs = scale * np.linspace(-3, 3, 40)[:, np.newaxis]
    labels = (inputs[:, 0] > 0).astype(np.int64)
    line = fit_line(kind, inputs, labels, weight, np.array([True]))
    assert np.isfinite(line.coefficients).all()
    assert line.coefficients[0] >= 0
    turned = fit_line(kind, inputs, 1 - labels, weight, np.array([True]))
    assert turned.coefficients[0] == 0


def test_a_model_of_another_name_is_refused() -> None:
    inputs, labels = cohort(6, (1.0,))
    with pytest.raises(KeyError, match="probit"):
        fit_line("probit", inputs, labels, 1.0, FREE[:1])  # type: ignore[arg-type]
