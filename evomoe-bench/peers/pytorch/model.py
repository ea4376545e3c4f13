"""The GPT that `evomoe bench step` trains, in PyTorch: pre-LN, exact GELU, tied head, no dropout."""

import torch
import torch.nn.functional as F
from torch import nn

SEED = 1
BALANCE_COEFFICIENT = 0.01
DTS_THRESHOLD = 1e-3


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        # In float32 even under autocast: without MKL the bfloat16 kernel is ten times slower.
        with torch.autocast("cpu", enabled=False):
            y = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), is_causal=True)
        return self.projection(y.to(x.dtype).transpose(1, 2).reshape(batch, length, width))


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.expand = nn.Linear(width, hidden)
        self.contract = nn.Linear(hidden, width)

    def forward(self, x):
        return self.contract(F.gelu(self.expand(x)))


class Switch(nn.Module):
    """Top-1 by the softmax of the logits (Fedus et al. 2021), dropless."""

    def forward(self, logits):
        p = torch.softmax(logits, dim=1)
        mask = F.one_hot(p.argmax(dim=1), p.shape[1]).bool()
        balance = (mask.float().mean(0) * p.mean(0)).sum() * p.shape[1]
        return p, mask, BALANCE_COEFFICIENT * balance


class Dts(nn.Module):
    """Dense-to-sparse gate (Nie et al. 2021): mask by a Gumbel softmax at a temperature, weights p."""

    def __init__(self, temperature, hard):
        super().__init__()
        self.temperature = temperature
        self.hard = hard

    def forward(self, logits):
        with torch.no_grad():
            noise = -torch.empty_like(logits).exponential_().log_()
            g = torch.softmax((logits + noise) / self.temperature, dim=1)
            mask = F.one_hot(g.argmax(dim=1), g.shape[1]).bool()
            if not self.hard:
                mask |= g > DTS_THRESHOLD
        p = torch.softmax(logits, dim=1)
        weighted = mask * p
        balance = (mask.float().mean(0) * weighted.mean(0)).sum() * p.shape[1]
        return p, mask, BALANCE_COEFFICIENT * balance


class MoeLayer(nn.Module):
    """Runs every expert on its own tokens only; an expert without tokens is not run."""

    def __init__(self, width, hidden, experts, gate):
        super().__init__()
        self.logits = nn.Linear(width, experts, bias=False)
        self.gate = gate
        self.experts = nn.ModuleList(FeedForward(width, hidden) for _ in range(experts))
        self.balance = None
        self.active = None

    def forward(self, x):
        tokens = x.reshape(-1, x.shape[-1])
        with torch.autocast("cpu", enabled=False):
            weights, mask, self.balance = self.gate(self.logits(tokens.float()))
        self.active = mask.sum().item() / len(mask)
        y = torch.zeros_like(tokens)
        for e, expert in enumerate(self.experts):
            rows = mask[:, e].nonzero().squeeze(1)
            if len(rows) == len(tokens):
                y += (expert(tokens) * weights[:, e, None]).to(y.dtype)
            elif len(rows) > 0:
                output = expert(tokens.index_select(0, rows))
                output = output * weights[:, e].index_select(0, rows)[:, None]
                y.index_add_(0, rows, output.to(y.dtype))
        return y.view_as(x)


class Block(nn.Module):
    def __init__(self, width, heads, feed_forward):
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.feed_forward = feed_forward

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.feed_forward(self.feed_forward_norm(x))


class Gpt(nn.Module):
    def __init__(self, options):
        super().__init__()
        width = options.d_model
        self.tokens = nn.Embedding(options.vocab, width)
        self.positions = nn.Embedding(options.seq, width)
        self.blocks = nn.ModuleList(
            Block(width, options.heads, self.feed_forward(options, index))
            for index in range(options.layers)
        )
        self.final_norm = nn.LayerNorm(width)
        # Draws from here on are those of the peer in libtorch, which has no defaults to draw before.
        torch.manual_seed(SEED)
        self.apply(self.initialize)

    @staticmethod
    def feed_forward(options, index):
        if options.gate == "dense" or (index + 1) % options.moe_every != 0:
            return FeedForward(options.d_model, options.d_ff)
        gate = Switch() if options.gate == "switch" else Dts(options.temperature, options.hard)
        return MoeLayer(options.d_model, options.d_ff, options.experts, gate)

    @staticmethod
    def initialize(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def moe_layers(self):
        return [b.feed_forward for b in self.blocks if isinstance(b.feed_forward, MoeLayer)]

    def loss(self, ids, targets):
        """Mean cross-entropy plus the balance losses, their mean over the MoE layers."""
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.final_norm(x), self.tokens.weight)
        loss = F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.reshape(-1))
        layers = self.moe_layers()
        return loss + sum(layer.balance for layer in layers) / max(1, len(layers))
