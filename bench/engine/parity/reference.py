"""Writes losses.json: what PyTorch computes for the 20 steps of parity.test.ts.

`python -B bench/engine/parity/reference.py > bench/engine/parity/losses.json`. Weights and pictures come from hash.ts's
formula, so that only results are stored. Beside float32's losses stand float64's: the distance between the two is what
rounding alone does, and parity cannot mean less. Gradients are float64's, since float32's own depend on the machine: a
ReLU whose input is within rounding of zero passes or stops, and everything before it shows that.
"""
import datetime
import json
import math
import os
import re
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from networks import BLOCKS, ResNet

# Small rates, and residual branches that start small: with gamma at 1 float32 and float64 part by 0.1 within five steps.
CASES = [
    {"network": "resnet18", "stem": "small", "size": 32, "batch": 8, "classes": 10, "lastGamma": 0.25, "learningRate": 0.002},
    {"network": "resnet50", "stem": "imagenet", "size": 64, "batch": 16, "classes": 10, "lastGamma": 0.125, "learningRate": 0.0005},
]
LAST_NORM = {"basic": r"\.bn2\.weight$", "bottleneck": r"\.bn3\.weight$"}
STEPS, MOMENTUM, PROJECTIONS = 20, 0.9, 4


def hashed(name, count):
    """`count` numbers in [-1, 1), 24 bits each: hash.ts's, bit for bit."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(seed)
    for shift, factor in [(16, 0x21F0AAAD), (15, 0x735A2D97)]:
        h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    h ^= h >> np.uint32(15)
    return ((h >> np.uint32(8)).astype(np.float64) - 2**23) / 2**23


def filled(name, shape, bound):
    values = hashed(name, math.prod(shape)) * bound
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def prepared(case):
    """Convolutions with He et al.'s deviation, fc within 1/sqrt(fan in), BatchNorm the identity but a block's last."""
    model = ResNet(case["network"], case["stem"], case["classes"])
    for name, parameter in model.named_parameters():
        if parameter.dim() == 4:
            out, _, height, width = parameter.shape
            parameter.data = filled(name, parameter.shape, math.sqrt(6 / (out * height * width)))
        elif re.search(LAST_NORM[BLOCKS[case["network"]][0]], name):
            parameter.data.fill_(case["lastGamma"])
        elif name.startswith("fc."):
            parameter.data = filled(name, parameter.shape, math.sqrt(1 / model.fc.in_features))
    pictures = filled("pictures", (case["batch"], 3, case["size"], case["size"]), math.sqrt(3))
    labels = torch.tensor([place * 7 % case["classes"] for place in range(case["batch"])])
    return model, pictures, labels


def sketch(name, gradient):
    """Its length, then where it points: products with PROJECTIONS hashed vectors."""
    flat = gradient.double().numpy().ravel()
    products = [flat @ hashed(f"{name} {place}", flat.size) for place in range(PROJECTIONS)]
    return [rounded(each) for each in [np.linalg.norm(flat), *products]]


def rounded(value):
    return float(f"{value:.8g}")


def trained(case, dtype):
    model, x, y = prepared(case)
    model, x = model.to(dtype), x.to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), case["learningRate"], momentum=MOMENTUM)
    losses, gradients = [], {}
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        if step == 0:
            gradients = {name: sketch(name, each.grad) for name, each in model.named_parameters()}
        optimizer.step()
        losses.append(rounded(loss.item()))
    return losses, gradients


def main():
    torch.set_num_threads(2)
    results = []
    for case in CASES:
        losses, _ = trained(case, torch.float32)
        exact, gradients = trained(case, torch.float64)
        results.append({**case, "momentum": MOMENTUM, "losses": losses, "lossesInFloat64": exact, "gradients": gradients})
    origin = {
        "command": "python -B bench/engine/parity/reference.py > bench/engine/parity/losses.json",
        "pytorch": torch.__version__,
        "date": datetime.date.today().isoformat(),
    }
    text = json.dumps({"origin": origin, "cases": results}, indent=1)
    print(re.sub(r"\[[^\[\]{}]*\]", lambda numbers: " ".join(numbers.group().split()), text))


if __name__ == "__main__":
    main()
