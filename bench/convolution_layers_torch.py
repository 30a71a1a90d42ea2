"""CPU milliseconds of one convolution in PyTorch on one thread: forward, gradient of the image, gradient of the weight.

Arguments: batch, channels, image, outputs, kernel, stride, groups.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
batch, channels, image, outputs, kernel, stride, groups = map(int, sys.argv[1:])
x = torch.rand(batch, channels, image, image) - 0.5
weight = torch.rand(outputs, channels // groups, kernel, kernel) - 0.5
pad = kernel // 2
forward = lambda: torch.conv2d(x, weight, None, stride, pad, groups=groups)
dy = torch.rand_like(forward())


def backward(image_gradient, weight_gradient):
    wanted = [image_gradient, weight_gradient, False]
    geometry = [[stride] * 2, [pad] * 2, [1, 1], False, [0, 0], groups]
    return lambda: torch.ops.aten.convolution_backward(dy, x, weight, None, *geometry, wanted)


def milliseconds(run):
    run()
    times = []
    for _ in range(6):
        start = time.process_time()
        run()
        times.append((time.process_time() - start) * 1000)
    return min(times)


print(json.dumps([milliseconds(forward), milliseconds(backward(True, False)), milliseconds(backward(False, True))]))
