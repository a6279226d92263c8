"""Which labels or segments of a file are the tumor: the user says it, nothing is guessed.

A name in some language is no ground to take a segment or to leave it out, and a file with several
labels is more often a liver with its tumor than two tumors.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from TACEResponseLib.basics import vocabulary
from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.past_limit import past
from TACEResponseLib.basics.reading.strict_numbers import read_whole_number
from TACEResponseLib.imaging.roi.enclosure import Marked, encloses, find_enclosure

ALL: Literal["all"] = "all"
# More would not fit one line.
MOST_SHOWN = 8
LARGEST_ML = 2500.0
"""Of a tumor, with a wide margin: the largest of HCC-TACE-Seg has 1,450 mL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the user calls the choice: options of a command, or columns of a table."""

    roi: str
    label: str
    """Where labels are given."""
    segment: str
    say: str
    """How to give them; `{}` stands for label or segment with its values."""
    large: str
    """How to say that a large ROI is tumor."""
    organ: str = "tumor"
    """What is marked; of any other, nobody chooses a part."""

    def labels(self, value: object) -> str:
        """How to choose labels."""
        return self.say.format(f"{self.label} {value}")

    def segments(self, value: object) -> str:
        """How to choose segments."""
        return self.say.format(f"{self.segment} {value}")


def words_of(front_end: vocabulary.Vocabulary) -> Words:
    """Options of a command, or arguments of a function."""
    return Words(
        roi=front_end.option("roi"),
        label=front_end.option("roi-label"),
        segment=front_end.option("roi-segment"),
        say="add {}",
        large=f"add {front_end.switch('large-roi')}",
    )


OPTIONS = words_of(vocabulary.OPTIONS)
COLUMNS = Words(
    roi="roi",
    label="roi_label",
    segment="roi_segment",
    say="write in column {}",
    large="write yes in column large_roi",
)
PANEL = Words(
    roi="lesion",
    label="segment",
    segment="segment",
    say="tick the {}",
    large="say that all of it is tumor",
)
LIVER_COLUMN = Words(roi="liver", label="", segment="", say="", large="", organ="liver")


def spoken_words() -> Words:
    """Those of the front end at work."""
    return words_of(vocabulary.vocabulary())


def liver_words() -> Words:
    """Those of the liver mask, at the same front end."""
    return replace(LIVER_COLUMN, roi=vocabulary.option("liver"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiChoice:
    """What the user said of the ROI files of one case."""

    labels: tuple[int, ...] | Literal["all"] = ()
    """Values of label images; empty where nothing was said."""
    segments: tuple[str, ...] | Literal["all"] = ()
    """Names in segmentations."""
    is_large_meant: bool = False
    """Whether an ROI larger than most tumors is one."""
    words: Words = field(default_factory=spoken_words)

    @property
    def record(self) -> dict[str, object]:
        """What moves the ROI, for digests; empty where nothing was said."""
        said = {"labels": self.labels, "segments": self.segments}
        return {name: value for name, value in said.items() if value}


def choice_of(
    labels: Sequence[str],
    segments: Sequence[str],
    *,
    is_large_meant: bool = False,
    words: Words | None = None,
) -> RoiChoice:
    """A choice from the words of a command line or a cell.

    Args:
        labels: whole numbers, or `all` alone.
        segments: names, or `all` alone.
        is_large_meant: as `RoiChoice` has it.
        words: as `RoiChoice` has them; those of the front end at work by default.
    Raises: InputError: no numbers, or `all` beside others.
    """
    words = words or spoken_words()
    for given, where in ((labels, words.label), (segments, words.segment)):
        if ALL in given and len(given) > 1:
            raise InputError(
                where,
                f"takes {ALL} alone, or names them",
                got=" ".join(given),
                remedy=f"leave {ALL} out, or the others",
            )
    numbers = tuple(_label(word, words) for word in labels if word != ALL)
    return RoiChoice(
        labels=ALL if ALL in labels else numbers,
        segments=ALL if ALL in segments else tuple(segments),
        is_large_meant=is_large_meant,
        words=words,
    )


def _label(word: str, words: Words) -> int:
    """A label's value."""
    try:
        label = read_whole_number(word)
    except ValueError:
        label = 0
    if label > 0:
        return label
    raise InputError(
        words.label,
        f"must be whole numbers from 1 up, or {ALL}",
        got=repr(word)[:40],
        remedy=f"give the tumor's: {words.labels(1)}",
    )


