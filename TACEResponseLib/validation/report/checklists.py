"""Checklists answered from the data, or marked as the authors' to fill."""

import math

from TACEResponseLib import __version__
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.validation.report.checklist_items import CHECKLISTS
from TACEResponseLib.validation.report.limits import limits
from TACEResponseLib.validation.report.missing_inputs import missing_inputs
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import (
    best_baseline,
    interval,
    needed_words,
    p_value,
    share,
)

TO_FILL = "authors to fill"
COLUMNS = ("item", "topic", "answer", "answered_by")
Rows = tuple[tuple[str, str, str, str], ...]


def checklist_rows(study: Study, results: Results) -> dict[str, Rows]:
    """The rows of every checklist by its name."""
    known = {key: text for key, text in _answers(study, results).items() if text}
    return {
        name: tuple(
            (number, topic, known.get(key, TO_FILL), "this run" if key in known else "authors")
            for number, topic, key in items
        )
        for name, items in CHECKLISTS.items()
    }


def _answers(study: Study, results: Results) -> dict[str, str]:
    """What data and run say; a blank is the authors' to fill."""
    return _of_patients(study, results) | _of_model(study, results) | _of_results(study, results)


def _of_patients(study: Study, results: Results) -> dict[str, str]:
    """Population, outcome, partitions."""
    origin, roles = study.origin, study.origin.roles
    total = study.n + len(study.failures)
    sites = sorted({s for s in study.attributes.get("site", ()) if s})
    scanners = sorted({s for s in study.attributes.get("scanner", ()) if s})
    treated = sorted({t for t in study.attributes.get("treatment", ()) if t})
    known = [role.value.replace("_", " ") for role in roles]
    return {
        "source": origin.source,
        "sites": f"{len(sites)} sites: {', '.join(sites)}" if sites else "",
        "scanners": f"scanners: {', '.join(scanners)}; parameters: authors" if scanners else "",
        "treatment": f"treatments: {', '.join(treated)}" if treated else "",
        "outcome": f"{study.positive_class} by {origin.criterion}"
        + (f", read {origin.readout}" if origin.readout else "")
        if origin.criterion
        else "",
        "missing": f"{share(len(study.failures), total)} left out, missing outcomes not filled in; "
        f"{missing_inputs(study)}",
        "flow": f"{total} in the table, {study.n} analyzed, {len(study.failures)} left out",
        "numbers": f"{study.n} patients, {study.events} {study.positive_class}",
        "partition": f"role: {', '.join(known)}; one row a patient" if known else "",
        "internal": _test_words(study, CohortRole.INTERNAL_TEST, results),
        "external": _test_words(study, CohortRole.EXTERNAL_TEST, results),
        "table_one": "table1.csv" if study.table_one else "",
        "imbalance": f"{share(study.events, study.n)} {study.positive_class}; no resampling of the "
        "evaluated patients",
        "readers": f"{len(results.agreement.readers)} readers" if results.agreement else "",
        "agreement": _agreement(results),
        "failures": f"{len(study.failures)} patients without a result, listed with the reason",
    }


def _of_model(study: Study, results: Results) -> dict[str, str]:
    """What was judged and how it was made."""
    first = study.models[0]
    return {
        "objective": f"evaluation of {', '.join(m.name for m in study.models)}",
        "cut_off": f"probability of {study.positive_class}; cut-off {first.threshold:.3f}, set on "
        f"{first.threshold_set_on}",
        "training": " ".join(study.origin.training),
        "candidates": f"{len(study.candidates)} candidates compared on tuning patients"
        if study.candidates
        else "",
        "drift": f"{len(study.drift)} inputs compared with their training ranges"
        if study.drift
        else "",
        "software": f"TACEResponse {__version__}",
        "code": f"TACEResponse {__version__}, Apache-2.0",
        "checks": "one gate for outcomes, probabilities, follow-up; a broken rule stops the run",
        "checklist": "TRIPOD+AI, METRICS and CLAIM, filled as far as data tell",
        "updating": "recalibration in the large shown as a what-if: shift "
        f"{interval(results.models[0].recalibrated.shift)} logits",
    }


def _of_results(study: Study, results: Results) -> dict[str, str]:
    """What came out."""
    measures = results.models[0]
    simple = best_baseline(study, results)
    sizes = measures.sizes
    tests = [f"{f.forest.attribute} {p_value(f.interaction_p_holm)}" for f in results.forests]
    by_sex = [f for f in results.forests if f.forest.attribute in ("sex", "age")]
    return {
        "performance": f"AUC {interval(measures.auc)}; Brier {interval(measures.brier, 3)}",
        "measures": "discrimination, calibration, usefulness"
        + ", survival" * bool(results.survival),
        "uncertainty": f"95 % intervals for every number; AUC by {measures.auc.method}",
        "calibration": ""
        if math.isnan(measures.slope.value)
        else f"slope {interval(measures.slope)}, intercept {interval(measures.intercept)}",
        "baselines": f"{simple.other}: AUC {interval(simple.other_auc)}; model less it "
        f"{interval(simple.difference)}"
        if simple
        else "",
        "heterogeneity": f"interaction, Holm: {', '.join(tests)}" if tests else "",
        "fairness": "by " + " and ".join(f.forest.attribute for f in by_sex) + ": subgroups.csv"
        if by_sex
        else "",
        "sample_size": f"{study.n} here. {needed_words(sizes.needed)} (Riley 2021: widths of 0.1 "
        "for the AUC, 0.2 for slope and observed to expected)"
        if sizes
        else "",
        "limitations": f"{len(limits(study, results))} computed from the data, first page",
    }


def _test_words(study: Study, role: CohortRole, results: Results) -> str:
    """Whether this was such a test."""
    if study.origin.roles != (role,):
        return ""
    return f"{study.n} patients, AUC {interval(results.models[0].auc)}"


def _agreement(results: Results) -> str:
    if results.agreement is None:
        return ""
    return "; ".join(f"{a} and {b}: kappa {interval(k)}" for a, b, k in results.agreement.pairs)
