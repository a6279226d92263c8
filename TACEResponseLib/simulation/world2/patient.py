"""One simulated patient of the second world; the same seed and index give the same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from TACEResponseLib.basics.terms import ImageSequence
from TACEResponseLib.imaging.geometry import Geometry
from TACEResponseLib.imaging.roi.roi import Roi
from TACEResponseLib.imaging.volume import Mask, Volume
from TACEResponseLib.simulation.anatomy import Anatomy
from TACEResponseLib.simulation.body import room_of, skin_depth
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Box, Frame
from TACEResponseLib.simulation.law import TumorLook, draw_latents
from TACEResponseLib.simulation.lesions import GrownLesion, drawn_border
from TACEResponseLib.simulation.patient import image_volume, table_grid
from TACEResponseLib.simulation.simulated import SimulatedPatient
from TACEResponseLib.simulation.streams import Stream, stream
from TACEResponseLib.simulation.tumor import TumorShape
from TACEResponseLib.simulation.world2.anatomy import (
    ARTERIAL,
    PORTAL,
    Phase,
    coarse_anatomy,
    fill,
    grid_of,
    window,
)
from TACEResponseLib.simulation.world2.look import lesion_look, other_looks
from TACEResponseLib.simulation.world2.scanner import Protocol, at_site, draw_protocol, scan_canvas
from TACEResponseLib.simulation.world2.settings import World2Settings
from TACEResponseLib.simulation.world2.shapes import place_shapes
from TACEResponseLib.simulation.world2.sites import draw_site
from TACEResponseLib.simulation.world2.truth import simulate_world2_truth
from TACEResponseLib.simulation.world2.tumor import Ground, paint_lesions

LARGEST_ERROR_SHARE = 0.3
"""Of a lesion's radius that a reader's border is off, in standard deviations, however large the
error: the smallest lesions would vanish."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A patient on the table, before any voxel of the scanner."""

    protocol: Protocol
    phase: Phase
    anatomy: Anatomy
    frame: Frame
    placed: list[tuple[TumorLook, TumorShape]]
    lesion_rng: np.random.Generator
    scanner_rng: np.random.Generator


def lay_scene(settings: World2Settings, seed: int, index: int) -> Scene:
    """Draw anatomy, lesions and protocol."""
    latents = draw_latents(stream(seed, index, Stream.LATENTS))
    scanner_rng = stream(seed, index, Stream.SCANNER)
    switches = settings.switches
    site = draw_site(switches.site_shift, seed, index)
    protocol = at_site(draw_protocol(scanner_rng, settings.scanner), site)
    is_portal = stream(seed, index, Stream.PHASE).random() < switches.portal_share
    phase = PORTAL if is_portal else ARTERIAL
    anatomy = coarse_anatomy(
        settings.field, phase, protocol.timing, stream(seed, index, Stream.ANATOMY)
    )
    rng = stream(seed, index, Stream.TUMOR)
    looks = [lesion_look(latents, settings.lesion), *other_looks(latents, settings.lesion, rng)]
    placed = place_shapes(anatomy.canvas, anatomy.liver, looks, settings.lesion, rng)
    return Scene(
        protocol=protocol,
        phase=phase,
        anatomy=anatomy,
        frame=Frame(grid=grid_of(settings.field, protocol.spacing_mm)),
        placed=placed,
        lesion_rng=rng,
        scanner_rng=scanner_rng,
    )


def paint_scene(
    scene: Scene, box: Box, settings: World2Settings
) -> tuple[Canvas, list[GrownLesion], NDArray[np.int16]]:
    """A part of the patient as the scanner sees it: canvas, lesions, voxels in HU."""
    canvas = window(scene.frame, box)
    fill(canvas, scene.anatomy)
    depth = skin_depth(canvas, scene.anatomy.build)
    room = room_of(canvas, scene.anatomy.build, depth)
    ground = Ground(
        anatomy=scene.anatomy,
        wall=room.cavity,
        phase=scene.phase,
        timing=scene.protocol.timing,
    )
    lesions = paint_lesions(canvas, scene.placed, ground, settings.lesion, scene.lesion_rng)
    voxels = scan_canvas(canvas, depth, scene.protocol, scene.scanner_rng)
    return canvas, lesions, voxels


def simulate_world2_patient(settings: World2Settings, seed: int, index: int) -> SimulatedPatient:
    """A patient with an arterial-phase CT and two readers' ROIs of every lesion.

    Args:
        settings: of the cohort.
        seed: of the cohort, >= 0.
        index: of the patient, >= 0; a patient doesn't depend on how many others there are.
    """
    scene = lay_scene(settings, seed, index)
    whole = (slice(None), slice(None), slice(None))
    canvas, lesions, voxels = paint_scene(scene, whole, settings)
    geometry = table_grid(scene.frame.grid, scene.scanner_rng)
    causes = (Stream.READER, Stream.SECOND_READER)
    first, second = (
        drawn_labels(canvas, lesions, sd_mm, stream(seed, index, cause))
        for sd_mm, cause in zip(settings.reader_shifts_mm, causes, strict=True)
    )
    return SimulatedPatient(
        truth=simulate_world2_truth(settings, seed, index),
        images={ImageSequence.CT_ARTERIAL: image_volume(voxels, geometry)},
        roi=_roi(first, geometry),
        roi_reader2=_roi(second, geometry),
    )


def drawn_labels(
    frame: Frame, lesions: Sequence[GrownLesion], sd_mm: float, reader: np.random.Generator
) -> NDArray[np.uint8]:
    """Labels as a reader draws them, (K, J, I), from 1 on, the largest lesion first.

    Args:
        frame: the grid.
        lesions: the largest first.
        sd_mm: standard deviation of the drawn border about the true one.
        reader: the reader's own stream.
    """
    labels = np.zeros(frame.shape, dtype=np.uint8)
    for label, lesion in enumerate(lesions, start=1):
        own_sd = min(sd_mm, LARGEST_ERROR_SHARE * lesion.shape.radius_mm)
        distance = lesion.parts.distance
        beyond = distance - drawn_border(frame, lesion, own_sd, reader)
        # A speck between two slices is drawn where it is nearest.
        inside = beyond < 0 if (beyond < 0).any() else distance == distance.min()
        part = labels[lesion.parts.box]
        part[inside & (part == 0)] = label
    return labels


def _roi(labels: NDArray[np.uint8], geometry: Geometry) -> Roi:
    """What a reader drew, with names."""
    names = tuple(
        (int(label), "Tumor" if label == 1 else f"Lesion {label}")
        for label in np.unique(labels[labels > 0])
    )
    return Roi(labels=labels, geometry=geometry, names=names, source="simulated ROI")


def lesion_windows(
    settings: World2Settings, seed: int, index: int, margin_mm: float = 15.0
) -> Iterator[tuple[Volume, Mask]]:
    """Each lesion in a box of its own, as quick to make as it is small.

    The same law as `simulate_world2_patient`, but other noise, and no other lesion in the box.
    """
    scene = lay_scene(settings, seed, index)
    reader = stream(seed, index, Stream.READER)
    for placed in scene.placed:
        reach = placed[1].reach_mm + margin_mm
        box = scene.frame.box(placed[1].center, (reach, reach, reach))
        alone = replace(scene, placed=[placed])
        canvas, lesions, voxels = paint_scene(alone, box, settings)
        labels = drawn_labels(canvas, lesions, settings.reader_shifts_mm[0], reader)
        if labels.any():
            yield image_volume(voxels, table_grid(canvas.grid, scene.scanner_rng)), labels > 0
