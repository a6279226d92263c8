"""A model described in a radiologist's words, from its metadata alone."""

from TACEResponseLib.basics.terms import CohortRole, ImageSequence
from TACEResponseLib.bundle.metadata import CROSS_VALIDATED_AUC, FUSED, BundleMetadata, Metric
from TACEResponseLib.bundle.words import endpoint_phrase, journal_number

SEQUENCE_WORDS = {
    ImageSequence.CT_ARTERIAL: "CT, arterial phase",
    ImageSequence.CT_PORTAL_VENOUS: "CT, portal venous phase",
    ImageSequence.CT_DELAYED: "CT, delayed phase",
    ImageSequence.MR_T2: "MR, T2-weighted",
    ImageSequence.MR_ARTERIAL: "MR, arterial phase",
    ImageSequence.MR_PORTAL_VENOUS: "MR, portal venous phase",
    ImageSequence.MR_DELAYED: "MR, delayed phase",
    ImageSequence.MR_DUAL_ECHO: "MR, dual echo",
}


def model_line(metadata: BundleMetadata) -> str:
    """Modality and phases, endpoint, size of the cohort and performance in one line."""
    images = " + ".join(SEQUENCE_WORDS[s] for s in metadata.sequences)
    cohort = metadata.cohorts[CohortRole.TRAINING]
    simulated = "simulated " if metadata.simulated else ""
    return (
        f"{images}; {endpoint_phrase(metadata)}; {cohort.n} {simulated}patients; "
        f"{performance(metadata)}"
    )


def performance(metadata: BundleMetadata) -> str:
    """AUC on patients that shaped nothing, best evidence first; or that there is none."""
    metric = unseen_auc(metadata)
    if metric is None:
        return cross_validated_performance(metadata) or "AUC on unseen patients not measured"
    return (
        f"AUC on unseen {'simulated ' if metadata.simulated else ''}patients "
        f"{_with_interval(metric)}"
    )


def _with_interval(metric: Metric) -> str:
    """`.65 (.54 to .76)`."""
    low, high = journal_number(metric.low), journal_number(metric.high)
    return f"{journal_number(metric.value)} ({low} to {high})"


def cross_validated_performance(metadata: BundleMetadata) -> str:
    """The AUC of the whole procedure in cross-validation; empty if nobody measured it."""
    for metric in metadata.metrics:
        if (metric.name, metric.branch) == (CROSS_VALIDATED_AUC, FUSED):
            return (
                f"AUC in cross-validation {_with_interval(metric)}; on unseen patients not measured"
            )
    return ""


def unseen_auc(metadata: BundleMetadata) -> Metric | None:
    """The fused model's AUC on an external test cohort, else on an internal one."""
    roles = (CohortRole.EXTERNAL_TEST, CohortRole.INTERNAL_TEST)
    for role in roles:
        for metric in metadata.metrics:
            if (metric.name.lower(), metric.branch, metric.cohort) == ("auc", FUSED, role):
                return metric
    return None


def lesions_used(metadata: BundleMetadata) -> dict[str, str]:
    """Evidence by the lesions it looks at: `largest`, `all` or, of clinical values, `none`."""
    return {settings.name: settings.lesions_used for settings in metadata.branch_settings}
