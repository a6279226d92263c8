"""Several rows a patient: variance against the Cleveland Clinic's R function and pROC's example."""

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.auc_difference import auc_difference
from TACEResponseLib.evaluation.discrimination.clustered import placement_spread
from TACEResponseLib.evaluation.discrimination.discrimination import auc, delong_spread
from TACEResponseLib.evaluation.discrimination.folded_auc import folded_auc

# Eight patients, 16 rows; four patients have rows of both classes.
LABELS = [1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1]
PATIENTS = [1, 1, 1, 2, 2, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7, 8]
FIRST = [0.9, 0.7, 0.4, 0.8, 0.3, 0.5, 0.6, 0.2, 0.35, 0.95, 0.65, 0.1, 0.55, 0.45, 0.75, 0.5]
SECOND = [0.6, 0.8, 0.5, 0.7, 0.4, 0.45, 0.3, 0.35, 0.5, 0.9, 0.2, 0.15, 0.65, 0.6, 0.55, 0.4]


def test_variance_is_that_of_the_function_which_obuchowski_s_clinic_publishes() -> None:
    # R: doAUCcluster(FIRST, response=LABELS, clusterID=PATIENTS), funcs_clusteredROC.R of the
    # Cleveland Clinic's Department of Quantitative Health Sciences: AUC .8046875, var .00983400799.
    spread = delong_spread(LABELS, FIRST, clusters=PATIENTS)
    assert spread.auc == 0.8046875
    assert spread.error**2 == pytest.approx(0.00983400799, abs=5e-12)
    assert (spread.positives, spread.negatives) == (6, 7)


def test_paired_difference_is_that_of_the_same_function() -> None:
    # doAUCcluster(FIRST, SECOND, ...): difference .015625 (-.1760462375 to .2072962375), p .873058.
    compared = auc_difference(LABELS, FIRST, SECOND, clusters=PATIENTS)
    limits = (compared.difference.low, compared.difference.high)
    assert limits == pytest.approx((-0.1760462375, 0.2072962375), abs=5e-11)
    assert compared.significance.p == pytest.approx(0.8730576389, abs=5e-11)
    assert compared.difference.n == 8


def test_rows_that_are_there_three_times_add_nothing_to_what_proc_publishes(
    asah: dict[str, np.ndarray],
) -> None:
    labels, scores = np.repeat(asah["poor"], 3), np.repeat(asah["s100b"], 3)
    estimate = auc(labels, scores, clusters=np.repeat(np.arange(113), 3))
    assert (estimate.low, estimate.high) == pytest.approx((0.6301, 0.8326), abs=5e-5)
    assert estimate.n == 113
    assert "rows of one patient counted together" in estimate.method
    naive = auc(labels, scores)
    assert naive.high - naive.low < 0.6 * (estimate.high - estimate.low)


def test_one_row_a_patient_gives_delong_s_variance() -> None:
    plain = delong_spread(LABELS, FIRST)
    clustered = delong_spread(LABELS, FIRST, clusters=np.arange(16))
    assert clustered.error == pytest.approx(plain.error, rel=1e-12)


def test_within_folds_copies_add_nothing_either() -> None:
    rng = np.random.default_rng(3)
    labels = np.tile([0, 1], 60)
    folds = np.repeat(np.arange(4), 30)[np.newaxis]
    scores = rng.normal(size=120)[np.newaxis] + labels
    once = folded_auc(labels, folds, scores)
    copies = [np.repeat(a, 2, axis=-1) for a in (labels, folds, scores)]
    twice = folded_auc(*copies, clusters=np.repeat(np.arange(120), 2))
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high))
    assert twice.n == once.n == 120


def test_a_class_of_one_patient_has_no_spread() -> None:
    patients = (np.array([0, 0, 0]), np.array([1, 2]))
    spread = placement_spread(np.array([1.0, 0.5, 0.5]), np.array([0.2, 0.8]), patients)
    assert spread.of_positives == 0
    estimate = auc([1, 1, 0, 0], [3, 2, 1, 0], clusters=[0, 0, 1, 2])
    assert (estimate.low, estimate.high) == (0, 1)
