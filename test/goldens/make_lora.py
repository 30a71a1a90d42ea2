"""A linear layer with LoRA as peft computes it, trained by SGD: lora.json holds inputs and what comes out.

peft.tuners.lora.layer.Linear without dropout: base(x) + lora_B(lora_A(x)) * alpha / r, base frozen.
Run with the packages of requirements.txt: python make_lora.py
"""
import json
import pathlib

import torch
from torch.nn import functional as F

torch.manual_seed(3)
rank, alpha, learning_rate = 2, 3.0, 0.5
weight, bias = torch.randn(3, 5), torch.randn(3)
a = torch.nn.Parameter(torch.empty(rank, 5))
torch.nn.init.kaiming_uniform_(a, a=5**0.5)
b = torch.nn.Parameter(torch.zeros(3, rank))
optimizer = torch.optim.SGD([a, b], lr=learning_rate)
x, labels = torch.randn(4, 5), torch.tensor([0, 2, 1, 2])
rows = lambda tensor: tensor.detach().flatten().tolist()
start = {"weight": rows(weight), "bias": rows(bias), "a": rows(a)}
steps = []
for _ in range(5):
    optimizer.zero_grad()
    logits = F.linear(x, weight, bias) + F.linear(F.linear(x, a), b) * (alpha / rank)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_([a, b], 1e9).item()
    optimizer.step()
    steps.append({"loss": loss.item(), "gradNorm": norm, "a": rows(a), "b": rows(b)})

golden = {
    "torch": torch.__version__,
    "rank": rank,
    "alpha": alpha,
    "learningRate": learning_rate,
    "pixels": rows(x),
    "labels": labels.tolist(),
    "start": start,
    "steps": steps,
    "merged": rows(weight + b @ a * (alpha / rank)),
}
rounded = json.loads(json.dumps(golden), parse_float=lambda text: float(f"{float(text):.9g}"))
pathlib.Path(__file__).with_name("lora.json").write_text(json.dumps(rounded) + "\n")
