"""The image network among the kinds of evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from TACEResponseLib.evidence.image_network.known_networks import with_names_of_today
from TACEResponseLib.evidence.image_network.part import ImageNetworkPart
from TACEResponseLib.evidence.image_network.settings import ImageNetworkSettings
from TACEResponseLib.evidence.kind import EvidenceKind
from TACEResponseLib.evidence.stored_patient import StoredPatient
from TACEResponseLib.patient.case import Case

if TYPE_CHECKING:
    from TACEResponseLib.evidence.image_network.branch import (
        ImageNetworkBranch,
        ImageNetworkRecipe,
    )
    from TACEResponseLib.evidence.image_network.preparation import PreparedPatches


class ImageNetworkKind(
    EvidenceKind[ImageNetworkSettings, ImageNetworkPart, "ImageNetworkBranch", "PreparedPatches"]
):
    """Patches of the images, and a network that looks at them."""

    words = "image network"
    settings_type = ImageNetworkSettings
    part_type = ImageNetworkPart

    def recipe(self, settings: ImageNetworkSettings) -> "ImageNetworkRecipe":
        """The network of these settings, to be trained."""
        from TACEResponseLib.evidence.image_network.branch import ImageNetworkRecipe

        return ImageNetworkRecipe(settings)

    def part_of(self, branch: "ImageNetworkBranch") -> ImageNetworkPart:
        """Settings and state; the weights lie in a file."""
        return ImageNetworkPart(settings=branch.settings, state=branch.state)

    def write(self, branch: "ImageNetworkBranch", path: Path) -> None:
        """Write the weights."""
        from TACEResponseLib.evidence.image_network.network import write_weights

        write_weights(branch.network, path)

    def read(
        self, part: ImageNetworkPart, folder: Path, where: str, device: str
    ) -> "ImageNetworkBranch":
        """Build the network, fill it with its weights, and try it."""
        from TACEResponseLib.evidence.image_network.files import read_network

        return read_network(folder / part.file, part, where, device)

    def logit(self, branch: "ImageNetworkBranch", case: Case) -> float:
        """Without the map, which takes ten times as long."""
        from TACEResponseLib.evidence.image_network.preparation import prepare_patches

        return float(branch.logits([prepare_patches(case, branch.settings)])[0])

    def stored(self, prepared: "PreparedPatches") -> StoredPatient:
        """Patches, their places, and the joint head's clinical values."""
        from TACEResponseLib.evidence.image_network.preparation import stored_patches

        return stored_patches(prepared)

    def restored(self, stored: StoredPatient) -> "PreparedPatches":
        """The same in memory."""
        from TACEResponseLib.evidence.image_network.preparation import restored_patches

        return restored_patches(stored)

    def findings(
        self, branch: "ImageNetworkBranch", prepared: Sequence["PreparedPatches"], seed: int
    ) -> Any:
        """How strong maps of patients are whom the network has not seen, and what they find."""
        from TACEResponseLib.evidence.image_network.map_checking import map_findings

        return [finding.model_dump() for finding in map_findings(branch, prepared, seed)]

    def checked(
        self,
        branch: "ImageNetworkBranch",
        findings: Sequence[Any],
        prepared: Sequence["PreparedPatches"],
        seed: int,
    ) -> "ImageNetworkBranch":
        """The network with the scale of its maps, and whether they tell what moves it."""
        from TACEResponseLib.evidence.image_network.map_checking import MapFinding, map_check

        known = [MapFinding.model_validate(one) for fold in findings for one in fold]
        check = map_check(branch, known, prepared, seed)
        return replace(branch, state=branch.state.model_copy(update={"map_check": check}))

    def of_today(self, content: Any) -> Any:
        """Networks by their words, where files of before named a module."""
        return with_names_of_today(content)

    def definition_of_today(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """The target under the name that MONAI's tools find it by."""
        from TACEResponseLib.evidence.image_network.monai import with_target_of_today

        return with_target_of_today(definition)


KIND = ImageNetworkKind()
