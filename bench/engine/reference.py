"""PyTorch's side of `npm run bench -- engine`: the same work on the same threads.

`python reference.py THREADS [compile]`. Reads one JSON request a line and answers one JSON line each, as protocol.ts
has them: {"open": work} makes ready, {"steps": n} times n steps.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F

from networks import network


def network_step(case, compiled):
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


def convolution_step(work):
    """One pass of a convolution, over as many inputs as the work says."""
    batch, size, k, stride = work["batch"], work["size"], work["kernel"], work["stride"]
    w = torch.randn(work["channelsOut"], work["channelsIn"], k, k)
    xs = [torch.randn(batch, work["channelsIn"], size, size) for _ in range(work["copies"])]
    forward = lambda x: torch.conv2d(x, w, None, stride, k // 2)
    if work["pass"] == "forward":
        return lambda: [forward(x) for x in xs]
    mask = [work["pass"] == "input gradient", work["pass"] == "filter gradient", False]
    pairs = [(x, torch.randn_like(forward(x))) for x in xs]
    backward = lambda x, dy: torch.ops.aten.convolution_backward(
        dy, x, w, None, [stride] * 2, [k // 2] * 2, [1, 1], False, [0, 0], 1, mask
    )
    return lambda: [backward(x, dy) for x, dy in pairs]


def product_step(side):
    a, b = torch.randn(side, side), torch.randn(side, side)
    return lambda: a @ b


def opened(work, compiled):
    torch.manual_seed(0)
    if work["kind"] == "network":
        return network_step(work, compiled)
    bare = convolution_step(work) if work["kind"] == "convolution" else product_step(work["side"])
    return torch.no_grad()(bare)


def timed(step, count):
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    return seconds


def main():
    torch.set_num_threads(int(sys.argv[1]))
    compiled = "compile" in sys.argv[2:]
    step = None
    print(json.dumps({"ready": f"PyTorch {torch.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "open" in request:
                step = opened(request["open"], compiled)
                answer = {}
            else:
                answer = {"seconds": timed(step, request["steps"])}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
