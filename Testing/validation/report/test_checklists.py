"""Checklists have all items, and each is answered or the authors' to fill."""

from dataclasses import replace

import pytest

from TACEResponseLib.cohort.population.facts import Counts, day_counts
from TACEResponseLib.validation.report.checklist_items import CHECKLISTS
from TACEResponseLib.validation.report.checklists import TO_FILL, checklist_rows
from TACEResponseLib.validation.report.limits import limits
from TACEResponseLib.validation.report.methods_text import methods_text
from TACEResponseLib.validation.study.study import FeatureDrift, Study
from TACEResponseLib.validation.style.words import interval
from TACEResponseLib.validation.topics.performance.results import PerformanceResults
from TACEResponseLib.validation.topics.topic import Results


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
    rows = {
        number: answer for number, _, answer, _ in checklist_rows(study, results, 7)["tripod_ai"]
    }
    assert rows["17"] == TO_FILL
    assert interval(results.of(PerformanceResults).models[0].auc) in rows["23a"]
    assert f"{study.n} patients" in rows["21"]
    # The table names no criterion, so the outcome is not ours to define.
    assert rows["8a"].startswith("not verified: the table does not say (columns criterion")
    # It names sites, and of scanners nothing.
    assert rows["6a"] == "2 sites: A, B"


def test_what_a_table_could_have_said_and_does_not_is_not_verified(
    study: Study, results: Results
) -> None:
    rows = {n: row for row in checklist_rows(study, results, 7)["metrics"] for n in row[:1]}
    for number in ("3", "6", "7", "18"):
        assert rows[number][2].startswith("not verified")
        assert rows[number][3] == "authors"


def test_an_outcome_is_as_the_table_has_it_counted(study: Study, results: Results) -> None:
    assert study.facts is not None
    read = replace(
        study,
        facts=study.facts.model_copy(
            update={
                "criterion": Counts(by_name={"mRECIST": 100}, not_stated=20),
                "readout": day_counts([28.0] * 100 + [None] * 20, None),
            }
        ),
    )
    counted = (
        "criterion mRECIST 100, not stated 20; read-out median 28 (28 to 28) days of 100; not "
        "stated 20"
    )
    answer = next(a for n, _, a, _ in checklist_rows(read, results, 7)["tripod_ai"] if n == "8a")
    assert answer == f"responder; {counted}"
    assert counted in methods_text(read, results)[0]
    assert any(counted in limit for limit in limits(read, results))


def clinical(study: Study, name: str, known: int) -> FeatureDrift:
    """A clinical variable that so many of the patients have."""
    return FeatureDrift(
        model="fused",
        feature=f"clinical: {name}",
        mean_z=0.0,
        sd_z=1.0,
        share_outside=0.0,
        n=known,
        share_missing=1 - known / study.n,
    )


def test_values_that_stand_in_for_missing_ones_are_counted_in_checklists_and_methods(
    study: Study, results: Results
) -> None:
    # Half of AFP is missing: 60 of 120 patients got the training cohort's value.
    drift = (clinical(study, "afp_ng_per_ml", 60), clinical(study, "child_pugh_class", 120))
    imputing = replace(study, drift=drift)
    rows = checklist_rows(imputing, results, 7)
    answers = {
        rows["tripod_ai"][[r[0] for r in rows["tripod_ai"]].index("11")][2],
        rows["claim"][[r[0] for r in rows["claim"]].index("12")][2],
    }
    for answer in (*answers, " ".join(methods_text(imputing, results))):
        assert "afp_ng_per_ml in 60 of 120 (50 %)" in answer
        assert "child_pugh_class" not in answer
        assert "nothing filled in" not in answer


def test_whether_a_column_of_probabilities_rests_on_filled_in_values_is_not_claimed(
    study: Study, results: Results
) -> None:
    answer = next(a for n, _, a, _ in checklist_rows(study, results, 7)["tripod_ai"] if n == "11")
    assert "not known" in answer
    complete = replace(study, drift=(clinical(study, "afp_ng_per_ml", study.n),))
    answer = next(
        a for n, _, a, _ in checklist_rows(complete, results, 7)["tripod_ai"] if n == "11"
    )
    assert "no clinical value was missing" in answer
