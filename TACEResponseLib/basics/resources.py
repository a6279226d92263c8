"""Where recipes, bundles and the clinical schema lie, wherever the library was put."""

import sys
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]


def resource_folders() -> tuple[Path, ...]:
    """Where the folder Resources may lie, in the order in which it is looked for.

    In the source tree and in an installed Slicer extension it lies beside the library; a wheel
    puts it under the environment's share folder.
    """
    return LIBRARY.parent / "Resources", Path(sys.prefix) / "share" / "taceresponse" / "Resources"


def resource_path(*parts: str) -> Path:
    """A file or folder of Resources, given by the parts of its path inside it.

    Raises: FileNotFoundError: no folder Resources is where this library looks.
    """
    for folder in resource_folders():
        if (folder / "Clinical").is_dir() or (folder / "Recipes").is_dir():
            return folder.joinpath(*parts)
    looked = " and ".join(str(folder) for folder in resource_folders())
    raise FileNotFoundError(f"Resources must lie at {looked}; install the program again")
