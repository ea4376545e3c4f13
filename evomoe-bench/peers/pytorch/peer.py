#!/usr/bin/python3
"""One training step in PyTorch on the CPU, to set beside `evomoe bench step`; see README.md."""

import argparse
import ctypes
import json
import math
import os
import re
import statistics
import sys
import time

# Some machines set these against old OpenBLAS builds; a current one picks faster kernels without.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)

import torch  # noqa: E402  reads the environment as it loads

from model import Gpt  # noqa: E402

CLIP_NORM = 1.0
GEMM_SHAPE = (1024, 1024, 4096)
GEMM_RUNS = 15


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gate", choices=["dense", "switch", "dts"], default="dense")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--d-model", type=int, default=256)
    parser.add_argument("--d-ff", type=int, default=1024)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--experts", type=int, default=8)
    parser.add_argument("--vocab", type=int, default=4096)
    parser.add_argument("--seq", type=int, default=128)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--moe-every", type=int, default=2)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--temperature", type=float, default=2.0)
    parser.add_argument("--hard", action="store_true", help="DTS: the best expert only")
    parser.add_argument("--one-batch", action="store_true", help="the same tokens in every step")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON line instead of a table")
    return parser.parse_args()


def keep_freed_memory():
    """
    Lets glibc reuse large buffers rather than return them to the system and fault them in anew,
    as jemalloc would: 10 to 20% of a step.
    """
    libc = ctypes.CDLL("libc.so.6")
    m_trim_threshold, m_mmap_max = -1, -4
    libc.mallopt(m_mmap_max, 0)
    libc.mallopt(m_trim_threshold, 2**31 - 1)


def blas():
    """The BLAS that is mapped into this process, by the directory that Debian keeps it in."""
    if torch.backends.mkl.is_available():
        return "mkl"
    with open("/proc/self/maps") as maps:
        found = re.findall(r"/(openblas-\w+|blas|atlas|blis-\w+)/lib(?:blas|openblas)", maps.read())
    return found[0] if found else "unknown"


def gemm_peak(dtype):
    """GFLOP/s of a large matrix product, the best of a few runs."""
    m, k, n = GEMM_SHAPE
    a, b = torch.randn(m, k).to(dtype), torch.randn(k, n).to(dtype)
    seconds = []
    for _ in range(GEMM_RUNS):
        start = time.perf_counter()
        torch.mm(a, b)
        seconds.append(time.perf_counter() - start)
    return 2 * m * k * n / min(seconds) / 1e9


def training_step(model, optimizer, text, precision):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        loss = model.loss(text[:, :-1], text[:, 1:])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
    optimizer.step()
    return loss.item()


def measure(options):
    model = Gpt(options)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True
    )
    milliseconds, active, losses = [], [], []
    for step in range(options.warmup + options.steps):
        if step == 0 or not options.one_batch:
            text = torch.randint(options.vocab, (options.batch, options.seq + 1))
        start = time.perf_counter()
        loss = training_step(model, optimizer, text, options.precision)
        elapsed = 1e3 * (time.perf_counter() - start)
        losses.append(loss)
        if not math.isfinite(loss):
            sys.exit(f"the loss of step {step} is {loss}")
        if step >= options.warmup:
            milliseconds.append(elapsed)
            active += [layer.active for layer in model.moe_layers()]
    median = statistics.median(milliseconds)
    dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
    return {
        "peer": "pytorch",
        "gate": options.gate,
        "precision": options.precision,
        "blas": blas(),
        "threads": torch.get_num_threads(),
        "params": sum(p.numel() for p in model.parameters()),
        "ms_per_step": round(median, 2),
        "tokens_per_s": round(1e3 * options.batch * options.seq / median, 1),
        "gemm_peak_gflops": round(gemm_peak(dtype), 1),
        "active_experts": round(statistics.mean(active), 3) if active else 1.0,
        "first_loss": losses[0],
        "last_loss": losses[-1],
    }


def main():
    options = parse_options()
    keep_freed_memory()
    result = measure(options)
    if result["blas"] not in ("mkl", "openblas-openmp"):
        print(f"warning: slow BLAS ({result['blas']}), see README.md", file=sys.stderr)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:18}{value}")


if __name__ == "__main__":
    main()
