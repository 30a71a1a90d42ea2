"""Goldens for augmentation: torchvision's transforms of PIL images (v1, `functional` and `autoaugment`), bilinear.

Writes augmentation.json: digests of uint8 results for pictures that the tests draw by the same formula, and the
parameters of RandAugment and TrivialAugmentWide at every magnitude. Run: python make_augmentation.py

Needs torchvision 0.28.0 beside requirements.txt, in the build that fits torch's: another one breaks the import of transformers.
"""

import json
import os

import numpy as np
from PIL import Image
from torchvision.transforms import InterpolationMode, autoaugment
from torchvision.transforms import functional as F

from picture import digest, picture

HERE = os.path.dirname(os.path.abspath(__file__))
BILINEAR = InterpolationMode.BILINEAR
SIZES = [(32, 32), (37, 23), (3, 5), (1, 1), (2, 9)]


def painted(width, height, palette):
    """Noise as it is, or squeezed into a range of its own per channel, or of one colour."""
    base = picture(width, height)
    if palette == "pale":
        return (base // 4 + np.array([60, 90, 120])).astype(np.uint8)
    if palette == "flat":
        return np.broadcast_to(np.array([200, 30, 90], dtype=np.uint8), base.shape).copy()
    return base


def operations():
    out = [{"kind": kind} for kind in ["horizontal-flip", "vertical-flip", "auto-contrast", "equalize"]]
    out += [{"kind": "rotate", "degrees": d} for d in [0, 7.3, -14.9, 30, 45, 90, -90, 180, 135, -121.5, 359.99]]
    for kind in ["shear-x", "shear-y"]:
        out += [{"kind": kind, "tangent": t} for t in [0, 0.1, -0.3, 0.99, -0.99]]
    for kind in ["translate-x", "translate-y"]:
        out += [{"kind": kind, "pixels": p} for p in [0, 1, -5, 14, 40]]
    for kind in ["brightness", "contrast", "saturation", "sharpness"]:
        out += [{"kind": kind, "factor": f} for f in [0, 0.01, 0.35, 0.6, 0.9999, 1, 1.27, 1.9, 3.3]]
    out += [{"kind": "hue", "shift": s} for s in [-0.5, -0.2, -0.01, 0, 0.003, 0.1, 0.31, 0.5]]
    out += [{"kind": "posterize", "bits": b} for b in range(1, 9)]
    out += [{"kind": "solarize", "threshold": t} for t in [0, 0.5, 63.75, 128, 255, 256]]
    return out


def applied(image, operation):
    kind = operation["kind"]
    value = next((v for k, v in operation.items() if k != "kind"), None)
    by_name = {"shear-x": "ShearX", "shear-y": "ShearY", "translate-x": "TranslateX", "translate-y": "TranslateY"}
    if kind in by_name:
        return autoaugment._apply_op(image, by_name[kind], value, BILINEAR, None)
    if kind == "rotate":
        return F.rotate(image, value, BILINEAR)
    simple = {"horizontal-flip": F.hflip, "vertical-flip": F.vflip, "auto-contrast": F.autocontrast, "equalize": F.equalize}
    if kind in simple:
        return simple[kind](image)
    name = kind if kind in ("posterize", "solarize") else f"adjust_{kind}"
    return getattr(F, name)(image, value)


def changes():
    out = []
    for width, height in SIZES:
        for palette in ["noise", "pale", "flat"]:
            image = Image.fromarray(painted(width, height, palette))
            for operation in operations():
                out.append({"size": [width, height], "palette": palette, "operation": operation,
                            "sha256": digest(np.array(applied(image, operation)))})
    return out


def colours():
    """Every 5th level of each channel in one picture: what conversions between colour spaces may trip over."""
    levels = np.arange(0, 256, 5)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(52, 52 * 52, 3).astype(np.uint8)
    image = Image.fromarray(cube)
    return [{"operation": operation, "sha256": digest(np.array(applied(image, operation)))}
            for operation in operations() if operation["kind"] in ("hue", "saturation", "contrast", "equalize")]


CROPS = [
    ((61, 47), (5, 3, 40, 30), (32, 32), 2), ((61, 47), (0, 0, 61, 47), (32, 32), 3), ((61, 47), (60, 46, 1, 1), (8, 8), 2),
    ((61, 47), (10, 7, 9, 33), (24, 40), 1), ((61, 47), (10, 7, 32, 32), (32, 32), 0),
]


def crops():
    modes = {0: InterpolationMode.NEAREST, 1: InterpolationMode.LANCZOS, 2: BILINEAR, 3: InterpolationMode.BICUBIC}
    out = []
    for (w, h), (left, top, width, height), (ow, oh), resample in CROPS:
        made = F.resized_crop(Image.fromarray(picture(w, h)), top, left, height, width, [oh, ow], modes[resample])
        out.append({"size": [w, h], "box": {"left": left, "top": top, "width": width, "height": height},
                    "to": {"width": ow, "height": oh}, "resample": resample, "sha256": digest(np.array(made))})
    return out


def policies():
    """Per policy and change, in torchvision's order: its magnitudes on an image 100 wide and 60 high, and if it has a sign."""
    spaces = {"rand": autoaugment.RandAugment()._augmentation_space(31, (60, 100)),
              "trivial": autoaugment.TrivialAugmentWide()._augmentation_space(31)}
    return {policy: [{"name": name, "signed": signed, "magnitudes": [float(m) for m in table.reshape(-1)]}
                     for name, (table, signed) in space.items()] for policy, space in spaces.items()}


with open(os.path.join(HERE, "augmentation.json"), "w") as f:
    json.dump({"changes": changes(), "colours": colours(), "crops": crops(), "policies": policies()}, f,
              separators=(",", ":"))
    f.write("\n")
