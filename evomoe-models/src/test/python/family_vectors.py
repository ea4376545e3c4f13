#!/usr/bin/python3
"""Checkpoints of the decoders after Llama in the files of Hugging Face, and PyTorch's logits of them.

    /usr/bin/python3 -B evomoe-models/src/test/python/family_vectors.py [OUTPUT_DIRECTORY]

Writes folders as hub_vectors.py does, beside its own (1.0 MB in all): ids.npy [2, 16], logits.npy
[32, vocabulary]. Names, layouts and formulas are those of the transformers library, written out here:
LlamaForCausalLM, MistralForCausalLM, Qwen3ForCausalLM, MixtralForCausalLM, Qwen3MoeForCausalLM,
OlmoeForCausalLM and Qwen2MoeForCausalLM. Every linear map is [out, in]. config.json has the fields that
transformers 4 writes, sorted; in llama_rope_parameters it has the form of transformers 5. No two logits
of a router are so close that float32 could choose other experts. Last made with PyTorch 2.6.0.
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
from hub_vectors import DEFAULT_OUTPUT, Case

SEQUENCES, LENGTH = 2, 16
LEAST_MARGIN = 1e-3
EVERY = {"attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
         "initializer_range": 0.02, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
         "rope_theta": 10000.0, "tie_word_embeddings": False, "transformers_version": "4.55.0",
         "use_cache": True}
MIXTURE = {"output_router_logits": False, "router_aux_loss_coef": 0.001}
QWEN = {"max_window_layers": 28, "rope_theta": 1000000.0, "sliding_window": None,
        "use_sliding_window": False}
FAMILIES = {
    "llama": ("LlamaForCausalLM", {
        **EVERY, "attention_bias": False, "mlp_bias": False, "pretraining_tp": 1, "rope_scaling": None}),
    "mistral": ("MistralForCausalLM", {**EVERY, "sliding_window": None}),
    "qwen3": ("Qwen3ForCausalLM", {**EVERY, **QWEN, "attention_bias": False, "rope_scaling": None}),
    "mixtral": ("MixtralForCausalLM", {
        **EVERY, **MIXTURE, "head_dim": None, "num_experts_per_tok": 2, "rms_norm_eps": 1e-5,
        "rope_theta": 1000000.0, "router_jitter_noise": 0.0, "sliding_window": None}),
    "qwen3_moe": ("Qwen3MoeForCausalLM", {
        **EVERY, **QWEN, **MIXTURE, "attention_bias": False, "decoder_sparse_step": 1,
        "mlp_only_layers": [], "num_experts_per_tok": 2, "rope_scaling": None}),
    "olmoe": ("OlmoeForCausalLM", {
        **EVERY, **MIXTURE, "attention_bias": False, "bos_token_id": None, "clip_qkv": None,
        "norm_topk_prob": False, "pad_token_id": 1, "rms_norm_eps": 1e-5, "rope_scaling": None,
        "router_aux_loss_coef": 0.01}),
    "qwen2_moe": ("Qwen2MoeForCausalLM", {
        **EVERY, **QWEN, **MIXTURE, "decoder_sparse_step": 1, "mlp_only_layers": [],
        "norm_topk_prob": False, "num_experts_per_tok": 2, "qkv_bias": True, "rope_scaling": None}),
}
NET_PARTS = ("gate_proj", "up_proj", "down_proj")
NEVER_WRITTEN_AS_NULL = ("bos_token_id", "eos_token_id")


def config_of(model_type, weights, sizes):
    """sizes: vocabulary, width, hidden, layers, heads and key-value heads; then fields of the family."""
    architecture, fields = FAMILIES[model_type]
    vocabulary, width, hidden, layers, heads, key_value_heads = sizes
    fields = {name: x for name, x in fields.items() if x is not None or name not in NEVER_WRITTEN_AS_NULL}
    return {**fields, "architectures": [architecture], "model_type": model_type, "vocab_size": vocabulary,
            "hidden_size": width, "intermediate_size": hidden, "num_hidden_layers": layers,
            "num_attention_heads": heads, "num_key_value_heads": key_value_heads,
            "torch_dtype": str(weights).removeprefix("torch.")}


class Decoder(Case):
    """A checkpoint of one family, which differ in biases, norms of queries and keys, and experts."""

    def __init__(self, output, name, dtype, config):
        super().__init__(output, name, dict(sorted(config.items())), dtype)
        self.family = config["model_type"]
        self.width, self.heads = config["hidden_size"], config["num_attention_heads"]
        self.key_value_heads = config["num_key_value_heads"]
        self.head_width = config.get("head_dim") or self.width // self.heads
        rope = config.get("rope_parameters") or config
        scaling = rope if rope.get("rope_type") == "llama3" else config.get("rope_scaling")
        self.frequencies = inverse_frequencies(self.head_width, rope["rope_theta"], scaling)
        self.experts = config.get("num_local_experts") or config.get("num_experts", 0)
        self.renormalized = self.family == "mixtral" or config.get("norm_topk_prob", False)
        mixtral = self.family == "mixtral"
        self.mixture_name = "block_sparse_moe." if mixtral else "mlp."
        self.expert_parts = ("w1", "w3", "w2") if mixtral else NET_PARTS

    def is_mixture(self, layer):
        if "decoder_sparse_step" not in self.config:
            return self.experts > 0
        chosen = layer not in self.config.get("mlp_only_layers", [])
        return chosen and (layer + 1) % self.config["decoder_sparse_step"] == 0

    # Weights

    def draw_all(self):
        self.draw("model.embed_tokens.weight", self.config["vocab_size"], self.width)
        for i in range(self.config["num_hidden_layers"]):
            layer = f"model.layers.{i}."
            self.draw_gain(layer + "input_layernorm", self.width)
            self.draw_attention(layer + "self_attn.")
            self.draw_gain(layer + "post_attention_layernorm", self.width)
            if self.is_mixture(i):
                self.draw_mixture(layer + self.mixture_name)
            else:
                bias = self.config.get("mlp_bias", False)
                self.draw_net(layer + "mlp.", self.config["intermediate_size"], bias)
        self.draw_gain("model.norm", self.width)
        if not self.config["tie_word_embeddings"]:
            self.draw("lm_head.weight", self.config["vocab_size"], self.width)

    def draw_gain(self, name, width):
        self.draw(name + ".weight", width, mean=1.0)

    def draw_map(self, name, inputs, outputs, bias=False):
        self.draw(name + ".weight", outputs, inputs)
        if bias:
            self.draw(name + ".bias", outputs)

    def draw_attention(self, name):
        out_bias = self.config.get("attention_bias", False)
        bias = out_bias or self.family == "qwen2_moe"
        queries, keys = self.heads * self.head_width, self.key_value_heads * self.head_width
        self.draw_map(name + "q_proj", self.width, queries, bias)
        self.draw_map(name + "k_proj", self.width, keys, bias)
        self.draw_map(name + "v_proj", self.width, keys, bias)
        self.draw_map(name + "o_proj", queries, self.width, out_bias)
        if self.family in ("qwen3", "qwen3_moe"):
            queries = keys = self.head_width
        if self.family in ("qwen3", "qwen3_moe", "olmoe"):
            self.draw_gain(name + "q_norm", queries)
            self.draw_gain(name + "k_norm", keys)

    def draw_net(self, name, hidden, bias=False, parts=NET_PARTS):
        gate, up, down = parts
        self.draw_map(name + gate, self.width, hidden, bias)
        self.draw_map(name + up, self.width, hidden, bias)
        self.draw_map(name + down, hidden, self.width, bias)

    def draw_mixture(self, name):
        hidden = self.config.get("moe_intermediate_size") or self.config["intermediate_size"]
        self.draw_map(name + "gate", self.width, self.experts)
        for e in range(self.experts):
            self.draw_net(f"{name}experts.{e}.", hidden, parts=self.expert_parts)
        if self.family == "qwen2_moe":
            self.draw_net(name + "shared_expert.", self.config["shared_expert_intermediate_size"])
            self.draw_map(name + "shared_expert_gate", self.width, 1)

    # Formulas

    def rms_norm(self, name, x):
        return F.rms_norm(x, x.shape[-1:], self[name + ".weight"], self.config["rms_norm_eps"])

    def linear(self, name, x):
        bias = self[name + ".bias"] if name + ".bias" in self.tensors else None
        return F.linear(x, self[name + ".weight"], bias)

    def attention(self, name, x):
        q, k, v = (self.linear(f"{name}{part}_proj", x) for part in "qkv")
        if self.family == "olmoe":
            q, k = self.rms_norm(name + "q_norm", q), self.rms_norm(name + "k_norm", k)
        q, k, v = (split_heads(u, SEQUENCES, self.head_width) for u in (q, k, v))
        if self.family in ("qwen3", "qwen3_moe"):
            q, k = self.rms_norm(name + "q_norm", q), self.rms_norm(name + "k_norm", k)
        q, k = (rotate(u, torch.arange(LENGTH), self.frequencies) for u in (q, k))
        return self.linear(name + "o_proj", grouped_attention(q, k, v))

    def net(self, name, x, parts=NET_PARTS):
        gate, up, down = (name + part for part in parts)
        return self.linear(down, F.silu(self.linear(gate, x)) * self.linear(up, x))

    def mixture(self, name, x):
        logits, k = self.linear(name + "gate", x), self.config["num_experts_per_tok"]
        margin = choice_margin(logits, k)
        assert margin > LEAST_MARGIN, f"{self.folder.name}: logits of {name}gate are {margin} apart"
        weights = top_k_weights(logits, k, self.renormalized)
        y = sum(weights[:, e, None] * self.net(f"{name}experts.{e}.", x, self.expert_parts)
                for e in range(self.experts))
        if self.family == "qwen2_moe":
            shared = self.net(name + "shared_expert.", x)
            y = y + torch.sigmoid(self.linear(name + "shared_expert_gate", x)) * shared
        return y

    def logits(self, ids):
        x = F.embedding(ids.view(-1), self["model.embed_tokens.weight"])
        for i in range(self.config["num_hidden_layers"]):
            layer = f"model.layers.{i}."
            x = x + self.attention(layer + "self_attn.", self.rms_norm(layer + "input_layernorm", x))
            normed = self.rms_norm(layer + "post_attention_layernorm", x)
            if self.is_mixture(i):
                x = x + self.mixture(layer + self.mixture_name, normed)
            else:
                x = x + self.net(layer + "mlp.", normed)
        tied = self.config["tie_word_embeddings"]
        head = self["model.embed_tokens.weight" if tied else "lm_head.weight"]
        return self.rms_norm("model.norm", x) @ head.T


def decoder_case(output, name, weights, sizes, model_type=None, shards=1, extras=None, without=(),
                 **fields):
    """weights: their type. extras: what adds further tensors, as files in the wild have them."""
    config = {**config_of(model_type or name, weights, sizes), **fields}
    case = Decoder(output, name, weights, {field: x for field, x in config.items() if field not in without})
    case.draw_all()
    ids = torch.randint(config["vocab_size"], (SEQUENCES, LENGTH), generator=case.random)
    logits = case.logits(ids)
    if extras is not None:
        extras(case)
    case.finish(ids, logits, shards)


def stored_head(case):
    """The head of a model that ties it, as Qwen3-0.6B's file has it."""
    case.tensors["lm_head.weight"] = case.tensors["model.embed_tokens.weight"].clone()


