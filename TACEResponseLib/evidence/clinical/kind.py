"""Clinical variables and tumor size among the kinds of evidence."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from TACEResponseLib.evidence.clinical.part import ClinicalPart
from TACEResponseLib.evidence.clinical.settings import ClinicalSettings
from TACEResponseLib.evidence.kind import EvidenceKind
from TACEResponseLib.evidence.stored_patient import StoredPatient

if TYPE_CHECKING:
    from TACEResponseLib.evidence.clinical.branch import ClinicalBranch, ClinicalRecipe
    from TACEResponseLib.evidence.clinical.preparation import PreparedClinical


class ClinicalKind(
    EvidenceKind[ClinicalSettings, ClinicalPart, "ClinicalBranch", "PreparedClinical"]
):
    """Clinical variables and measures of the tumor in a formula; no file beside the metadata."""

    words = "clinical model"
    settings_type = ClinicalSettings
    part_type = ClinicalPart

    def recipe(self, settings: ClinicalSettings) -> "ClinicalRecipe":
        """The formula of these settings, to be fitted."""
        from TACEResponseLib.evidence.clinical.branch import ClinicalRecipe

        return ClinicalRecipe(settings)

    def part_of(self, branch: "ClinicalBranch") -> ClinicalPart:
        """The formula, whole."""
        return ClinicalPart(settings=branch.settings, state=branch.state)

    def read(
        self,
        part: ClinicalPart,
        folder: Path,  # noqa: ARG002
        where: str,  # noqa: ARG002
        device: str,  # noqa: ARG002
    ) -> "ClinicalBranch":
        """The formula, which the metadata hold."""
        from TACEResponseLib.evidence.clinical.branch import ClinicalBranch

        return ClinicalBranch(part.settings, part.state)

    def stored(self, prepared: "PreparedClinical") -> StoredPatient:
        """Measures and clinical values."""
        from TACEResponseLib.evidence.clinical.preparation import stored_clinical

        return stored_clinical(prepared)

    def restored(self, stored: StoredPatient) -> "PreparedClinical":
        """The same in memory."""
        from TACEResponseLib.evidence.clinical.preparation import restored_clinical

        return restored_clinical(stored)

    def n_parameters(self, settings: ClinicalSettings) -> int:
        """A coefficient a column."""
        return len(settings.column_names)

    def lesion_numbers(self, prepared: "PreparedClinical") -> Mapping[str, float]:
        """Measures of the tumor."""
        return prepared["measures"]


KIND = ClinicalKind()
