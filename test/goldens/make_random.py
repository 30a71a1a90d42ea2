"""Random numbers as PyTorch's CPU generator draws them: permutations, uniform and normal tensors.

Normal numbers are those of an x86 CPU with AVX2 or AVX-512.
"""

import hashlib
import json
import pathlib

import numpy
import torch


def digest(tensor):
    return hashlib.sha256(numpy.ascontiguousarray(tensor.numpy()).tobytes()).hexdigest()


def normal(seed, n, mean=0.0, std=1.0):
    torch.manual_seed(seed)
    values = torch.empty(n).normal_(mean, std)
    golden = {"seed": seed, "n": n, "mean": mean, "std": std, "sha256": digest(values), "next": torch.rand(1).item()}
    return golden | ({"values": values.tolist()} if n <= 64 else {})


def truncated(seed, n, std):
    torch.manual_seed(seed)
    values = torch.nn.init.trunc_normal_(torch.empty(n), std=std, a=-2.0, b=2.0)
    return {"seed": seed, "n": n, "std": std, "values": values.tolist(), "next": torch.rand(1).item()}


def permutation(seed, n):
    torch.manual_seed(seed)
    order = torch.randperm(n)
    golden = {"seed": seed, "n": n, "sha256": digest(order.to(torch.int32)), "next": torch.rand(1).item()}
    return golden | ({"order": order.tolist()} if n <= 20 else {})


def uniform(seed, n, lo, hi):
    torch.manual_seed(seed)
    values = torch.empty(n).uniform_(lo, hi)
    return {"seed": seed, "n": n, "lo": lo, "hi": hi, "sha256": digest(values), "first": values[:4].tolist()}


def int64(seed):
    torch.manual_seed(seed)
    return {"seed": seed, "value": str(torch.empty((), dtype=torch.int64).random_().item())}


golden = {
    "permutations": [permutation(42, n) for n in (0, 1, 2, 10, 1000, 50000)] + [permutation(2**32 + 5, 17)],
    "uniforms": [uniform(42, 5000, -1, 1), uniform(7, 2000, -0.3, 0.1), uniform(0, 700, 0, 1)],
    "int64": [int64(42), int64(1)],
    "normals": [normal(42, 5), normal(3, 1, 2.0, 0.5), normal(42, 16, 0.0, 0.02), normal(42, 37, 0.1, 0.02), normal(9, 64), normal(5, 300_001)],
    "truncated": [truncated(42, 40, 0.02), truncated(1, 64, 1.0)],
}
path = pathlib.Path(__file__).with_name("random.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
