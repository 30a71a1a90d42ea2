"""Loads model folders written by xp with transformers: `check_load.py FOLDER... `.

Fails on a missing, unexpected or mismatched key, on a config or preprocessor that does not load, and on logits that are
not finite. With `--like OTHER` the logits of each folder must equal those of the folder OTHER.
"""

import argparse

import torch
from transformers import AutoConfig, AutoImageProcessor, AutoModelForImageClassification

parser = argparse.ArgumentParser()
parser.add_argument("folders", nargs="+")
parser.add_argument("--like")
arguments = parser.parse_args()


def load(folder):
    model, info = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
    wrong = {kind: keys for kind, keys in info.items() if keys}
    if wrong:
        raise SystemExit(f"{folder}: {wrong}")
    return model.eval()


def logits(folder):
    model = load(folder)
    size = AutoImageProcessor.from_pretrained(folder).size
    pixels = torch.rand((2, 3, size["height"], size["width"]), generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        return model(pixels).logits


expected = logits(arguments.like) if arguments.like else None
for folder in arguments.folders:
    config = AutoConfig.from_pretrained(folder)
    found = logits(folder)
    if not torch.isfinite(found).all():
        raise SystemExit(f"{folder}: logits are not finite")
    if found.shape[1] != len(config.id2label):
        raise SystemExit(f"{folder}: {found.shape[1]} logits for {len(config.id2label)} labels")
    if expected is not None and not torch.equal(found, expected):
        raise SystemExit(f"{folder}: logits differ from {arguments.like}'s")
    print(f"{folder}: {config.architectures[0]} loads, labels {list(config.id2label.values())}")
