from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.fusion.fusion import FittedFusion, FusionSettings
from TACEResponseLib.fusion.linear_model import (
    choose_threshold,
    resamples,
    stratified_folds,
)
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.record import ClinicalRecord, ClinicalValue
from Testing.fusion.fixed_outputs import fit_fixed

N = 200
AFP = ClinicalInput(name="afp_ng_per_ml", transform="log10")
SIZE = ClinicalInput(name="tumor_size_cm", required=False)
PVI = ClinicalInput(name="portal_vein_invasion", transform="yes_no", required=False, impute="mode")
ASCITES = ClinicalInput(
    name="ascites",
    transform="codes",
    codes={"none": 0, "mild": 1, "severe": 2},
    impute="mode",
    required=False,
)


def record(**values: ClinicalValue) -> ClinicalRecord:
    return ClinicalRecord(values=values)


@pytest.fixture(scope="module")
def branch_logits() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    return {"cnn": rng.normal(0.5, 2, N), "radiomics": rng.normal(-1, 0.7, N)}


@pytest.fixture(scope="module")
def records() -> list[ClinicalRecord]:
    rng = np.random.default_rng(6)
    made = []
    for n in range(N):
        values: dict[str, ClinicalValue] = {"afp_ng_per_ml": float(10 ** rng.normal(2, 1))}
        if n % 4:
            values["tumor_size_cm"] = float(rng.uniform(2, 12))
            values["portal_vein_invasion"] = bool(rng.random() < 0.2)
            values["ascites"] = str(rng.choice(["none", "mild"], p=[0.7, 0.3]))
        made.append(record(**values))
    return made


@pytest.fixture(scope="module")
def labels(branch_logits: dict[str, np.ndarray]) -> np.ndarray:
    rng = np.random.default_rng(7)
    truth = 0.5 * branch_logits["cnn"] + branch_logits["radiomics"] + 1
    return (rng.random(N) < expit(truth)).astype(np.int64)


@pytest.fixture(scope="module")
def fusion(
    branch_logits: dict[str, np.ndarray], records: list[ClinicalRecord], labels: np.ndarray
) -> FittedFusion:
    """Two branches and four clinical variables."""
    settings = FusionSettings(clinical=(AFP, SIZE, PVI, ASCITES), n_bootstrap=40)
    return fit_fixed(settings, branch_logits, records, labels, seed=1)


@pytest.fixture(scope="module")
def two_branches(branch_logits: dict[str, np.ndarray], labels: np.ndarray) -> FittedFusion:
    """No clinical variables."""
    settings = FusionSettings(n_bootstrap=40)
    return fit_fixed(settings, branch_logits, [record()] * N, labels, seed=1)


FULL = record(
    afp_ng_per_ml=400.0, tumor_size_cm=7, portal_vein_invasion=True, ascites="mild", sex="male"
)
LOGITS = {"radiomics": 0.25, "cnn": 1.5}


def fused_logit(fusion: FittedFusion, contributions: list[float]) -> float:
    return fusion.model.intercept + sum(contributions)


def test_contributions_and_intercept_add_up_to_the_fused_logit(fusion: FittedFusion) -> None:
    prediction = fusion.predict(LOGITS, FULL)
    logit = fused_logit(fusion, [term.contribution for term in prediction.terms])
    assert prediction.probability == pytest.approx(float(fusion.model.calibration.apply(logit)))
    assert [term.name for term in prediction.terms] == [
        "cnn",
        "radiomics",
        "afp_ng_per_ml",
        "tumor_size_cm",
        "portal_vein_invasion",
        "ascites",
    ]
    assert [term.value for term in prediction.terms] == pytest.approx(
        [1.5, 0.25, np.log10(400), 7, 1, 1]
    )


def test_a_patient_at_the_training_mean_gets_the_intercept(two_branches: FittedFusion) -> None:
    means = {column.name: column.mean for column in two_branches.branches}
    prediction = two_branches.predict(means, record())
    assert [term.contribution for term in prediction.terms] == [0, 0]


