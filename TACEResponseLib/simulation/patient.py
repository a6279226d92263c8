"""One simulated CT patient: the same seed and index give the same bytes.

The latents make the image and the true probability. The response is drawn last, from a stream
of its own: no pixel depends on it but through the probability.
"""

import numpy as np

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Acquisition, Volume, Voxels
from TACEResponseLib.simulation.anatomy import paint_anatomy
from TACEResponseLib.simulation.law import draw_latents, tumor_look
from TACEResponseLib.simulation.lesions import GrownLesion, grow_lesions, read_lesions
from TACEResponseLib.simulation.scanner import draw_scan, scan
from TACEResponseLib.simulation.settings import GridSettings, SimulationSettings
from TACEResponseLib.simulation.simulated import SimulatedPatient, SimulatedTruth, judge
from TACEResponseLib.simulation.streams import Stream, stream
from TACEResponseLib.simulation.tumor import paint_tumor

NAMES = ((1, "Tumor"), (2, "Satellite"))
TUMOR_IN_WALL_MM = 2.0
"""How far before the inside of the wall a tumor ends."""


def simulate_truth(settings: SimulationSettings, seed: int, index: int) -> SimulatedTruth:
    """Latents, probabilities, clinical record and response alone, in microseconds.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    latents = draw_latents(stream(seed, index, Stream.LATENTS))
    look = tumor_look(latents, settings.tumor)
    return judge(settings.law, settings.treatment, latents, look, seed, index)


def simulate_patient(settings: SimulationSettings, seed: int, index: int) -> SimulatedPatient:
    """A patient with an arterial-phase CT and the ROI of the tumor.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    truth = simulate_truth(settings, seed, index)
    look = tumor_look(draw_latents(stream(seed, index, Stream.LATENTS)), settings.tumor)
    scanner_rng = stream(seed, index, Stream.SCANNER)
    protocol = draw_scan(scanner_rng, settings.scanner)
    anatomy = paint_anatomy(settings.grid, protocol.timing, stream(seed, index, Stream.ANATOMY))
    canvas = anatomy.canvas
    lesions = grow_lesions(
        canvas,
        anatomy.build,
        anatomy.liver,
        anatomy.room.cavity + TUMOR_IN_WALL_MM,
        (look.diameter_mm, look.necrosis_share),
        settings.tumor,
        stream(seed, index, Stream.TUMOR),
    )
    for lesion in lesions:
        paint_tumor(canvas, lesion.parts, look, anatomy.liver, timing=protocol.timing)
    voxels = scan(canvas, anatomy.depth, protocol, scanner_rng)
    geometry = table_grid(settings.grid, scanner_rng)
    first = read_lesions(
        canvas, lesions, settings.reader_shift_mm, stream(seed, index, Stream.READER)
    )
    second = read_lesions(
        canvas,
        lesions,
        settings.second_reader_shift_mm,
        stream(seed, index, Stream.SECOND_READER),
    )
    return SimulatedPatient(
        truth=truth,
        images={ImageSequence.CT_ARTERIAL: image_volume(voxels, geometry)},
        roi=drawn_roi(first, lesions, geometry),
        roi_reader2=drawn_roi(second, lesions, geometry),
    )


def image_volume(voxels: Voxels, geometry: Geometry) -> Volume:
    """The image with what its header would say."""
    return Volume(
        voxels=voxels,
        geometry=geometry,
        source="simulated",
        acquisition=Acquisition(
            modality="CT", description="simulated arterial phase", has_contrast=True
        ),
    )


def drawn_roi(labels: Voxels, lesions: list[GrownLesion], geometry: Geometry) -> Roi:
    """What a reader drew, with the names of the lesions."""
    return Roi(
        labels=labels,
        geometry=geometry,
        names=NAMES[: min(int(labels.max()), len(lesions))],
        source="simulated ROI",
    )


def table_grid(grid: GridSettings, rng: np.random.Generator) -> Geometry:
    """LPS axes; the origin is where the table stood, in halves of a mm so that files keep it."""
    origin = [
        -(n - 1) / 2 * s + shift
        for n, s, shift in zip(
            grid.size_ijk,
            grid.spacing_mm,
            (*rng.uniform(-12, 12, 2), rng.uniform(-500, 200)),
            strict=True,
        )
    ]
    x, y, z = (round(2 * o) / 2 for o in origin)
    return Geometry(
        size_ijk=grid.size_ijk,
        spacing_mm=grid.spacing_mm,
        origin_lps=(x, y, z),
        direction_lps=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    )
