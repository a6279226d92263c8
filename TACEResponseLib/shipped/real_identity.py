"""What the two bundles of real patients are called, and what is known to go wrong with them."""

from collections.abc import Mapping

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.cohort.hcc_tace_seg.notes import (
    CITATION,
    LICENSE,
    SOURCE,
)
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
