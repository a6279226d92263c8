"""The report's tables as columns and rows of text; the same rows go to CSV files."""

from collections.abc import Sequence

from TACEResponseLib.evaluation.calibration.calibration_curve import CalibrationBin
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.evaluation.significance import Significance
from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.baselines import FIXED
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import interval, number, p_value
from TACEResponseLib.validation.topics.performance.measures import ModelMeasures
from TACEResponseLib.validation.topics.readers.agreement import Agreement
from TACEResponseLib.validation.topics.survival.survival import ABOVE


def performance(study: Study, results: Results) -> Table:
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
        ("sensitivity", [_share(m.threshold.sensitivity) for m in models]),
        ("specificity", [_share(m.threshold.specificity) for m in models]),
        ("positive predictive value", [_share(m.threshold.ppv) for m in models]),
        ("negative predictive value", [_share(m.threshold.npv) for m in models]),
        ("accuracy", [_share(m.threshold.accuracy) for m in models]),
        (
            "accuracy of calling everyone the commoner class",
            [_share(results.majority) for _ in models],
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


def comparisons(results: Results) -> Table:
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


def branches(results: Results) -> Table:
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


def survival(results: Results) -> Table:
    """Endpoints, a row each."""
    rows = []
    for measures in results.survival:
        ratio = (
            interval(measures.hazards.hazard_ratios[ABOVE])
            if measures.hazards
            else "too few events"
        )
        medians = "; ".join(f"{c.group} {interval(c.median, 0)}" for c in measures.curves)
        area = (
            f"{interval(measures.auc_at_time)} at {measures.auc_time:.0f}"
            if measures.auc_at_time and measures.auc_time
            else "not estimable"
        )
        rows.append(
            (
                measures.endpoint,
                f"{measures.events} / {measures.n}",
                medians,
                p_value(measures.log_rank),
                ratio,
                interval(measures.concordance) if measures.concordance else "too few events",
                area,
                p_value(measures.competing.gray_progression if measures.competing else None),
            )
        )
    return Table(
        columns=(
            "endpoint",
            "events / n",
            "median, days",
            "log-rank",
            "hazard ratio, positive vs negative",
            "c-index",
            "AUC at a day",
            "Gray (death competes)",
        ),
        rows=tuple(rows),
        note="Groups by prediction at the model's own cut-off. Hazard ratio below 1: the event "
        "comes later in patients predicted positive. c-index and AUC: 1 - probability as risk.",
    )


def readers(agreement: Agreement) -> Table:
    """A row a reader."""
    rows = []
    for r in agreement.readers:
        gap = r.model_less_reader
        rows.append(
            (
                r.reader,
                str(r.n),
                interval(r.with_outcome),
                _share(r.calls.sensitivity),
                _share(r.calls.specificity),
                interval(gap.sensitivity) if gap else "one class only",
                interval(gap.specificity) if gap else "one class only",
                interval(r.model_auc) if r.model_auc else "one class only",
                interval(r.reader_auc) if r.reader_auc else "no other reader",
            )
        )
    return Table(
        columns=(
            "reader",
            "n",
            "kappa with outcome",
            "sensitivity",
            "specificity",
            "model less reader: sensitivity",
            "specificity",
            "AUC of the model for this reader's label",
            "AUC of the other readers for it (ceiling)",
        ),
        rows=tuple(rows),
    )


def pairs(agreement: Agreement) -> Table:
    """Kappa of each pair of readers, and of all."""
    rows = [(f"{a} and {b}", interval(kappa), str(kappa.n)) for a, b, kappa in agreement.pairs]
    if agreement.fleiss:
        rows.append(("all readers (Fleiss)", interval(agreement.fleiss), str(agreement.fleiss.n)))
    return Table(columns=("readers", "kappa", "n"), rows=tuple(rows))


def sample_size(results: Results) -> Table:
    """Widths that these patients give, and patients for stated widths."""
    sizes = results.models[0].sizes
    if sizes is None:
        return Table(columns=("",), rows=())
    widths, needed = sizes.widths, sizes.needed
    return Table(
        columns=("measure", "width expected of this n", "patients for the stated width"),
        rows=(
            (
                "observed / expected",
                number(widths.observed_to_expected),
                f"{needed.observed_to_expected:,} for 0.2",
            ),
            ("calibration slope", number(widths.slope), f"{needed.slope:,} for 0.2"),
            ("AUC", number(widths.auc), f"{needed.auc:,} for 0.1"),
            ("all three", "", f"{needed.n:,}, {needed.events:,} of them positive"),
        ),
        note="Riley and others, Statistics in Medicine 2021;40:4230, expecting the share and the "
        "AUC seen here and a model that is right. Probabilities that hardly differ make a slope "
        "need very many.",
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


def _share(estimate: Estimate) -> str:
    return f"{interval(estimate, 3)}, n = {estimate.n}" if estimate.n else "nobody"
