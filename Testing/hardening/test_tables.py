"""Tables damaged at random are read or refused in one line; read ones hold what is in the file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.reading import cells
from TACEResponseLib.basics.reading.text_table import read_text_table
from TACEResponseLib.cohort.reading import read_cohort
from TACEResponseLib.validation.study.predictions_table import TableOptions, read_predictions
from Testing.hardening.attempts import Tally, attempt

SEED = 20261128
COHORT = (
    "case_id,role,response,age_years,sex,albumin_g_per_l [g/dL],cirrhosis,roi_label,image_date,"
    "original_shape_VoxelVolume,site\n"
    + "".join(
        f"P{n},training,{'PR' if n % 2 else 'SD'},{50 + n},M,4.{n},yes,1;2,2024-03-0{n + 1},"
        f"1234.5{n},\u00dclm\n"
        for n in range(8)
    )
)
PREDICTIONS = "case_id,outcome,model,site,age_years\n" + "".join(
    f"P{n},{n % 2},0.{n + 1},A,{50 + n}\n" for n in range(9)
)
PIECES = [
    ",",
    ";",
    "\t",
    "|",
    '"',
    "\n",
    "\r",
    "\r\n",
    "NA",
    "1,234",
    "4,2",
    "1.234",
    "1 234",
    "1.234,5",
    "'--",
    "Unnamed: 0",
    "1e999",
    "nan",
    "inf",
    "-0",
    "\ufeff",
    "\u2028",
    "\u0661",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "\x00",
    "sep=;",
    "all",
    "99999999999999999999",
    "2026-02-30",
    "0000-00-00",
    "a" * 5000,
    ",,,,,,",
    "'",
    "\\",
    "\u202e",
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "utf-32"]


def damaged(text: str, rng: np.random.Generator) -> bytes:
    """Some pieces put in, cut out or swapped; another encoding; bytes changed."""
    for _ in range(int(rng.integers(0, 6))):
        place = int(rng.integers(0, len(text) + 1))
        what = PIECES[int(rng.integers(0, len(PIECES)))]
        cut = int(rng.integers(0, 12)) if rng.random() < 0.5 else 0
        text = text[:place] + what + text[place + cut :]
    if rng.random() < 0.3:
        text = text.replace(",", ";\t|"[int(rng.integers(0, 3))])
    content = text.encode(ENCODINGS[int(rng.integers(0, len(ENCODINGS)))], errors="ignore")
    if rng.random() < 0.3 and content:
        changed = bytearray(content)
        for _ in range(int(rng.integers(1, 5))):
            changed[int(rng.integers(0, len(changed)))] = int(rng.integers(0, 256))
        content = bytes(changed)
    return content[: int(rng.integers(0, len(content) + 1))] if rng.random() < 0.1 else content


@pytest.mark.parametrize(
    ("text", "read"),
    [(COHORT, read_cohort), (PREDICTIONS, lambda path: read_predictions(path, TableOptions()))],
    ids=["cohort", "predictions"],
)
def test_a_damaged_table_is_read_or_refused_in_one_line(
    text: str,
    read: Callable[[Path], object],
    tmp_path: Path,
    tries: Callable[[int], range],
    tally: Tally,
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    read(path)  # what it imports, the attempts needn't
    for i in tries(60):
        path.write_bytes(damaged(text, np.random.default_rng([SEED, i])))
        tally.add(attempt(lambda: read(path)), f"try {i}")
    assert tally.bad == []


def test_no_cell_is_invented_or_lost_without_a_word(
    tmp_path: Path, tries: Callable[[int], range]
) -> None:
    """Of a table that is read without a remark, every cell stands in the file as it is."""
    path = tmp_path / "c.csv"
    silent = 0
    for i in tries(60):
        content = damaged(COHORT, np.random.default_rng([SEED, 1, i]))
        path.write_bytes(content)
        try:
            table = read_text_table(path, "c.csv")
        except InputError:
            continue
        if not table.remarks:
            silent += 1
            whole = content.decode(
                "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
            )
            whole = whole.replace('""', '"')
            assert all(cell in whole for line in table.lines for cell in line)
    assert silent


def shown(number: float, decimals: int, mark: str, thousands: str) -> str:
    """A number as a country writes it."""
    plain = f"{number:,.{decimals}f}"
    return plain.replace(",", "T").replace(".", mark).replace("T", thousands)


def test_a_number_is_read_as_its_writer_meant_it_or_refused(
    tmp_path: Path, tries: Callable[[int], range]
) -> None:
    """Whatever the country, the separator and the digits: never another number."""
    path = tmp_path / "c.csv"
    outcomes = {"right": 0, "refused": 0}
    for i in tries(200):
        rng = np.random.default_rng([SEED, 2, i])
        mark = ".,"[int(rng.integers(0, 2))]
        # Who writes decimal commas doesn't separate columns by commas.
        separator = ";\t|,"[int(rng.integers(0, 4 if mark == "." else 3))]
        marks = ["", "", {".": ",", ",": "."}[mark], " ", "'", "\u00a0"]
        thousands = marks[int(rng.integers(0, len(marks)))]
        decimals = [int(rng.integers(0, 4)) for _ in range(int(rng.integers(1, 4)))]
        meant = [
            [round(float(10 ** rng.uniform(-1, 5)), n) for n in decimals]
            for _ in range(int(rng.integers(1, 6)))
        ]
        header = separator.join(["case_id", *(f"x{n}" for n in range(len(decimals)))])
        lines = [
            separator.join(
                [
                    f"P{k}",
                    *(
                        f'"{shown(v, n, mark, thousands)}"'
                        for v, n in zip(row, decimals, strict=True)
                    ),
                ]
            )
            for k, row in enumerate(meant)
        ]
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        try:
            table = read_text_table(path, "c.csv")
        except InputError:
            outcomes["refused"] += 1
            continue
        for line, row in zip(table.lines, meant, strict=True):
            for cell, value in zip(line[1:], row, strict=True):
                read = cells.number_in(cell)
                assert read is None or read == value, (i, cell, value)
                outcomes["right" if read is not None else "refused"] += 1
    assert min(outcomes.values()) > 20
