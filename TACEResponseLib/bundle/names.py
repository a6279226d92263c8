"""Names of a bundle that become names of files."""

from pathlib import Path

from TACEResponseLib.basics.ids import check_id
from TACEResponseLib.basics.vocabulary import option


def bundle_id_of(output: Path) -> str:
    """The id that a bundle takes from its folder.

    Raises: InputError: the folder's name is no id.
    """
    name = output.name.lower().removesuffix(".zip")
    check_id(name, option("output"), what="a name")
    return name
