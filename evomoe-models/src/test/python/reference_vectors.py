#!/usr/bin/python3
"""Reference vectors: what PyTorch computes, in double precision, for our layers to agree with.

    /usr/bin/python3 evomoe-models/src/test/python/reference_vectors.py [OUTPUT_DIRECTORY]

Writes <case>/<name>.npy below src/test/resources/reference (all of it under 1.1 MB): float64, or
int32 for token ids and targets; a scalar has shape [1]. Last made with PyTorch 2.6.0. Each case has
its own seed, made from its name, so a new case changes no other.

Conventions, the same in every case:

- Rows are tokens, sequence after sequence: x is [batch * length, d].
- A weight is [in, out] and a linear map is y = x W + b. Parameters have our dotted names.
- dy is a random gradient of y. The gradient of NAME, in NAME.grad, is that of sum(y * dy), plus
  the balance loss where there is one; in cross_entropy, gpt and gpt_chat it is that of the mean loss.
- Gradients are given for the input x, the logits, and every parameter.
"""

import math
import shutil
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "resources" / "reference"
LAYER_NORM_EPSILON = 1e-5


class Case:
    """One directory of arrays, with its own random numbers."""

    def __init__(self, output, name):
        self.directory = output / name
        self.random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        self.leaves = {}
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)

    def normal(self, *shape, scale=1.0, mean=0.0):
        return mean + scale * torch.randn(*shape, generator=self.random, dtype=torch.float64)

    def gumbel(self, *shape):
        uniform = torch.rand(*shape, generator=self.random, dtype=torch.float64)
        return -torch.log(-torch.log(uniform))

    def integers(self, bound, *shape):
        return torch.randint(bound, shape, generator=self.random)

    def leaf(self, name, value):
        """An input or a parameter, whose gradient is stored as well."""
        self.leaves[name] = value.requires_grad_()
        return value

    def linear(self, name, inputs, outputs, bias=True):
        self.leaf(name + ".weight", self.normal(inputs, outputs, scale=1 / math.sqrt(inputs)))
        if bias:
            self.leaf(name + ".bias", self.normal(outputs, scale=0.2))

    def layer_norm(self, name, width):
        self.leaf(name + ".gain", self.normal(width, scale=0.2, mean=1.0))
        self.leaf(name + ".shift", self.normal(width, scale=0.2))

    def save(self, **arrays):
        for name, value in arrays.items():
            integer = not value.is_floating_point()
            array = value.detach().numpy().astype("<i4" if integer else "<f8")
            np.save(self.directory / (name + ".npy"), np.ascontiguousarray(array))

    def backward(self, y, extra_loss=None):
        """Stores y, a random dy, the leaves, and the gradients of sum(y * dy) + extra_loss."""
        dy = self.normal(*y.shape)
        loss = (y * dy).sum()
        self.save(y=y, dy=dy)
        self.backward_of(loss if extra_loss is None else loss + extra_loss)

    def backward_of(self, loss):
        """Stores the leaves and their gradients of the loss."""
        loss.backward()
        for name, leaf in self.leaves.items():
            self.save(**{name: leaf, name + ".grad": leaf.grad})


def linear(p, name, x):
    return F.linear(x, p[name + ".weight"].T, p.get(name + ".bias"))


def layer_norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[name + ".gain"], p[name + ".shift"], LAYER_NORM_EPSILON)


def feed_forward(p, name, x):
    return linear(p, name + "contract", F.gelu(linear(p, name + "expand", x)))


def attention(p, name, x, batch, heads, seen=None):
    """
    Self-attention; columns of the fused projection are q | k | v, heads side by side. Causal, or to
    the keys that are seen [batch, length].
    """
    width = x.shape[1]
    qkv = linear(p, name + "qkv", x).view(batch, -1, 3, heads, width // heads)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    mask = None if seen is None else seen[:, None, None, :]
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=seen is None)
    return linear(p, name + "projection", y.transpose(1, 2).reshape(-1, width))


