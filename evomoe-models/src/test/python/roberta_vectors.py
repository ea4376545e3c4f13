#!/usr/bin/python3
"""Reference vectors of RoBERTa, by the conventions and with the parts of reference_vectors.py.

    /usr/bin/python3 -B evomoe-models/src/test/python/roberta_vectors.py [OUTPUT_DIRECTORY]

Writes the cases roberta and roberta_classifier (0.1 MB). The gradient in NAME.grad is that of the
mean loss. padding is 1 where a token is padding, targets are -1 where a token has nothing to name.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F

from reference_vectors import (
    DEFAULT_OUTPUT,
    Case,
    block_parameters,
    feed_forward,
    layer_norm,
    linear,
)

VOCABULARY, POSITIONS, WIDTH, HEADS, HIDDEN, BATCH, LENGTH = 19, 8, 12, 3, 24, 3, 6
REAL_TOKENS = [6, 4, 5]


def attention(p, name, x, padding):
    """Self-attention to both sides, over the keys that are not padding."""
    qkv = linear(p, name + "qkv", x).view(BATCH, -1, 3, HEADS, WIDTH // HEADS)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=~padding[:, None, None, :])
    return linear(p, name + "projection", y.transpose(1, 2).reshape(-1, WIDTH))


def block(p, name, x, padding):
    """Post-LN block of BERT."""
    h = layer_norm(p, name + "attentionNorm", x + attention(p, name + "attention.", x, padding))
    return layer_norm(p, name + "feedForwardNorm", h + feed_forward(p, name + "feedForward.", h))


def encoder_parameters(case, blocks):
    case.leaf("tokens.weight", case.normal(VOCABULARY, WIDTH, scale=0.5))
    case.leaf("positions.weight", case.normal(POSITIONS, WIDTH, scale=0.5))
    case.layer_norm("embeddingNorm", WIDTH)
    for b in range(blocks):
        block_parameters(case, f"blocks.{b}.", WIDTH, HIDDEN)


def encoder(p, ids, padding, blocks):
    sums = F.embedding(ids, p["tokens.weight"]) + p["positions.weight"][:LENGTH]
    x = layer_norm(p, "embeddingNorm", sums.view(-1, WIDTH))
    for b in range(blocks):
        x = block(p, f"blocks.{b}.", x, padding)
    return x


def padded_text(case):
    padding = torch.arange(LENGTH) >= torch.tensor(REAL_TOKENS)[:, None]
    ids = case.integers(VOCABULARY, BATCH, LENGTH)
    ids[padding] = 1
    case.save(ids=ids, padding=padding)
    return ids, padding


def roberta_case(output):
    """Tokens to name: two in each of the first two sequences, one in the last, none of them padding."""
    blocks = 2
    case = Case(output, "roberta")
    p = case.leaves
    encoder_parameters(case, blocks)
    case.linear("head.dense", WIDTH, WIDTH)
    case.layer_norm("head.norm", WIDTH)
    case.leaf("head.bias", case.normal(VOCABULARY, scale=0.2))
    ids, padding = padded_text(case)
    targets = torch.full((BATCH, LENGTH), -1)
    rows, columns = [0, 0, 1, 1, 2], [1, 4, 0, 3, 2]
    targets[rows, columns] = case.integers(VOCABULARY, len(rows))
    hidden = encoder(p, ids, padding, blocks)
    named = layer_norm(p, "head.norm", F.gelu(linear(p, "head.dense", hidden)))
    logits = F.linear(named, p["tokens.weight"], p["head.bias"])
    loss = F.cross_entropy(logits, targets.reshape(-1), ignore_index=-1)
    case.save(targets=targets, logits=logits[~padding.view(-1)], loss=loss)
    case.backward_of(loss)


def classifier_case(output):
    blocks, classes = 1, 4
    case = Case(output, "roberta_classifier")
    p = case.leaves
    encoder_parameters(case, blocks)
    case.linear("classifier.dense", WIDTH, WIDTH)
    case.linear("classifier.output", WIDTH, classes)
    ids, padding = padded_text(case)
    labels = case.integers(classes, BATCH)
    first = encoder(p, ids, padding, blocks).view(BATCH, LENGTH, WIDTH)[:, 0]
    logits = linear(p, "classifier.output", torch.tanh(linear(p, "classifier.dense", first)))
    loss = F.cross_entropy(logits, labels)
    case.save(labels=labels, logits=logits, loss=loss)
    case.backward_of(loss)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    roberta_case(output)
    classifier_case(output)


if __name__ == "__main__":
    main()
