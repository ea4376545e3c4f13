#!/usr/bin/python3
"""Reference vectors of MoE layers, by the conventions and with the parts of reference_vectors.py.

    /usr/bin/python3 -B evomoe-models/src/test/python/moe_vectors.py [OUTPUT_DIRECTORY]

Writes the cases dts_moe* of the DTS gate, base_* and stablemoe_* of layers that take the stream.
"""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

from reference_vectors import (
    DEFAULT_OUTPUT,
    Case,
    attention,
    cross_attention,
    feed_forward,
    feed_forward_parameters,
    layer_norm,
    lengths,
    linear,
)

BALANCE_COEFFICIENT = 0.01


def moe_case(output, name, gumbel=False, renormalize=False):
    """
    The DTS gate with a fixed mask m [S, E]: y = sum over e of w_e f_e(x), and the balance loss 0.01 E sum_e mean_s(w_e) mean_s(m_e).

    Weights are m p with p = softmax(x Wg), or, with gumbel, m g with g = softmax((x Wg + zeta) / tau)
    and tau = 0.7. There expert 2 gets no token. With renormalize, weights are divided by their sum over
    the experts of the token, and the balance loss has p_e in the place of w_e.
    """
    tokens, width, experts, hidden, temperature = 11, 6, 4, 10, 0.7
    case = Case(output, name)
    x = case.leaf("x", case.normal(tokens, width))
    case.linear("gate", width, experts, bias=False)
    for e in range(experts):
        feed_forward_parameters(case, f"experts.{e}.", width, hidden)
    mask = case.integers(2, tokens, experts).double()
    mask[range(tokens), case.integers(2, tokens)] = 1.0  # every token has an expert
    logits = linear(case.leaves, "gate", x)
    if gumbel:
        mask[:, 2] = 0.0
        zeta = case.gumbel(tokens, experts)
        case.save(zeta=zeta)
        logits = (logits + zeta) / temperature
    probabilities = torch.softmax(logits, dim=1)
    weights = shares = mask * probabilities
    if renormalize:
        weights, shares = weights / weights.sum(dim=1, keepdim=True), probabilities
    y = sum(weights[:, e, None] * feed_forward(case.leaves, f"experts.{e}.", x) for e in range(experts))
    balance = BALANCE_COEFFICIENT * experts * (shares.mean(0) * mask.mean(0)).sum()
    case.save(mask=mask, probabilities=probabilities, weights=weights, balance=balance)
    case.backward(y, balance)


