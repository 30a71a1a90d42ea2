"""The scale and growth tracker of torch.amp.GradScaler after each update: writes loss-scale.json beside itself."""

import json
from pathlib import Path

import torch

interval = 4
overflows = [False, True, False, False, False, False, False, False, False, False, False, True, True, False, False]
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=interval)
parameter = torch.nn.Parameter(torch.zeros(1))
optimizer = torch.optim.SGD([parameter], lr=1.0)
trace = []
for overflow in overflows:
    scaler.scale(parameter.sum()).backward()
    if overflow:
        parameter.grad.fill_(float("inf"))
    before = parameter.item()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    state = scaler.state_dict()
    skipped = parameter.item() == before
    trace.append({"finite": not overflow, "skipped": skipped, "scale": state["scale"], "goodSteps": state["_growth_tracker"]})
golden = {"interval": interval, "trace": trace}
Path(__file__).with_name("loss-scale.json").write_text(json.dumps(golden, indent=1) + "\n")
