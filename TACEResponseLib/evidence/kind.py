"""What a kind of evidence gives the rest of the program, in one object a kind.

A kind is a folder beside this file whose `kind.py` holds `KIND`, and a line in `kinds.py`. Its
settings and its part answer what follows from their values; its `KIND` ties the two together and
does what needs the trained branch. docs/extending.md adds one, step by step.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, Never, TypeVar

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.evidence.branch import (
    AnyBranch,
    BranchRecipe,
    FittedBranch,
    Prepared,
    PreparedT,
)
from TACEResponseLib.evidence.part import EvidencePart
from TACEResponseLib.evidence.settings import EvidenceSettings
from TACEResponseLib.evidence.stored_patient import StoredPatient
from TACEResponseLib.patient.case import Case

SettingsT = TypeVar("SettingsT", bound=EvidenceSettings)
PartT = TypeVar("PartT", bound=EvidencePart)
BranchT = TypeVar("BranchT", bound=FittedBranch[Never])


class EvidenceKind(ABC, Generic[SettingsT, PartT, BranchT, PreparedT]):
    """A kind of evidence; modules that compute are imported within its methods, for they are slow.

    `SettingsT` stand in recipes, `PartT` in a bundle's metadata; `BranchT` is what was trained, and
    `PreparedT` what it needs of a patient.
    """

    words: ClassVar[str]
    """What a reader calls it."""
    settings_type: ClassVar[type[EvidenceSettings]]
    part_type: ClassVar[type[EvidencePart]]

    @abstractmethod
    def recipe(self, settings: SettingsT) -> BranchRecipe[PreparedT]:
        """The branch of these settings, to be trained."""

    @abstractmethod
    def part_of(self, branch: BranchT) -> PartT:
        """What a bundle's metadata says of a trained branch."""

    def write(self, branch: BranchT, path: Path) -> None:
        """Write what was trained to the file that the part names; same branch, same bytes."""
        raise NotImplementedError(f"{branch.name} has no file")

    @abstractmethod
    def read(self, part: PartT, folder: Path, where: str, device: str) -> BranchT:
        """The trained branch of a bundle, tried before anybody relies on it.

        Args:
            part: what the metadata says of it.
            folder: of the bundle, whose files are what they were when it was saved.
            where: how the user named the bundle, for messages.
            device: where a network runs.
        Raises: InputError: its file is damaged or unsafe, or does not do what the part says.
        """

    @abstractmethod
    def stored(self, prepared: PreparedT) -> StoredPatient:
        """What was prepared of a patient as arrays and words, for a file."""

    @abstractmethod
    def restored(self, stored: StoredPatient) -> PreparedT:
        """What `stored` was given, equal to the bit."""

    def logit(self, branch: BranchT, case: Case) -> float:
        """The logit that the branch gives a case, without what is only shown beside it."""
        return branch.predict(case).logit

    def with_second_reading(self, first: PreparedT, second: PreparedT, dice: float) -> PreparedT:
        """What is prepared of a patient whose ROI was drawn twice, where settings read both.

        Args:
            first: by the first reader's ROI.
            second: by the second one's.
            dice: of the two ROIs.
        """
        raise NotImplementedError(f"{self.words} reads one ROI")

    def reader_dice(self, prepared: PreparedT) -> float | None:  # noqa: ARG002
        """Dice of two readers' ROIs; None of a patient that was drawn once."""
        return None

    def lesion_numbers(self, prepared: PreparedT) -> Mapping[str, float]:  # noqa: ARG002
        """Values of the part's lesion features in what was prepared, by name."""
        return {}

    def findings(
        self,
        branch: BranchT,  # noqa: ARG002
        prepared: Sequence[PreparedT],  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> Any:
        """What a fit finds out of patients whom it has not seen, as JSON values, for `checked`.

        None of evidence that shows nothing but its numbers.
        """
        return None

    def checked(
        self,
        branch: BranchT,
        findings: Sequence[Any],  # noqa: ARG002
        prepared: Sequence[PreparedT],  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> BranchT:
        """The branch of all training patients with what is known of what it shows.

        Args:
            branch: that ships.
            findings: of each fold, as `findings` gave them.
            prepared: the training patients.
            seed: of whatever is drawn.
        Raises: ValueError: findings are not what `findings` gives.
        """
        return branch

    def n_parameters(self, settings: SettingsT) -> int | None:  # noqa: ARG002
        """Candidate parameters before any selection; `None` where no formula counts them."""
        return None

    def of_today(self, content: Any) -> Any:
        """The values of a recipe or of a bundle's metadata, older spellings as of today."""
        return content

    def definition_of_today(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """A definition for MONAI's ConfigParser, older names of networks as of today."""
        return definition


AnyKind = EvidenceKind[EvidenceSettings, EvidencePart, AnyBranch, Prepared]
"""A kind of the table: its settings, part and branch belong together, whichever they are."""


def unusable(branch: str, got: str, where: str) -> InputError:
    """A trained branch doesn't do what the metadata says."""
    return InputError(
        where,
        f"branch {branch} must take the inputs and give the outputs that the metadata names",
        got=got,
        remedy=COPY_AGAIN,
    )
