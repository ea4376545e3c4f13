#!/usr/bin/python3
"""Reference vectors of Llama's layers, by the conventions and with the parts of reference_vectors.py.

    /usr/bin/python3 -B evomoe-models/src/test/python/llama_vectors.py [OUTPUT_DIRECTORY]

Writes the cases rms_norm, rotary, rotary_llama3, swiglu, grouped_attention,
grouped_attention_whole_norms, llama_block, shared_moe and shared_moe_renormalized (0.2 MB). Nothing
has a bias. Columns of the fused projection are q [heads * head width] | k | v, both [key-value heads *
head width]. x is 2 sequences of 7 tokens where nothing else is said. Last made with PyTorch 2.6.0.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F

from decoder_parts import (
    choice_margin,
    grouped_attention,
    inverse_frequencies,
    rotate,
    split_heads,
    top_k_weights,
)
from reference_vectors import DEFAULT_OUTPUT, Case, linear

EPSILON, THETA = 1e-6, 10000.0
BATCH, LENGTH, WIDTH, HEADS, KEY_VALUE_HEADS, HEAD_WIDTH, HIDDEN = 2, 7, 12, 4, 2, 8, 20
LLAMA3 = {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}


def gain(case, name, width):
    case.leaf(name + ".gain", case.normal(width, scale=0.3, mean=1.0))


def rms_norm(p, name, x):
    weight = p[name + ".gain"]
    return F.rms_norm(x, weight.shape, weight, EPSILON)


def swiglu_parameters(case, name, width, hidden):
    case.linear(name + "expand", width, hidden, bias=False)
    case.linear(name + "up", width, hidden, bias=False)
    case.linear(name + "contract", hidden, width, bias=False)


def swiglu(p, name, x):
    return linear(p, name + "contract", F.silu(linear(p, name + "expand", x)) * linear(p, name + "up", x))


def attention_parameters(case, name, norms=None):
    """norms: None, or what one norm of q and one of k covers, a "head" or all of them, the "whole"."""
    keys = KEY_VALUE_HEADS * HEAD_WIDTH
    case.linear(name + "qkv", WIDTH, HEADS * HEAD_WIDTH + 2 * keys, bias=False)
    case.linear(name + "projection", HEADS * HEAD_WIDTH, WIDTH, bias=False)
    if norms is not None:
        gain(case, name + "queryNorm", HEAD_WIDTH if norms == "head" else HEADS * HEAD_WIDTH)
        gain(case, name + "keyNorm", HEAD_WIDTH if norms == "head" else keys)


def attention(p, name, x, norms=None):
    keys = KEY_VALUE_HEADS * HEAD_WIDTH
    q, k, v = linear(p, name + "qkv", x).split([HEADS * HEAD_WIDTH, keys, keys], 1)
    if norms == "whole":
        q, k = rms_norm(p, name + "queryNorm", q), rms_norm(p, name + "keyNorm", k)
    q, k, v = (split_heads(u, BATCH, HEAD_WIDTH) for u in (q, k, v))
    if norms == "head":
        q, k = rms_norm(p, name + "queryNorm", q), rms_norm(p, name + "keyNorm", k)
    positions, frequencies = torch.arange(LENGTH), inverse_frequencies(HEAD_WIDTH, THETA)
    q, k = (rotate(u, positions, frequencies) for u in (q, k))
    return linear(p, name + "projection", grouped_attention(q, k, v))


def sequences(case):
    return case.leaf("x", case.normal(BATCH * LENGTH, WIDTH))


def rms_norm_case(output):
    """The last two rows: so small that epsilon rules, and a mean far from zero."""
    case = Case(output, "rms_norm")
    rows = [case.normal(5, 8), case.normal(1, 8, scale=1e-3), case.normal(1, 8, mean=50.0)]
    x = case.leaf("x", torch.cat(rows))
    weight = case.leaf("gain", case.normal(8, scale=0.3, mean=1.0))
    case.backward(F.rms_norm(x, (8,), weight, EPSILON))


def rotary_case(output, name, scaling):
    """x [2 * 5, 3 heads of 8]; each of the two sequences has the positions [5], which start at 9."""
    case = Case(output, name)
    x = case.leaf("x", case.normal(2 * 5, 3 * 8))
    positions, frequencies = 9 + torch.arange(5), inverse_frequencies(8, THETA, scaling)
    case.save(positions=positions, frequencies=frequencies)
    y = rotate(split_heads(x, 2, 8), positions, frequencies)
    case.backward(y.transpose(1, 2).reshape(x.shape))


def swiglu_case(output):
    case = Case(output, "swiglu")
    x = sequences(case)
    swiglu_parameters(case, "", WIDTH, HIDDEN)
    case.backward(swiglu(case.leaves, "", x))


def attention_case(output, name, norms):
    case = Case(output, name)
    x = sequences(case)
    attention_parameters(case, "", norms)
    case.backward(attention(case.leaves, "", x, norms))


def block_case(output):
    """Llama's block: an RMSNorm before each branch, no norms of q and k."""
    case = Case(output, "llama_block")
    x = sequences(case)
    gain(case, "attentionNorm", WIDTH)
    attention_parameters(case, "attention.")
    gain(case, "feedForwardNorm", WIDTH)
    swiglu_parameters(case, "feedForward.", WIDTH, HIDDEN)
    p = case.leaves
    h = x + attention(p, "attention.", rms_norm(p, "attentionNorm", x))
    case.backward(h + swiglu(p, "feedForward.", rms_norm(p, "feedForwardNorm", h)))


def shared_moe_case(output, name, renormalized):
    """
    Qwen2-MoE's layer: y = sum over e of w_e f_e(x) + sigmoid(x . sharedGate) f_shared(x), with the two
    largest of softmax(x . gate) as weights, in the second case divided by their sum; no balance loss.
    """
    experts, k, hidden, shared = 5, 2, 6, 10
    case = Case(output, name)
    x = sequences(case)
    case.linear("gate", WIDTH, experts, bias=False)
    for e in range(experts):
        swiglu_parameters(case, f"experts.{e}.", WIDTH, hidden)
    swiglu_parameters(case, "shared.0.", WIDTH, shared)
    case.linear("sharedGate", WIDTH, 1, bias=False)
    p = case.leaves
    logits = linear(p, "gate", x)
    assert choice_margin(logits, k) > 1e-2, f"{name}: in float32 another expert could be chosen"
    weights = top_k_weights(logits, k, renormalized)
    case.save(weights=weights)
    y = sum(weights[:, e, None] * swiglu(p, f"experts.{e}.", x) for e in range(experts))
    case.backward(y + torch.sigmoid(linear(p, "sharedGate", x)) * swiglu(p, "shared.0.", x))


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    rms_norm_case(output)
    rotary_case(output, "rotary", None)
    rotary_case(output, "rotary_llama3", LLAMA3)
    swiglu_case(output)
    attention_case(output, "grouped_attention", "head")
    attention_case(output, "grouped_attention_whole_norms", "whole")
    block_case(output)
    shared_moe_case(output, "shared_moe", renormalized=False)
    shared_moe_case(output, "shared_moe_renormalized", renormalized=True)


if __name__ == "__main__":
    main()
