"""The last step of a training: its bundle takes its place."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from TACEResponseLib.basics.errors import OutputError
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.basics.writing.new_output import place
from TACEResponseLib.basics.writing.placed import placed
from TACEResponseLib.basics.writing.whole_file import write_whole
from TACEResponseLib.bundle.bundle import Bundle
from TACEResponseLib.bundle.layout import SUMS
from TACEResponseLib.bundle.reading import load_bundle
from TACEResponseLib.bundle.writing import save_bundle
from TACEResponseLib.cohort.traces.training_patients import TrainingPatients, as_json, beside
from TACEResponseLib.training.state import DRAFT


@contextmanager
def patients_kept(known: TrainingPatients, output: Path) -> Iterator[None]:
    """Put the file of training patients beside a bundle, which is placed in the block.

    Where the bundle can't be placed the file goes too, if this call made it.

    Args:
        known: what it is to hold.
        output: folder of the bundle.
    Raises: OutputError: something else has taken the file's name meanwhile.
    """
    path, content = beside(output), as_json(known).encode("ascii")
    is_there = path.is_file() and path.read_bytes() == content
    if not is_there:
        if path.exists() or path.is_symlink():
            raise OutputError(
                option("output"),
                "must not appear while the result is made, by another run or by hand",
                got=str(path),
                remedy="choose another name, or move it away",
            )
        write_whole(content, path)
    try:
        yield
    except BaseException:
        if not is_there:
            path.unlink(missing_ok=True)
        raise


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
