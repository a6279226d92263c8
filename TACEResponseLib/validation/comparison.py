"""Several validations side by side, as two tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading.given_paths import as_path
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.validation.side_by_side import (
    COLUMNS,
    PAIR_COLUMNS,
    Rows,
    paired,
    read_validation,
    side_by_side,
)
from TACEResponseLib.validation.style.figure import write_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both tables."""

    side_by_side: Rows
    """A row for each model of each validation, by `COLUMNS`."""
    paired: Rows
    """A row for each two models on the same patients, by `PAIR_COLUMNS`; often none."""


def compare_validations(
    folders: Sequence[str | Path], output: str | Path | None = None
) -> Comparison:
    """Read folders that `validate` wrote; write both tables as CSV if asked.

    Args:
        folders: at least two.
        output: folder made by this call.
    Raises: InputError: fewer folders, one twice, another folder, or an output that can't be made.
    """
    if len(folders) < 2:
        raise InputError(
            "compare",
            "needs at least two folders",
            got=len(folders),
            remedy="name another that validate wrote",
        )
    places = [as_path(folder, "compare") for folder in folders]
    _check_each_once(places)
    made = None if output is None else as_path(output, option("output"))
    if made is not None:
        check_output(made)
    validations = [read_validation(place) for place in places]
    comparison = Comparison(side_by_side=side_by_side(validations), paired=paired(validations))
    if made is not None:
        with new_folder(made) as draft:
            write_csv(draft / "side_by_side.csv", COLUMNS, comparison.side_by_side)
            write_csv(draft / "paired.csv", PAIR_COLUMNS, comparison.paired)
    return comparison


def _check_each_once(folders: Sequence[Path]) -> None:
    """A validation beside itself would differ by nothing, with a p value."""
    places = [folder.resolve() for folder in folders]
    for number, place in enumerate(places):
        if place in places[:number]:
            raise InputError(
                "compare",
                "must name each folder once",
                got=f"{folders[number].name or place} twice",
                remedy="name the folder of another validation",
            )
