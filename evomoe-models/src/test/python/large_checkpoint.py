#!/usr/bin/python3
"""A checkpoint of Qwen3-0.6B's shape with random weights, for what must be tried at full size.

    /usr/bin/python3 -B evomoe-models/src/test/python/large_checkpoint.py FOLDER [--layers 28] [--own-head]

Writes config.json, tokenizer.json and model.safetensors in BF16: weights N(0, 0.02), norms 1, 1.2 GB with
all 28 layers, in ten seconds and 0.4 GB of memory. With --own-head the file repeats the tied head, as the
published one does (1.5 GB, 311 tensors). The weights are the same in every call. The tokenizer has
Qwen2's structure with the 256 bytes, the few merges below and three special tokens: it splits words as
Qwen's does, but its ids are other ones, far below the vocabulary of 151,936.
"""

import argparse
import json
import math
import time
import zlib
from pathlib import Path

import torch

from hub_vectors import raw_bytes, write_header

VOCABULARY, WIDTH, HIDDEN, HEADS, KEY_VALUE_HEADS, HEAD_WIDTH = 151936, 1024, 3072, 16, 8, 128
DEVIATION = 0.02
PIECE = 1 << 22
MERGES = ["Ġ Ġ", "ĠĠ ĠĠ", "Ġ t", "i n", "h e", "r e", "o n", "Ġt he", "e r", "Ġ a", "a n", "Ġ s",
          "in g", "a t", "o u", "Ġ o", "Ġa n", "Ġan d", "Ġo f", "o r", "e n", "Ġ w", "Ġt o"]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def shapes(layers, own_head):
    """The shape of each tensor, in the order of the file."""
    queries, keys = HEADS * HEAD_WIDTH, KEY_VALUE_HEADS * HEAD_WIDTH
    tensors = {"model.embed_tokens.weight": (VOCABULARY, WIDTH)}
    for i in range(layers):
        layer = f"model.layers.{i}."
        tensors[layer + "input_layernorm.weight"] = (WIDTH,)
        tensors[layer + "self_attn.q_proj.weight"] = (queries, WIDTH)
        tensors[layer + "self_attn.k_proj.weight"] = (keys, WIDTH)
        tensors[layer + "self_attn.v_proj.weight"] = (keys, WIDTH)
        tensors[layer + "self_attn.o_proj.weight"] = (WIDTH, queries)
        tensors[layer + "self_attn.q_norm.weight"] = (HEAD_WIDTH,)
        tensors[layer + "self_attn.k_norm.weight"] = (HEAD_WIDTH,)
        tensors[layer + "post_attention_layernorm.weight"] = (WIDTH,)
        tensors[layer + "mlp.gate_proj.weight"] = (HIDDEN, WIDTH)
        tensors[layer + "mlp.up_proj.weight"] = (HIDDEN, WIDTH)
        tensors[layer + "mlp.down_proj.weight"] = (WIDTH, HIDDEN)
    tensors["model.norm.weight"] = (WIDTH,)
    if own_head:
        tensors["lm_head.weight"] = (VOCABULARY, WIDTH)
    return tensors


def pieces(name, count):
    """The values of a tensor; the head is drawn as the embedding is, which it repeats."""
    if "norm" in name:
        yield torch.ones(count, dtype=torch.bfloat16)
        return
    drawn = "model.embed_tokens.weight" if name == "lm_head.weight" else name
    random = torch.Generator().manual_seed(zlib.crc32(drawn.encode()))
    for start in range(0, count, PIECE):
        values = torch.empty(min(PIECE, count - start)).normal_(0, DEVIATION, generator=random)
        yield values.to(torch.bfloat16)


def config(layers, end, start):
    return {
        "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "bos_token_id": start, "eos_token_id": end, "head_dim": HEAD_WIDTH, "hidden_act": "silu",
        "hidden_size": WIDTH, "initializer_range": 0.02, "intermediate_size": HIDDEN,
        "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
        "num_attention_heads": HEADS, "num_hidden_layers": layers, "num_key_value_heads": KEY_VALUE_HEADS,
        "rms_norm_eps": 1e-06, "rope_scaling": None, "rope_theta": 1000000, "sliding_window": None,
        "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers_version": "4.51.0",
        "use_cache": True, "use_sliding_window": False, "vocab_size": VOCABULARY,
    }


def byte_characters():
    """The character that stands for each byte in GPT-2's tokenizer and all after it, in their order."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printed]
    return [chr(b) for b in printed] + [chr(256 + i) for i in range(len(others))]


def tokenizer():
    tokens = byte_characters() + [merge.replace(" ", "") for merge in MERGES]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": WORDS}, "behavior": "Isolated", "invert": False}
    special = enumerate(SPECIAL, len(tokens))
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": token, **flags} for i, token in special],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "post_processor": byte_level, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
                  "vocab": {token: i for i, token in enumerate(tokens)}, "merges": MERGES},
    }


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=28, help="28 unless said otherwise")
    parser.add_argument("--own-head", action="store_true", help="repeat the tied head in the file")
    arguments = parser.parse_args()
    if arguments.layers < 1:
        parser.error(f"--layers must be at least 1, was {arguments.layers}")
    begin = time.monotonic()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    words = tokenizer()
    ids = {token["content"]: token["id"] for token in words["added_tokens"]}
    write_json(arguments.folder / "tokenizer.json", words)
    settings = config(arguments.layers, end=ids["<|im_end|>"], start=ids["<|endoftext|>"])
    write_json(arguments.folder / "config.json", settings)
    tensors = shapes(arguments.layers, arguments.own_head)
    with open(arguments.folder / "model.safetensors", "wb") as file:
        write_header(file, {name: (torch.bfloat16, shape) for name, shape in tensors.items()})
        for name, shape in tensors.items():
            for piece in pieces(name, math.prod(shape)):
                file.write(raw_bytes(piece))
        size = file.tell()
    count = sum(math.prod(shape) for shape in tensors.values())
    seconds = time.monotonic() - begin
    print(f"{arguments.folder}: {len(tensors)} tensors, {count:,} values, {size:,} bytes, {seconds:.0f} s")


if __name__ == "__main__":
    main()
