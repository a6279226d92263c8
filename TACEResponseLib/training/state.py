"""What a training has finished so far, one file a fit; killed at any moment, it goes on from there.

Files appear under their final name when they are whole. Networks and pipelines lie in the bundle's
own formats, and every training reads them back from here, so that one that was interrupted ends
with the same bytes as one that was not.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.vocabulary import option, switch
from TACEResponseLib.basics.writing.drafts import scratch_folder
from TACEResponseLib.basics.writing.file_lock import try_lock
from TACEResponseLib.basics.writing.file_modes import PRIVATE_FILE, make_private
from TACEResponseLib.basics.writing.whole_file import write_whole
from TACEResponseLib.bundle.bundle import describe_branches
from TACEResponseLib.bundle.reading import read_branch
from TACEResponseLib.bundle.writing import write_branch
from TACEResponseLib.evidence.branch import AnyBranch
from TACEResponseLib.evidence.kinds import BranchPart
from TACEResponseLib.fusion.fusion import FittedFusion
from TACEResponseLib.likeness.files import read_reference, reference_bytes
from TACEResponseLib.likeness.reference import Reference
from TACEResponseLib.training.prepared_cohort import Floats

KEY, FITS, CHECKPOINTS, LOG, DRAFT = "key.json", "fits", "checkpoints", "log", "bundle"
LOCK = "lock"
PART = "part.json"
REFERENCE, DISTANCES = "reference.safetensors", "distances.json"
"""Follow the name of a fit."""
_PART: TypeAdapter[BranchPart] = TypeAdapter(BranchPart)


@dataclass(frozen=True, slots=True)
class TrainingState:
    """The work folder of one training."""

    folder: Path
    is_temporary: bool = False
    """Nobody can go on with it, so unfinished fits keep nothing."""

    def checkpoint(self, fit: str) -> Path | None:
        """Where an unfinished fit keeps its own state."""
        return None if self.is_temporary else self.folder / CHECKPOINTS / fit

    def log(self, fit: str) -> Path:
        """Where a fit writes what it measures by epoch."""
        return self.folder / LOG / f"{fit}.csv"

    @property
    def holds_fits(self) -> bool:
        """Whether anything is there to go on with."""
        kept = (self.folder / part for part in (FITS, CHECKPOINTS))
        return any(path.is_dir() and any(path.iterdir()) for path in kept)

    def is_finished(self, fit: str) -> bool:
        """Whether the result of a fit is there, whole."""
        return self._file(fit).exists() or (self._branch(fit) / PART).exists()

    def save_logits(self, fit: str, logits: Floats) -> None:
        """Keep the outputs of a fold's held-out patients, (n,)."""
        write_whole(json.dumps(logits.tolist()).encode("ascii"), self._file(fit))

    def read_logits(self, fit: str) -> Floats:
        """What `save_logits` kept."""
        with self._as_it_was_left(f"{FITS}/{fit}.json"):
            content = parse_json(self._file(fit).read_bytes(), f"{fit}.json")
            return np.array(content, dtype=np.float64)

    def save_fusion(self, fit: str, fusion: FittedFusion) -> None:
        """Keep the fusion of a refit, after its branches."""
        write_whole(fusion.model_dump_json().encode(), self._file(fit))

    def read_fusion(self, fit: str) -> FittedFusion:
        """What `save_fusion` kept."""
        with self._as_it_was_left(f"{FITS}/{fit}.json"):
            return FittedFusion.model_validate_json(self._file(fit).read_bytes(), strict=True)

    def save_distances(self, fit: str, distances: Floats) -> None:
        """Keep how far a fold's held-out patients lie from the others, (n,); before its logits."""
        content = json.dumps(distances.tolist()).encode("ascii")
        write_whole(content, self._beside(fit, DISTANCES))

    def read_distances(self, fit: str) -> Floats:
        """What `save_distances` kept."""
        path = self._beside(fit, DISTANCES)
        with self._as_it_was_left(f"{FITS}/{path.name}"):
            return np.array(parse_json(path.read_bytes(), path.name), dtype=np.float64)

    def save_reference(self, fit: str, reference: Reference) -> None:
        """Keep where the patients of a fit lie; before its branch."""
        write_whole(reference_bytes(reference), self._beside(fit, REFERENCE))

    def read_reference(self, fit: str) -> Reference:
        """What `save_reference` kept."""
        path = self._beside(fit, REFERENCE)
        with self._as_it_was_left(f"{FITS}/{path.name}"):
            return read_reference(path)

    def save_branch(self, fit: str, branch: AnyBranch) -> None:
        """Keep a trained branch; the folder appears under its name when it is whole."""
        (part,) = describe_branches([branch])
        draft = self._branch(f".{fit}")
        for unfinished in (draft, self._branch(fit)):
            shutil.rmtree(unfinished, ignore_errors=True)
        (draft / "models").mkdir(parents=True)
        if part.file:
            write_branch(branch, part, draft / part.file)
        (draft / PART).write_bytes(_PART.dump_json(part))
        make_private(draft)
        draft.replace(self._branch(fit))

    def read_branch(self, fit: str, device: str) -> AnyBranch:
        """The branch as a bundle would hold it."""
        folder = self._branch(fit)
        with self._as_it_was_left(f"{FITS}/{fit}"):
            text = (folder / PART).read_bytes()
            parse_json(text, f"{self.folder.name}/{fit}, {PART}")
            part = _PART.validate_json(text)
            return read_branch(folder, part, f"{self.folder.name}/{fit}", device)

    def forget_checkpoint(self, fit: str) -> None:
        """A finished fit needs none."""
        if folder := self.checkpoint(fit):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _as_it_was_left(self, name: str) -> Iterator[None]:
        """Whatever keeps a finished fit from being read is told as one thing.

        Raises: InputError: the file or folder of this name is damaged.
        """
        try:
            yield
        except (OSError, ValueError, TypeError) as error:
            if self.is_temporary:
                raise
            raise damaged_work(self.folder, name) from error

    def _file(self, fit: str) -> Path:
        return self.folder / FITS / f"{fit}.json"

    def _beside(self, fit: str, ending: str) -> Path:
        return self.folder / FITS / f"{fit}.{ending}"

    def _branch(self, fit: str) -> Path:
        return self.folder / FITS / fit


