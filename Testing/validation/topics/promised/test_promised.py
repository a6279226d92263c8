"""What training promised: read from the bundle, held against the interval of these patients."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.metadata import FUSED, BundleMetadata, Metric
from TACEResponseLib.bundle.reading import read_metadata
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.validation.report.metrics import metrics_json
from TACEResponseLib.validation.report.report import report_html
from TACEResponseLib.validation.study.promises import promises
from TACEResponseLib.validation.study.study import Promise, Study
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.promised.promised import promised_sentences, promised_table
from TACEResponseLib.validation.topics.topic import Results
from Testing.validation.changes import changed


def promise(value: float, low: float, high: float) -> Promise:
    return Promise(
        model="fused",
        patients="its training patients, out-of-fold",
        auc=Estimate(value=value, low=low, high=high, n=60, method="DeLong"),
    )


def metric(name: str, branch: str, role: CohortRole, value: float) -> Metric:
    return Metric(
        name=name,
        branch=branch,
        cohort=role,
        value=value,
        low=value - 0.05,
        high=value + 0.05,
        n=90,
        method="DeLong",
    )


def with_metrics(*metrics: Metric) -> BundleMetadata:
    """A bundle that says these numbers of itself."""
    known = read_metadata("ct-radiomics-cnn-simulated")
    return known.model_copy(update={"metrics": metrics})


def sentences(study: Study, results: Results, *known: Promise) -> Sequence[str]:
    return list(promised_sentences(replace(study, promises=known), results.of(PerformanceResults)))


def test_the_bundle_of_real_patients_promises_its_cross_validated_auc_with_p() -> None:
    (promised,) = promises(read_metadata("ct-volume-clinical"))
    # As its card and the documentation print it: .59 (.34 to .78), p .154, 91 patients.
    assert (f"{promised.auc.value:.2f}", f"{promised.auc.low:.2f}", f"{promised.auc.high:.2f}") == (
        "0.59",
        "0.34",
        "0.78",
    )
    assert promised.auc.n == 91
    assert "p = 0.154 by 200 permutations" in promised.auc.method
    assert "20 repeats" in promised.auc.method
    assert promised.patients == "the whole procedure, cross-validated"


def test_the_simulated_bundle_promises_what_unseen_patients_gave() -> None:
    promised, out_of_fold = promises(read_metadata("ct-radiomics-cnn-simulated"))
    assert promised.auc.value == pytest.approx(0.733, abs=5e-4)
    assert promised.auc.n == 200
    assert promised.patients == "internal test patients of its makers"
    assert (out_of_fold.auc.n, out_of_fold.patients) == (1000, "its training patients, out-of-fold")


def test_unseen_patients_come_before_those_that_trained_or_chose() -> None:
    roles = (CohortRole.TUNING, CohortRole.TRAINING, CohortRole.INTERNAL_TEST)
    promised = promises(
        with_metrics(
            *(metric("AUC", FUSED, role, 0.6 + i / 10) for i, role in enumerate(roles)),
            metric("AUC", "cnn", CohortRole.EXTERNAL_TEST, 0.9),
            metric("average precision", FUSED, CohortRole.EXTERNAL_TEST, 0.9),
        )
    )
    assert [round(p.auc.value, 1) for p in promised] == [0.8, 0.7, 0.6]


def test_a_bundle_without_a_fused_auc_promises_nothing() -> None:
    assert promises(with_metrics(metric("AUC", "cnn", CohortRole.TRAINING, 0.7))) == ()


def test_the_sentence_says_where_the_interval_lies(study: Study, results: Results) -> None:
    here = results.of(PerformanceResults).models[0].auc
    (inside,) = sentences(study, results, promise(here.value, 0.5, 0.99))
    assert "holds the promise: no sign that it does worse" in inside
    (below,) = sentences(study, results, promise(here.high + 0.01, here.high + 0.001, 0.999))
    assert below.endswith("on these patients the model does worse than its training said.")
    (above,) = sentences(study, results, promise(here.low - 0.1, 0.3, here.low + 0.01))
    assert "lies above the promise" in above
    assert above.endswith("though the interval of the promise reaches into it.")


def test_the_ends_of_the_interval_belong_to_it(study: Study, results: Results) -> None:
    here = results.of(PerformanceResults).models[0].auc
    for value in (here.low, here.high):
        (text,) = sentences(study, results, promise(value, value - 0.01, value))
        assert "holds the promise" in text


def test_an_auc_on_its_own_patients_is_no_test_of_the_promise(
    study: Study, results: Results
) -> None:
    shaped = replace(study, origin=replace(study.origin, roles=(CohortRole.TRAINING,)))
    promised = promise(results.of(PerformanceResults).models[0].auc.value - 0.07, 0.5, 0.9)
    (text,) = sentences(shaped, results, promised)
    assert "0.07 above the promise, is no test of the promise" in text
    assert "holds" not in text
    page = report_html(replace(shaped, promises=(promised,)), results, {})
    assert "(in-sample)" in page


def test_an_auc_that_is_not_defined_says_nothing(study: Study, results: Results) -> None:
    nan = float("nan")
    unknown = Estimate(value=nan, low=nan, high=nan, n=3, method="one class only")
    models = (replace(results.of(PerformanceResults).models[0], auc=unknown),)
    (text,) = sentences(
        study, changed(results, PerformanceResults, models=models), promise(0.7, 0.6, 0.8)
    )
    assert text.endswith("The interval here is unknown: nothing can be said.")


def test_report_and_numbers_hold_the_promise_beside_the_auc(study: Study, results: Results) -> None:
    words = replace(study, promises=(promise(0.712, 0.6, 0.8),))
    table = promised_table(words, results.of(PerformanceResults))
    assert table.rows[0][2].startswith("0.712 (0.600")
    assert f"{results.of(PerformanceResults).models[0].auc.value:.3f}" in table.rows[0][5]
    page = report_html(words, results, {})
    assert "What training had promised" in page
    assert json.loads(metrics_json(words, results))["promises"][0]["auc"]["value"] == 0.712
    assert "What training had promised" not in report_html(study, results, {})
