using System.Text.Json;
using Lethe.Plugins.Cpe;

namespace Plugins.Tests.Cpe;

/// <summary>Released adapters: five files, alone and merged, against outputs of the authors' program.</summary>
public sealed class GoldenAdapterTests : IDisposable
{
    private const double GateTolerance = 5e-6;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly AdapterLayout _layout = new(SdModel.CrossAttention());

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Names { get; } =
        ["celeb-chris_evans", "celeb-elon_musk", "celeb-emma_stone", "artist-brent_heighton", "explicit-nudity"];

    [Theory]
    [MemberData(nameof(Names))]
    public void ReadThenWrite_ReleasedAdapter_GivesItsOwnBytes(string name)
    {
        var path = Path.Combine(GoldenCpe.Folder, "adapters", name + ".safetensors");
        var copy = Path.GetTempFileName();

        var (tensors, texts) = AdapterFile.Read(path);
        AdapterFile.Write(copy, tensors, texts);
        var adapter = ConceptAdapter.Of(_layout, tensors, texts.ToDictionary());
        var bytes = File.ReadAllBytes(copy);
        File.Delete(copy);

        Assert.Equal(File.ReadAllBytes(path), bytes);
        Assert.Equal(99, tensors.Count);
        Assert.Equal(32, adapter.ProjectionCount);
        var bound = 1 / Math.Sqrt(768.0 * adapter.Query.shape[1]) / (768 * 768);
        Assert.InRange(tensors[ConceptAdapter.KeyName].abs().max().item<float>(), 0.999 * bound, 1.0001 * bound);
    }

    [Theory]
    [InlineData("single/celeb-chris_evans", 5e-5)]
    [InlineData("single/celeb-elon_musk", 5e-5)]
    [InlineData("single/celeb-emma_stone", 5e-5)]
    [InlineData("single/artist-brent_heighton", 5e-5)]
    [InlineData("single/explicit-nudity", 2e-4)]
    [InlineData("merged/3-celebrities", 5e-5)]
    [InlineData("merged/3-celebrities-and-artist", 5e-5)]
    public void Addition_ReleasedAdapters_IsTheAuthors(string name, double tolerance)
    {
        var expected = GoldenCpe.Read(name + ".safetensors");
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenCpe.Folder, "cases.json")));
        var tokens = torch.tensor(cases.RootElement.GetProperty("token_subset").EnumerateArray().Select(token => token.GetInt64()).ToArray());
        var concepts = cases.RootElement.GetProperty("cases").GetProperty(name).GetProperty("adapters").EnumerateArray()
            .Select(adapter => GoldenCpe.Adapter(_layout, adapter.GetString()!)).ToList();
        var embeddings = GoldenCpe.Read("embeddings.safetensors");
        var states = embeddings["x"];

        var gates = torch.stack(concepts.Select(concept => ResidualAttentionGate.Logits(
            ResidualAttentionGate.Attention(states, concept.Query, concept.Key), states, concept.Scaler).sigmoid()), 1);
        using var residual = PromptResidual.Of(concepts, states);

        Assert.True((gates - expected["gate_per_concept"]).abs().max().item<float>() < GateTolerance);
        Assert.True(gates.argmax(1).eq(expected["winner"]).all().item<bool>());
        foreach (var (key, wanted) in expected.Where(pair => pair.Key.StartsWith("additive", StringComparison.Ordinal)))
        {
            var addition = residual.Addition(key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..]);
            if (key.StartsWith("additive_tokens", StringComparison.Ordinal))
                addition = addition.index_select(1, tokens);
            Assert.True((addition - wanted).abs().max().item<float>() < tolerance, key);
        }

        foreach (var (key, wanted) in expected.Where(pair => pair.Key.StartsWith("output.", StringComparison.Ordinal)))
        {
            var projection = key["output.".Length..];
            var output = torch.nn.functional.linear(states, embeddings["W." + projection]) + residual.Addition(projection);
            Assert.True((output - wanted).abs().max().item<float>() < 10 * tolerance, key);
        }
    }
}
