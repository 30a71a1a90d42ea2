"""Logits of vit-tiny/ on photographs of the shoe-sandal-boot data set, through transformers' own image processor.

`make_vit_photographs.py FOLDER` writes vit-photographs.json: file → logits.
"""

import json
import pathlib
import sys

import torch
from PIL import Image
from transformers import ViTForImageClassification, ViTImageProcessorPil

here = pathlib.Path(__file__).parent / "vit-tiny"
root = pathlib.Path(sys.argv[1])
model = ViTForImageClassification.from_pretrained(here).eval()
processor = ViTImageProcessorPil.from_pretrained(here)
files = ["Boot/boot (10).jpg", "Boot/boot (100).jpg", "Sandal/Sandal (1).jpg", "Sandal/Sandal (10).jpg", "Shoe/Shoe (1).jpg"]
golden = {}
for file in files:
    pixels = processor(images=Image.open(root / file).convert("RGB"), return_tensors="pt").pixel_values
    with torch.no_grad():
        golden[file] = model(pixels).logits[0].tolist()
here.with_name("vit-photographs.json").write_text(json.dumps(golden, indent=1) + "\n")
