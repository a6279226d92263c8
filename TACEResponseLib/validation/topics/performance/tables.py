"""The report's tables as columns and rows of text; the same rows go to CSV files."""

from collections.abc import Sequence

from TACEResponseLib.evaluation.calibration.calibration_curve import CalibrationBin
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.study.baselines import FIXED
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import interval, interval_and_n, number, p_value
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures
from TACEResponseLib.validation.topics.performance.results import PerformanceResults


def performance(study: Study, results: PerformanceResults) -> Table:
    """Every number of every model, a column a model."""
    models = results.models
    lines: list[tuple[str, list[str]]] = [
        ("AUC", [interval(m.auc, 3) for m in models]),
        (_bootstrap_words(study), [interval(m.auc_bootstrap, 3) for m in models]),
        (
            f"average precision (chance: {number(study.events / study.n, 3)})",
            [interval(m.average_precision, 3) for m in models],
        ),
        ("cut-off, at or above = positive", [number(m.threshold.threshold, 3) for m in models]),
        ("sensitivity", [interval_and_n(m.threshold.sensitivity) for m in models]),
        ("specificity", [interval_and_n(m.threshold.specificity) for m in models]),
        ("positive predictive value", [interval_and_n(m.threshold.ppv) for m in models]),
        ("negative predictive value", [interval_and_n(m.threshold.npv) for m in models]),
        ("accuracy", [interval_and_n(m.threshold.accuracy) for m in models]),
        (
            "accuracy of calling everyone the commoner class",
            [interval_and_n(results.majority) for _ in models],
        ),
        ("balanced accuracy", [interval(m.threshold.balanced_accuracy, 3) for m in models]),
        ("F1", [interval(m.threshold.f1, 3) for m in models]),
        *_calibration_lines(models),
    ]
    return Table(
        columns=("", *(m.name for m in models)),
        rows=tuple((name, *cells) for name, cells in lines),
        note=f"Positive class: {study.positive_class}; higher probability = more likely so. "
        f"n = {study.n}, {study.events} events. 95 % intervals.",
    )


def _bootstrap_words(study: Study) -> str:
    """Repeats of a cross-validation are averaged here, while the first row averages their AUCs."""
    is_repeated = any(model.repeats for model in study.models)
    if not is_repeated:
        return "AUC, interval by bootstrap"
    return "AUC of the probability averaged over repeats, bootstrap"


def _calibration_lines(models: Sequence[ModelMeasures]) -> list[tuple[str, list[str]]]:
    """Calibration and overall numbers."""
    return [
        ("calibration slope (1 is right)", [interval(m.slope, 3) for m in models]),
        ("calibration intercept", [interval(m.intercept, 3) for m in models]),
        ("calibration in the large (0 is right)", [interval(m.in_the_large, 3) for m in models]),
        (
            "observed / expected (1 is right)",
            [interval(m.recalibrated.observed_to_expected, 3) for m in models],
        ),
        ("expected calibration error", [interval(m.expected_calibration_error, 3) for m in models]),
        (
            "the same by chance alone, were the model right",
            [interval(m.calibration_error_by_chance, 3) for m in models],
        ),
        ("Brier score (0 is best)", [interval(m.brier, 3) for m in models]),
        (
            "  reliability, resolution, uncertainty",
            [
                ", ".join(
                    number(v, 3)
                    for v in (
                        m.brier_terms.reliability,
                        m.brier_terms.resolution,
                        m.brier_terms.uncertainty,
                    )
                )
                for m in models
            ],
        ),
        (
            "Brier score if the level were set right (what-if)",
            [number(m.recalibrated.brier_after, 3) for m in models],
        ),
    ]


def comparisons(results: PerformanceResults) -> Table:
    """The first model against everything else."""
    rows = tuple(
        (
            c.other,
            c.direction.removesuffix(FIXED),
            interval(c.other_auc, 3),
            interval(c.model_auc, 3),
            interval(c.difference, 3),
            _bare_p(c.p),
            _bare_p(c.p_holm),
            str(c.difference.n),
        )
        for c in results.comparisons
    )
    name = results.models[0].name
    return Table(
        columns=(
            "score",
            "direction",
            "its AUC",
            f"AUC of {name}",
            "difference",
            "p",
            "p (Holm)",
            "n",
        ),
        rows=rows,
        note=f"Difference: {name} less the other, above 0 = {name} is better; on patients who have "
        "both. Directions of simple scores were fixed beforehand.",
    )


def _bare_p(test: Significance | float | None) -> str:
    """For a column that is headed p."""
    return "" if test is None else p_value(test).removeprefix("p ").removeprefix("= ")


def branches(results: PerformanceResults) -> Table:
    """What fusion adds to single evidence."""
    rows = []
    for value in results.branch_values:
        single = next(m for m in results.models if m.name == value.model).branches[value.branch]
        added = value.added
        rows.append(
            (
                value.model,
                value.branch,
                interval(single, 3),
                interval(added.auc.difference, 3),
                interval(added.brier, 4),
                interval(_per_100(added.net_benefit), 1),
                p_value(value.likelihood),
            )
        )
    return Table(
        columns=(
            "model",
            "evidence",
            "its AUC",
            "fused less it: AUC",
            "Brier (below 0: better)",
            "net benefit per 100",
            "fused adds to it",
        ),
        rows=tuple(rows),
        note="Brier score and net benefit (at the model's own cut-off) with both recalibrated "
        "alike on these patients, by slope and intercept: training calibrates the fused "
        "probability alone, and a branch must not lose by that. The last column is a "
        "likelihood-ratio test, made on untouched patients only.",
    )


def bins(measures: ModelMeasures) -> Table:
    """Calibration in bins."""

    def line(b: CalibrationBin) -> tuple[str, ...]:
        return (number(b.predicted, 3), interval(b.observed, 3), str(b.observed.n))

    return Table(columns=("mean predicted", "observed", "n"), rows=tuple(map(line, measures.bins)))


def _per_100(estimate: Estimate) -> Estimate:
    return Estimate(
        value=100 * estimate.value,
        low=100 * estimate.low,
        high=100 * estimate.high,
        n=estimate.n,
        method=estimate.method,
    )
