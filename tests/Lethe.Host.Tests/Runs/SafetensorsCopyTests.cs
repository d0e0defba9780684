using Lethe.Diffusion.Checkpoints;

namespace Lethe.Host.Tests.Runs;

/// <summary>Files that an earlier version wrote, written again piece by piece: the patched model relies on getting the same bytes.</summary>
public sealed class SafetensorsCopyTests
{
    [Theory]
    [InlineData("vae", "diffusion_pytorch_model.safetensors")]
    [InlineData("judge", "model.safetensors")]
    public void HeaderAndTensors_OfTheBuiltInModel_GiveItsBytes(string part, string name)
    {
        var path = Repository.PathOf("host", "models", "emoji", part, name);
        using var source = SafetensorsFile.Open(path);
        var entries = source.Entries.Values.OrderBy(entry => entry.Begin).ToList();
        using var copy = new MemoryStream();

        SafetensorsWriter.WriteHeader(copy, entries.Select(entry => (entry.Name, entry.StoredType, entry.Shape)), source.Metadata);
        entries.ForEach(entry => source.CopyTo(entry.Name, copy));

        Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(copy.ToArray()), $"`{path}` differs");
    }
}
