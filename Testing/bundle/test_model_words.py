"""A model in a radiologist's words."""

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle import Bundle
from TACEResponseLib.bundle.metadata import Metric
from TACEResponseLib.bundle.model_words import model_line, performance, unseen_auc


def metric(role: CohortRole, value: float, branch: str = "fused") -> Metric:
    return Metric(
        name="AUC",
        branch=branch,
        cohort=role,
        value=value,
        low=value - 0.1,
        high=value + 0.1,
        n=50,
        method="DeLong",
    )


def test_the_external_cohort_speaks_before_the_internal_and_training_never(bundle: Bundle) -> None:
    metrics = (
        metric(CohortRole.TRAINING, 0.9),
        metric(CohortRole.INTERNAL_TEST, 0.7),
        metric(CohortRole.EXTERNAL_TEST, 0.8, branch="cnn"),
    )
    metadata = bundle.metadata.model_copy(update={"metrics": metrics})
    assert unseen_auc(metadata) == metrics[1]
    metrics += (metric(CohortRole.EXTERNAL_TEST, 0.65),)
    metadata = bundle.metadata.model_copy(update={"metrics": metrics, "simulated": False})
    assert performance(metadata) == "AUC on unseen patients .65 (.55 to .75)"


def test_a_model_that_was_never_tested_says_so(bundle: Bundle) -> None:
    metadata = bundle.metadata.model_copy(update={"metrics": (metric(CohortRole.TRAINING, 0.9),)})
    assert performance(metadata) == "AUC on unseen patients not measured"


def test_a_simulated_model_says_simulated_in_its_line(bundle: Bundle) -> None:
    simulated = bundle.metadata.model_copy(update={"simulated": True})
    assert "simulated patients" in model_line(simulated)
    real = bundle.metadata.model_copy(update={"simulated": False})
    assert "simulated" not in model_line(real)
