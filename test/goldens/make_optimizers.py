"""Optimisers with clipping as torch does them: optimizers.json holds gradients, and for each optimiser the weights and
its vectors after each step.

Run with the packages of requirements.txt: python make_optimizers.py
"""
import json
import pathlib

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

adam = {"betas": (0.9, 0.999), "eps": 1e-8}
adam_spec = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1}
moments = {"m": "exp_avg", "v": "exp_avg_sq"}
buffer = {"momentum": "momentum_buffer"}
cases = [
    ("adamw", torch.optim.AdamW, adam, adam_spec, moments),
    ("adam", torch.optim.Adam, adam, adam_spec, moments),
    ("sgd", torch.optim.SGD, {}, {"momentum": 0, "nesterov": False, "weightDecay": 0.1}, {}),
    ("sgd", torch.optim.SGD, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": False, "weightDecay": 0.1}, buffer),
    (
        "sgd",
        torch.optim.SGD,
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "nesterov": True, "weightDecay": 0.1},
        buffer,
    ),
]
flat = lambda tensor: tensor.detach().flatten().tolist()
names = ("decayed", "undecayed", "slow")
ema_decay = 0.9

torch.manual_seed(7)
start = {"decayed": torch.randn(3, 4), "undecayed": torch.randn(5), "slow": torch.randn(4)}
steps = []
for step in range(8):
    # The last steps are too small to be clipped.
    scale = 1.0 if step < 5 else 0.05
    gradients = {name: torch.randn(start[name].shape) * scale for name in names}
    steps.append({"learningRate": 0.02 * (8 - step) / 8, "gradients": gradients})

golden_cases = []
for name, make, arguments, spec, vectors in cases:
    parameters = {n: torch.nn.Parameter(start[n].clone()) for n in names}
    averages = [parameters[n].detach().clone() for n in names]
    groups = [
        {"params": [parameters["decayed"]], "weight_decay": 0.1},
        {"params": [parameters["undecayed"]], "weight_decay": 0.0},
        {"params": [parameters["slow"]], "weight_decay": 0.1},
    ]
    optimizer = make(groups, lr=1.0, **arguments)
    after = []
    for step in steps:
        for group, factor in zip(optimizer.param_groups, (1, 1, 0.25)):
            group["lr"] = step["learningRate"] * factor
        for n in names:
            parameters[n].grad = step["gradients"][n].clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0).item()
        optimizer.step()
        get_ema_multi_avg_fn(ema_decay)(averages, [parameters[n].detach() for n in names], 1)
        state = {}
        for n, average in zip(names, averages):
            kept = {slot: flat(optimizer.state[parameters[n]][key]) for slot, key in vectors.items()}
            state[n] = {"weights": flat(parameters[n]), "ema": flat(average), **kept}
        step["gradNorm"] = norm
        after.append(state)
    golden_cases.append({"optimizer": {"name": name, **spec}, "after": after})

golden = {
    "torch": torch.__version__,
    "maxGradNorm": 1.0,
    "emaDecay": ema_decay,
    "learningRateFactors": {"decayed": 1, "undecayed": 1, "slow": 0.25},
    "start": {n: flat(t) for n, t in start.items()},
    "steps": [{**s, "gradients": {n: flat(t) for n, t in s["gradients"].items()}} for s in steps],
    "cases": golden_cases,
}
rounded = json.loads(json.dumps(golden), parse_float=lambda text: float(f"{float(text):.9g}"))
pathlib.Path(__file__).with_name("optimizers.json").write_text(json.dumps(rounded) + "\n")
