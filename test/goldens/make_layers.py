"""Convolution, pooling and normalisation layers of torch: layers.json holds operands, results and gradients.

Pixels are written NHWC, weights as torch keeps them. The gradients are those of sum(y * upstream).

Run with the packages of requirements.txt: python make_layers.py
"""
import json
import pathlib

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(11)
# Quarters keep the file small, and make ties for the pools.
draw = lambda *shape: torch.randint(-8, 9, shape, generator=generator).float() / 4
last = lambda x: x.permute(0, 2, 3, 1) if x.dim() == 4 else x
pack = lambda x: {"shape": list(x.shape), "data": x.detach().flatten().tolist()}


def case(layer, options, run, x, weights):
    operands = [x.requires_grad_(), *(w.requires_grad_() for w in weights)]
    y = run(*operands)
    upstream = draw(*y.shape)
    gradients = torch.autograd.grad((y * upstream).sum(), operands)
    return {
        "layer": layer,
        "options": options,
        "operands": [pack(last(x)), *map(pack, weights)],
        "upstream": pack(last(upstream)),
        "y": pack(last(y)),
        "gradients": [pack(last(gradients[0])), *map(pack, gradients[1:])],
    }


def conv2d(size, channels, outputs, kernel, stride, padding, bias=True):
    weights = [draw(outputs, channels, *kernel)] + ([draw(outputs)] if bias else [])
    run = lambda x, w, b=None: F.conv2d(x, w, b, stride, padding)
    return case("conv2d", {"stride": stride, "padding": padding}, run, draw(2, channels, *size), weights)


def depthwise(size, channels, kernel, stride, padding):
    weights = [draw(channels, 1, *kernel), draw(channels)]
    run = lambda x, w, b: F.conv2d(x, w, b, stride, padding, groups=channels)
    return case("depthwiseConv2d", {"stride": stride, "padding": padding}, run, draw(2, channels, *size), weights)


def max_pool(size, window, stride, padding):
    options = {"size": window, "stride": stride, "padding": padding}
    return case("maxPool", options, lambda x: F.max_pool2d(x, window, stride, padding), draw(2, 3, *size), [])


def batch_norm(fixed):
    x = draw(3, 4, 3, 5) + torch.arange(4.0).reshape(1, 4, 1, 1)
    mean, variance = draw(4), draw(4).abs() + 0.5
    run = lambda x, w, b: F.batch_norm(x, mean.clone(), variance.clone(), w, b, training=not fixed, eps=1e-5)
    statistics = {"mean": mean.tolist(), "variance": variance.tolist()} if fixed else None
    return case("batchNorm", {"epsilon": 1e-5, "fixed": statistics}, run, x, [draw(4), draw(4)])


def group_norm(channels, groups):
    run = lambda x, w, b: F.group_norm(x, groups, w, b, 1e-5)
    x = draw(2, channels, 3, 4) + torch.arange(float(channels)).reshape(1, channels, 1, 1) / 4
    return case("groupNorm", {"groups": groups, "epsilon": 1e-5}, run, x, [draw(channels), draw(channels)])


cases = [
    conv2d((5, 6), 3, 4, (1, 1), 1, 0),
    conv2d((5, 6), 3, 4, (1, 1), 2, 0, bias=False),
    conv2d((5, 7), 3, 4, (3, 3), 1, 1),
    conv2d((5, 7), 2, 3, (3, 3), 2, 1, bias=False),
    conv2d((9, 8), 3, 2, (7, 7), 2, 3, bias=False),
    conv2d((6, 4), 3, 5, (2, 2), 2, 0),
    conv2d((8, 9), 3, 2, (4, 4), 4, 0),
    depthwise((5, 6), 3, (3, 3), 1, 1),
    depthwise((8, 7), 4, (7, 7), 1, 3),
    depthwise((7, 7), 2, (3, 3), 2, 1),
    max_pool((7, 6), 3, 2, 1),
    max_pool((5, 5), 2, 2, 0),
    batch_norm(fixed=False),
    batch_norm(fixed=True),
    group_norm(8, 4),
    group_norm(6, 1),
]
golden = json.loads(json.dumps({"torch": torch.__version__, "cases": cases}), parse_float=lambda t: float(f"{float(t):.7g}"))
pathlib.Path(__file__).with_name("layers.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
