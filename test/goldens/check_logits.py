"""Loads model folders written by xp with transformers and compares logits: `check_logits.py IMAGES ROOT`.

ROOT holds a model folder for each family, and logits.json: for each, xp's logits of the images (paths within IMAGES).
Fails on a missing, unexpected or mismatched key, and on logits further than 1e-4 apart. Prints one JSON object:
family → largest difference.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification

images, root = Path(sys.argv[1]), Path(sys.argv[2])
given = json.loads((root / "logits.json").read_text())
pixels = [Image.open(images / file).convert("RGB") for file in given["files"]]
apart = {}
for family, logits in given["logits"].items():
    folder = root / family
    model, info = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
    wrong = {kind: keys for kind, keys in info.items() if keys}
    if wrong:
        raise SystemExit(f"{family}: {wrong}")
    processor = AutoImageProcessor.from_pretrained(folder, use_fast=False)
    with torch.no_grad():
        found = model.eval()(processor(pixels, return_tensors="pt")["pixel_values"]).logits.numpy()
    apart[family] = float(np.abs(found - np.array(logits, dtype=np.float32).reshape(found.shape)).max())
    if not apart[family] <= 1e-4:
        raise SystemExit(f"{family}: logits differ by {apart[family]}")
print(json.dumps(apart))