def balanced_choice(affinities):
    """The assignment of largest total with as many tokens an expert, by trying all."""
    tokens, experts = affinities.shape
    best, chosen = -math.inf, None
    stack = [((), [tokens // experts] * experts)]
    while stack:
        prefix, places = stack.pop()
        if len(prefix) == tokens:
            total = affinities[range(tokens), prefix].sum().item()
            if total > best:
                best, chosen = total, prefix
        for e in range(experts):
            if len(prefix) < tokens and places[e] > 0:
                left = places[:e] + [places[e] - 1] + places[e + 1 :]
                stack.append((prefix + (e,), left))
    return torch.tensor(chosen)


def residual_expert(p, name, x):
    return x + feed_forward(p, name, layer_norm(p, name + "norm", x))


def centroid_layer(p, name, x, chosen):
    """y = s f_e(x) + (1 - s) x with s = sigmoid(x . c_e), for the expert e chosen for each token."""
    s = torch.sigmoid((x * p[name + "gate.centroids"][chosen]).sum(1, keepdim=True))
    f = torch.stack([residual_expert(p, f"{name}experts.{e}.", x[t : t + 1])[0] for t, e in enumerate(chosen)])
    return s * f + (1 - s) * x


def stream_block_case(output, name, gate, kind="causal", post_norm=False):
    """
    Attention as a residual branch, then a BASE or StableMoE layer in the stream, with neither norm nor
    residual around it, as fairseq's transformer_decoder has it, also where norms come after branches.

    BASE assigns in balance, as in training. StableMoE chooses by affinity in stage 1, with 0.3 times its
    balance loss and 0.3 times the cross-entropy of the distilled router to the choice, both divided by
    the number of tokens; in stage 2 the distilled router chooses, which is frozen. A decoder's block has
    attention to a memory of another length as well.
    """
    batch, length, source, width, heads, experts, hidden, words, narrow = 2, 4, 3, 12, 3, 4, 10, 11, 50
    case = Case(output, name)
    x = case.leaf("x", case.normal(batch * length, width))
    ids = case.integers(words, batch * length)
    case.layer_norm("blocks.0.attentionNorm", width)
    case.linear("blocks.0.attention.qkv", width, 3 * width)
    case.linear("blocks.0.attention.projection", width, width)
    if kind == "decoder":
        memory = case.leaf("memory", case.normal(batch * source, width))
        case.layer_norm("blocks.0.crossAttentionNorm", width)
        case.linear("blocks.0.crossAttention.query", width, width)
        case.linear("blocks.0.crossAttention.keyValue", width, 2 * width)
        case.linear("blocks.0.crossAttention.projection", width, width)
    layer = "blocks.0.feedForward."
    centroids = case.leaf(layer + "gate.centroids", case.normal(experts, width, scale=0.4))
    for e in range(experts):
        case.layer_norm(f"{layer}experts.{e}.norm", width)
        feed_forward_parameters(case, f"{layer}experts.{e}.", width, hidden)
    p = case.leaves

    def branch(norm, x, f):
        return layer_norm(p, norm, x + f(x)) if post_norm else x + f(layer_norm(p, norm, x))

    everything = None if kind != "bidirectional" else lengths(batch, length, length, length)
    h = branch("blocks.0.attentionNorm", x, lambda u: attention(p, "blocks.0.attention.", u, batch, heads, everything))
    if kind == "decoder":
        seen = lengths(batch, source, source, source)
        h = branch(
            "blocks.0.crossAttentionNorm",
            h,
            lambda u: cross_attention(p, "blocks.0.crossAttention.", u, memory, batch, heads, seen),
        )
    affinities = h @ centroids.T
    loss = None
    if gate == "base":
        chosen = balanced_choice(affinities.detach())
    else:
        distilled = {
            layer + "gate.distilled.embedding.weight": case.normal(words, narrow),
            layer + "gate.distilled.centroids": case.normal(experts, narrow, scale=0.3),
        }
        if gate == "stage1":
            distilled = {k: case.leaf(k, v) for k, v in distilled.items()}
        else:
            case.save(**distilled)
        embedding, narrow_centroids = distilled.values()
        logits = F.embedding(ids, embedding) @ narrow_centroids.T
        chosen = (affinities if gate == "stage1" else logits).argmax(1)
        if gate == "stage1":
            tokens = batch * length
            counts = torch.bincount(chosen, minlength=experts).double()
            sigmoids = torch.sigmoid(affinities[range(tokens), chosen])
            overload = ((counts / counts.mean() - 1)[chosen] * sigmoids).sum() / tokens
            loss = 0.3 * overload + 0.3 * F.cross_entropy(logits, chosen)
            case.save(loss=loss)
    case.save(ids=ids, chosen=chosen)
    case.backward(centroid_layer(p, layer, h, chosen), loss)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    moe_case(output, "dts_moe")
    moe_case(output, "dts_moe_gumbel", gumbel=True)
    moe_case(output, "dts_moe_renormalized", renormalize=True)
    stream_block_case(output, "base_block", "base")
    stream_block_case(output, "base_post_norm_block", "base", kind="bidirectional", post_norm=True)
    stream_block_case(output, "base_decoder_block", "base", kind="decoder")
    stream_block_case(output, "stablemoe_block_stage1", "stage1")
    stream_block_case(output, "stablemoe_post_norm_block_stage2", "stage2", kind="bidirectional", post_norm=True)


if __name__ == "__main__":
    main()
