"""Goldens for decoding, resizing and preprocessing: Pillow and Hugging Face's PIL-backed image processors.

Writes images.json: digests of uint8 and float32 results for fixtures that the tests draw by the same formula, and for
small encoded files kept in it as base64. Run: python make_images.py [folder of images]
With a folder, writes images-folder.json: digests for every 400th image of it, by path (the images are not copied).
"""

import base64
import io
import json
import os
import sys

import numpy as np
from PIL import Image, ImageOps
from transformers.models.beit.image_processing_pil_beit import BeitImageProcessorPil
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from picture import digest, picture

HERE = os.path.dirname(os.path.abspath(__file__))


RESIZES = [
    (136, 102, 224, 224), (136, 102, 64, 64), (1, 1, 7, 5), (7, 5, 1, 1), (33, 57, 31, 57), (33, 57, 33, 13),
    (100, 3, 13, 200), (301, 199, 224, 150), (5, 640, 384, 9), (17, 16, 16, 17), (640, 480, 30, 22),
    # One row, one column, primes to primes, 1 px each way, very small from large and large from very small.
    (997, 1, 31, 3), (1, 997, 3, 31), (211, 307, 97, 101), (97, 101, 211, 307), (1, 64, 64, 1), (2, 3, 509, 383),
    (1009, 757, 1, 1), (1009, 757, 7, 5), (2003, 1499, 224, 224), (3, 2, 2, 3), (127, 131, 127, 64), (64, 64, 1, 64),
]


def resizes():
    out = []
    for w, h, ow, oh in RESIZES:
        image = Image.fromarray(picture(w, h))
        for resample in range(6):
            out.append({"from": [w, h], "to": [ow, oh], "resample": resample,
                        "sha256": digest(np.array(image.resize((ow, oh), resample)))})
    return out


def encoded(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def files():
    rgb = Image.fromarray(picture(29, 22))
    smooth = Image.fromarray(picture(9, 7)).resize((37, 23), 3)
    alpha = smooth.convert("RGBA")
    alpha.putalpha(Image.fromarray((np.mgrid[0:23, 0:37][1] * 6).astype(np.uint8)))
    palette = smooth.convert("P", palette=Image.Palette.ADAPTIVE, colors=17)
    exif = lambda n: (lambda e: (e.__setitem__(0x0112, n), e)[1])(Image.Exif())
    out = {
        "444.jpg": encoded(smooth, "JPEG", quality=90, subsampling=0),
        "422.jpg": encoded(smooth, "JPEG", quality=85, subsampling=1),
        "420.jpg": encoded(smooth, "JPEG", quality=75, subsampling=2),
        "progressive.jpg": encoded(smooth, "JPEG", quality=80, progressive=True),
        "restart.jpg": encoded(smooth, "JPEG", quality=80, restart_marker_blocks=1),
        "noise.jpg": encoded(rgb, "JPEG", quality=20),
        "one.jpg": encoded(Image.fromarray(picture(1, 1)), "JPEG"),
        "gray.jpg": encoded(smooth.convert("L"), "JPEG", quality=80),
        "cmyk.jpg": encoded(smooth.convert("CMYK"), "JPEG", quality=90),
        "rgb.png": encoded(rgb, "PNG"),
        "gray.png": encoded(rgb.convert("L"), "PNG"),
        "gray-alpha.png": encoded(alpha.convert("LA"), "PNG"),
        "rgba.png": encoded(alpha, "PNG"),
        "palette.png": encoded(palette, "PNG"),
        "palette-transparent.png": encoded(palette, "PNG", transparency=3),
        "bilevel.png": encoded(rgb.convert("1"), "PNG"),
        "still.gif": encoded(palette, "GIF"),
        "frames.gif": encoded(palette, "GIF", save_all=True, append_images=[palette.rotate(180)]),
        "lossy.webp": encoded(smooth, "WEBP", quality=80),
        "lossless.webp": encoded(alpha, "WEBP", lossless=True, exact=True),
        "rgb.tiff": encoded(smooth, "TIFF", compression="tiff_lzw"),
        "cmyk.tiff": encoded(smooth.convert("CMYK"), "TIFF", compression="tiff_lzw"),
    }
    for n in range(2, 9):
        out[f"exif-{n}.jpg"] = encoded(smooth, "JPEG", quality=85, exif=exif(n))
    return [{"name": name, "base64": base64.b64encode(data).decode(), **decoded(io.BytesIO(data))}
            for name, data in out.items()]


def decoded(file):
    image = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    return {"width": image.width, "height": image.height, "sha256": digest(np.array(image))}


PROCESSORS = [
    (ViTImageProcessorPil, {}),
    (ViTImageProcessorPil, {"size": 48, "resample": 3}),
    (ViTImageProcessorPil, {"size": {"height": 40, "width": 56}, "image_mean": [0.485, 0.456, 0.406],
                            "image_std": [0.229, 0.224, 0.225]}),
    (ViTImageProcessorPil, {"size": 32, "do_rescale": False}),
    (ViTImageProcessorPil, {"size": 32, "do_normalize": False}),
    (ViTImageProcessorPil, {"size": 32, "rescale_factor": 1 / 127.5, "image_mean": 1.0, "image_std": 0.7}),
    (DeiTImageProcessorPil, {}),
    (DeiTImageProcessorPil, {"size": 40, "crop_size": 33}),
    (BeitImageProcessorPil, {}),
    (BitImageProcessorPil, {}),
    (BitImageProcessorPil, {"size": {"shortest_edge": 31}, "crop_size": {"height": 45, "width": 40}}),
    (BitImageProcessorPil, {"size": {"shortest_edge": 50}, "crop_size": {"height": 45, "width": 80}}),
    (BitImageProcessorPil, {"do_resize": False, "crop_size": {"height": 200, "width": 51}}),
    (ConvNextImageProcessorPil, {}),
    (ConvNextImageProcessorPil, {"size": {"shortest_edge": 64}, "crop_pct": 0.875}),
    (ConvNextImageProcessorPil, {"size": {"shortest_edge": 384}}),
]
PICTURES = [(136, 102), (61, 97)]


def processors():
    out = []
    for cls, options in PROCESSORS:
        for w, h in PICTURES:
            processor = cls(**options)
            pixels = processor(images=Image.fromarray(picture(w, h)), return_tensors="np")["pixel_values"][0]
            nhwc = pixels.transpose(1, 2, 0).astype(np.float32)
            name = cls.__name__.removesuffix("Pil")
            out.append({"config": {"image_processor_type": name, **options}, "picture": [w, h],
                        "shape": list(nhwc.shape), "sha256": digest(nhwc)})
    return out


def folder(root):
    paths = sorted(os.path.relpath(os.path.join(d, f), root) for d, _, fs in os.walk(root) for f in fs
                   if f.lower().endswith(".jpg"))
    vit = ViTImageProcessorPil()
    out = []
    for path in paths[::400]:
        image = Image.open(os.path.join(root, path)).convert("RGB")
        pixels = vit(images=image, return_tensors="np")["pixel_values"][0].transpose(1, 2, 0)
        out.append({"path": path, **decoded(os.path.join(root, path)), "pixels": digest(pixels)})
    return out


def write(name, value):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump(value, f, indent=1)
        f.write("\n")


write("images.json", {"resizes": resizes(), "files": files(), "processors": processors()})
if len(sys.argv) > 1:
    write("images-folder.json", folder(sys.argv[1]))
