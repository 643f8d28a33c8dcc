"""The benchmark's networks in PyTorch, with torchvision's names of parameters."""
import torch.nn as nn
import torch.nn.functional as F

BLOCKS = {"resnet18": ("basic", [2, 2, 2, 2]), "resnet50": ("bottleneck", [3, 4, 6, 3])}
EXPANSION = {"basic": 1, "bottleneck": 4}


class Block(nn.Module):
    """A residual block as torchvision has it: the stride on the first 3x3."""

    def __init__(self, kind, channels_in, channels, stride):
        super().__init__()
        out = channels * EXPANSION[kind]
        sizes = [(channels_in, channels, 1, 1), (channels, channels, 3, stride), (channels, out, 1, 1)]
        if kind == "basic":
            sizes = [(channels_in, channels, 3, stride), (channels, channels, 3, 1)]
        self.count = len(sizes)
        for place, (i, o, k, s) in enumerate(sizes, 1):
            setattr(self, f"conv{place}", nn.Conv2d(i, o, k, s, k // 2, bias=False))
            setattr(self, f"bn{place}", nn.BatchNorm2d(o))
        self.downsample = None
        if stride != 1 or channels_in != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels_in, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for place in range(1, self.count + 1):
            y = getattr(self, f"bn{place}")(getattr(self, f"conv{place}")(y))
            if place < self.count:
                y = F.relu(y, inplace=True)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)), inplace=True)


class ResNet(nn.Module):
    def __init__(self, preset, stem, classes):
        super().__init__()
        kind, blocks = BLOCKS[preset]
        wide = stem == "imagenet"
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False) if wide else nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if wide else nn.Identity()
        channels_in = 64
        for stage, count in enumerate(blocks):
            layer = []
            for index in range(count):
                layer.append(Block(kind, channels_in, 64 << stage, 2 if stage > 0 and index == 0 else 1))
                channels_in = (64 << stage) * EXPANSION[kind]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(channels_in, classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x)), inplace=True))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class Lstm(nn.Module):
    def __init__(self, features, units, classes):
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)
        self.fc = nn.Linear(units, classes)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


def network(case):
    """The case's network and the shape of its input."""
    classes = case["classes"]
    if case["network"] == "mlp":
        widths = [case["features"], *case["hidden"]]
        hidden = [part for i, o in zip(widths, widths[1:]) for part in (nn.Linear(i, o), nn.ReLU())]
        return nn.Sequential(*hidden, nn.Linear(widths[-1], classes)), (case["batch"], case["features"])
    if case["network"] == "lstm":
        return Lstm(case["features"], case["units"], classes), (case["batch"], case["steps"], case["features"])
    return ResNet(case["network"], case["stem"], classes), (case["batch"], 3, case["size"], case["size"])
