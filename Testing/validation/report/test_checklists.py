"""Checklists have all items, and each is answered or the authors' to fill."""

import pytest

from TACEResponseLib.validation.report.checklist_items import CHECKLISTS
from TACEResponseLib.validation.report.checklists import TO_FILL, checklist_rows
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import interval


def test_each_checklist_has_the_items_of_its_publication() -> None:
    main = {name: {i.rstrip("abcdefg") for i, *_ in items} for name, items in CHECKLISTS.items()}
    expected = {"tripod_ai": 27, "metrics": 30, "claim": 44}
    for name, count in expected.items():
        assert main[name] == {str(i) for i in range(1, count + 1)}


def test_the_published_weights_of_metrics_add_to_one() -> None:
    topics = {number: topic for number, topic, _ in CHECKLISTS["metrics"]}
    weights = {
        n: float(topic.rpartition("(")[2].removeprefix("weight ").rstrip(")"))
        for n, topic in topics.items()
    }
    assert sum(weights.values()) == pytest.approx(1, abs=1e-9)
    design, testing, openness = (("1", "2", "3"), ("26", "27"), ("28", "29", "30"))
    assert sum(weights[n] for n in design) == pytest.approx(0.2022)
    assert sum(weights[n] for n in testing) == pytest.approx(0.1124)
    assert sum(weights[n] for n in openness) == pytest.approx(0.0225)


def test_answers_come_from_the_numbers_and_the_rest_is_marked(
    study: Study, results: Results
) -> None:
    rows = {number: answer for number, _, answer, _ in checklist_rows(study, results)["tripod_ai"]}
    assert rows["17"] == TO_FILL
    assert interval(results.models[0].auc) in rows["23a"]
    assert f"{study.n} patients" in rows["21"]
    # The table names no criterion, so the outcome is not ours to define.
    assert rows["8a"] == TO_FILL
