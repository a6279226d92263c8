"""What the imported cohort is, what was left out of it, and what can't be computed from it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from TACEResponseLib.cohort.hcc_tace_seg.columns import DAYS_PER_WEEK, LEAKS, OFFSET_FEATURES

USUAL_READOUT_WEEKS = (4, 16)
"""Within which response to TACE is usually read: at 30 days, or at the first or second visit."""

SOURCE = (
    "HCC-TACE-Seg, The Cancer Imaging Archive, doi 10.7937/TCIA.5FNA-0924, clinical table version 2"
)
LICENSE = "CC BY 4.0"
CITATION = (
    "Moawad AW, Morshid A, Khalaf AM, et al. Multimodality annotated hepatocellular carcinoma data "
    "set including pre- and post-TACE with imaging segmentation. Sci Data 2023;10:33. "
    "doi:10.1038/s41597-023-01928-3"
)
NOT_COMPUTABLE = (
    "ALBI, EZ-ALBI, HAP, mHAP-II, ALBI-TAE: no albumin and no bilirubin in the table.",
    "Child-Pugh points: the class alone is there; no albumin, bilirubin or INR, no grade of "
    "ascites or encephalopathy.",
    "NLR, PLR: no blood counts.",
    "Up-to-seven, six-and-twelve, tumor burden score: nodularity is known, the number is not; "
    "size is missing in half.",
    "HBsAg: the column names a history of hepatitis, not the antigen.",
    "ECOG: the column holds the groups of BCLC, not the grade.",
)
LEFT_OUT = (
    "Smoking, alcohol, family and personal history, pathology, lymph nodes: no model of ours reads "
    "them.",
    "CLIP, Okuda, TNM, AFP group, age group: made from other columns.",
    "RECIST and EASL: other criteria; EASL is coded 3 for CR and 4 for the rest.",
)


def notes(
    rows: Sequence[Mapping[str, str]],
    *,
    has_features: bool,
    images: Sequence[str] = (),
    n_impossible: int = 0,
) -> str:
    """NOTES.md of an import, without names of patients.

    Args:
        rows: as written.
        has_features: whether there is a table of features.
        images: what is to be said of them.
        n_impossible: patients whose follow-up precedes the treatment.
    """
    responses = Counter(row["response"] for row in rows)
    read = responses["responder"] + responses["non_responder"]
    blocks = [
        "# HCC-TACE-Seg as a cohort table",
        f"Source: {SOURCE}. License: {LICENSE}. Please cite: {CITATION}",
        f"{len(rows)} patients. Response is CR or PR by mRECIST in the majority of three readers, "
        f"known where all three have read: {read}, of whom {responses['responder']} responded. "
        f"The other {responses['']} stay in the table without a response.",
        _section("Read-out", readout_notes(rows, n_impossible)),
        _section("Cannot be computed", NOT_COMPUTABLE),
        _section(
            "Refused as predictors",
            [
                *(f"`{_plain(name)}`: {why}." for name, why in LEAKS.items()),
                "The order of rows: they are written by id, and training sorts them.",
            ],
        ),
        _section("Left out", LEFT_OUT),
        _section("Missing", _missing(rows)),
        _section(
            "Units",
            [
                "TTP and OS are weeks in the source and days here; TTP censors death.",
                "`Interval_FU` is weeks in the source and `readout_days` here.",
                "`Tr_Size` is cm; the readers' sums are mm and are not carried over.",
                "AFP is ng/mL as entered.",
                "Treatment is DEB-TACE where beads are named, cTACE where other drugs are, "
                "else blank.",
            ],
        ),
    ]
    if has_features:
        blocks.append(_section("Features", _features(rows)))
    if images:
        blocks.append(_section("Images", images))
    return "\n\n".join(blocks) + "\n"


def readout_notes(rows: Sequence[Mapping[str, str]], n_impossible: int) -> list[str]:
    """When response was read, of patients who have one, and whom impossible dates leave out."""
    days = [int(row["readout_days"]) for row in rows if row["response"] and row["readout_days"]]
    low, high = (DAYS_PER_WEEK * weeks for weeks in USUAL_READOUT_WEEKS)
    outside = sum(not low <= one <= high for one in days)
    blank = sum(bool(row["response"]) and not row["readout_days"] for row in rows)
    lines = [
        f"`readout_days` counts from the study before treatment. It is known of {len(days)} of "
        f"those with a response, and blank in {blank}.",
        f"Left out: {n_impossible} whose follow-up study precedes the one before treatment. The "
        "response and the readers' calls of these are blank.",
    ]
    if days:
        lines.append(
            f"{min(days)} to {max(days)} days, median {median(days):g}; {outside} of "
            f"{len(days)} lie outside {USUAL_READOUT_WEEKS[0]} to {USUAL_READOUT_WEEKS[1]} weeks."
        )
    return lines


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {line}" for line in lines)])


def _plain(pattern: str) -> str:
    """A pattern as a person writes it."""
    return re.sub(r"\[1-3\]_\(.*\)\?", "1_EASL ... 3_mRECIST, with _BL and _FU", pattern)


def _missing(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Columns of the table that have gaps."""
    known = ("criterion", "reader", "role", "case_id")
    gaps = {
        name: sum(not row.get(name) for row in rows)
        for name in rows[0]
        if name not in known and not name.startswith("original_")
    }
    return [f"`{name}`: {n} of {len(rows)}" for name, n in gaps.items() if n] or ["nothing"]


def _features(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """What is to be known of the third party's features."""
    n = sum(bool(row.get("original_shape_VoxelVolume")) for row in rows)
    return [
        f"{n} patients have them. They are a third party's, of the union of all masses, on the "
        "image's own grid, without resampling, in mixed phases and slice thicknesses.",
        "Shape can be compared with what this program measures. Texture can't: the recipes for "
        "images resample first.",
        f"Left out, because stored intensities carry an offset of about 1024 in most patients: "
        f"{', '.join(name.removeprefix('original_firstorder_') for name in OFFSET_FEATURES)}.",
    ]
