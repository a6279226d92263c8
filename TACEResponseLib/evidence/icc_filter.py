"""Which numbers of the tumor are the same whoever draws its ROI."""

from typing import Final

from pydantic import Field

from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.evaluation.agreement.intraclass import IccForm

FEWEST_READ_TWICE: Final = 5
"""Fewer patients say nothing of how far two readers agree."""


class IccFilter(Settings):
    """Which features two readers agree on; the rest are dropped before selection."""

    form: IccForm = "ICC(2,1)"
    """S1 and S4 leave it unsaid; absolute agreement of single readers is the strict reading."""
    minimum: float = Field(default=0.75, gt=0, le=1)
