"""The other side of the train-step benchmark: the same model, loss, clipping and AdamW in PyTorch, fp32 on the CPU.

Reads how many steps to make, a number a line, and answers their seconds.
Arguments: the model's config.json as one argument, batch size, threads.
"""
import json
import re
import sys
import time

import torch
from transformers import ViTConfig, ViTForImageClassification

config, size, threads = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = ViTForImageClassification(ViTConfig(**config)).train()
undecayed = re.compile(r"bias|layernorm|norm")
groups = [
    {"params": [p for n, p in model.named_parameters() if not undecayed.search(n)], "weight_decay": 0.01},
    {"params": [p for n, p in model.named_parameters() if undecayed.search(n)], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=1e-4, fused=True)
image = config["image_size"]
pixels = torch.rand(size, 3, image, image) * 2 - 1
labels = torch.arange(size) % len(config["id2label"])


def step():
    loss = model(pixel_values=pixels, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def peak_bytes():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1024


def answer(value):
    print(json.dumps(value), flush=True)


answer({"ready": True})
for line in sys.stdin:
    seconds, loss = [], float("nan")
    for _ in range(int(line)):
        start = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - start)
    answer({"seconds": seconds, "loss": loss, "peakBytes": peak_bytes()})
