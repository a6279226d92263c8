"""What a recipe says of a source of evidence, whatever its kind; a kind adds fields of its own."""

from abc import abstractmethod
from typing import Any, ClassVar, Literal, Self

from TACEResponseLib.basics.settings import Name, Settings
from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.patient.columns import ClinicalInput

LesionsUsed = Literal["largest", "all", "none"]
# AlexNet, the largest, takes 0.24 GB.
MOST_WEIGHTS_BYTES = 2 * 1024**3
"""Of a file of published weights."""


class EvidenceSettings(Settings):
    """Settings of one branch, and what the rest of the program must know of them."""

    kind: str
    """The kind's word in recipe, bundle and record, which is the name of its folder too."""
    name: Name
    """Of the branch."""
    sequences: tuple[ImageSequence, ...]
    """Images that it reads."""

    prepared_by: ClassVar[str]
    """The module that prepares, and that stores what was prepared; any other byte of it, or of
    what it imports, has patients prepared anew."""
    has_map: ClassVar[bool] = False
    """Whether its results bear an attention map."""

    @property
    @abstractmethod
    def preparation(self) -> dict[str, Any]:
        """All that what `prepare` gives depends on, as JSON values: equal here, equal values."""

    @property
    def needs_roi(self) -> bool:
        """Whether it looks at the tumor."""
        return True

    @property
    def lesions_used(self) -> LesionsUsed:
        """Which lesions it looks at."""
        return "largest"

    def reach_mm(self, extent_mm: float) -> float | None:  # noqa: ARG002
        """How far round the lesions it looks at the image: what lies farther changes no number.

        Args:
            extent_mm: largest side of the box of all lesions.
        Returns: mm, beside a few voxels of which resampling knows; None: the whole image counts.
        """
        return None

    @property
    def reads_second_roi(self) -> bool:
        """Whether training reads a second reader's ROI where there is one."""
        return False

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        """Clinical variables that it reads."""
        return ()

    @property
    def response_classes(self) -> tuple[str, ...]:
        """Response classes that it is trained to tell apart; none: responders from the others."""
        return ()

    @property
    def is_logistic_regression(self) -> bool:
        """Whether it is a logistic regression and nothing else, whose logit means what it says."""
        return False

    @property
    def trained_by_epochs(self) -> tuple[str, ...]:
        """Parts of the settings whose `epochs` say how long it is trained."""
        return ()

    @property
    def chooses_epoch(self) -> bool:
        """Whether an epoch is chosen, on patients of the fit whom its steps leave out."""
        return False

    @property
    def takes_weights(self) -> bool:
        """Whether its training begins with published weights, if the user gives a file of them."""
        return False

    @property
    def of_tumor_alone(self) -> Self | None:
        """The same without clinical variables; None where it has nothing else, or can't do so."""
        return None

    @property
    def of_record_alone(self) -> Self | None:
        """The same with clinical variables alone; None where it has none, or can't do so."""
        return None
