using System.Text.Json;
using Lethe.Plugins.Baselines;
using Lethe.Sdk.Erasers;

namespace Plugins.Tests.Baselines;

/// <summary>The authors' own functions, run in float64; 1e-8 leaves a tenfold margin over an independent re-computation.</summary>
public sealed class ClosedFormGoldenTests
{
    private const double Tolerance = 1e-8;

    [Theory]
    [InlineData("uce.a", UceRelease.Rewrite)]
    [InlineData("uce.b", UceRelease.Rewrite)]
    [InlineData("uce.c", UceRelease.Rewrite)]
    [InlineData("uce_tokens.replace", UceRelease.First)]
    [InlineData("uce_tokens.tensor", UceRelease.First)]
    [InlineData("rece.start", UceRelease.First)]
    public void Solve_CaseOfTheAuthors_GivesTheirWeights(string name, int release)
    {
        var path = GoldenFile.Find("closed-form/closed_form.safetensors");
        Assert.SkipWhen(path is null, "golden data is not there; set LETHE_GOLDEN");
        using var scope = torch.NewDisposeScope();
        var tensors = GoldenFile.Doubles(path);
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "cases.json")));
        var encoder = new TableEncoder(cases.RootElement, tensors["prompt_embeddings"]);
        var entry = cases.RootElement.GetProperty("cases").GetProperty(name);
        var options = new UceOptions
        {
            Release = release,
            Technique = entry.TryGetProperty("technique", out var technique) && technique.GetString() == "tensor" ? UceTechnique.Tensor : UceTechnique.Replace,
            EraseWeight = entry.GetProperty("erase_scale").GetDouble(),
        };
        var blocks = Strings(entry, "edit").Zip(Strings(entry, "guide"))
            .Select(pair => UceRows.Erased(encoder, new UcePair(pair.First, pair.First, pair.Second, pair.Second), options))
            .Concat(Strings(entry, "preserve").Select(prompt => UceRows.Kept(encoder, prompt, entry.GetProperty("preserve_scale").GetDouble(), options)))
            .ToList();

        using var system = new ClosedFormSystem(blocks, entry.GetProperty("lamb").GetDouble());
        var worst = tensors.Keys.Where(key => key.StartsWith("W.", StringComparison.Ordinal)).Max(key =>
        {
            var edited = options.Technique == UceTechnique.Tensor ? system.ProjectOut(tensors[key]) : system.Replace(tensors[key]);
            return (edited - tensors[$"{name}.{key[2..]}"]).abs().max().ToDouble();
        });

        Assert.InRange(worst, 0, Tolerance);
    }

    private static IEnumerable<string> Strings(JsonElement entry, string key) =>
        entry.GetProperty(key).EnumerateArray().Select(text => text.GetString()!);
}
