"""Where bundles are: by the name of an installed one, or by the path of a folder or zip."""

from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.reading.regular_file import is_there
from TACEResponseLib.basics.resources import resource_path
from TACEResponseLib.basics.subject import Subject
from TACEResponseLib.basics.vocabulary import SubjectKind
from TACEResponseLib.bundle.layout import METADATA


def installed_bundles() -> tuple[Path, ...]:
    """Folders of the bundles that ship with the program, by name."""
    folder = resource_path("Bundles")
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if (path / METADATA).is_file()))


def find_bundle(name_or_path: str | Path) -> Path:
    """The folder or zip that the user means.

    Args:
        name_or_path: a `Path` is a path; of a `str`, an installed name goes before a path.
    Raises: InputError: neither; names the installed ones and the nearest.
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, Path) and is_there(path):
        return path
    installed = {path.name: path for path in installed_bundles()}
    if str(name_or_path) in installed:
        return installed[str(name_or_path)]
    if is_there(path):
        return path
    near = nearest(path.name, installed)
    meant = f"did you mean {near}? " if near else ""
    known = ", ".join(installed) or "none"
    raise InputError(
        Subject(SubjectKind.BUNDLE),
        "must be the name of an installed bundle, or a folder or zip",
        got=repr(path.name[:80]),
        remedy=f"{meant}installed: {known}",
    )
