"""One small good file of every kind that an option takes."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk


def write_good_files() -> None:
    """Into the current folder, as commands name them."""
    rng = np.random.default_rng(1)
    image = rng.normal(60, 5, (12, 40, 40)).astype(np.int16)
    roi = np.zeros_like(image, dtype=np.uint8)
    roi[3:9, 10:20, 10:20] = 1
    for name, voxels in (("i.nii", image), ("r.nii", roi)):
        made = sitk.GetImageFromArray(voxels)
        made.SetSpacing((2.0, 2.0, 4.0))
        sitk.WriteImage(made, name)
    cases = [f"p{n:02}" for n in range(40)]
    Path("p.csv").write_text(
        "case_id,outcome,m\n"
        + "".join(f"{name},{n % 2},{rng.random():.3f}\n" for n, name in enumerate(cases))
    )
    Path("good.csv").write_text(
        "case_id,role,response,age_years\n"
        + "".join(f"{name},training,{n % 2},60\n" for n, name in enumerate(cases))
    )
    Path("e.csv").write_text(
        f"gene,{','.join(cases)}\n"
        + "".join(f"g{g},{','.join(f'{rng.random():.2f}' for _ in cases)}\n" for g in range(5))
    )
    Path("g.csv").write_text(
        "case_id,group\n" + "".join(f"{name},{n % 2}\n" for n, name in enumerate(cases))
    )
    Path("s.gmt").write_text("set\td\tg1\tg2\n")
    _workbook()
    Path("good").mkdir()


def _workbook() -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["TCIA_ID"])
    book.save("good.xlsx")