def test_coefficients_are_those_of_scikit_learn_on_z_scores(
    two_branches: FittedFusion, branch_logits: dict[str, np.ndarray], labels: np.ndarray
) -> None:
    columns = np.column_stack(list(branch_logits.values()))
    z_scores = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    reference = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-10)
    reference.fit(z_scores, labels)
    assert two_branches.model.coefficients == pytest.approx(reference.coef_[0], abs=1e-5)
    assert two_branches.model.intercept == pytest.approx(reference.intercept_[0], abs=1e-5)


def test_the_interval_is_that_of_the_bootstrap_rows(two_branches: FittedFusion) -> None:
    prediction = two_branches.predict(LOGITS, record())
    z = [(LOGITS[c.name] - c.mean) / c.sd for c in two_branches.branches]
    drawn = [
        float(row.calibration.apply(row.intercept + np.dot(row.coefficients, z)))
        for row in two_branches.bootstrap
    ]
    assert prediction.interval == pytest.approx(tuple(np.percentile(drawn, (2.5, 97.5))))
    assert len({row.coefficients for row in two_branches.bootstrap}) == 40
    assert prediction.interval_method == (
        "bootstrap of the fusion stage, 40 resamples of the training patients; "
        "network and classifiers held fixed"
    )


def test_a_fusion_without_resamples_gives_probabilities_but_no_interval(
    two_branches: FittedFusion,
) -> None:
    plain = two_branches.model_copy(update={"bootstrap": ()})
    probability = two_branches.predict(LOGITS, record()).probability
    assert plain.probabilities(LOGITS, [record()]) == pytest.approx([probability], abs=0)
    fused = plain.predict(LOGITS, record())
    assert fused.interval is None
    assert fused.limits == (0.0, 1.0)


def test_an_interval_that_misses_the_estimate_is_widened_and_says_so(
    two_branches: FittedFusion,
) -> None:
    shifted = two_branches.model.model_copy(update={"intercept": 9.0})
    odd = two_branches.model_copy(update={"model": shifted})
    prediction = odd.predict(LOGITS, record())
    assert prediction.interval[1] == prediction.probability
    assert prediction.interval_method.endswith("widened to hold the estimate")


def test_the_interval_covers_the_true_probability_about_as_often_as_it_claims() -> None:
    settings = FusionSettings(n_bootstrap=40, folds=2, calibration="none")
    truth = expit(np.array(0.8))
    covered = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        logits = rng.normal(size=100)
        outcome = (rng.random(100) < expit(0.8 * logits)).astype(int)
        fitted = fit_fixed(settings, {"a": logits}, [record()] * 100, outcome, seed)
        low, high = fitted.predict({"a": 1.0}, record()).interval
        covered += low <= truth <= high
    # 95 % of 12 is 11.4; 8 or fewer have a probability under 1 %.
    assert covered >= 9


def test_many_cases_at_once_give_the_same_as_one_by_one(
    fusion: FittedFusion, branch_logits: dict[str, np.ndarray], records: list[ClinicalRecord]
) -> None:
    together = fusion.probabilities(branch_logits, records)
    single = [
        fusion.predict({k: float(v[n]) for k, v in branch_logits.items()}, records[n]).probability
        for n in range(0, N, 37)
    ]
    assert together[::37] == pytest.approx(single, abs=1e-12)


def test_clinical_variables_alone_make_a_fusion_too(
    records: list[ClinicalRecord], labels: np.ndarray
) -> None:
    fitted = fit_fixed(FusionSettings(n_bootstrap=40, clinical=(AFP,)), {}, records, labels, 1)
    single = [fitted.predict({}, r).probability for r in records[:3]]
    assert fitted.probabilities({}, records)[:3] == pytest.approx(single)


