"""The one way in which a result reaches the disk: whole or not at all, over nobody's file.

A draft lies beside the place of the result, on the same disk, and is renamed at the end. A name
that was taken meanwhile, by another run or by the user, is refused and the draft removed.
"""

import errno
import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from TACEResponseLib.basics.errors import InputError, OutputError
from TACEResponseLib.basics.subject import OUTPUT
from TACEResponseLib.basics.vocabulary import option, switch
from TACEResponseLib.basics.writing.disk_trouble import TAKEN, code_of, explained
from TACEResponseLib.basics.writing.drafts import PLACING, Draft, is_inside_one
from TACEResponseLib.basics.writing.file_modes import even_modes
from TACEResponseLib.basics.writing.own_files import foreign_files
from TACEResponseLib.basics.writing.placed import placed


def check_output(folder: Path, *, overwrite: bool | None = None, where: str = OUTPUT) -> None:
    """Refuse an output before any work is done for it.

    Args:
        folder: to be made.
        overwrite: replace an earlier result; `None` where the command has no such option.
        where: the option that names the folder.
    Raises: InputError: it is there, or can't be made.
    """
    try:
        _check_free(folder, overwrite=overwrite, where=where)
        _check_writable(folder, where)
    except OSError as error:
        raise explained(error, folder, where) or error from error


def check_new_file(path: Path, where: str) -> None:
    """Refuse the name of a file before any work is done for it.

    Raises: InputError: something bears it, or it can't be made.
    """
    try:
        if _is_there(path):
            raise InputError(
                where, "must not exist yet", got=str(path), remedy="choose another name"
            )
        _check_writable(path, where)
    except OSError as error:
        raise explained(error, path, where) or error from error


def _check_free(folder: Path, *, overwrite: bool | None, where: str) -> None:
    """Nothing there, or an earlier result that may go."""
    # Asks the file system, which refuses a name that is too long.
    is_there = _is_there(folder)
    if is_there and (folder.is_symlink() or not folder.is_dir()):
        got = f"a {'link' if folder.is_symlink() else 'file'} {folder}"
        raise InputError(
            where, "must be a folder that doesn't exist yet", got=got, remedy="choose another name"
        )
    if is_there and not overwrite:
        remedy = "choose another name" + (
            f", or add {switch('overwrite')}" if overwrite is False else ""
        )
        raise InputError(where, "must not exist yet", got=str(folder), remedy=remedy)
    if is_there:
        _check_ours(folder, folder, where)


