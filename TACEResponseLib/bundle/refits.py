"""Refits of a whole model on resampled patients: what the range of one case is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from TACEResponseLib.basics.errors import COPY_AGAIN, InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.settings import Settings
from TACEResponseLib.basics.subject import part_of
from TACEResponseLib.bundle.integrity import read_verified_text
from TACEResponseLib.bundle.layout import REFITS
from TACEResponseLib.bundle.metadata import BundleMetadata
from TACEResponseLib.bundle.monai_metadata import refused
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchPart, kind_of
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.fusion.model_range import FEWEST_REFITS, MOST_REFITS

FOLDER = r"^refits/\d{2}$"


@dataclass(frozen=True, kw_only=True, eq=False)
class Refit:
    """The whole model, trained on other patients."""

    branches: Mapping[str, AnyBranch]
    """By name; networks are shared among refits."""
    fusion: FittedFusion


class StoredBranch(Settings):
    """A branch of a refit, and where its file lies."""

    part: BranchPart
    folder: Annotated[str, Field(pattern=FOLDER)]
    """Of the refit that had it first."""


class StoredRefit(Settings):
    """One refit as a file holds it."""

    branches: tuple[StoredBranch, ...] = Field(min_length=1)
    fusion: FittedFusion

    def files(self) -> set[str]:
        """Names of the files of its branches."""
        return {f"{b.folder}/{b.part.file}" for b in self.branches if b.part.file}


class StoredRefits(Settings):
    """All of them; one JSON file of a bundle."""

    refits: tuple[StoredRefit, ...] = Field(min_length=FEWEST_REFITS, max_length=MOST_REFITS)

    def files(self) -> set[str]:
        """Names of the files of all branches."""
        return set().union(*(refit.files() for refit in self.refits))


def as_stored(refits: Sequence[Refit]) -> StoredRefits:
    """What is written of refits; a branch that several have lies in the first one's folder."""
    folders: dict[int, str] = {}
    return StoredRefits(
        refits=tuple(
            StoredRefit(
                branches=tuple(
                    StoredBranch(
                        part=kind_of(branch.settings).part_of(branch),
                        folder=folders.setdefault(id(branch), f"refits/{number:02d}"),
                    )
                    for branch in refit.branches.values()
                ),
                fusion=refit.fusion,
            )
            for number, refit in enumerate(refits, start=1)
        )
    )


def write_refits(refits: Sequence[Refit], folder: Path) -> None:
    """Write the file and those of the branches; same refits, same bytes."""
    stored, written = as_stored(refits), set()
    for refit, of_refit in zip(refits, stored.refits, strict=True):
        for branch, entry in zip(refit.branches.values(), of_refit.branches, strict=True):
            if entry.part.file and id(branch) not in written:
                path = folder / entry.folder / entry.part.file
                path.parent.mkdir(parents=True, exist_ok=True)
                kind_of(entry.part.settings).write(branch, path)
                written.add(id(branch))
    text = stored.model_dump_json() + "\n"
    (folder / REFITS).write_bytes(text.encode("utf-8"))


def stored_refits(folder: Path, metadata: BundleMetadata, where: str) -> StoredRefits | None:
    """What a verified bundle says of its refits; None where it has none.

    Raises: InputError: they are damaged, or of other settings than the model's own.
    """
    if not (folder / REFITS).is_file():
        return None
    text = read_verified_text(folder, REFITS, where)
    parse_json(text, part_of(where, REFITS))
    try:
        stored = StoredRefits.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise refused(error, REFITS, where) from error
    own = {settings.name: settings for settings in metadata.branch_settings}
    for refit in stored.refits:
        settings = {entry.part.settings.name: entry.part.settings for entry in refit.branches}
        is_whole = set(refit.fusion.branch_names) == set(own)
        if settings != own or not is_whole or refit.fusion.settings != metadata.fusion:
            raise InputError(
                where,
                f"{REFITS} must hold the model's own branches and fusion",
                got="others",
                remedy=COPY_AGAIN,
            )
    return stored


def read_refits(
    stored: StoredRefits | None, folder: Path, where: str, device: str
) -> tuple[Refit, ...]:
    """The refits in memory, each branch read once.

    Raises: InputError: a file is damaged or unsafe, or does not do what its part says.
    """
    branches: dict[tuple[str, str], AnyBranch] = {}

    def branch_of(entry: StoredBranch) -> AnyBranch:
        key = entry.folder, entry.part.settings.name
        if key not in branches or not entry.part.file:
            kind = kind_of(entry.part.settings)
            branches[key] = kind.read(entry.part, folder / entry.folder, where, device)
        return branches[key]

    return tuple(
        Refit(
            branches={entry.part.settings.name: branch_of(entry) for entry in refit.branches},
            fusion=refit.fusion,
        )
        for refit in (stored.refits if stored else ())
    )
