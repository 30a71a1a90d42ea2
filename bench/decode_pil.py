"""The other side of the decode benchmark: Hugging Face's ViT image processor on PIL, one thread.

Reads how many passes to make, a number a line, and answers their CPU seconds. Arguments: size in pixels, image files.
"""
import json
import re
import sys
import time

from PIL import Image
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

size, files = int(sys.argv[1]), sys.argv[2:]
processor = ViTImageProcessorPil(size={"height": size, "width": size})


def peak_bytes():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1024


def answer(value):
    print(json.dumps(value), flush=True)


answer({"ready": True})
for line in sys.stdin:
    seconds = []
    for _ in range(int(line)):
        start = time.process_time()
        for file in files:
            processor(images=Image.open(file).convert("RGB"), return_tensors="np")
        seconds.append(time.process_time() - start)
    answer({"seconds": seconds, "peakBytes": peak_bytes()})
