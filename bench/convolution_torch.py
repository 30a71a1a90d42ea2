"""The other side of the convolution benchmark: loss and gradients of the same model in PyTorch, fp32 on the CPU.

Reads how many steps to make, a number a line, and answers their CPU seconds.
Arguments: resnet50 or convnext-t, batch size, threads.
"""
import json
import re
import sys
import time

import torch
from transformers import ConvNextConfig, ConvNextForImageClassification, ResNetConfig, ResNetForImageClassification

name, size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
if name == "resnet50":
    model = ResNetForImageClassification(ResNetConfig(num_labels=3)).train()
else:
    model = ConvNextForImageClassification(ConvNextConfig(num_labels=3)).train()
pixels = torch.rand(size, 3, 224, 224) * 2 - 1
labels = torch.arange(size) % 3


def step():
    for parameter in model.parameters():
        parameter.grad = None
    loss = model(pixel_values=pixels, labels=labels).loss
    loss.backward()
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
        start = time.process_time()
        loss = step()
        seconds.append(time.process_time() - start)
    answer({"seconds": seconds, "loss": loss, "peakBytes": peak_bytes()})
