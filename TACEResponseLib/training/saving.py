"""The last step of a training: its bundle takes its place."""

import shutil
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.writing.new_output import place
from TACEResponseLib.basics.writing.placed import placed
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.layout import SUMS
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.writing import save_bundle
from TACEResponseLib.training.state import DRAFT


def save_finished(bundle: Bundle, output: Path, work: Path) -> Bundle:
    """Save inside the work folder, then move: a kill leaves the bundle whole or not at all.

    Args:
        bundle: finished, not saved yet.
        output: its folder.
        work: the work folder of its training.
    Returns: the bundle as saved.
    Raises: OutputError: something else has taken the name meanwhile.
    """
    draft = work / DRAFT / output.name
    shutil.rmtree(work / DRAFT, ignore_errors=True)
    saved = save_bundle(bundle, draft)
    there = output / SUMS
    if there.is_file() and there.read_bytes() == (draft / SUMS).read_bytes():
        # Killed after the move: it is there, and verified by reading it.
        return load_bundle(output)
    place(draft, output)
    placed(output)
    return replace(saved, source=output.name)