def damaged_work(folder: Path, name: str) -> InputError:
    """What is told of a work folder that nobody can go on with."""
    return InputError(
        folder.name,
        "must be as the training left it",
        got=f"another {name}",
        remedy=f"remove {folder.name} and train anew, without {option('resume')}",
    )


def work_folder(output: Path) -> Path:
    """Beside the bundle, hidden."""
    return output.absolute().parent / f".{output.name}-training"


def log_folder(output: Path) -> Path:
    """Beside the bundle."""
    return output.absolute().parent / f"{output.name}-log"


def check_free(output: Path, *, resume: bool) -> None:
    """Refuse early what `open_state` would refuse later.

    Raises: InputError: an unfinished training is there and nobody asked to go on with it, or what
        is there is none.
    """
    folder = work_folder(output)
    if not _is_there(folder):
        return
    if not folder.is_dir() or folder.is_symlink():
        raise InputError(
            option("output"),
            "must have a folder beside it for the training, or nothing of that name",
            got=f"{folder.name}, which is no folder",
            remedy="move it away, or choose another name",
        )
    if not resume:
        raise InputError(
            option("output"),
            "must have no unfinished training beside it",
            got=folder.name,
            remedy=f"add {switch('resume')} to go on with it, or remove that folder",
        )
    _check_layout(folder)


def what_resumes(output: Path) -> str:
    """What resuming finds too little to go on with, for the user; empty where there is enough."""
    folder = work_folder(output)
    holds = any((folder / name).exists() for name in (FITS, CHECKPOINTS))
    if _is_there(folder) and holds:
        return ""
    lacks = f"{folder.name} holds nothing trained yet"
    if not _is_there(folder):
        lacks = f"no {folder.name} lies beside the output"
    return f"{option('resume')}: {lacks}; the training begins anew"


def _is_there(path: Path) -> bool:
    """Whether a name is taken, a dangling link included."""
    return path.is_symlink() or path.exists()


def open_state(output: Path, key: Mapping[str, str], *, resume: bool) -> TrainingState:
    """Make the work folder, or go on with one of the same training.

    Args:
        output: the bundle to be.
        key: digests of everything that shapes the result, by what the user calls it.
        resume: go on with a folder that is there; without one, begin.
    Raises: InputError: there is one of another training (says in what it differs).
    """
    check_free(output, resume=resume)
    folder = work_folder(output)
    if folder.exists():
        _check_key(folder, key)
    else:
        folder.mkdir(parents=True)
        try:
            make_private(folder)
            write_whole(json.dumps(dict(key), indent=1).encode("utf-8"), folder / KEY)
        except BaseException:
            # Without its key, nothing in it could be gone on with.
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return TrainingState(folder)


@contextmanager
def temporary_state() -> Iterator[TrainingState]:
    """The state of a training that nobody will go on with."""
    with scratch_folder() as folder:
        yield TrainingState(folder, is_temporary=True)


@contextmanager
def locked(state: TrainingState) -> Iterator[None]:
    """One process at a time works in the folder.

    Raises: InputError: another one does.
    """
    with (state.folder / LOCK).open("wb") as file:
        (state.folder / LOCK).chmod(PRIVATE_FILE)
        is_ours = True
        # Where the file system knows no locks, nobody can be told from anybody.
        with suppress(OSError):
            is_ours = try_lock(file.fileno())
        if not is_ours:
            raise InputError(
                option("output"),
                "must have no training that is running now",
                got=state.folder.name,
                remedy="wait for its end",
            )
        yield


def _check_layout(folder: Path) -> None:
    """Files are files and folders are folders, and what was trained has its key."""
    for name in (FITS, CHECKPOINTS, LOG, DRAFT, KEY, LOCK):
        if _is_there(folder / name) and (folder / name).is_dir() is (name in (KEY, LOCK)):
            raise damaged_work(folder, name)
    if (folder / FITS).exists() and not (folder / KEY).exists():
        raise InputError(
            option("resume"),
            f"needs the file {KEY}, which says what was trained",
            got=f"{folder.name} without it",
            remedy=f"remove {folder.name} and train anew, without {option('resume')}",
        )


def _check_key(folder: Path, key: Mapping[str, str]) -> None:
    """The folder is of this training."""
    try:
        there = parse_json((folder / KEY).read_bytes(), KEY)
    except FileNotFoundError:
        # Killed between the folder and its first file: nothing is there yet.
        write_whole(json.dumps(dict(key), indent=1).encode("utf-8"), folder / KEY)
        return
    except ValueError:
        there = {}
    if not isinstance(there, dict):
        there = {}
    differ = [name for name in key if there.get(name) != key[name]]
    if differ:
        raise InputError(
            option("resume"),
            "goes on with a training of the same recipe, cohort, options and versions",
            got=f"{folder.name} of other {_listed(differ)}",
            remedy=f"remove {folder.name}, or choose another {option('output')}",
        )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)
