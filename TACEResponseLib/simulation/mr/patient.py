"""One simulated MR patient: the same seed and index give the same bytes."""

import numpy as np

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels
from TACEResponseLib.simulation.law import MrTumorLook
from TACEResponseLib.simulation.lesions import GrownLesion, grow_lesions, read_lesions
from TACEResponseLib.simulation.mr.anatomy import MrAnatomy, paint_mr_anatomy
from TACEResponseLib.simulation.mr.law import draw_mr_latents, mr_tumor_look
from TACEResponseLib.simulation.mr.scanner import MrScan, acquire, draw_mr_scans, draw_timing
from TACEResponseLib.simulation.mr.settings import MrSimulationSettings
from TACEResponseLib.simulation.mr.tissue import MR_SEQUENCES
from TACEResponseLib.simulation.mr.tumor import draw_echo_contrast, paint_mr_tumor
from TACEResponseLib.simulation.patient import TUMOR_IN_WALL_MM, drawn_roi, table_grid
from TACEResponseLib.simulation.simulated import SimulatedPatient, SimulatedTruth, judge
from TACEResponseLib.simulation.streams import Stream, stream

WORDS = {
    ImageSequence.MR_T2: ("simulated T2, fat-saturated", False),
    ImageSequence.MR_ARTERIAL: ("simulated T1, arterial phase", True),
    ImageSequence.MR_PORTAL_VENOUS: ("simulated T1, portal venous phase", True),
    ImageSequence.MR_DELAYED: ("simulated T1, delayed phase", True),
    ImageSequence.MR_DUAL_ECHO: ("simulated T1, opposed-phase echo", False),
}


def simulate_mr_truth(settings: MrSimulationSettings, seed: int, index: int) -> SimulatedTruth:
    """Latents, probabilities, clinical record and response alone, in microseconds.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    latents, look = _drawn(settings, seed, index)
    return judge(settings.law, settings.treatment, latents, look, seed, index)


def simulate_mr_patient(settings: MrSimulationSettings, seed: int, index: int) -> SimulatedPatient:
    """A patient with five MR sequences, the ROI on each, and a second reader's.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    _, look = _drawn(settings, seed, index)
    scanner_rng = stream(seed, index, Stream.SCANNER)
    timing = draw_timing(scanner_rng, settings.scanner)
    scans = draw_mr_scans(scanner_rng, settings.scanner)
    anatomy = paint_mr_anatomy(settings.grid, timing, stream(seed, index, Stream.ANATOMY))
    lesions = _lesions(anatomy, look, timing, settings, stream(seed, index, Stream.TUMOR))
    images = acquire(anatomy.canvas, scans, settings.scanner, scanner_rng)
    geometry = table_grid(settings.grid, scanner_rng)
    second = read_lesions(
        anatomy.canvas,
        lesions,
        settings.second_reader_shift_mm,
        stream(seed, index, Stream.SECOND_READER),
    )
    rois = _series_rois(anatomy, lesions, scans, settings, geometry, (seed, index))
    return SimulatedPatient(
        truth=simulate_mr_truth(settings, seed, index),
        images={
            sequence: _volume(voxels, geometry, sequence)
            for sequence, voxels in zip(MR_SEQUENCES, images, strict=True)
        },
        roi=rois[ImageSequence.MR_ARTERIAL],
        roi_reader2=drawn_roi(second, lesions, geometry),
        sequence_rois=rois,
    )


def _drawn(
    settings: MrSimulationSettings, seed: int, index: int
) -> tuple[dict[str, float], MrTumorLook]:
    """The latents that show in the image, and what they ask for."""
    latents = draw_mr_latents(stream(seed, index, Stream.LATENTS))
    return latents, mr_tumor_look(latents, settings.tumor)


def _lesions(
    anatomy: MrAnatomy,
    look: MrTumorLook,
    timing: float,
    settings: MrSimulationSettings,
    rng: np.random.Generator,
) -> list[GrownLesion]:
    """Grow and paint the tumor and its satellite."""
    echo_contrast = draw_echo_contrast(rng)
    lesions = grow_lesions(
        anatomy.canvas,
        anatomy.build,
        anatomy.liver,
        anatomy.room.cavity + TUMOR_IN_WALL_MM,
        (look.diameter_mm, look.necrosis_share),
        settings.tumor,
        rng,
    )
    for lesion in lesions:
        paint_mr_tumor(anatomy, lesion.parts, look, timing=timing, echo_contrast=echo_contrast)
    return lesions


def _series_rois(
    anatomy: MrAnatomy,
    lesions: list[GrownLesion],
    scans: tuple[MrScan, ...],
    settings: MrSimulationSettings,
    geometry: Geometry,
    patient: tuple[int, int],
) -> dict[ImageSequence, Roi]:
    """The first reader draws on every sequence anew, where the tumor lies on it."""
    rng = stream(*patient, Stream.SERIES_READER)
    rois = {}
    for sequence, protocol in zip(MR_SEQUENCES, scans, strict=True):
        reader = stream(*patient, Stream.READER) if not any(protocol.shift_mm) else rng
        labels = read_lesions(
            anatomy.canvas, lesions, settings.reader_shift_mm, reader, protocol.shift_mm
        )
        rois[sequence] = drawn_roi(labels, lesions, geometry)
    return rois


def _volume(voxels: Voxels, geometry: Geometry, sequence: ImageSequence) -> Volume:
    """One image with what its header would say."""
    words, has_contrast = WORDS[sequence]
    return Volume(
        voxels=voxels,
        geometry=geometry,
        source="simulated",
        acquisition=Acquisition(modality="MR", description=words, has_contrast=has_contrast),
    )