def cross_attention(p, name, x, memory, batch, heads, seen):
    """Attention to the rows of a memory that are seen [batch, length]; columns are k | v."""
    width = x.shape[1]
    q = linear(p, name + "query", x).view(batch, -1, heads, width // heads).transpose(1, 2)
    kv = linear(p, name + "keyValue", memory).view(batch, -1, 2, heads, width // heads)
    k, v = kv.permute(2, 0, 3, 1, 4)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen[:, None, None, :])
    return linear(p, name + "projection", y.transpose(1, 2).reshape(-1, width))


def block(p, name, x, batch, heads):
    """Pre-LN block of GPT-2."""
    h = x + attention(p, name + "attention.", layer_norm(p, name + "attentionNorm", x), batch, heads)
    return h + feed_forward(p, name + "feedForward.", layer_norm(p, name + "feedForwardNorm", h))


def block_parameters(case, name, width, hidden):
    case.layer_norm(name + "attentionNorm", width)
    case.linear(name + "attention.qkv", width, 3 * width)
    case.linear(name + "attention.projection", width, width)
    case.layer_norm(name + "feedForwardNorm", width)
    feed_forward_parameters(case, name + "feedForward.", width, hidden)


def feed_forward_parameters(case, name, width, hidden):
    case.linear(name + "expand", width, hidden)
    case.linear(name + "contract", hidden, width)


def gelu_case(output, name, approximate):
    case = Case(output, name)
    edges = torch.tensor([0.0, 1e-4, 3.0, 5.5, 8.0, 12.0, 40.0], dtype=torch.float64)
    x = case.leaf("x", torch.cat([case.normal(5, 7, scale=2.0), torch.stack([edges, -edges])]))
    case.backward(F.gelu(x, approximate=approximate))


def layer_norm_case(output):
    """The last two rows: a variance so small that epsilon rules, and a mean far from zero."""
    case = Case(output, "layernorm")
    rows = [case.normal(5, 8), case.normal(1, 8, scale=1e-3), case.normal(1, 8, mean=50.0)]
    x = case.leaf("x", torch.cat(rows))
    gain = case.leaf("gain", case.normal(8, scale=0.3, mean=1.0))
    shift = case.leaf("shift", case.normal(8, scale=0.3))
    case.backward(F.layer_norm(x, (8,), gain, shift, LAYER_NORM_EPSILON))


def cross_entropy_case(output, name, smoothing):
    """Rows 2 and 6 are not counted; row 4 has logits that overflow a naive exp in float32."""
    case = Case(output, name)
    values = case.normal(9, 5, scale=2.0)
    values[4] += torch.tensor([0.0, 120.0, -120.0, 0.0, 118.5])
    logits = case.leaf("logits", values)
    targets = case.integers(5, 9)
    targets[[2, 6]] = -1
    loss = F.cross_entropy(logits, targets, ignore_index=-1, label_smoothing=smoothing)
    case.save(targets=targets, loss=loss)
    case.backward_of(loss)


def attention_case(output):
    batch, length, width, heads = 2, 7, 12, 3
    case = Case(output, "attention")
    x = case.leaf("x", case.normal(batch * length, width))
    case.linear("qkv", width, 3 * width)
    case.linear("projection", width, width)
    case.backward(attention(case.leaves, "", x, batch, heads))


def gpt_block_case(output):
    batch, length, width, heads = 2, 7, 12, 3
    case = Case(output, "gpt_block")
    x = case.leaf("x", case.normal(batch * length, width))
    block_parameters(case, "", width, 4 * width)
    case.backward(block(case.leaves, "", x, batch, heads))


def lengths(batch, length, *real):
    """Which tokens are no padding [batch, length], for sequences of so many real tokens."""
    return torch.arange(length)[None, :] < torch.tensor(real)[:batch, None]


def cross_attention_case(output):
    """The second sequence of the memory ends in two padded rows."""
    batch, length, source, width, heads = 2, 7, 5, 12, 3
    case = Case(output, "cross_attention")
    x = case.leaf("x", case.normal(batch * length, width))
    memory = case.leaf("memory", case.normal(batch * source, width))
    case.linear("query", width, width)
    case.linear("keyValue", width, 2 * width)
    case.linear("projection", width, width)
    seen = lengths(batch, source, 5, 3)
    case.save(padding=(~seen).int())
    case.backward(cross_attention(case.leaves, "", x, memory, batch, heads, seen))


def encoder_block_case(output):
    """Post-LN block of BERT and RoBERTa; the first sequence ends in three padded rows."""
    batch, length, width, heads = 2, 7, 12, 3
    case = Case(output, "encoder_block")
    x = case.leaf("x", case.normal(batch * length, width))
    block_parameters(case, "", width, 4 * width)
    seen = lengths(batch, length, 4, 7)
    case.save(padding=(~seen).int())
    p = case.leaves
    h = layer_norm(p, "attentionNorm", x + attention(p, "attention.", x, batch, heads, seen))
    case.backward(layer_norm(p, "feedForwardNorm", h + feed_forward(p, "feedForward.", h)))


def adamw_case(output):
    """Ten updates; row t of values is the parameter after update t + 1."""
    size, steps = 13, 10
    case = Case(output, "adamw")
    parameter = torch.nn.Parameter(case.normal(size, 1))
    gradients = case.normal(steps, size)
    gradients[:, 5] *= 1e-6
    gradients[3:, 7] = 0.0
    case.save(parameter=parameter, gradients=gradients)
    optimizer = torch.optim.AdamW([parameter], lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    values = []
    for gradient in gradients:
        parameter.grad = gradient[:, None].clone()
        optimizer.step()
        values.append(parameter.detach().clone()[:, 0])
    case.save(values=torch.stack(values))


def orthogonal(x):
    """Five Newton-Schulz iterations of Muon."""
    transposed = x.size(0) > x.size(1)
    x = x.T if transposed else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if transposed else x


def muon_case(output):
    """Twenty updates of a wide, a tall and a fused matrix, the last of three parts; as in arXiv 2502.16982."""
    steps, rate, momentum, decay = 20, 1e-2, 0.95, 0.1
    case = Case(output, "muon")
    for name, shape, parts in [("wide", (6, 10), [10]), ("tall", (11, 5), [5]), ("fused", (8, 16), [8, 4, 4])]:
        parameter = case.normal(*shape)
        gradients = case.normal(steps, *shape)
        gradients[4] *= 1e-6
        case.save(**{name: parameter, name + ".gradients": gradients})
        velocity = torch.zeros(shape, dtype=torch.float64)
        values = []
        for gradient in gradients:
            velocity = momentum * velocity + gradient
            step = gradient + momentum * velocity
            updates = [0.2 * math.sqrt(max(part.shape)) * orthogonal(part) for part in step.split(parts, 1)]
            parameter = (1 - rate * decay) * parameter - rate * torch.cat(updates, 1)
            values.append(parameter)
        case.save(**{name + ".values": torch.stack(values)})


def gpt_case(output):
    """A whole GPT: learned positions, final LayerNorm, head tied to the token embedding."""
    vocabulary, positions, width, heads, hidden, blocks, batch, length = 17, 8, 12, 3, 24, 2, 2, 6
    case = Case(output, "gpt")
    tokens = case.leaf("tokens.weight", case.normal(vocabulary, width, scale=0.5))
    position = case.leaf("positions.weight", case.normal(positions, width, scale=0.5))
    for b in range(blocks):
        block_parameters(case, f"blocks.{b}.", width, hidden)
    case.layer_norm("finalNorm", width)
    text = case.integers(vocabulary, batch, length + 1)
    ids, targets = text[:, :-1], text[:, 1:]
    x = (F.embedding(ids, tokens) + position[:length]).view(batch * length, width)
    for b in range(blocks):
        x = block(case.leaves, f"blocks.{b}.", x, batch, heads)
    logits = F.linear(layer_norm(case.leaves, "finalNorm", x), tokens)
    loss = F.cross_entropy(logits, targets.reshape(-1))
    case.save(ids=ids, targets=targets, logits=logits, loss=loss)
    case.backward_of(loss)


def gpt_chat_case(output):
    """
    The GPT of gpt_case on conversations in windows of 8 tokens. Marks are 2 at the begin of a
    conversation and 1 in answers, the only targets. Each conversation goes into the fullest window
    with room; it sees no other, but its positions are those in the window.
    """
    vocabulary, window, width, heads, hidden, blocks = 17, 8, 12, 3, 24, 2
    case = Case(output, "gpt_chat")
    tokens = case.leaf("tokens.weight", case.normal(vocabulary, width, scale=0.5))
    position = case.leaf("positions.weight", case.normal(window, width, scale=0.5))
    for b in range(blocks):
        block_parameters(case, f"blocks.{b}.", width, hidden)
    case.layer_norm("finalNorm", width)
    turns = [[(2, 3)], [(1, 2), (1, 1)], [(1, 2)], [(3, 2), (1, 6)], [(1, 1)], [(4, 2)]]
    all_marks = [torch.tensor([m for asked, told in chat for m in [0] * asked + [1] * told])
                 for chat in turns]
    all_ids = [case.integers(vocabulary, len(marks)) for marks in all_marks]
    room, logits, targets = [], [], []
    for ids, marks in zip(all_ids, all_marks):
        ids, marks = ids[:window + 1], marks[:window + 1]
        length = len(ids) - 1
        fitting = [i for i in range(len(room)) if room[i] >= length]
        if not fitting:
            room.append(window)
        best = min(fitting, key=lambda i: room[i]) if fitting else len(room) - 1
        first = window - room[best]
        room[best] -= length
        x = F.embedding(ids[:-1], tokens) + position[first:first + length]
        for b in range(blocks):
            x = block(case.leaves, f"blocks.{b}.", x, 1, heads)
        logits.append(F.linear(layer_norm(case.leaves, "finalNorm", x), tokens))
        targets.append(torch.where(marks[1:] == 1, ids[1:], -100))
    loss = F.cross_entropy(torch.cat(logits), torch.cat(targets), ignore_index=-100)
    for marks in all_marks:
        marks[0] += 2
    case.save(ids=torch.cat(all_ids), marks=torch.cat(all_marks), windows=torch.tensor([len(room)]),
              loss=loss)
    case.backward_of(loss)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the same sums in the same order, so the same files
    gelu_case(output, "gelu", "none")
    gelu_case(output, "gelu_tanh", "tanh")
    layer_norm_case(output)
    cross_entropy_case(output, "cross_entropy", 0.0)
    cross_entropy_case(output, "cross_entropy_smoothed", 0.1)
    attention_case(output)
    gpt_block_case(output)
    cross_attention_case(output)
    encoder_block_case(output)
    adamw_case(output)
    muon_case(output)
    gpt_case(output)
    gpt_chat_case(output)


if __name__ == "__main__":
    main()