def test_the_order_of_branches_in_the_mapping_does_not_matter(
    two_branches: FittedFusion,
) -> None:
    turned = dict(reversed(LOGITS.items()))
    assert two_branches.predict(turned, record()) == two_branches.predict(LOGITS, record())


def test_the_same_seed_gives_the_same_fusion_and_another_seed_another(
    two_branches: FittedFusion, branch_logits: dict[str, np.ndarray], labels: np.ndarray
) -> None:
    def again(seed: int) -> FittedFusion:
        return fit_fixed(two_branches.settings, branch_logits, [record()] * N, labels, seed)

    assert again(1) == two_branches
    assert again(2).bootstrap != two_branches.bootstrap


def test_fusion_leaves_the_global_random_state_alone(
    two_branches: FittedFusion, branch_logits: dict[str, np.ndarray], labels: np.ndarray
) -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002  (the state that must not move)
    fit_fixed(two_branches.settings, branch_logits, [record()] * N, labels, 3)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_all_missing_required_variables_are_named_at_once(
    branch_logits: dict[str, np.ndarray], labels: np.ndarray
) -> None:
    settings = FusionSettings(
        n_bootstrap=40, clinical=(AFP, SIZE.model_copy(update={"required": True}))
    )
    complete = [record(afp_ng_per_ml=5 + n, tumor_size_cm=3.0 + n % 5) for n in range(N)]
    fitted = fit_fixed(settings, branch_logits, complete, labels, seed=1)
    with pytest.raises(InputError, match=r"--clinical.*afp_ng_per_ml and tumor_size_cm"):
        fitted.predict(LOGITS, record())


def test_a_missing_optional_variable_is_filled_in_and_named(
    fusion: FittedFusion, records: list[ClinicalRecord]
) -> None:
    prediction = fusion.predict(LOGITS, record(afp_ng_per_ml=400.0))
    sizes = [r.values["tumor_size_cm"] for r in records if "tumor_size_cm" in r.values]
    median = float(np.median(np.array(sizes, dtype=float)))
    term = next(t for t in prediction.terms if t.name == "tumor_size_cm")
    assert term.imputed
    assert term.value == pytest.approx(median)
    assert {w.code for w in prediction.warnings} == {"clinical_imputed"}
    messages = " ".join(w.message for w in prediction.warnings)
    assert f"median, {median:.3g}," in messages
    assert "portal_vein_invasion is missing; the training cohort's mode, no," in messages
    assert "ascites is missing; the training cohort's mode, none," in messages
    assert not next(t for t in prediction.terms if t.name == "afp_ng_per_ml").imputed


