"""What torchvision and Hugging Face's "fast" image processors make of pictures: torchvision-resize.json.

Digests of uint8 and float32 results for pictures that the tests draw by the same formula, and the bytes of a few small
ones that torchvision resized in floats, as it does bilinear on a processor without AVX2 and NEON. Needs torchvision 0.28
beside requirements.txt, and a processor that has one of them.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms.v2 import functional
from transformers.models.beit.image_processing_beit import BeitImageProcessor
from transformers.models.bit.image_processing_bit import BitImageProcessor
from transformers.models.convnext.image_processing_convnext import ConvNextImageProcessor
from transformers.models.deit.image_processing_deit import DeiTImageProcessor
from transformers.models.vit.image_processing_vit import ViTImageProcessor

from picture import digest, picture

FILTERS = {1: "lanczos", 2: "bilinear", 3: "bicubic"}
# Not to 1 × 1: torch 2.13 stops there with an internal error.
RESIZES = [
    (136, 102, 224, 224), (136, 102, 64, 64), (1, 1, 7, 5), (7, 5, 1, 2), (33, 57, 31, 57), (33, 57, 33, 13),
    (100, 3, 13, 200), (301, 199, 224, 150), (5, 640, 384, 9), (17, 16, 16, 17), (640, 480, 30, 22),
    (997, 1, 31, 3), (1, 997, 3, 31), (211, 307, 97, 101), (97, 101, 211, 307), (2, 3, 509, 383), (1009, 757, 7, 5),
    (2003, 1499, 224, 224), (127, 131, 127, 64),
]
FLOATS = [(33, 57, 31, 13), (17, 16, 29, 41), (100, 3, 13, 20), (136, 102, 32, 32)]
PROCESSORS = [
    (ViTImageProcessor, {}),
    (ViTImageProcessor, {"size": 48, "resample": 3}),
    (ViTImageProcessor, {"size": 32, "do_rescale": False}),
    (ViTImageProcessor, {"size": 32, "do_normalize": False}),
    (ViTImageProcessor, {"size": 32, "rescale_factor": 1 / 127.5, "image_mean": 1.0, "image_std": 0.7}),
    (ViTImageProcessor, {"size": 40, "resample": 1, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}),
    (DeiTImageProcessor, {}),
    (DeiTImageProcessor, {"size": 40, "crop_size": 33}),
    (BeitImageProcessor, {}),
    (BitImageProcessor, {}),
    (BitImageProcessor, {"size": {"shortest_edge": 31}, "crop_size": {"height": 46, "width": 40}}),
    (BitImageProcessor, {"size": {"shortest_edge": 50}, "crop_size": {"height": 45, "width": 80}}),
    (BitImageProcessor, {"do_resize": False, "crop_size": {"height": 201, "width": 51}}),
    (ConvNextImageProcessor, {"size": {"shortest_edge": 64}, "crop_pct": 0.875}),
    (ConvNextImageProcessor, {"size": {"shortest_edge": 384}}),
]
PICTURES = [(136, 102), (61, 97)]


def resized(image, width, height, resample):
    mode = functional.InterpolationMode(FILTERS[resample])
    return functional.resize(image, [height, width], interpolation=mode, antialias=True)


def tensor(width, height):
    return torch.from_numpy(picture(width, height)).permute(2, 0, 1).contiguous()


def nhwc(image):
    return np.ascontiguousarray(image.permute(1, 2, 0).numpy())


def resizes():
    return [{"from": [w, h], "to": [ow, oh], "resample": resample,
             "sha256": digest(nhwc(resized(tensor(w, h), ow, oh, resample)))}
            for w, h, ow, oh in RESIZES for resample in FILTERS]


def floats():
    out = []
    for w, h, ow, oh in FLOATS:
        image = resized(tensor(w, h).float(), ow, oh, 2).round().clamp(0, 255).to(torch.uint8)
        out.append({"from": [w, h], "to": [ow, oh], "resample": 2,
                    "base64": base64.b64encode(nhwc(image).tobytes()).decode()})
    return out


def processors():
    out = []
    for cls, options in PROCESSORS:
        for w, h in PICTURES:
            pixels = cls(**options)(images=Image.fromarray(picture(w, h)), return_tensors="pt")["pixel_values"][0]
            out.append({"config": {"image_processor_type": cls.__name__, **options}, "picture": [w, h],
                        "shape": [*pixels.shape[1:], 3], "sha256": digest(nhwc(pixels))})
    return out


goldens = {"resizes": resizes(), "floats": floats(), "processors": processors()}
Path(__file__).with_name("torchvision-resize.json").write_text(json.dumps(goldens, indent=1) + "\n")
