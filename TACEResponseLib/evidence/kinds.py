"""Every kind of evidence there is; whoever needs to know what a branch is asks here."""

from collections.abc import Mapping
from functools import reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from TACEResponseLib.evidence.branch import BranchRecipe, Prepared
from TACEResponseLib.evidence.kind import AnyKind
from TACEResponseLib.evidence.part import EvidencePart
from TACEResponseLib.evidence.settings import EvidenceSettings

# A new kind is a folder and a line here.
FOLDERS = (
    "image_network",
    "radiomics",
    "clinical",
)


def _kind_in(folder: str) -> AnyKind:
    kind: AnyKind = import_module(f"{__package__}.{folder}.kind").KIND
    return kind


KINDS: Mapping[str, AnyKind] = {folder: _kind_in(folder) for folder in FOLDERS}

if TYPE_CHECKING:
    BranchSettings = EvidenceSettings
    BranchPart = EvidencePart
else:
    BranchSettings = Annotated[
        reduce(or_, (kind.settings_type for kind in KINDS.values())), Field(discriminator="kind")
    ]
    """What a recipe holds of a branch: the settings of any kind, told apart by its word."""
    BranchPart = Annotated[
        reduce(or_, (kind.part_type for kind in KINDS.values())), Field(discriminator="kind")
    ]
    """The same of a bundle's metadata."""


def kind_of(settings: EvidenceSettings) -> AnyKind:
    """The kind of a branch."""
    return KINDS[settings.kind]


def branch_recipe(settings: EvidenceSettings) -> BranchRecipe[Prepared]:
    """The trainable branch of these settings."""
    return kind_of(settings).recipe(settings)


def definition_of_today(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """A definition for MONAI's ConfigParser, older names of any kind's networks as of today."""
    for kind in KINDS.values():
        definition = kind.definition_of_today(definition)
    return definition


def of_today(content: Any) -> Any:
    """The values of a recipe or of a bundle's metadata, older spellings of any kind as of today.

    What is wrong with them stays for the schema to refuse.
    """
    for kind in KINDS.values():
        content = kind.of_today(content)
    return content