def test_a_clinical_value_outside_the_training_range_is_told(fusion: FittedFusion) -> None:
    prediction = fusion.predict(LOGITS, record(**{**FULL.values, "tumor_size_cm": 30.0}))
    assert [w.code for w in prediction.warnings] == ["clinical_outside_training_range"]
    assert "tumor_size_cm of 30" in prediction.warnings[0].message


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (AFP, 0.0, "number > 0"),
        (SIZE, "large", "a number"),
        (SIZE, True, "a number"),
        (PVI, 1, "yes or no"),
        (ASCITES, "plenty", "one of none, mild, severe"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(
    variable: ClinicalInput, value: ClinicalValue, message: str
) -> None:
    with pytest.raises(InputError, match=f"{variable.name} must be .*{message}"):
        variable.encode(value)


def test_training_refuses_a_required_variable_that_some_patient_lacks(
    branch_logits: dict[str, np.ndarray], labels: np.ndarray, records: list[ClinicalRecord]
) -> None:
    settings = FusionSettings(
        n_bootstrap=40, clinical=(SIZE.model_copy(update={"required": True}),)
    )
    with pytest.raises(InputError, match=r"tumor_size_cm.*every.*50 of 200 without it"):
        fit_fixed(settings, branch_logits, records, labels, seed=1)


def test_logits_of_other_branches_are_a_programming_error(two_branches: FittedFusion) -> None:
    with pytest.raises(KeyError, match="radiomics"):
        two_branches.predict({"cnn": 1.0}, record())
    with pytest.raises(KeyError, match="extra"):
        two_branches.predict({**LOGITS, "extra": 1.0}, record())
    with pytest.raises(ValueError, match="finite"):
        two_branches.predict({"cnn": np.nan, "radiomics": 0.0}, record())


def test_training_needs_a_patient_of_each_class_in_each_fold() -> None:
    with pytest.raises(ValueError, match=">= 2 patients"):
        fit_fixed(
            FusionSettings(folds=2), {"a": np.zeros(20)}, [record()] * 20, [1] * 2 + [0] * 18, 1
        )


@pytest.mark.parametrize("column", ["constant", "perfect", "reversed"])
def test_degenerate_outputs_give_a_usable_fusion(column: str) -> None:
    outcome = np.arange(40) % 2
    values = {"constant": np.zeros(40), "perfect": outcome * 9.0 - 4, "reversed": 1.0 - outcome}
    settings = FusionSettings(n_bootstrap=40)
    fitted = fit_fixed(settings, {"a": values[column]}, [record()] * 40, outcome, 1)
    probabilities = fitted.probabilities({"a": values[column]}, [record()] * 40)
    if column == "constant":
        assert probabilities == pytest.approx(0.5)
        assert fitted.threshold == 0.5
        return
    if column == "reversed":
        # What ranks backwards is left out, not turned round.
        assert fitted.model.coefficients == (0.0,)
        assert probabilities == pytest.approx(0.5)
        return
    assert ((probabilities > fitted.threshold) == (outcome == 1)).all()


def test_youden_cut_off_lies_halfway_in_the_best_gap() -> None:
    # By hand: above 0.35 are 3 of 3 events and 1 of 4 others (0.75); above 0.65, 2/3 and 0.
    probabilities = [0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8]
    labels = [0, 0, 0, 0, 1, 1, 1]
    assert choose_threshold("youden", probabilities, labels) == pytest.approx(0.35)


def test_youden_cut_off_reaches_the_best_point_of_scikit_learns_roc_curve(
    branch_logits: dict[str, np.ndarray], labels: np.ndarray
) -> None:
    probabilities = expit(branch_logits["cnn"])
    false, true, _ = roc_curve(labels, probabilities, drop_intermediate=False)
    called = probabilities > choose_threshold("youden", probabilities, labels)
    gain = called[labels == 1].mean() - called[labels == 0].mean()
    assert gain == pytest.approx((true - false).max())


def test_half_is_one_half(branch_logits: dict[str, np.ndarray], labels: np.ndarray) -> None:
    settings = FusionSettings(n_bootstrap=40, threshold_rule="half", calibration="none")
    fitted = fit_fixed(settings, branch_logits, [record()] * N, labels, 1)
    assert fitted.threshold == 0.5
    assert "no data" in fitted.threshold_set_on


def test_copies_of_a_resampled_patient_stay_in_one_fold_with_both_classes_outside() -> None:
    labels = np.array([1] * 3 + [0] * 17)
    folds = stratified_folds(labels, 3, seed=1)
    assert [int(labels[folds == f].sum()) for f in range(3)] == [1, 1, 1]
    for rows in resamples(labels, folds, 50, np.random.default_rng(1)):
        assert rows.shape == labels.shape
        for fold in np.unique(folds[rows]):
            assert set(labels[rows[folds[rows] != fold]]) == {0, 1}


def test_a_fusion_survives_its_file_to_the_last_digit(fusion: FittedFusion) -> None:
    again = FittedFusion.model_validate_json(fusion.model_dump_json(), strict=True)
    assert again == fusion
    assert again.predict(LOGITS, FULL) == fusion.predict(LOGITS, FULL)


def _nan(content: dict[str, Any]) -> None:
    content["model"]["intercept"] = float("nan")


def _infinite_row(content: dict[str, Any]) -> None:
    content["bootstrap"][3]["coefficients"][0] = float("inf")


def _short_row(content: dict[str, Any]) -> None:
    content["bootstrap"][3]["coefficients"].pop()


def _fewer_rows(content: dict[str, Any]) -> None:
    content["bootstrap"].pop()


def _no_spread(content: dict[str, Any]) -> None:
    content["branches"][0]["sd"] = 0.0


def _certain(content: dict[str, Any]) -> None:
    content["threshold"] = 1.0


def _other_calibration(content: dict[str, Any]) -> None:
    content["model"]["calibration"] = {"kind": "none"}


def _extra(content: dict[str, Any]) -> None:
    content["note"] = "hello"


def _twice(content: dict[str, Any]) -> None:
    content["branches"][1]["name"] = content["branches"][0]["name"]


def _huge(content: dict[str, Any]) -> None:
    content["model"]["coefficients"][0] = 1e300


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (_nan, "finite|valid"),
        (_infinite_row, "finite|valid"),
        (_short_row, "one coefficient a column"),
        (_fewer_rows, "n_bootstrap"),
        (_no_spread, "greater than or equal to 0"),
        (_certain, "less than 1"),
        (_other_calibration, "calibrated as the settings"),
        (_extra, "Extra"),
        (_twice, "different"),
        (_huge, "less than or equal"),
    ],
)
def test_a_tampered_fusion_is_refused(
    two_branches: FittedFusion, tamper: Callable[[dict[str, Any]], None], message: str
) -> None:
    content = two_branches.model_dump(mode="python")
    content = _as_lists(content)
    tamper(content)
    with pytest.raises(ValidationError, match=message):
        FittedFusion.model_validate(content)


