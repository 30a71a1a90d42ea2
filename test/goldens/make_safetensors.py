"""Two safetensors files as Python's package writes them: every element type read, and every one written."""

import pathlib

import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
read = {
    "f32": torch.tensor([[1.5, -2.25], [0.1, 3e38]]),
    "f16": torch.tensor([1.0, -0.5, 65504.0, 6e-8, 0.333, float("inf")], dtype=torch.float16),
    "bf16": torch.tensor([1.0, -0.5, 3e38, 1e-40, 0.333], dtype=torch.bfloat16),
    "f64": torch.tensor([0.1, -1e300], dtype=torch.float64),
    "i64": torch.tensor([2**62, -1], dtype=torch.int64),
    "i32": torch.tensor([7, -8], dtype=torch.int32),
    "u8": torch.tensor([0, 255, 3], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "scalar": torch.tensor(4.0),
    "empty": torch.zeros((0, 3)),
}
save_file(read, here / "every-type.safetensors", metadata={"format": "pt"})
written = {
    "vit.b": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 7,
    "vit.a": torch.tensor([1.0]),
    "10": torch.tensor([10.0]),
    "9": torch.tensor([9.0, 9.5]),
    "größe": torch.tensor([0.5]),
    "step": torch.tensor(12, dtype=torch.int64),
    "labels": torch.tensor([1, 2, 3], dtype=torch.int32),
    "mask": torch.tensor([1, 0, 1], dtype=torch.uint8),
    "exact": torch.tensor([0.1], dtype=torch.float64),
}
save_file(written, here / "written.safetensors", metadata={"format": "pt"})