def refuse_unsaid(
    where: str, what: str, got: str, words: Words, *, names: Sequence[str] = ()
) -> None:
    """Refuse a file of several labels or segments of which nobody said which are the tumor.

    Args:
        where: how messages call the file.
        what: labels or segments.
        got: which there are.
        words: how the user chooses, if that can be done.
        names: of segments.
    """
    if words.organ != "tumor":
        raise InputError(
            where,
            f"must mark the {words.organ} alone, as one label or segment",
            got=got,
            names=names,
            remedy=f"export the whole {words.organ}, tumors included, as one label or segment, for "
            "instance in 3D Slicer",
        )
    remedy = words.labels("N") if what == "labels" else words.segments("NAME")
    raise InputError(
        where,
        f"has several {what}; say which are the tumor",
        got=got,
        names=names,
        remedy=f"{remedy}, or {ALL} if each is a tumor",
    )


def refuse_whole(
    where: str, what: str, named: Mapping[str, Marked], voxel_ml: float, remedy: str
) -> None:
    """Refuse to take all of a file in which one lies round another, or that marks too much.

    Args:
        where: how messages call the file.
        what: label or segment.
        named: what marks anything, by name, on one grid.
        voxel_ml: size of its voxels.
        remedy: how to choose.
    Raises: InputError: names the two; or all together are larger than any tumor.
    """
    volume = sum(float(np.count_nonzero(one.mask)) for one in named.values()) * voxel_ml
    if volume > LARGEST_ML:
        # Organs, most likely, of which there can be many; no pair of them needs to be looked at.
        raise InputError(
            where,
            f"can't be taken whole if it marks more than {milliliters(LARGEST_ML)}",
            got=milliliters(volume),
            remedy=f"{remedy} for each that is tumor",
        )
    enclosure = find_enclosure(tuple(named.values()))
    if enclosure is not None:
        outer, inner = (tuple(named)[n] for n in enclosure)
        raise InputError(
            where,
            f"can't be taken whole if one {what} lies round another, as a liver does round its "
            "tumor",
            got=f"{outer} round {inner}",
            remedy=f"{remedy} for the tumor alone, or for each that is tumor",
        )


def enclosure_warnings(
    what: str, named: Mapping[str, Marked], chosen: Collection[str], voxel_ml: float
) -> tuple[CaseWarning, ...]:
    """Say that what was chosen lies round something: it may be the liver.

    Named one by one, both are taken: viable tumor lies round its necrosis, too.

    Args:
        what: label or segment.
        named: everything that the file marks, by name, on one grid.
        chosen: names of the chosen.
        voxel_ml: size of its voxels.
    """
    outer = [name for name in named if name in chosen]
    warnings = []
    for inner in (outer, [name for name in named if name not in chosen]):
        pairs = ((o, i) for o in outer for i in inner if o != i)
        pair = next((p for p in pairs if encloses(named[p[0]], named[p[1]])), None)
        if pair is not None:
            sizes = [
                f"{name} ({milliliters(np.count_nonzero(named[name].mask) * voxel_ml)})"
                for name in pair
            ]
            warnings.append(
                _both_chosen(what, *sizes) if inner is outer else _unchosen(what, *sizes)
            )
    return tuple(warnings)


def _both_chosen(what: str, outer: str, inner: str) -> CaseWarning:
    """Both are scored as one tumor."""
    message = (
        f"The chosen {outer} lies round {inner}, and both are taken for tumor. If it is the liver "
        f"round its tumor, choose the {what} of the tumor alone."
    )
    return CaseWarning(code="roi_round_chosen", message=message)


def _unchosen(what: str, outer: str, inner: str) -> CaseWarning:
    """What lies inside may be the tumor."""
    message = (
        f"The chosen {outer} lies round {inner}, which was not chosen, as a liver does round "
        f"its tumor. Check that the {what} is the tumor."
    )
    return CaseWarning(code="roi_round_unchosen", message=message)


def shown(sizes_ml: Mapping[str, float]) -> str:
    """Labels with their sizes, the largest if there are many."""
    labels = with_sizes(sizes_ml.items(), MOST_SHOWN)
    more = f" and {len(labels) - MOST_SHOWN} more" if len(labels) > MOST_SHOWN else ""
    return ", ".join(labels[:MOST_SHOWN]) + more


def with_sizes(sizes_ml: Collection[tuple[str, float]], most: int) -> list[str]:
    """Each with its size, in its order; by size if there are more than `most`."""
    ordered = sorted(sizes_ml, key=lambda item: -item[1]) if len(sizes_ml) > most else sizes_ml
    return [f"{name} ({milliliters(size)})" for name, size in ordered]


def milliliters(size: float, limit: float | None = None) -> str:
    """A size as a reader wants it: no exponent, no digits that say nothing.

    Args:
        size: mL.
        limit: on whose other side it must not seem to lie, mL.
    """
    if limit is not None:
        return f"{past(size, limit, ',.0f')} mL"
    return f"{size:,.0f} mL" if size >= 10 else f"{size:.2g} mL"
