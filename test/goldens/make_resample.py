"""What `torch.nn.functional.interpolate` makes of small tables: resample.json."""

import json
from pathlib import Path

import torch

torch.manual_seed(0)
cases = []
for mode in ("bicubic", "bilinear"):
    for source, target in (((4, 4), (6, 6)), ((5, 5), (3, 3)), ((3, 4), (4, 7)), ((7, 7), (2, 9))):
        table = torch.randn(1, 1, *source)
        resized = torch.nn.functional.interpolate(table, size=target, mode=mode, align_corners=False)
        cases.append(
            {"mode": mode, "from": source, "to": target, "table": table.flatten().tolist(), "resized": resized.flatten().tolist()}
        )
Path(__file__).with_name("resample.json").write_text(json.dumps(cases) + "\n")
