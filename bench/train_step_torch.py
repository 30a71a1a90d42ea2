"""The other side of the benchmark: the same model in PyTorch, fp32 on the CPU.

Training is the same loss, clipping and AdamW, scoring the logits alone. Reads how many steps to make, a number a line,
and answers their seconds. Arguments: the model's config.json as one argument, image size, train or infer, batch size,
threads.
"""
import json
import re
import sys
import time

import torch
from transformers import AutoConfig, AutoModelForImageClassification

config, (image, task, size, threads) = json.loads(sys.argv[1]), sys.argv[2:6]
image, size = int(image), int(size)
torch.set_num_threads(int(threads))
torch.manual_seed(0)
config["id2label"] = {int(k): v for k, v in config["id2label"].items()}
model = AutoModelForImageClassification.from_config(AutoConfig.for_model(**config))
pixels = torch.rand(size, 3, image, image) * 2 - 1
labels = torch.arange(size) % len(config["id2label"])


def training():
    model.train()
    undecayed = re.compile(r"bias|layernorm|norm")
    named = list(model.named_parameters())
    groups = [
        {"params": [p for n, p in named if not undecayed.search(n)], "weight_decay": 0.01},
        {"params": [p for n, p in named if undecayed.search(n)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-4, fused=True)

    def step():
        loss = model(pixel_values=pixels, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return step


def scoring():
    model.eval()

    @torch.inference_mode()
    def step():
        return model(pixel_values=pixels).logits.numpy()

    return step


def peak_bytes():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1024


def answer(value):
    print(json.dumps(value), flush=True)


step = training() if task == "train" else scoring()
answer({"ready": True})
for line in sys.stdin:
    seconds = []
    for _ in range(int(line)):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    answer({"seconds": seconds, "peakBytes": peak_bytes()})
