"""AdamW with clipping as torch does it: adamw.json holds gradients, and weights and moments after each step.

Run with the packages of requirements.txt: python make_adamw.py
"""
import json
import pathlib

import torch

torch.manual_seed(7)
decayed = torch.nn.Parameter(torch.randn(3, 4))
undecayed = torch.nn.Parameter(torch.randn(5))
optimizer = torch.optim.AdamW(
    [{"params": [decayed], "weight_decay": 0.1}, {"params": [undecayed], "weight_decay": 0.0}],
    betas=(0.9, 0.999),
    eps=1e-8,
)
flat = lambda tensor: tensor.detach().flatten().tolist()
start = {"decayed": flat(decayed), "undecayed": flat(undecayed)}
steps = []
for step in range(8):
    learning_rate = 0.02 * (8 - step) / 8
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    # The last steps are too small to be clipped.
    scale = 1.0 if step < 5 else 0.05
    decayed.grad, undecayed.grad = torch.randn(3, 4) * scale, torch.randn(5) * scale
    gradients = {"decayed": flat(decayed.grad), "undecayed": flat(undecayed.grad)}
    norm = torch.nn.utils.clip_grad_norm_([decayed, undecayed], 1.0).item()
    optimizer.step()
    state = {}
    for name, parameter in (("decayed", decayed), ("undecayed", undecayed)):
        moments = optimizer.state[parameter]
        state[name] = {"weights": flat(parameter), "m": flat(moments["exp_avg"]), "v": flat(moments["exp_avg_sq"])}
    steps.append({"learningRate": learning_rate, "gradients": gradients, "gradNorm": norm, "after": state})

golden = {
    "torch": torch.__version__,
    "optimizer": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1},
    "maxGradNorm": 1.0,
    "start": start,
    "steps": steps,
}
rounded = json.loads(json.dumps(golden), parse_float=lambda text: float(f"{float(text):.9g}"))
pathlib.Path(__file__).with_name("adamw.json").write_text(json.dumps(rounded) + "\n")
