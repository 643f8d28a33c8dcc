"""PyTorch's side of `npm run bench -- engine`: the same networks, the same steps, on the same threads.

Reads one JSON request a line, answers one JSON line each: {"open": case} builds a network and warms it up, {"steps": n}
times n steps in seconds each, {"memory": true} tells the peak resident bytes of this process.
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

BLOCKS = {"resnet18": ("basic", [2, 2, 2, 2]), "resnet50": ("bottleneck", [3, 4, 6, 3])}


class Block(nn.Module):
    """A residual block as torchvision has it: the stride on the first 3x3."""

    def __init__(self, kind, channels_in, channels, stride):
        super().__init__()
        out = channels * (4 if kind == "bottleneck" else 1)
        sizes = [(channels_in, channels, 1, 1), (channels, channels, 3, stride), (channels, out, 1, 1)]
        if kind == "basic":
            sizes = [(channels_in, channels, 3, stride), (channels, channels, 3, 1)]
        self.convs = nn.ModuleList(nn.Conv2d(i, o, k, s, k // 2, bias=False) for i, o, k, s in sizes)
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for _, o, _, _ in sizes)
        self.shortcut = None
        if stride != 1 or channels_in != out:
            self.shortcut = nn.Sequential(nn.Conv2d(channels_in, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for place, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            y = norm(conv(y))
            if place + 1 < len(self.convs):
                y = F.relu(y, inplace=True)
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)), inplace=True)


class ResNet(nn.Module):
    def __init__(self, preset, stem, classes):
        super().__init__()
        kind, blocks = BLOCKS[preset]
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False) if stem == "imagenet" else nn.Conv2d(3, 64, 3, 1, 1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1) if stem == "imagenet" else nn.Identity(),
        )
        channels_in, layers = 64, []
        for stage, count in enumerate(blocks):
            for index in range(count):
                layers.append(Block(kind, channels_in, 64 << stage, 2 if stage > 0 and index == 0 else 1))
                channels_in = (64 << stage) * (4 if kind == "bottleneck" else 1)
        self.layers = nn.Sequential(*layers)
        self.fc = nn.Linear(channels_in, classes)

    def forward(self, x):
        return self.fc(self.layers(self.stem(x)).mean((2, 3)))


class Lstm(nn.Module):
    def __init__(self, features, units, classes):
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)
        self.fc = nn.Linear(units, classes)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


def network(case):
    classes = case["classes"]
    if case["network"] == "mlp":
        widths = [case["features"], *case["hidden"]]
        hidden = [part for i, o in zip(widths, widths[1:]) for part in (nn.Linear(i, o), nn.ReLU())]
        return nn.Sequential(*hidden, nn.Linear(widths[-1], classes)), (case["batch"], case["features"])
    if case["network"] == "lstm":
        return Lstm(case["features"], case["units"], classes), (case["batch"], case["steps"], case["features"])
    return ResNet(case["network"], case["stem"], classes), (case["batch"], 3, case["size"], case["size"])


def opened(case, compiled):
    torch.manual_seed(0)
    model, shape = network(case)
    x, y = torch.randn(shape), torch.randint(0, case["classes"], (case["batch"],))
    model.train(case["mode"] == "train")
    run = torch.compile(model) if compiled else model
    if case["mode"] == "predict":

        def step():
            with torch.inference_mode():
                return run(x)[0, 0].item()

        return step
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(run(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def main():
    torch.set_num_threads(int(sys.argv[1]))
    compiled = "compile" in sys.argv[2:]
    step = None
    print(json.dumps({"ready": f"PyTorch {torch.__version__}" + (" compiled" if compiled else "")}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "open" in request:
            step = opened(request["open"], compiled)
            for _ in range(3):
                step()
            print(json.dumps({}), flush=True)
        elif "steps" in request:
            seconds = []
            for _ in range(request["steps"]):
                started = time.perf_counter()
                step()
                seconds.append(time.perf_counter() - started)
            print(json.dumps({"seconds": seconds}), flush=True)
        else:
            print(json.dumps({"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)


main()
