using System.Buffers.Binary;
using Lethe.Diffusion.Checkpoints;

namespace Lethe.EndToEnd;

/// <summary>Each wrong input: its exit code, one message that names the place, nothing left behind.</summary>
public sealed class WrongInputTests : IDisposable
{
    private readonly Studio _studio = new();

    public void Dispose() => _studio.Dispose();

    [Theory]
    [InlineData("seed: 5", "sead: 5", "policy.yaml:4:1", "sead")]
    [InlineData("seed: 5", "seed: many", "policy.yaml:4:7", "many")]
    [InlineData("seed: 5", "seed: 5\nseed: 6", "policy.yaml:5:1", "seed")]
    [InlineData("    surrogate: broom", "    surrogate: broom\n    eraser: uze", "policy.yaml", "uze")]
    [InlineData("model: model", "model: builtin:emojy", "policy.yaml:3:8", "emojy")]
    [InlineData("model: model", "model: nowhere", "policy.yaml:3:8", "nowhere")]
    public async Task Apply_WrongPolicy_EndsWithTwoAndNamesThePlace(string old, string now, string place, string value)
    {
        File.WriteAllText(_studio.In("policy.yaml"), Studio.Policy.Replace(old, now, StringComparison.Ordinal));

        var result = await Apply("run");

        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.Errors);
        Assert.Contains(place, result.Error);
        Assert.Contains(value, result.Error);
        NothingLeft("run");
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("oversized header")]
    [InlineData("missing tensor")]
    [InlineData("wrong shape")]
    [InlineData("NaN")]
    public async Task Apply_BrokenWeights_EndsWithOneAndNamesTheFile(string damage)
    {
        Damage(TinyModel.DenoiserFile(_studio.In("model")), damage);

        var result = await Apply("run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("diffusion_pytorch_model.safetensors", Assert.Single(result.Errors));
        NothingLeft("run");
    }

    [Theory]
    [InlineData("seed: 5", "seed: 5\ndevice: cuda:99", "cuda:99")]
    [InlineData("  steps: 2", "  steps: 2\n  dtype: float16", "float16")]
    public async Task Apply_WhatThisMachineLacks_EndsWithTwoAndLeavesNothing(string old, string now, string named)
    {
        File.WriteAllText(_studio.In("policy.yaml"), Studio.Policy.Replace(old, now, StringComparison.Ordinal));

        var result = await Apply("run");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, Assert.Single(result.Errors));
        NothingLeft("run");
    }

    [Fact]
    public async Task Apply_UnwritableOutput_EndsWithOneAndLeavesNothing()
    {
        File.WriteAllText(_studio.In("file"), "");

        var result = await Apply("file/run");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cannot write", Assert.Single(result.Errors));
    }

    [Fact]
    public async Task Batch_OneWrongPolicy_StopsBeforeAnyRun()
    {
        Directory.CreateDirectory(_studio.In("policies"));
        File.WriteAllText(_studio.In("policies/a.yaml"), Studio.Policy.Replace("model: model", "model: ../model", StringComparison.Ordinal));
        File.WriteAllText(_studio.In("policies/b.yaml"), "version: 1\nname: broken\n");

        var result = await LetheProcess.RunAsync(_studio.Root, "batch", "policies", "--output", "runs");

        Assert.Equal(2, result.ExitCode);
        NothingLeft("runs");
    }

    [Fact]
    public async Task Generate_UnknownModel_EndsWithTwo()
    {
        var result = await LetheProcess.RunAsync(_studio.Root, "generate", "--model", "nowhere", "--prompt", "a cat");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("nowhere", Assert.Single(result.Errors));
        NothingLeft("pictures");
    }

    private static void Damage(string file, string damage)
    {
        var bytes = File.ReadAllBytes(file);
        if (damage == "truncated")
        {
            File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
            return;
        }
        if (damage == "oversized header")
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue / 2);
            File.WriteAllBytes(file, bytes);
            return;
        }
        using var weights = Read(file);
        var name = weights.Names.First(item => item.EndsWith("attn2.to_k.weight", StringComparison.Ordinal));
        var changed = weights.Weights.ToDictionary(weight => weight.Name, weight => weight.Value);
        using var other = damage == "NaN" ? changed[name] * double.NaN : torch.zeros([3, 3]);
        if (damage == "missing tensor")
            changed.Remove(name);
        else
            changed[name] = other;
        SafetensorsWriter.Write(file, changed);
    }

    private static Lethe.Diffusion.Networks.StateDict Read(string file)
    {
        using var opened = SafetensorsFile.Open(file);
        return opened.ReadAll();
    }

    private Task<LetheResult> Apply(string output) => LetheProcess.RunAsync(_studio.Root, "apply", "policy.yaml", "--output", output, "--no-input");

    private void NothingLeft(string folder) => Assert.False(Path.Exists(_studio.In(folder)), $"`{folder}` was left behind");
}