def _as_lists(content: Any) -> Any:
    """Tuples as lists, so that a test can change them."""
    if isinstance(content, dict):
        return {key: _as_lists(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_as_lists(value) for value in content]
    return content


def test_a_linear_support_vector_machine_is_calibrated_on_values_it_did_not_see() -> None:
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    from TACEResponseLib.fusion.calibration import fit_calibration

    rng = np.random.default_rng(5)
    labels = np.tile([0, 1], 60)
    values = rng.normal(size=120) + labels
    settings = FusionSettings(model="linear_svm", n_bootstrap=40, folds=3)
    fusion = fit_fixed(settings, {"cnn": values}, [ClinicalRecord()] * 120, labels, seed=1)
    z = StandardScaler().fit_transform(values[:, np.newaxis])
    machine = LinearSVC(dual=False, tol=1e-8).fit(z, labels)
    assert fusion.model.coefficients == pytest.approx(machine.coef_[0], rel=1e-6)
    folds, unseen = stratified_folds(labels, 3, seed=0), np.empty(120)
    for fold in range(3):
        # Mean and deviation are of the other folds too.
        others, own = folds != fold, folds == fold
        scaler = StandardScaler().fit(values[others, np.newaxis])
        part = LinearSVC(dual=False, tol=1e-8)
        part.fit(scaler.transform(values[others, np.newaxis]), labels[others])
        unseen[own] = part.decision_function(scaler.transform(values[own, np.newaxis]))
    expected = fit_calibration("platt", unseen, labels)
    assert fusion.model.calibration.slope == pytest.approx(expected.slope, rel=1e-4)
    resubstituted = fit_calibration("platt", machine.decision_function(z), labels)
    assert fusion.model.calibration.slope != pytest.approx(resubstituted.slope, rel=1e-3)
    p = fusion.probabilities({"cnn": values}, [ClinicalRecord()] * 120)
    assert p.mean() == pytest.approx(0.5, abs=0.02)
    assert (np.diff(p[np.argsort(values)]) >= 0).all()
