"""What DICOM says of a volume node: who, when, how. Nothing of it leaves the application."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import slicer

from TACEResponseLib.basics.reading.strict_numbers import read_whole_number

# Attribute of volumes that were loaded from DICOM; instance UIDs separated by blanks.
INSTANCES = "DICOM.instanceUIDs"
# PS3.5, value representation AS; only years tell enough.
AGE = re.compile(r"[0-9]{1,3}Y")
TAGS = {
    "patientId": "0010,0020",
    "study": "0020,000D",
    "modality": "0008,0060",
    "seriesDescription": "0008,103E",
    "protocol": "0018,1030",
    "contrastAgent": "0018,0010",
    "acquisitionDate": "0008,0022",
    "studyDate": "0008,0020",
    "age": "0010,1010",
    "birthDate": "0010,0030",
    "sex": "0010,0040",
    "patientName": "0010,0010",
}


@dataclass(frozen=True, kw_only=True)
class DicomFacts:
    """Header values of a series; empty or `None` where the header is silent."""

    patientId: str = ""
    patientName: str = ""
    study: str = ""
    modality: str = ""
    description: str = ""
    imageDate: date | None = None
    age: int | None = None
    sex: str = ""
    """`M`, `F` or empty; other codes tell nothing that the clinical data could contradict."""

    @property
    def identity(self) -> tuple[str, str] | None:
        """Patient and study; `None` where either is unknown."""
        return (self.patientId, self.study) if self.patientId and self.study else None


def dicomFacts(node: Any) -> DicomFacts:
    """Look up the header of the series that a volume node was loaded from."""
    database = getattr(slicer, "dicomDatabase", None)
    instances = (node.GetAttribute(INSTANCES) or "").split()
    if database is None or not database.isOpen or not instances:
        return DicomFacts()
    header = {key: database.instanceValue(instances[0], tag).strip() for key, tag in TAGS.items()}
    imageDate = _date(header["acquisitionDate"]) or _date(header["studyDate"])
    words = (header["seriesDescription"], header["protocol"], header["contrastAgent"])
    return DicomFacts(
        patientId=header["patientId"],
        patientName=header["patientName"].replace("^", " ").strip(),
        study=header["study"],
        modality=header["modality"],
        description=" ".join(word for word in words if word),
        imageDate=imageDate,
        age=_age(header["age"], _date(header["birthDate"]), imageDate),
        sex=header["sex"] if header["sex"] in ("M", "F") else "",
    )


def _date(text: str) -> date | None:
    """A DICOM date, YYYYMMDD."""
    try:
        return date(*(read_whole_number(part) for part in (text[:4], text[4:6], text[6:8])))
    except ValueError:
        return None


def _age(text: str, birth: date | None, image: date | None) -> int | None:
    """Years, from an age string such as 063Y, else from the dates."""
    if AGE.fullmatch(text):
        return int(text[:-1])
    if birth is None or image is None:
        return None
    return image.year - birth.year - ((image.month, image.day) < (birth.month, birth.day))
