"""The work of bench/Lethe.Bench/RuntimeWork.cs in plain PyTorch: the networks of Stable Diffusion 1.4 as diffusers 0.24 computes them on
PyTorch 1.13 (no fused attention, keys and values anew at each step). `runtime.py WORK [small] [REPEATS]` prints `name seconds megabytes`."""
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.set_flush_denormal(True)
torch.manual_seed(1)


class Attention(nn.Module):
    def __init__(self, channels, width, heads, bias=False):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias)
        self.to_k = nn.Linear(width, channels, bias)
        self.to_v = nn.Linear(width, channels, bias)
        self.to_out = nn.Linear(channels, channels)

    def split(self, x):
        b, n, c = x.shape
        return x.reshape(b, n, self.heads, c // self.heads).permute(0, 2, 1, 3).reshape(b * self.heads, n, c // self.heads)

    def forward(self, x, context=None):
        context = x if context is None else context
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        zeros = torch.zeros(q.shape[0], q.shape[1], k.shape[1])
        scores = torch.baddbmm(zeros, q, k.transpose(-1, -2), beta=0, alpha=q.shape[-1] ** -0.5)
        mixed = torch.bmm(scores.softmax(-1), v)
        b, n, d = mixed.shape
        return self.to_out(mixed.reshape(b // self.heads, self.heads, n, d).permute(0, 2, 1, 3).reshape(b // self.heads, n, d * self.heads))


class Block(nn.Module):
    def __init__(self, channels, width, heads=8):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(channels) for _ in range(3))
        self.attn1, self.attn2 = Attention(channels, channels, heads), Attention(channels, width, heads)
        self.widen, self.narrow = nn.Linear(channels, 8 * channels), nn.Linear(4 * channels, channels)

    def forward(self, x, context):
        x = self.attn1(self.norm1(x)) + x
        x = self.attn2(self.norm2(x), context) + x
        value, gate = self.widen(self.norm3(x)).chunk(2, dim=-1)
        return self.narrow(value * F.gelu(gate)) + x


class Transformer(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.norm = nn.GroupNorm(32, channels, 1e-6)
        self.proj_in, self.proj_out = nn.Conv2d(channels, channels, 1), nn.Conv2d(channels, channels, 1)
        self.block = Block(channels, width)

    def forward(self, x, context):
        b, c, h, w = x.shape
        hidden = self.proj_in(self.norm(x)).permute(0, 2, 3, 1).reshape(b, h * w, c)
        hidden = self.block(hidden, context)
        return self.proj_out(hidden.reshape(b, h, w, c).permute(0, 3, 1, 2).contiguous()) + x


class Resnet(nn.Module):
    def __init__(self, inputs, outputs, time=0, eps=1e-5):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(32, inputs, eps), nn.GroupNorm(32, outputs, eps)
        self.conv1, self.conv2 = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.time = nn.Linear(time, outputs) if time else None
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, time=None):
        hidden = self.conv1(F.silu(self.norm1(x)))
        if self.time is not None:
            hidden = hidden + self.time(F.silu(time))[:, :, None, None]
        hidden = self.conv2(F.silu(self.norm2(hidden)))
        return (x if self.shortcut is None else self.shortcut(x)) + hidden


class UNet(nn.Module):
    def __init__(self, channels, width, layers=2):
        super().__init__()
        time, top = 4 * channels[0], len(channels) - 1
        self.width = channels[0]
        self.time1, self.time2 = nn.Linear(channels[0], time), nn.Linear(time, time)
        self.conv_in = nn.Conv2d(4, channels[0], 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for i, c in enumerate(channels):
            first = channels[max(0, i - 1)]
            self.down.append(nn.ModuleList([
                nn.ModuleList([Resnet(first if j == 0 else c, c, time) for j in range(layers)]),
                nn.ModuleList([Transformer(c, width) for _ in range(layers if i < top else 0)]),
                nn.ModuleList([nn.Conv2d(c, c, 3, 2, 1)] if i < top else [])]))
        c = channels[-1]
        self.mid1, self.mid, self.mid2 = Resnet(c, c, time), Transformer(c, width), Resnet(c, c, time)
        for i in range(top + 1):
            level = top - i
            c, previous, finer = channels[level], channels[min(top, level + 1)], channels[max(0, level - 1)]
            self.up.append(nn.ModuleList([
                nn.ModuleList([Resnet((previous if j == 0 else c) + (finer if j == layers else c), c, time) for j in range(layers + 1)]),
                nn.ModuleList([Transformer(c, width) for _ in range(layers + 1 if i > 0 else 0)]),
                nn.ModuleList([nn.Conv2d(c, c, 3, padding=1)] if i < top else [])]))
        self.norm_out, self.conv_out = nn.GroupNorm(32, channels[0], 1e-5), nn.Conv2d(channels[0], 4, 3, padding=1)

    def forward(self, x, timestep, context):
        half = self.width // 2
        angles = timestep[:, None].float() * torch.exp(-math.log(10000) * torch.arange(half) / half)[None]
        time = self.time2(F.silu(self.time1(torch.cat([angles.cos(), angles.sin()], -1))))
        x = self.conv_in(x)
        skips = [x]
        for resnets, attentions, downsamplers in self.down:
            for j, resnet in enumerate(resnets):
                x = resnet(x, time)
                x = attentions[j](x, context) if len(attentions) else x
                skips.append(x)
            for downsampler in downsamplers:
                x = downsampler(x)
                skips.append(x)
        x = self.mid2(self.mid(self.mid1(x, time), context), time)
        for resnets, attentions, upsamplers in self.up:
            for j, resnet in enumerate(resnets):
                x = resnet(torch.cat([x, skips.pop()], 1), time)
                x = attentions[j](x, context) if len(attentions) else x
            for upsampler in upsamplers:
                x = upsampler(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.conv_out(F.silu(self.norm_out(x)))


class Encoder(nn.Module):
    """Never run here: an autoencoder that is opened holds these weights too."""

    def __init__(self, channels, layers=2):
        super().__init__()
        c = channels[-1]
        self.conv_in, self.quantise = nn.Conv2d(3, channels[0], 3), nn.Conv2d(8, 8, 1)
        self.resnets = nn.ModuleList(
            Resnet(channels[max(0, level - 1)] if j == 0 else channels[level], channels[level], 0, 1e-6) for level in range(len(channels)) for j in range(layers))
        self.downsamplers = nn.ModuleList(nn.Conv2d(c, c, 3) for c in channels[:-1])
        self.mid1, self.mid2, self.attention = Resnet(c, c, 0, 1e-6), Resnet(c, c, 0, 1e-6), Attention(c, c, 1, True)
        self.conv_out = nn.Conv2d(c, 8, 3)


class Decoder(nn.Module):
    def __init__(self, channels, layers=2):
        super().__init__()
        self.encoder = Encoder(channels, layers)
        c, top = channels[-1], len(channels) - 1
        self.dequantise, self.conv_in = nn.Conv2d(4, 4, 1), nn.Conv2d(4, c, 3, padding=1)
        self.mid1, self.mid2 = Resnet(c, c, 0, 1e-6), Resnet(c, c, 0, 1e-6)
        self.norm, self.attention = nn.GroupNorm(32, c, 1e-6), Attention(c, c, 1, True)
        self.up = nn.ModuleList()
        for i in range(top + 1):
            level = top - i
            c = channels[level]
            self.up.append(nn.ModuleList([
                nn.ModuleList([Resnet(channels[min(top, level + 1)] if j == 0 else c, c, 0, 1e-6) for j in range(layers + 1)]),
                nn.ModuleList([nn.Conv2d(c, c, 3, padding=1)] if level > 0 else [])]))
        self.norm_out, self.conv_out = nn.GroupNorm(32, channels[0], 1e-6), nn.Conv2d(channels[0], 3, 3, padding=1)

    def forward(self, x):
        x = self.mid1(self.conv_in(self.dequantise(x)))
        b, c, h, w = x.shape
        x = self.attention(self.norm(x).view(b, c, h * w).transpose(1, 2)).transpose(1, 2).reshape(b, c, h, w) + x
        x = self.mid2(x)
        for resnets, upsamplers in self.up:
            for resnet in resnets:
                x = resnet(x)
            for upsampler in upsamplers:
                x = upsampler(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.conv_out(F.silu(self.norm_out(x)))


class TextLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        b, n, c = x.shape
        normed = self.norm1(x)
        shape = lambda t: t.view(b, n, self.heads, c // self.heads).transpose(1, 2).contiguous().view(b * self.heads, n, -1)
        q, k, v = shape(self.q(normed) * (c // self.heads) ** -0.5), shape(self.k(normed)), shape(self.v(normed))
        mixed = torch.bmm((torch.bmm(q, k.transpose(1, 2)) + mask).softmax(-1), v)
        x = x + self.out(mixed.view(b, self.heads, n, -1).transpose(1, 2).reshape(b, n, c))
        hidden = self.fc1(self.norm2(x))
        return x + self.fc2(hidden * torch.sigmoid(1.702 * hidden))


class Text(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(49408, width), nn.Embedding(77, width)
        self.layers, self.norm = nn.ModuleList([TextLayer(width, heads) for _ in range(12)]), nn.LayerNorm(width)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight
        mask = torch.full((77, 77), float("-inf")).triu(1)
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


def work(name, small):
    side, width = (16, 96) if small else (64, 768)
    channels = (32, 64, 128, 128) if small else (320, 640, 1280, 1280)
    if name == "text":
        network, ids = Text(width, 1 if small else 12), torch.arange(2 * 77).view(2, 77)
        return torch.no_grad()(lambda: network(ids))
    if name == "decode":
        network, latents = Decoder((32, 32, 64, 64) if small else (128, 256, 512, 512)), torch.randn(1, 4, side, side)
        return torch.no_grad()(lambda: network(latents))
    network = UNet(channels, width)
    if name == "unet":
        inputs = torch.randn(2, 4, side, side), torch.tensor([500, 500]), torch.randn(2, 77, width)
        return torch.no_grad()(lambda: network(*inputs))
    inputs = torch.randn(1, 4, side // 2, side // 2), torch.tensor([500]), torch.randn(1, 77, width)
    for parameter in network.parameters():
        parameter.requires_grad = False
    trained = [m.weight for b in network.modules() if isinstance(b, Block) for m in (b.attn2.to_k, b.attn2.to_v)]
    for parameter in trained:
        parameter.requires_grad = True

    def train():
        network(*inputs).square().mean().backward()
        for parameter in trained:
            parameter.grad = None

    return train


if __name__ == "__main__":
    name, repeats = sys.argv[1], int(sys.argv[-1]) if sys.argv[-1].isdigit() else 3
    body = work(name, "small" in sys.argv)
    body()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - start)
    print(f"{name} {sorted(seconds)[repeats // 2]:.4f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f}")
