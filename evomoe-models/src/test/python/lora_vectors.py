#!/usr/bin/python3
"""Reference vectors of adapters (LoRA), by the conventions and with the parts of llama_vectors.py.

    /usr/bin/python3 -B evomoe-models/src/test/python/lora_vectors.py [OUTPUT_DIRECTORY]

Writes the case lora (0.1 MB): twenty AdamW steps of the adapters of a block of Llama with experts, on
the loss mean(y * dy) of one batch. The top-2 router of three experts and all weights are frozen. An
adapter of a map adds (alpha / rank) x A B, as peft does. A starts as in peft, B at zero. Arrays are the
parameters before the first step, losses [20], NAME.after for each adapter, and y after the last step.
Last made with PyTorch 2.6.0.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F

import llama_vectors
from decoder_parts import choice_margin, top_k_weights
from llama_vectors import WIDTH, attention, attention_parameters, gain, rms_norm, sequences, swiglu, swiglu_parameters
from reference_vectors import DEFAULT_OUTPUT, Case

RANK, ALPHA, EXPERTS, K, HIDDEN, STEPS = 3, 6.0, 3, 2, 10, 20


def adapted(p, name, x):
    """The linear map of the other cases, with its adapter if it has one."""
    y = F.linear(x, p[name + ".weight"].T)
    if name + ".lora_A" in p:
        y = y + ALPHA / RANK * (x @ p[name + ".lora_A"] @ p[name + ".lora_B"])
    return y


def block(p, x):
    h = x + attention(p, "attention.", rms_norm(p, "attentionNorm", x))
    normed = rms_norm(p, "feedForwardNorm", h)
    logits = adapted(p, "feedForward.gate", normed)
    assert choice_margin(logits, K) > 1e-3, "in float32 another expert could be chosen"
    weights = top_k_weights(logits, K, False)
    return h + sum(
        weights[:, e, None] * swiglu(p, f"feedForward.experts.{e}.", normed) for e in range(EXPERTS))


def lora_case(output):
    case = Case(output, "lora")
    x = sequences(case).detach()
    gain(case, "attentionNorm", WIDTH)
    attention_parameters(case, "attention.")
    gain(case, "feedForwardNorm", WIDTH)
    case.linear("feedForward.gate", WIDTH, EXPERTS, bias=False)
    for e in range(EXPERTS):
        swiglu_parameters(case, f"feedForward.experts.{e}.", WIDTH, HIDDEN)
    p = {name: leaf.detach() for name, leaf in case.leaves.items()}
    adapters = {}
    for name in [n for n in p if n.endswith(".weight") and ".gate" not in n]:
        inputs, outputs = p[name].shape
        bound = inputs ** -0.5  # Kaiming-uniform with a = sqrt(5)
        a = (2 * torch.rand(inputs, RANK, generator=case.random, dtype=torch.float64) - 1) * bound
        adapters[name.replace("weight", "lora_A")] = torch.nn.Parameter(a)
        adapters[name.replace("weight", "lora_B")] = torch.nn.Parameter(
            torch.zeros(RANK, outputs, dtype=torch.float64))
    p.update(adapters)
    case.save(**p)
    dy = case.normal(*x.shape)
    case.save(x=x, dy=dy)
    optimizer = torch.optim.AdamW(adapters.values(), lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = (block(p, x) * dy).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    case.save(losses=torch.stack(losses), y=block(p, x))
    case.save(**{name + ".after": value for name, value in adapters.items()})


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    llama_vectors.linear = adapted
    lora_case(output)


if __name__ == "__main__":
    main()
