"""What the two bundles of real patients are called, and what is known to go wrong with them."""

from collections.abc import Mapping, Sequence
from statistics import median

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.cohort.hcc_tace_seg.columns import DAYS_PER_WEEK
from TACEResponseLib.cohort.hcc_tace_seg.notes import (
    CITATION,
    LICENSE,
    SOURCE,
    USUAL_READOUT_WEEKS,
)
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.training.assembly import BundleIdentity

LEFT_OUT = (
    "left out: patients whom not all three readers have read, one without features, and one whose "
    "follow-up precedes the treatment"
)
OF_ALL = (
    "Another center, reader or follow-up time: one center, and three readers who agree with each "
    "other with kappa .30 to .47.",
    "An ROI of one lesion of several: the volume is that of all masses together.",
    "ROIs drawn after treatment, or that hold lipiodol or necrosis of an earlier session.",
)


def _identity(bundle_id: str, title: str, *failure_modes: str) -> BundleIdentity:
    return BundleIdentity(
        bundle_id=bundle_id,
        title=f"{title} on real patients (HCC-TACE-Seg)",
        authors="The TACEResponse developers",
        copyright=f"model: The TACEResponse developers; patients: {CITATION}",
        license=f"model Apache-2.0; data {LICENSE}, changed: imported, shape features of a third "
        "party",
        simulated=False,
        sources={CohortRole.TRAINING: f"{SOURCE}; {LICENSE}; {LEFT_OUT}"},
        failure_modes=(*failure_modes, *OF_ALL),
    )


IDENTITIES: Mapping[str, BundleIdentity] = {
    one.bundle_id: one
    for one in (
        _identity(
            "ct-volume",
            "Tumor volume",
            "Single patients: volume alone ranks them little better than chance; see the intervals "
            "above.",
        ),
        _identity(
            "ct-volume-clinical",
            "Tumor volume and clinical variables",
            "Single patients: it ranks little better than chance; see the intervals above.",
            "The clinical variables: they add nothing to log volume alone; see above, and prefer "
            "the bundle ct-volume.",
        ),
    )
}
"""By recipe."""


def readout_words(patients: Sequence[CohortPatient]) -> str:
    """When response was read, counted from the table."""
    known = [patient.other.get("readout_days", "") for patient in patients]
    weeks = [float(days) / DAYS_PER_WEEK for days in known if days]
    if not weeks:
        return "at the follow-up CT; nobody knows when"
    low, high = USUAL_READOUT_WEEKS
    # Whole days were rounded from weeks, and 4 weeks are 28 days.
    outside = sum(not low <= one <= high for one in weeks)
    return (
        f"at the follow-up CT, {min(weeks):.0f} to {max(weeks):.0f} weeks (median "
        f"{median(weeks):.0f}) after the CT before TACE; {outside} of {len(weeks)} lie outside "
        f"{low} to {high} weeks, and of {len(known) - len(weeks)} the interval is unknown"
    )
