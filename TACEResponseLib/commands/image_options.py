"""Options of images and ROIs, `SEQUENCE=FILE`, parsed."""

import re
from collections.abc import Sequence
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.reading.regular_file import is_there
from TACEResponseLib.basics.terms import ImageSequence

# What stands before an equals sign is meant as a sequence, unless a file has that very name.
SEQUENCE_WORD = re.compile(r"[\w-]+")


def parse_images(images: Sequence[str]) -> dict[ImageSequence, Path]:
    """`SEQUENCE=FILE` words as a mapping; unknown names are answered with the nearest one."""
    paths: dict[ImageSequence, Path] = {}
    for word in images:
        name, equals, path = word.partition("=")
        if not equals or not path:
            raise InputError(
                "--image",
                "must read SEQUENCE=FILE",
                got=repr(word),
                remedy="write for instance --image ct_arterial=ct.nii.gz",
            )
        sequence = _sequence(name, "--image")
        if sequence in paths:
            raise InputError(
                "--image", "takes each sequence once", got=f"{name} twice", remedy="leave one out"
            )
        paths[sequence] = Path(path)
    return paths


def parse_rois(words: Sequence[str | Path]) -> tuple[Path | None, dict[ImageSequence, Path]]:
    """`FILE` and `SEQUENCE=FILE` words: the ROI of all images, and those of single ones.

    Raises: InputError: two for the same images, or an unknown sequence.
    """
    main: Path | None = None
    drawn: dict[ImageSequence, Path] = {}
    for word in map(str, words):
        name, equals, path = word.partition("=")
        names_sequence = equals and SEQUENCE_WORD.fullmatch(name) and not is_there(Path(word))
        sequence = _sequence(name, "--roi") if names_sequence else None
        if (sequence is None and main is not None) or sequence in drawn:
            raise InputError(
                "--roi",
                "takes one file for all images and one a sequence",
                got=f"{word} as well",
                remedy="leave one out, or write --roi SEQUENCE=FILE",
            )
        if sequence is None:
            main = Path(word)
        else:
            drawn[sequence] = Path(path)
    return main, drawn


def _sequence(name: str, option: str) -> ImageSequence:
    """The sequence of this name, as an option has it."""
    names = [s.value for s in ImageSequence]
    if name in names:
        return ImageSequence(name)
    near = nearest(name, names)
    meant = f"did you mean {near}? " if near else ""
    raise InputError(
        option,
        "must name a known sequence",
        got=repr(name),
        remedy=f"{meant}known are {', '.join(names)}",
    )
