"""Readers' calls of the study's patients.

Their table has case_id and one column a reader: 0 or 1, or a response class.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.log import LOG
from TACEResponseLib.basics.reading.cells import truth
from TACEResponseLib.basics.terms import Endpoint, ResponseClass
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.validation.study.columns import read_columns, refuse_twins, require
from TACEResponseLib.validation.study.study import NOT_READ, Calls, Study

# Patients that a message names.
MOST_NAMED = 4


def read_readers(path: Path, study: Study, endpoint: Endpoint) -> dict[str, Calls]:
    """Each reader's calls in the study's order, -1 where not read.

    Raises: InputError: no table, a patient twice, an unknown reading, or nobody of the study.
    """
    columns = read_columns(path, option("reader-study"))
    where = f"{option('reader-study')} {path.name}"
    require(columns, ("case_id",), where)
    refuse_twins(columns["case_id"], where)
    readers = [name for name in columns if name != "case_id"]
    # `P1` and `p1` are one patient everywhere else, too.
    rows = {case_id.casefold(): row for row, case_id in enumerate(columns["case_id"])}
    of_study = [case_id.casefold() for case_id in study.case_ids]
    if not readers or rows.keys().isdisjoint(of_study):
        raise InputError(
            where,
            "must have a column a reader and patients of the study",
            got=f"{len(readers)} readers",
            remedy="join by case_id",
        )
    calls_by_reader = {}
    for name in readers:
        calls = [
            _call(cell, endpoint, f"{where}, {name}, row {row + 1}")
            for row, cell in enumerate(columns[name])
        ]
        calls_by_reader[name] = np.array(
            [calls[rows[c]] if c in rows else NOT_READ for c in of_study]
        )
    _tell_others(columns["case_id"], set(of_study), where)
    return calls_by_reader


def _tell_others(case_ids: Sequence[str], of_study: Collection[str], where: str) -> None:
    """Say whose readings count for nothing, since an id may have been written otherwise."""
    others = [case_id for case_id in case_ids if case_id.casefold() not in of_study]
    if others:
        named = ", ".join(others[:MOST_NAMED]) + (" and others" if others[MOST_NAMED:] else "")
        LOG.warning(
            "%s: %d of %d patients are not of the study and were left out (%s)",
            where,
            len(others),
            len(case_ids),
            named,
        )


def _call(cell: str, endpoint: Endpoint, where: str) -> int:
    """1, 0, or not read."""
    if not cell:
        return NOT_READ
    said = truth(cell)
    if said is not None:
        return int(said)
    if cell.upper() in list(ResponseClass):
        return int(ResponseClass(cell.upper()) in endpoint.positive_classes)
    raise InputError(
        where,
        "must be 0, 1 or a response class",
        got=cell[:20],
        remedy="leave a blank where the patient was not read",
    )
