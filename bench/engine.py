"""The work of bench/Lethe.Bench/EngineWork.cs in PyTorch's Python: prints `name seconds-per-call`."""
import time

import torch

torch.set_num_threads(1)


def add(calls):
    a, b = torch.ones(8), torch.ones(8)
    for _ in range(calls):
        a.add(b)


weight = torch.nn.Parameter(torch.ones(16, 16))
x = torch.ones(4, 16)


def linear_backward(calls):
    for _ in range(calls):
        weight.grad = None
        torch.nn.functional.linear(x, weight).sum().backward()


parameters = [torch.nn.Parameter(torch.ones(64, 64)) for _ in range(20)]
for parameter in parameters:
    parameter.grad = torch.ones(64, 64)
adam = torch.optim.Adam(parameters)


def adam_step(calls):
    for _ in range(calls):
        adam.step()


for name, calls, body in (("add", 200_000, add), ("linear-backward", 20_000, linear_backward), ("adam-step", 1_000, adam_step)):
    body(calls // 10 + 1)
    start = time.perf_counter()
    body(calls)
    print(f"{name} {(time.perf_counter() - start) / calls:.4e}", flush=True)
