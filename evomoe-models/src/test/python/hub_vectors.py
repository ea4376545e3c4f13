#!/usr/bin/python3
"""Checkpoints in the files of Hugging Face, with random weights, and PyTorch's logits of them.

    /usr/bin/python3 -B evomoe-models/src/test/python/hub_vectors.py [OUTPUT_DIRECTORY]

Writes <case>/ with config.json and safetensors below src/test/resources/hub (0.2 MB in all), and
beside them ids.npy [sequences, length] and logits.npy [sequences * length, vocabulary] in float64.
Names, layouts and formulas are those of the transformers library, GPT2LMHeadModel and
RobertaForMaskedLM; written out here, since the library is not needed for it: GPT-2's linear maps are
Conv1D, [in, out], RoBERTa's are [out, in]. A padding token is one with the id pad_token_id: it is
hidden from attention. Last made with PyTorch 2.6.0.
"""

import json
import math
import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "resources" / "hub"
TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.bool: "BOOL"}


def write_header(file, described):
    """The start of a safetensors file of tensors that follow in this order: a type and shape each."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape) in described.items():
        size = math.prod(shape) * dtype.itemsize
        header[name] = {"dtype": TYPES[dtype], "shape": list(shape),
                        "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)


def raw_bytes(tensor):
    return tensor.contiguous().view(-1).view(torch.uint8).numpy().tobytes()


def write_safetensors(path, tensors):
    with open(path, "wb") as file:
        write_header(file, {name: (t.dtype, t.shape) for name, t in tensors.items()})
        for tensor in tensors.values():
            file.write(raw_bytes(tensor))


class Case:
    """A folder with a configuration and random weights of one type, computed with in float64."""

    def __init__(self, output, name, config, dtype):
        self.folder = output / name
        self.config, self.dtype, self.tensors = config, dtype, {}
        self.random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")

    def draw(self, name, *shape, mean=0.0, scale=0.3):
        values = mean + scale * torch.randn(*shape, generator=self.random, dtype=torch.float64)
        self.tensors[name] = values.to(self.dtype)

    def norm(self, name, width):
        self.draw(name + ".weight", width, mean=1.0)
        self.draw(name + ".bias", width)

    def map(self, name, *shape, out):
        self.draw(name + ".weight", *shape)
        self.draw(name + ".bias", out)

    def __getitem__(self, name):
        return self.tensors[name].to(torch.float64)

    def layer_norm(self, name, x, eps):
        return F.layer_norm(x, x.shape[-1:], self[name + ".weight"], self[name + ".bias"], eps)

    def linear(self, name, x):
        return F.linear(x, self[name + ".weight"], self[name + ".bias"])

    def conv1d(self, name, x):
        return x @ self[name + ".weight"] + self[name + ".bias"]

    def finish(self, ids, logits, shards=1):
        if shards == 1:
            write_safetensors(self.folder / "model.safetensors", self.tensors)
        else:
            self.write_shards(shards)
        np.save(self.folder / "ids.npy", ids.numpy().astype(np.int32))
        np.save(self.folder / "logits.npy", logits.reshape(-1, logits.shape[-1]).numpy())

    def write_shards(self, count):
        names, weight_map = list(self.tensors), {}
        for i in range(count):
            file = f"model-{i + 1:05d}-of-{count:05d}.safetensors"
            part = names[i::count]
            write_safetensors(self.folder / file, {name: self.tensors[name] for name in part})
            weight_map.update({name: file for name in part})
        size = sum(t.numel() * t.element_size() for t in self.tensors.values())
        index = {"metadata": {"total_size": size}, "weight_map": weight_map}
        (self.folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def activation(name, x):
    return F.relu(x) if name == "relu" else F.gelu(x, approximate="tanh" if name == "gelu_new" else "none")


def attend(q, k, v, heads, mask):
    batch, length, width = q.shape
    q, k, v = (x.view(batch, length, heads, -1).transpose(1, 2) for x in (q, k, v))
    scores = (q @ k.transpose(2, 3)) / (width // heads) ** 0.5
    y = torch.softmax(scores.masked_fill(~mask, float("-inf")), -1) @ v
    return y.transpose(1, 2).reshape(batch, length, width)


def gpt2_case(output, name, dtype, prefix="transformer.", buffers=False, tied_head=False, shards=1,
              **config):
    config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 23,
              "n_positions": 9, "n_embd": 12, "n_layer": 2, "n_head": 3, "resid_pdrop": 0.1, **config}
    case = Case(output, name, config, dtype)
    width, hidden = config["n_embd"], config.get("n_inner") or 4 * config["n_embd"]
    eps = config.get("layer_norm_epsilon", 1e-5)
    act = config.get("activation_function", "gelu_new")
    case.draw(prefix + "wte.weight", config["vocab_size"], width)
    case.draw(prefix + "wpe.weight", config["n_positions"], width)
    for i in range(config["n_layer"]):
        h = f"{prefix}h.{i}."
        case.norm(h + "ln_1", width)
        if buffers:
            n = config["n_positions"]
            case.tensors[h + "attn.bias"] = torch.ones(n, n, dtype=torch.bool).tril().view(1, 1, n, n)
            case.tensors[h + "attn.masked_bias"] = torch.tensor([-1e4]).to(dtype)
        case.map(h + "attn.c_attn", width, 3 * width, out=3 * width)
        case.map(h + "attn.c_proj", width, width, out=width)
        case.norm(h + "ln_2", width)
        case.map(h + "mlp.c_fc", width, hidden, out=hidden)
        case.map(h + "mlp.c_proj", hidden, width, out=width)
    case.norm(prefix + "ln_f", width)
    if tied_head:
        case.tensors["lm_head.weight"] = case.tensors[prefix + "wte.weight"].clone()

    ids = torch.randint(config["vocab_size"], (2, 7), generator=case.random)
    mask = torch.ones(7, 7, dtype=torch.bool).tril()
    x = F.embedding(ids, case[prefix + "wte.weight"]) + case[prefix + "wpe.weight"][:7]
    for i in range(config["n_layer"]):
        h = f"{prefix}h.{i}."
        qkv = case.conv1d(h + "attn.c_attn", case.layer_norm(h + "ln_1", x, eps))
        x = x + case.conv1d(h + "attn.c_proj", attend(*qkv.split(width, 2), config["n_head"], mask))
        inner = case.conv1d(h + "mlp.c_fc", case.layer_norm(h + "ln_2", x, eps))
        x = x + case.conv1d(h + "mlp.c_proj", activation(act, inner))
    logits = case.layer_norm(prefix + "ln_f", x, eps) @ case[prefix + "wte.weight"].T
    case.finish(ids, logits, shards)


def roberta_case(output, name, dtype, extras=False, left=False, shards=1, **config):
    config = {"model_type": "roberta", "architectures": ["RobertaForMaskedLM"], "vocab_size": 29,
              "max_position_embeddings": 10, "hidden_size": 12, "num_hidden_layers": 2,
              "num_attention_heads": 3, "intermediate_size": 20, "type_vocab_size": 1,
              "pad_token_id": 1, **config}
    case = Case(output, name, config, dtype)
    width, hidden, vocabulary = 12, config["intermediate_size"], config["vocab_size"]
    eps, pad = config.get("layer_norm_eps", 1e-12), config["pad_token_id"]
    act = config.get("hidden_act", "gelu")
    e = "roberta.embeddings."
    case.draw(e + "word_embeddings.weight", vocabulary, width)
    case.draw(e + "position_embeddings.weight", config["max_position_embeddings"], width)
    case.draw(e + "token_type_embeddings.weight", config["type_vocab_size"], width)
    case.norm(e + "LayerNorm", width)
    if extras:
        case.tensors[e + "position_ids"] = torch.arange(config["max_position_embeddings"]).view(1, -1)
        case.map("roberta.pooler.dense", width, width, out=width)
    for i in range(config["num_hidden_layers"]):
        layer = f"roberta.encoder.layer.{i}."
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            case.map(layer + "attention." + part, width, width, out=width)
        case.norm(layer + "attention.output.LayerNorm", width)
        case.map(layer + "intermediate.dense", hidden, width, out=hidden)
        case.map(layer + "output.dense", width, hidden, out=width)
        case.norm(layer + "output.LayerNorm", width)
    case.draw("lm_head.bias", vocabulary)
    case.map("lm_head.dense", width, width, out=width)
    case.norm("lm_head.layer_norm", width)
    if extras:
        case.tensors["lm_head.decoder.weight"] = case.tensors[e + "word_embeddings.weight"].clone()
        case.tensors["lm_head.decoder.bias"] = case.tensors["lm_head.bias"].clone()

    ids = 2 + torch.randint(vocabulary - 2, (3, 7), generator=case.random)
    ids[1, 4:] = pad
    ids[2, :2] = pad if left else ids[2, :2]
    real = ids != pad
    positions = torch.cumsum(real, 1) * real + pad
    x = (F.embedding(ids, case[e + "word_embeddings.weight"])
         + case[e + "token_type_embeddings.weight"][0]
         + F.embedding(positions, case[e + "position_embeddings.weight"]))
    x = case.layer_norm(e + "LayerNorm", x, eps)
    for i in range(config["num_hidden_layers"]):
        layer = f"roberta.encoder.layer.{i}."
        q, k, v = (case.linear(layer + f"attention.self.{part}", x) for part in ("query", "key", "value"))
        y = attend(q, k, v, config["num_attention_heads"], real[:, None, None, :])
        x = case.layer_norm(layer + "attention.output.LayerNorm",
                            case.linear(layer + "attention.output.dense", y) + x, eps)
        inner = activation(act, case.linear(layer + "intermediate.dense", x))
        x = case.layer_norm(layer + "output.LayerNorm",
                            case.linear(layer + "output.dense", inner) + x, eps)
    named = case.layer_norm("lm_head.layer_norm", F.gelu(case.linear("lm_head.dense", x)), eps)
    logits = named @ case[e + "word_embeddings.weight"].T + case["lm_head.bias"]
    case.finish(ids, logits, shards)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    gpt2_case(output, "gpt2", torch.float32)
    gpt2_case(output, "gpt2_openai", torch.float16, prefix="", buffers=True, shards=2,
              n_inner=20, layer_norm_epsilon=1e-3, activation_function="gelu")
    gpt2_case(output, "gpt2_bf16", torch.bfloat16, tied_head=True, activation_function="relu")
    roberta_case(output, "roberta", torch.float32, extras=True, layer_norm_eps=1e-5)
    roberta_case(output, "roberta_other", torch.bfloat16, left=True, shards=3, pad_token_id=0,
                 type_vocab_size=2, hidden_act="gelu_new", max_position_embeddings=8)


if __name__ == "__main__":
    main()
