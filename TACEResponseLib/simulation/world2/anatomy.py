"""The second world's patient before any lesion: painted coarsely, seen on the scanner's voxels."""

from dataclasses import dataclass, replace

import numpy as np

from TACEResponseLib.simulation import body, liver, organs
from TACEResponseLib.simulation.anatomy import Anatomy
from TACEResponseLib.simulation.canvas import Canvas
from TACEResponseLib.simulation.frame import Box, Frame
from TACEResponseLib.simulation.settings import GridSettings
from TACEResponseLib.simulation.smooth_field import Field, smooth_field
from TACEResponseLib.simulation.world2.settings import FieldSettings

BLOOD_HU = 45.0
ARCH_MM, RIB_MM = 5.5, 3.2
"""Half the height of the spine's processes, and half the thickness of a rib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What the contrast agent has reached."""

    liver_gain_hu: float
    """Of the parenchyma over the arterial phase."""
    organ_gain: float
    """Of other organs, as a share of the arterial phase."""
    artery_gain_hu: float
    cava_gain_hu: float
    portal_over_liver_hu: tuple[float, float]
    veins_over_liver_hu: float
    lesion_gain: float
    """Of a lesion's enhancement over the liver, as a share of the arterial phase."""
    lesion_washout_hu: float
    """Liver over every lesion beside."""


ARTERIAL = Phase(
    liver_gain_hu=0.0,
    organ_gain=1.0,
    artery_gain_hu=270.0,
    cava_gain_hu=60.0,
    portal_over_liver_hu=(10.0, 45.0),
    veins_over_liver_hu=-6.0,
    lesion_gain=1.0,
    lesion_washout_hu=0.0,
)
# Lesions are 21 HU brighter than in the arterial phase in the median of the same real patients.
PORTAL = Phase(
    liver_gain_hu=36.0,
    organ_gain=0.75,
    artery_gain_hu=110.0,
    cava_gain_hu=85.0,
    portal_over_liver_hu=(40.0, 65.0),
    veins_over_liver_hu=42.0,
    lesion_gain=0.5,
    lesion_washout_hu=15.0,
)


def grid_of(field: FieldSettings, spacing_mm: tuple[float, float, float]) -> GridSettings:
    """Voxels of a spacing that fill the field."""
    i, j, k = (round(mm / s) for mm, s in zip(field.extent_mm, spacing_mm, strict=True))
    return GridSettings(size_ijk=(i, j, k), spacing_mm=spacing_mm)


def coarse_anatomy(
    field: FieldSettings, phase: Phase, timing: float, rng: np.random.Generator
) -> Anatomy:
    """Organs on a coarse grid, back to front.

    Args:
        field: what is scanned.
        phase: of the contrast agent.
        timing: factor on every enhancement.
        rng: the anatomy's own stream; latents and response have no part in it.
    """
    canvas = Canvas(grid=grid_of(field, field.anatomy_mm))
    trunk = body.draw_trunk(canvas, rng)
    build, depth, room = trunk.build, trunk.depth, trunk.room
    body.paint_table(canvas, build)
    body.paint_trunk(canvas, build, depth, rng)
    body.paint_lungs(canvas, room, rng)
    drawn = liver.liver_shape(canvas, build, room, rng)
    shape = replace(drawn, hu=drawn.hu + phase.liver_gain_hu)
    gain = timing * phase.organ_gain
    _paint_mesentery(canvas, trunk, rng)
    organs.paint_heart(canvas, build, room, gain, rng)
    organs.paint_bowel(canvas, build, room, gain, rng)
    organs.paint_stomach(canvas, build, room, gain, rng)
    organs.paint_pancreas(canvas, build, gain, rng)
    organs.paint_spleen(canvas, build, room, gain, rng)
    _paint_liver(canvas, shape, field, rng)
    organs.paint_kidneys(canvas, build, gain, rng)
    organs.paint_gallbladder(canvas, build, rng)
    body.paint_spine(canvas, build, rng, ARCH_MM)
    body.paint_ribs(canvas, build, depth, RIB_MM)
    artery_hu = BLOOD_HU + timing * phase.artery_gain_hu
    cava_hu = BLOOD_HU + phase.cava_gain_hu * float(rng.uniform(0.7, 1.3))
    organs.paint_great_vessels(canvas, build, artery_hu, cava_hu, rng)
    _paint_liver_vessels(canvas, shape, phase, artery_hu, rng)
    return Anatomy(canvas=canvas, build=build, liver=shape, depth=depth, room=room)


