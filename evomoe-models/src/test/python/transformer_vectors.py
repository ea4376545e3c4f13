#!/usr/bin/python3
"""Reference vectors of the encoder-decoder Transformer; conventions as in reference_vectors.py.

    /usr/bin/python3 evomoe-models/src/test/python/transformer_vectors.py [OUTPUT_DIRECTORY]

The stacks are torch.nn.TransformerEncoder and torch.nn.TransformerDecoder themselves, so that
our own reading of the paper is not compared with itself. Last made with PyTorch 2.6.0.
"""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from reference_vectors import DEFAULT_OUTPUT, Case, block_parameters, feed_forward_parameters

VOCABULARY, WIDTH, HEADS, HIDDEN, LAYERS, END = 17, 12, 3, 24, 2, 2
SMOOTHING = 0.1
SOURCES, TARGETS = (5, 3, 7), (4, 6, 2)  # tokens of each sentence, end token included


def decoder_block_parameters(case, name):
    case.layer_norm(name + "attentionNorm", WIDTH)
    case.linear(name + "attention.qkv", WIDTH, 3 * WIDTH)
    case.linear(name + "attention.projection", WIDTH, WIDTH)
    case.layer_norm(name + "crossAttentionNorm", WIDTH)
    case.linear(name + "crossAttention.query", WIDTH, WIDTH)
    case.linear(name + "crossAttention.keyValue", WIDTH, 2 * WIDTH)
    case.linear(name + "crossAttention.projection", WIDTH, WIDTH)
    case.layer_norm(name + "feedForwardNorm", WIDTH)
    feed_forward_parameters(case, name + "feedForward.", WIDTH, HIDDEN)


def torch_names(p, ours, theirs, norms):
    """One block's parameters under PyTorch's names; PyTorch's weights are [out, in]."""
    names = {
        "self_attn.in_proj_weight": p[ours + "attention.qkv.weight"].T,
        "self_attn.in_proj_bias": p[ours + "attention.qkv.bias"],
        "self_attn.out_proj.weight": p[ours + "attention.projection.weight"].T,
        "self_attn.out_proj.bias": p[ours + "attention.projection.bias"],
        "linear1.weight": p[ours + "feedForward.expand.weight"].T,
        "linear1.bias": p[ours + "feedForward.expand.bias"],
        "linear2.weight": p[ours + "feedForward.contract.weight"].T,
        "linear2.bias": p[ours + "feedForward.contract.bias"],
    }
    for i, norm in enumerate(norms):
        names[f"norm{i + 1}.weight"] = p[ours + norm + ".gain"]
        names[f"norm{i + 1}.bias"] = p[ours + norm + ".shift"]
    if "crossAttentionNorm" in norms:
        cross = ours + "crossAttention."
        weights = [p[cross + "query.weight"], p[cross + "keyValue.weight"]]
        biases = [p[cross + "query.bias"], p[cross + "keyValue.bias"]]
        names["multihead_attn.in_proj_weight"] = torch.cat(weights, dim=1).T
        names["multihead_attn.in_proj_bias"] = torch.cat(biases)
        names["multihead_attn.out_proj.weight"] = p[cross + "projection.weight"].T
        names["multihead_attn.out_proj.bias"] = p[cross + "projection.bias"]
    return {theirs + name: value for name, value in names.items()}


def stack_names(p, ours, norms):
    names = {}
    for i in range(LAYERS):
        names |= torch_names(p, f"{ours}.blocks.{i}.", f"layers.{i}.", norms)
    final = ours + ".finalNorm."
    return names | {"norm.weight": p[final + "gain"], "norm.bias": p[final + "shift"]}


def stacks():
    options = dict(dropout=0.0, activation="relu", batch_first=True, norm_first=True)
    encoder = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, **options)
    decoder = nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, **options)
    return (
        nn.TransformerEncoder(encoder, LAYERS, nn.LayerNorm(WIDTH), enable_nested_tensor=False),
        nn.TransformerDecoder(decoder, LAYERS, nn.LayerNorm(WIDTH)),
    )


def sinusoids(length):
    """The formula of Vaswani et al. 2017, section 3.5, one number at a time."""
    table = torch.zeros(length, WIDTH, dtype=torch.float64)
    for position in range(length):
        for i in range(WIDTH // 2):
            angle = position / 10000 ** (2 * i / WIDTH)
            table[position, 2 * i] = math.sin(angle)
            table[position, 2 * i + 1] = math.cos(angle)
    return table


def embed(table, ids):
    return F.embedding(ids, table) * math.sqrt(WIDTH) + sinusoids(ids.shape[1])


def sentences(case, lengths, padding):
    """Random tokens above END, an end token each, padded."""
    ids = torch.full((len(lengths), max(lengths)), padding)
    for i, length in enumerate(lengths):
        ids[i, : length - 1] = END + 1 + case.integers(VOCABULARY - END - 1, length - 1)
        ids[i, length - 1] = END
    return ids


def transformer_case(output):
    """
    One training step. The decoder reads END and all tokens but the last; targets are -1 at padding;
    logits are those of the real places alone, sentence after sentence.
    """
    case = Case(output, "transformer")
    table = case.leaf("tokens.weight", case.normal(VOCABULARY, WIDTH, scale=0.3))
    for i in range(LAYERS):
        block_parameters(case, f"encoder.blocks.{i}.", WIDTH, HIDDEN)
        decoder_block_parameters(case, f"decoder.blocks.{i}.")
    case.layer_norm("encoder.finalNorm", WIDTH)
    case.layer_norm("decoder.finalNorm", WIDTH)

    source, targets = sentences(case, SOURCES, 1), sentences(case, TARGETS, -1)
    read = torch.cat([torch.full((len(TARGETS), 1), END), targets[:, :-1]], dim=1)
    read[targets == -1] = 1
    p = case.leaves
    encoder, decoder = stacks()
    norms = ["attentionNorm", "feedForwardNorm"]
    memory = torch.func.functional_call(
        encoder,
        stack_names(p, "encoder", norms),
        (embed(table, source),),
        {"src_key_padding_mask": source == 1},
    )
    norms.insert(1, "crossAttentionNorm")
    future = torch.ones(read.shape[1], read.shape[1], dtype=torch.bool).triu(1)
    hidden = torch.func.functional_call(
        decoder,
        stack_names(p, "decoder", norms),
        (embed(table, read), memory),
        {"tgt_mask": future, "memory_key_padding_mask": source == 1},
    )
    logits = F.linear(hidden, table)
    loss = F.cross_entropy(
        logits.reshape(-1, VOCABULARY),
        targets.reshape(-1),
        ignore_index=-1,
        label_smoothing=SMOOTHING,
    )
    case.save(source=source, read=read, targets=targets, logits=logits[targets != -1], loss=loss)
    case.backward_of(loss)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    transformer_case(output)


if __name__ == "__main__":
    main()
