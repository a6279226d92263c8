"""What training had promised of a bundle."""

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.bundle.metadata import CROSS_VALIDATED_AUC, FUSED, BundleMetadata, Metric
from TACEResponseLib.evaluation.estimate import Estimate
from TACEResponseLib.validation.study.study import Promise

# The name and cohort of a metric, and what it rests on. The first that a bundle has is its promise:
# what no fit had seen comes before what chose among candidates.
KINDS = (
    (CROSS_VALIDATED_AUC, CohortRole.TRAINING, "the whole procedure, cross-validated"),
    ("AUC", CohortRole.EXTERNAL_TEST, "external test patients of its makers"),
    ("AUC", CohortRole.INTERNAL_TEST, "internal test patients of its makers"),
    ("AUC", CohortRole.TRAINING, "its training patients, out-of-fold"),
    ("AUC", CohortRole.TUNING, "its tuning patients"),
)


def promises(metadata: BundleMetadata) -> tuple[Promise, ...]:
    """Every AUC of the fused model that the bundle carries, the one to believe first.

    Args:
        metadata: of the bundle.
    Returns: none where training measured none of the fused model.
    """
    by_kind = {(m.name, m.cohort): m for m in metadata.metrics if m.branch == FUSED}
    return tuple(
        Promise(model=metadata.bundle_id, patients=patients, auc=_estimate(metric))
        for name, cohort, patients in KINDS
        if (metric := by_kind.get((name, cohort))) is not None
    )


def _estimate(metric: Metric) -> Estimate:
    return Estimate(
        value=metric.value, low=metric.low, high=metric.high, n=metric.n, method=metric.method
    )
