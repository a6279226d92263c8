"""Every classifier: finite logits that rise with its output, exact sums where there are any."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.pipeline import Pipeline

from TACEResponseLib.evidence.radiomics.classifiers import (
    baseline,
    class_name,
    classifier_logits,
    contributions,
    fit_classifier,
)
from TACEResponseLib.evidence.radiomics.settings import ClassifierName, RadiomicsSettings

Maker = Callable[..., RadiomicsSettings]
ALL = get_args(ClassifierName)
LINEAR = ("linear", "logistic", "lasso", "svm_linear")


def patients(n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Four unscaled features, the first two informative."""
    rng = np.random.default_rng(6)
    labels = np.tile([0, 1], n // 2)
    values = rng.normal((30_000, 70, 12, 0.2), (8_000, 15, 4, 0.05), size=(n, 4))
    values[:, :2] += labels[:, np.newaxis] * (8_000, 12)
    return values, labels


def z_of(classifier: Pipeline, values: np.ndarray) -> np.ndarray:
    return np.asarray(classifier.named_steps["scale"].transform(values))


@pytest.mark.parametrize("name", ALL)
def test_logits_are_finite_and_higher_for_the_positive_class(
    name: str, make_settings: Maker
) -> None:
    values, labels = patients()
    classifier = fit_classifier(make_settings(classifier=name), values, labels, seed=1)
    answer = classifier_logits(classifier, values)
    assert answer.shape == labels.shape
    assert np.isfinite(classifier_logits(classifier, values * 1e3)).all()
    assert answer[labels == 1].mean() > answer[labels == 0].mean() + 0.5


@pytest.mark.parametrize("name", LINEAR)
def test_contributions_and_the_baseline_add_up_to_the_logit(
    name: str, make_settings: Maker
) -> None:
    values, labels = patients()
    classifier = fit_classifier(make_settings(classifier=name), values, labels, seed=1)
    start = baseline(classifier)
    assert start is not None
    for row in values[:5]:
        added = contributions(classifier, row)
        assert added is not None
        assert added.sum() + start == pytest.approx(
            classifier_logits(classifier, row[None])[0], abs=1e-10
        )
    assert classifier_logits(classifier, values.mean(axis=0)[None])[0] == pytest.approx(
        start, abs=1e-9
    )


@pytest.mark.parametrize("name", [name for name in ALL if name not in LINEAR])
def test_what_is_no_sum_has_no_contributions(name: str, make_settings: Maker) -> None:
    values, labels = patients()
    classifier = fit_classifier(make_settings(classifier=name), values, labels, seed=1)
    assert contributions(classifier, values[0]) is None
    assert baseline(classifier) is None


@pytest.mark.parametrize("name", [name for name in ALL if name != "dnn"])
def test_each_name_stands_for_its_class(name: str, make_settings: Maker) -> None:
    classifier = fit_classifier(make_settings(classifier=name), *patients(), seed=1)
    assert type(classifier.named_steps["classify"]).__name__ == class_name(name)


def test_the_line_is_that_of_least_squares(make_settings: Maker) -> None:
    values, labels = patients()
    classifier = fit_classifier(make_settings(classifier="linear"), values, labels, seed=1)
    design = np.column_stack([np.ones(len(values)), z_of(classifier, values)])
    fitted = design @ np.linalg.lstsq(design, labels.astype(float), rcond=None)[0]
    # One half on the line is a logit of 0, and the line crosses there as steeply as the curve.
    assert classifier_logits(classifier, values) == pytest.approx(4 * fitted - 2, abs=1e-9)


def test_a_lasso_of_a_large_penalty_knows_only_how_many_respond(make_settings: Maker) -> None:
    values, labels = patients()
    labels[:24] = 1
    settings = make_settings(classifier="lasso", alpha=1.0)
    answer = classifier_logits(fit_classifier(settings, values, labels, seed=1), values)
    assert answer == pytest.approx(np.full(len(labels), 4 * labels.mean() - 2))


def test_the_penalty_is_chosen_in_training_if_none_is_given(make_settings: Maker) -> None:
    values, labels = patients()
    chosen = fit_classifier(make_settings(classifier="lasso"), values, labels, seed=1)
    alpha = chosen.named_steps["classify"].alpha
    assert 0 < alpha < 0.3
    given = make_settings(classifier="lasso", alpha=alpha)
    again = fit_classifier(given, values, labels, seed=2)
    assert np.array_equal(classifier_logits(again, values), classifier_logits(chosen, values))


@pytest.mark.parametrize("name", ["svm_linear", "svm_rbf"])
def test_a_support_vector_machine_says_its_decision_value(name: str, make_settings: Maker) -> None:
    values, labels = patients()
    classifier = fit_classifier(make_settings(classifier=name), values, labels, seed=1)
    expected = classifier.named_steps["classify"].decision_function(z_of(classifier, values))
    assert classifier_logits(classifier, values) == pytest.approx(expected, abs=1e-10)


def test_support_vectors_use_the_published_kernel(make_settings: Maker) -> None:
    settings = make_settings(classifier="svm_rbf")
    classifier = fit_classifier(settings, *patients(), seed=1).named_steps["classify"]
    # S1: "Radial Basis Function, and the gamma is 0.2".
    assert (classifier.kernel, classifier.gamma) == ("rbf", 0.2)
    # Platt's line is fitted later, on out-of-fold outputs.
    assert not hasattr(classifier, "predict_proba")


def test_boosting_says_the_same_as_before_it_forgot_its_training(make_settings: Maker) -> None:
    values, labels = patients()
    labels[:10] = 0
    settings = make_settings(classifier="gbm")
    classifier = fit_classifier(settings, values, labels, seed=1)
    z = z_of(classifier, values)
    whole = GradientBoostingClassifier(
        n_estimators=20, min_samples_leaf=5, max_depth=3, learning_rate=0.1, random_state=1
    ).fit(z, labels)
    assert classifier_logits(classifier, values) == pytest.approx(
        whole.decision_function(z), abs=1e-12
    )


def test_neighbors_vote_and_none_is_certain(make_settings: Maker) -> None:
    values = np.array([[0.0], [1], [2], [3], [100], [101], [102], [103]])
    labels = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    classifier = fit_classifier(make_settings(classifier="knn"), values, labels, seed=1)
    # Three of four, and none of four: log(3.5 / 1.5) and log(0.5 / 4.5).
    assert classifier_logits(classifier, np.array([[1.5], [101.5]])) == pytest.approx(
        [np.log(3.5 / 1.5), np.log(1 / 9)]
    )


@pytest.mark.parametrize("name", ["linear", "lasso", "svm_linear", "svm_rbf", "knn"])
def test_no_output_is_reordered_on_its_way_to_a_logit(name: str, make_settings: Maker) -> None:
    values, labels = patients()
    classifier = fit_classifier(make_settings(classifier=name), values, labels, seed=1)
    estimator, z = classifier.named_steps["classify"], z_of(classifier, values)
    own = (
        estimator.decision_function(z)
        if name.startswith("svm")
        else estimator.predict_proba(z)[:, 1]
        if name == "knn"
        else estimator.predict(z)
    )
    assert spearmanr(own, classifier_logits(classifier, values)).statistic == pytest.approx(1)


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_bits(name: str, make_settings: Maker) -> None:
    values, labels = patients()
    first, second = (
        fit_classifier(make_settings(classifier=name), values, labels, seed=3) for _ in range(2)
    )
    assert np.array_equal(classifier_logits(first, values), classifier_logits(second, values))
