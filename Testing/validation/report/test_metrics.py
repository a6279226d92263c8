"""Numbers of a study: published ones come through unchanged, and all of them are JSON."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.evaluation.discrimination.discrimination import auc
from TACEResponseLib.validation.report.metrics import measure_study, metrics_json, plain
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.topic import Results


def test_the_published_aucs_of_asah_come_through(shared_data: Path, tmp_path: Path) -> None:
    lines = (shared_data / "statistics" / "asah.csv").read_text().splitlines()
    header = lines[0].replace('"', "").split(",")
    rows = [dict(zip(header, line.replace('"', "").split(","), strict=True)) for line in lines[1:]]
    path = tmp_path / "asah.csv"
    # S100B and NDKA as shares of their largest value: ranks, and so AUCs, stay.
    path.write_text(
        "case_id,outcome,s100b,ndka\n"
        + "\n".join(
            f"{i},{int(r['outcome'] == 'Poor')},{float(r['s100b']) / 3},{float(r['ndka']) / 500}"
            for i, r in enumerate(rows)
        )
    )
    resampled = measure_study(read_predictions(path, TableOptions()), resamples=200).of(
        PerformanceResults
    )
    # pROC's manual: .7314 and .6120.
    assert [m.auc.value for m in resampled.models] == pytest.approx([0.7314, 0.6120], abs=5e-5)
    assert resampled.comparisons[0].difference.value == pytest.approx(0.7314 - 0.6120, abs=1e-4)
    assert resampled.models[0].threshold.threshold == 0.5


def test_the_same_seed_gives_the_same_text(study: Study, results: Results) -> None:
    again = measure_study(study, resamples=200, landmark_day=60)
    assert metrics_json(study, again) == metrics_json(study, results)


def test_every_number_of_the_results_stands_in_the_json(study: Study, results: Results) -> None:
    content = json.loads(metrics_json(study, results))
    assert content["positive_class"] == "responder"
    first = content["results"]["models"][0]
    assert first["auc"]["value"] == results.of(PerformanceResults).models[0].auc.value
    assert (
        first["decision"]["net_benefit"]
        == results.of(PerformanceResults).models[0].decision.net_benefit.tolist()
    )
    assert [s["endpoint"] for s in content["results"]["survival"]] == ["PFS", "TTP", "OS"]


def test_undefined_numbers_are_null_and_infinite_ones_a_word() -> None:
    assert plain((float("nan"), float("inf"), np.float64(1.5))) == [None, "infinite", 1.5]


def test_out_of_fold_predictions_get_no_delong(study: Study) -> None:
    crossed = replace(study, origin=replace(study.origin, cross_validated=True))
    resampled = measure_study(crossed, resamples=200)
    assert "DeLong" not in resampled.of(PerformanceResults).models[0].auc.method
    assert all(
        c.p is None and "bootstrap" in c.difference.method
        for c in resampled.of(PerformanceResults).comparisons
    )


def test_comparisons_are_corrected_together(results: Results) -> None:
    p_values = [c.p for c in results.of(PerformanceResults).comparisons if c.p is not None]
    adjusted = [
        c.p_holm for c in results.of(PerformanceResults).comparisons if c.p_holm is not None
    ]
    smallest = int(np.argmin(p_values))
    assert adjusted[smallest] == pytest.approx(min(1, len(p_values) * p_values[smallest]))


def test_the_majority_baseline_is_the_larger_share(study: Study, results: Results) -> None:
    assert (
        results.of(PerformanceResults).majority.value
        == max(study.events, study.n - study.events) / study.n
    )


def test_a_few_patients_give_numbers_and_no_crash(study: Study) -> None:
    rows = [*np.flatnonzero(study.outcome == 1)[:2], *np.flatnonzero(study.outcome == 0)[:3]]
    tiny = replace(
        study,
        case_ids=tuple("abcde"),
        outcome=study.outcome[rows],
        baselines=(),
        timed=(),
        attributes={},
        models=tuple(replace(m, probabilities=m.probabilities[rows]) for m in study.models),
    )
    resampled = measure_study(tiny, resamples=200)
    assert resampled.of(PerformanceResults).models[0].auc == auc(
        tiny.outcome, tiny.models[0].probabilities
    )
    assert (
        resampled.of(PerformanceResults).models[0].auc.high
        - resampled.of(PerformanceResults).models[0].auc.low
        > 0.3
    )
