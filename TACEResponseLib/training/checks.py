"""What each kind of evidence finds out in training about what it shows, beside what it answers.

Fits of the first division into folds note it of their own patients; together with the fit that
ships it becomes a part of the branch.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from TACEResponseLib.basics.process.progress import Progress
from TACEResponseLib.basics.reading.json_reading import parse_json
from TACEResponseLib.basics.writing.whole_file import write_whole
from TACEResponseLib.evidence.branch import AnyBranch, Prepared
from TACEResponseLib.evidence.kinds import kind_of
from TACEResponseLib.training.held_out import Split
from TACEResponseLib.training.prepared_cohort import PreparedCohort
from TACEResponseLib.training.state import FITS, TrainingState, damaged_work

FINDINGS = "findings.json"
"""Follows the name of a fit."""


def note_findings(
    fit: str, branch: AnyBranch, held_out: Sequence[Prepared], seed: int, state: TrainingState
) -> None:
    """Keep what a fit's kind finds out of patients whom it has not seen; before its outputs.

    Args:
        fit: its name.
        branch: what it trained.
        held_out: the patients.
        seed: of whatever is drawn.
        state: of the training.
    """
    findings = kind_of(branch.settings).findings(branch, held_out, seed)
    if findings is not None:
        write_whole(json.dumps(findings).encode("ascii"), _path(fit, state))


def checked(
    branches: Sequence[AnyBranch],
    cohort: PreparedCohort,
    splits: Sequence[Split],
    seed: int,
    state: TrainingState,
    progress: Progress,
) -> tuple[AnyBranch, ...]:
    """The branches that ship, with what is known of what they show.

    Args:
        branches: of the chosen candidate.
        cohort: the training patients.
        splits: of the training.
        seed: of whatever is drawn.
        state: of the finished fits.
        progress: told where there is something to look at.
    Raises: InputError: a file of the state is damaged.
    """
    done = []
    for shipped in branches:
        branch = shipped
        fits = [f"{branch.name}-{split.name}" for split in splits if split.asks_once]
        paths = [_path(fit, state) for fit in fits]
        if any(path.exists() for path in paths):
            progress(f"what {branch.name} shows")
            findings = [_read(path, state) for path in paths]
            prepared = cohort.by_branch[branch.name]
            branch = kind_of(branch.settings).checked(branch, findings, prepared, seed)
        done.append(branch)
    return tuple(done)


def _path(fit: str, state: TrainingState) -> Path:
    return state.folder / FITS / f"{fit}.{FINDINGS}"


def _read(path: Path, state: TrainingState) -> object:
    """What one fit noted.

    Raises: InputError: it is not as the fit left it.
    """
    try:
        return parse_json(path.read_bytes(), path.name)
    except (OSError, ValueError) as error:
        raise damaged_work(state.folder, f"{FITS}/{path.name}") from error
