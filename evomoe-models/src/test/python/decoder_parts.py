"""Formulas of the decoders after Llama, in PyTorch; shared by family_vectors.py and llama_vectors.py."""

import math

import torch
import torch.nn.functional as F


def inverse_frequencies(head_width, theta, scaling=None):
    """
    Radians a position of each pair of a head, [head_width / 2].

    With a scaling of Llama 3, whole turns that take more than original / low positions become factor
    times slower, those that take fewer than original / high stay, and between them the frequency is
    interpolated linearly in the number of turns within the original length.
    """
    pairs = torch.arange(0, head_width, 2, dtype=torch.float64)
    frequencies = theta ** (-pairs / head_width)
    if scaling is None:
        return frequencies
    assert scaling["rope_type"] == "llama3", scaling
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    turns = scaling["original_max_position_embeddings"] * frequencies / (2 * math.pi)
    kept = ((turns - low) / (high - low)).clamp(0, 1)
    return frequencies * (kept + (1 - kept) / scaling["factor"])


def rotate(x, positions, frequencies):
    """
    Rotary embedding of x [..., positions, head width]: component i of the first half of a head and
    component i of the second half are a pair, which turns by positions * frequencies[i].
    """
    angles = positions.to(torch.float64)[:, None] * frequencies
    pairs = torch.complex(*x.chunk(2, -1)) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([pairs.real, pairs.imag], -1)


def split_heads(x, batch, head_width):
    """[batch * length, heads * head_width] to [batch, heads, length, head_width]."""
    return x.view(batch, -1, x.shape[-1] // head_width, head_width).transpose(1, 2)


def grouped_attention(q, k, v):
    """
    Causal attention of q [batch, heads, length, head width] to keys and values of fewer heads, where
    consecutive heads share one; gives [batch * length, heads * head width].
    """
    ratio = q.shape[1] // k.shape[1]
    k, v = (x.repeat_interleave(ratio, 1) for x in (k, v))
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return y.transpose(1, 2).reshape(-1, q.shape[1] * q.shape[3])


def top_k_weights(logits, k, renormalized):
    """Softmax over all experts, kept for the k largest and 0 elsewhere, [tokens, experts]."""
    probabilities = torch.softmax(logits, -1)
    chosen = probabilities.topk(k, -1).indices
    weights = probabilities * torch.zeros_like(logits).scatter(-1, chosen, 1.0)
    return weights / weights.sum(-1, keepdim=True) if renormalized else weights


def choice_margin(logits, k):
    """By how much the k-th largest logit of a token is larger than the next, the least of all tokens."""
    if k == logits.shape[-1]:
        return math.inf
    largest = logits.topk(k + 1, -1).values
    return (largest[:, k - 1] - largest[:, k]).min().item()
