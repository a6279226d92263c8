"""The process in which ITK unpacks DICOM pixels: `python -m ... FOLDER`, N.dcm to N.npy."""

import sys
from pathlib import Path

import numpy as np


def unpack(folder: Path) -> None:
    """Write the numbers of each file beside it; a file that ITK refuses has none."""
    import SimpleITK as sitk

    for path in sorted(folder.glob("*.dcm")):
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(path))
        try:
            pixels = sitk.GetArrayFromImage(reader.Execute())
        except RuntimeError:
            continue
        np.save(path.with_suffix(".npy"), pixels[0] if pixels.ndim == 3 else pixels)


if __name__ == "__main__":
    unpack(Path(sys.argv[1]))