def _paint_mesentery(canvas: Canvas, trunk: body.Trunk, rng: np.random.Generator) -> None:
    """Small vessels in the fat between the organs."""
    root = (6.0, body.spine_y(trunk.build) - 48.0, -22.0)
    for _ in range(6):
        end = tuple(float(r + d) for r, d in zip(root, rng.normal((20, -20, -4), 30), strict=True))
        tree = liver.vessel_tree(rng, root, (end[0], end[1], end[2]), 2.0, 3)
        value = float(rng.uniform(40, 130))
        for branch in tree:
            box, distance = canvas.tube(branch.start, branch.end, branch.radius_mm)
            if distance.size:
                canvas.paint(box, trunk.room.clip(canvas, box, distance), value)


def _paint_liver(
    canvas: Canvas, shape: liver.Liver, field: FieldSettings, rng: np.random.Generator
) -> None:
    """Parenchyma, uneven on two scales as a cirrhotic liver is."""
    size = shape.distance.shape
    coarse = smooth_field(rng, size, canvas.spacing_kji, 14.0)
    nodules = smooth_field(rng, size, canvas.spacing_kji, 4.0)
    uneven = 2.0 * coarse + np.float32(rng.uniform(*field.nodules_hu)) * nodules
    canvas.paint(shape.box, shape.distance, np.float32(shape.hu) + uneven)


def _paint_liver_vessels(
    canvas: Canvas,
    shape: liver.Liver,
    phase: Phase,
    artery_hu: float,
    rng: np.random.Generator,
) -> None:
    """Hepatic veins, portal branches and arteries of a phase."""
    portal_hu = shape.hu + float(rng.uniform(*phase.portal_over_liver_hu))
    top, hilum = liver.CAVA_TOP, liver.HILUM
    for fan in (-1.0, -0.45, 0.1):
        end = (top[0] + 75 * fan, top[1] - 45 - 15 * fan, top[2] - 45)
        veins = liver.vessel_tree(rng, top, end, 3.6, 2)
        liver.paint_inside(canvas, shape, veins, shape.hu + phase.veins_over_liver_hu)
    trunks = liver.vessel_tree(rng, hilum, (-66.0, -12.0, 0.0), 4.2, 4)
    trunks += liver.vessel_tree(rng, hilum, (-6.0, -48.0, 16.0), 3.4, 3)
    liver.paint_inside(canvas, shape, trunks, portal_hu)
    liver.paint_inside(canvas, shape, liver.beside(trunks, 0.3), artery_hu)


def window(frame: Frame, box: Box) -> Canvas:
    """A canvas of a part of a grid, at its place in the patient."""
    k, j, i = frame.box_shape(box)
    part = Canvas(grid=GridSettings(size_ijk=(i, j, k), spacing_mm=frame.grid.spacing_mm))
    part.x, part.y, part.z = frame.x[:, :, box[2]], frame.y[:, box[1]], frame.z[box[0]]
    return part


def fill(canvas: Canvas, anatomy: Anatomy) -> None:
    """Interpolate the painted organs onto the voxels of a canvas."""
    whole = (slice(None), slice(None), slice(None))
    canvas.hu[:] = interpolated(anatomy.canvas, whole, anatomy.canvas.hu, canvas, whole)


def liver_distance(frame: Frame, box: Box, anatomy: Anatomy) -> Field:
    """Distance to the liver's surface on a box of another grid, mm, negative inside.

    Beyond the box on which the liver was painted it is that at the nearest point of the box.
    """
    liver = anatomy.liver
    return interpolated(anatomy.canvas, liver.box, liver.distance, frame, box)


def interpolated(source: Frame, source_box: Box, values: Field, target: Frame, box: Box) -> Field:
    """Values of a box of one grid on a box of another, linearly; the nearest beyond its edge."""
    axes = zip((source.z, source.y, source.x), (target.z, target.y, target.x), strict=True)
    for axis, (known, target_axis) in enumerate(axes):
        at = known.ravel()[source_box[axis]]
        step = (target_axis.ravel()[box[axis]] - at[0]) / (at[1] - at[0])
        step = np.clip(step, 0, at.size - 1)
        low = np.minimum(step.astype(np.intp), at.size - 2)
        share = (step - low).astype(np.float32)
        share = share.reshape([-1 if a == axis else 1 for a in range(3)])
        values = np.take(values, low, axis) * (1 - share) + np.take(values, low + 1, axis) * share
    return values