def _is_there(path: Path) -> bool:
    """Whether a name is taken, a dangling link included."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _check_ours(content: Path, folder: Path, where: str) -> None:
    """A folder with an earlier result and nothing else."""
    if foreign := foreign_files(content):
        raise OutputError(
            where,
            f"{option('overwrite')} replaces a folder that holds an earlier result "
            "and nothing else",
            got=f"{folder} with {', '.join(foreign[:3])}",
            remedy="choose another name, or move these files away",
        )


def _check_writable(folder: Path, where: str) -> None:
    """The nearest existing parent must let us make a folder."""
    parent = folder.absolute().parent
    while not _is_there(parent):
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(
            where,
            "must lie in a folder that can be written to",
            got=str(folder),
            remedy="choose another place",
        )


@contextmanager
def new_folder(
    folder: Path, *, overwrite: bool = False, or_same: bool = False, where: str = OUTPUT
) -> Iterator[Path]:
    """A draft folder, renamed to its place at the end or removed on any failure.

    Args:
        folder: to be made; missing parents are made too.
        overwrite: replace an earlier result of ours.
        or_same: be content with a folder that holds the very same files.
        where: the option that names the folder.
    Raises: InputError: the name was taken meanwhile, or the disk is at fault.
    """
    folder = _plain(folder)
    with _draft_for(folder, where) as draft:
        yield draft.path
        if or_same and folder.is_dir() and _is_same(draft.path, folder):
            return
        even_modes(draft.path)
        with PLACING:
            if overwrite and _is_there(folder):
                _replace(draft, folder, where)
            else:
                place(draft.path, folder, where)
            _tell(folder)


@contextmanager
def new_file(path: Path, *, where: str = OUTPUT) -> Iterator[Path]:
    """The draft of one file, moved to its place at the end or removed on any failure.

    Raises: InputError: the name was taken meanwhile, or the disk is at fault.
    """
    path = _plain(path)
    with _draft_for(path, where) as draft:
        yield draft.path / path.name
        with PLACING:
            _place_file(draft.path / path.name, path, where)
            _tell(path)


def _plain(path: Path) -> Path:
    """The same place by a path that holds when the working folder itself is replaced."""
    if path.name in ("", ".."):
        return path.resolve()
    return path.parent.resolve() / path.name


def place(draft: Path, folder: Path, where: str = OUTPUT) -> None:
    """Give a folder its name, which nothing may bear.

    Raises: OutputError: something does.
    """
    try:
        # Replaces an empty folder at most: no system renames onto one with something in it.
        draft.rename(folder)
    except OSError as error:
        if code_of(error) in TAKEN:
            raise _taken(folder, where) from error
        raise


@contextmanager
def _draft_for(target: Path, where: str) -> Iterator[Draft]:
    """A draft beside its target, with errors of the disk in the user's words."""
    parent = target.parent
    missing = _missing_parents(parent, where)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        draft = Draft(parent, "draft", target=target.name)
    except OSError as error:
        _remove_empty(missing)
        raise explained(error, target, where) or error from error
    draft.made_parents = missing
    try:
        yield draft
    except InputError:
        raise
    except Exception as error:
        if not _is_of(error, draft) or not (known := explained(error, target, where)):
            raise
        raise known from error
    finally:
        draft.remove()


def _is_of(error: Exception, draft: Draft) -> bool:
    """Whether an error came up while writing the draft, not while reading another file."""
    name = getattr(error, "filename", None)
    if not isinstance(name, str | bytes):
        return True
    return draft.folder in (path := Path(os.fsdecode(name)).absolute()).parents or (
        path.parent == draft.folder.parent
    )


def _missing_parents(parent: Path, where: str) -> tuple[Path, ...]:
    """Parents that have to be made, innermost first."""
    try:
        return tuple(p for p in (parent, *parent.parents) if not _is_there(p))
    except OSError as error:
        raise explained(error, parent, where) or error from error


def _remove_empty(folders: tuple[Path, ...]) -> None:
    """Parents that were made for nothing."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _replace(draft: Draft, folder: Path, where: str) -> None:
    """Put a result in place of an earlier one, which goes only once the new one is there."""
    folder.rename(draft.earlier)
    try:
        # What came in since the first check is somebody's too.
        _check_ours(draft.earlier, folder, where)
        place(draft.path, folder, where)
    except BaseException:
        if not _is_there(folder):
            draft.earlier.rename(folder)
        raise


def _place_file(draft: Path, path: Path, where: str) -> None:
    """Give a file its name, which nothing may bear."""
    try:
        if os.name == "nt":
            draft.rename(path)
            return
        os.link(draft, path)
    except OSError as error:
        if code_of(error) in TAKEN:
            raise _taken(path, where) from error
        if code_of(error) not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK):
            raise
        _claim_and_move(draft, path, where)


def _claim_and_move(draft: Path, path: Path, where: str) -> None:
    """For file systems without hard links."""
    try:
        path.open("x").close()
    except FileExistsError as error:
        raise _taken(path, where) from error
    draft.replace(path)


def _taken(place_: Path, where: str) -> OutputError:
    return OutputError(
        where,
        "must not appear while the result is made, by another run or by hand",
        got=str(place_),
        remedy="choose another name",
    )


def _is_same(draft: Path, folder: Path) -> bool:
    """Whether two folders of plain files hold the same bytes under the same names."""
    names = sorted(p.name for p in draft.iterdir())
    if names != sorted(p.name for p in folder.iterdir()):
        return False
    return filecmp.cmpfiles(draft, folder, names, shallow=False)[0] == names


def _tell(place_: Path) -> None:
    """A result that stands, unless it stands in another draft."""
    if not is_inside_one(place_):
        placed(place_)
