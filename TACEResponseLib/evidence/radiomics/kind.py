"""Radiomics among the kinds of evidence."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.basics.terms import SECOND_READER
from TACEResponseLib.evidence.kind import EvidenceKind
from TACEResponseLib.evidence.radiomics.part import RadiomicsPart
from TACEResponseLib.evidence.radiomics.settings import RadiomicsSettings
from TACEResponseLib.evidence.stored_patient import StoredPatient

if TYPE_CHECKING:
    from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch, RadiomicsRecipe

Features = Mapping[str, float]
READER_DICE = f"{SECOND_READER}dice"
"""Under which the Dice of two readers' ROIs stands beside their features."""


class RadiomicsKind(EvidenceKind[RadiomicsSettings, RadiomicsPart, "RadiomicsBranch", Features]):
    """Radiomics of the lesion, and a classifier."""

    words = "radiomics"
    settings_type = RadiomicsSettings
    part_type = RadiomicsPart

    def recipe(self, settings: RadiomicsSettings) -> "RadiomicsRecipe":
        """The classifier of these settings, to be trained."""
        from TACEResponseLib.evidence.radiomics.branch import RadiomicsRecipe

        return RadiomicsRecipe(settings)

    def part_of(self, branch: "RadiomicsBranch") -> RadiomicsPart:
        """Settings and training ranges; the classifier lies in a file."""
        return RadiomicsPart(settings=branch.settings, state=branch.state)

    def write(self, branch: "RadiomicsBranch", path: Path) -> None:
        """Write the classifier."""
        from TACEResponseLib.evidence.radiomics.files import write_classifier

        write_classifier(branch.pipeline, path)

    def read(
        self,
        part: RadiomicsPart,
        folder: Path,
        where: str,
        device: str,  # noqa: ARG002
    ) -> "RadiomicsBranch":
        """Read the classifier, and ask it about the training cohort's mean patient."""
        from TACEResponseLib.evidence.radiomics.branch import RadiomicsBranch
        from TACEResponseLib.evidence.radiomics.files import usable_classifier

        classifier = usable_classifier(folder / part.file, part, where)
        return RadiomicsBranch(part.settings, part.state, classifier)

    def stored(self, prepared: Features) -> StoredPatient:
        """Features by name."""
        from TACEResponseLib.evidence.radiomics.lesion_features import stored_features

        return stored_features(prepared)

    def restored(self, stored: StoredPatient) -> Features:
        """The same in memory."""
        from TACEResponseLib.evidence.radiomics.lesion_features import restored_features

        return restored_features(stored)

    def with_second_reading(self, first: Features, second: Features, dice: float) -> Features:
        """The second reader's features stand beside the first one's under names of their own."""
        twice = {f"{SECOND_READER}{name}": value for name, value in second.items()}
        return {**first, **twice, READER_DICE: dice}

    def reader_dice(self, prepared: Features) -> float | None:
        """Of patients whose ROIs were read; tables of features don't have it."""
        return prepared.get(READER_DICE)

    def n_parameters(self, settings: RadiomicsSettings) -> int:
        """Every feature that selection may take."""
        from TACEResponseLib.evidence.radiomics.feature_names import wanted_names

        return len(wanted_names(settings))

    def lesion_numbers(self, prepared: Features) -> Features:
        """Every feature."""
        return prepared


KIND = RadiomicsKind()