def stored_frequencies(case):
    """Buffers of each layer, float32 whatever the weights are, as files of 2023 have them."""
    for i in range(case.config["num_hidden_layers"]):
        name = f"model.layers.{i}.self_attn.rotary_emb.inv_freq"
        case.tensors[name] = case.frequencies.to(torch.float32)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    f32, f16, bf16 = torch.float32, torch.float16, torch.bfloat16
    llama3 = {"factor": 4.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
              "original_max_position_embeddings": 64, "rope_type": "llama3"}
    decoder_case(output, "llama", f32, (37, 32, 40, 2, 4, 2), head_dim=8)
    decoder_case(output, "llama_biased", f16, (41, 24, 32, 2, 4, 4), "llama", extras=stored_frequencies,
                 attention_bias=True, mlp_bias=True, head_dim=6, rms_norm_eps=1e-3)
    decoder_case(output, "llama3", bf16, (40, 24, 36, 3, 4, 1), "llama", head_dim=16,
                 max_position_embeddings=256, rms_norm_eps=1e-5, rope_scaling=llama3, rope_theta=500000.0,
                 tie_word_embeddings=True)
    decoder_case(output, "llama_rope_parameters", bf16, (40, 16, 24, 2, 4, 2), "llama", head_dim=8,
                 without=("rope_theta", "rope_scaling", "torch_dtype"), dtype="bfloat16",
                 max_position_embeddings=256, pad_token_id=None, transformers_version="5.0.0",
                 rope_parameters=dict(sorted({**llama3, "rope_theta": 500000.0}.items())))
    decoder_case(output, "mistral", f16, (43, 32, 48, 2, 4, 2), shards=2, head_dim=8, rms_norm_eps=1e-5)
    decoder_case(output, "qwen3", bf16, (40, 32, 40, 2, 4, 1), extras=stored_head, head_dim=16,
                 rope_theta=1000000, tie_word_embeddings=True)
    decoder_case(output, "mixtral", bf16, (38, 32, 24, 2, 4, 2), shards=2, num_local_experts=4)
    decoder_case(output, "mixtral_top1", f32, (40, 16, 20, 2, 4, 1), "mixtral", without=("head_dim",),
                 num_experts_per_tok=1, num_local_experts=3)
    decoder_case(output, "qwen3_moe", bf16, (40, 24, 40, 3, 4, 2), head_dim=8, mlp_only_layers=[0],
                 moe_intermediate_size=12, norm_topk_prob=True, num_experts=5, rms_norm_eps=1e-3)
    decoder_case(output, "qwen3_moe_every", f32, (40, 24, 40, 2, 4, 2), "qwen3_moe", head_dim=8,
                 moe_intermediate_size=12, norm_topk_prob=True, num_experts=5)
    decoder_case(output, "qwen3_moe_stepped", f16, (39, 24, 32, 3, 4, 4), "qwen3_moe",
                 decoder_sparse_step=2, head_dim=8, moe_intermediate_size=16, norm_topk_prob=False,
                 num_experts=4, num_experts_per_tok=3, tie_word_embeddings=True)
    decoder_case(output, "olmoe", f32, (40, 32, 16, 2, 4, 4), num_experts=6, num_experts_per_tok=2)
    decoder_case(output, "olmoe_all_experts", bf16, (40, 24, 20, 2, 4, 2), "olmoe", num_experts=4,
                 num_experts_per_tok=4)
    decoder_case(output, "qwen2_moe", bf16, (40, 32, 48, 2, 4, 2), moe_intermediate_size=12, num_experts=5,
                 shared_expert_intermediate_size=20)
    decoder_case(output, "qwen2_moe_stepped", f32, (42, 16, 28, 3, 4, 4), "qwen2_moe",
                 without=("mlp_only_layers", "qkv_bias", "rope_scaling"), decoder_sparse_step=2,
                 moe_intermediate_size=12, num_experts=4, num_experts_per_tok=3,
                 shared_expert_intermediate_size=16, sliding_window=8)


if __name__ == "__main__":
    main()
