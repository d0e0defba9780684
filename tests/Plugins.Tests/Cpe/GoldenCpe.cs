using Lethe.Diffusion.Checkpoints;
using Lethe.Plugins.Cpe;

namespace Plugins.Tests.Cpe;

/// <summary>Reference values of the authors' program and adapters that they released.</summary>
internal static class GoldenCpe
{
    public static string Folder
    {
        get
        {
            var marker = GoldenFile.Find("cpe/cases.json");
            Assert.SkipWhen(marker is null, "golden data is not there; set LETHE_GOLDEN");
            return Path.GetDirectoryName(marker)!;
        }
    }

    public static SortedDictionary<string, Tensor> Read(string relative)
    {
        using var file = SafetensorsFile.Open(Path.Combine(Folder, relative));
        return new SortedDictionary<string, Tensor>(file.Entries.Keys.ToDictionary(name => name, file.Read), StringComparer.Ordinal);
    }

    public static ConceptAdapter Adapter(AdapterLayout layout, string name)
    {
        var (tensors, texts) = AdapterFile.Read(Path.Combine(Folder, "adapters", name + ".safetensors"));
        return ConceptAdapter.Of(layout, tensors, texts.ToDictionary());
    }

    /// <summary>Adapter tensors under the names of files, packed as training wants them.</summary>
    public static IReadOnlyDictionary<string, Tensor> Packed(AdapterLayout layout, Func<string, Tensor> byName) => new Dictionary<string, Tensor>
    {
        ["query"] = byName(ConceptAdapter.QueryName)[0],
        ["key"] = byName(ConceptAdapter.KeyName)[0],
        ["scaler"] = byName(ConceptAdapter.ScalerName)[0],
        ["down"] = torch.cat([.. layout.Projections.Select(projection => byName(ConceptAdapter.DownName(projection.Name))[0])], 1),
        ["up"] = torch.cat([.. layout.Projections.Select(projection => byName(ConceptAdapter.UpName(projection.Name))[0])], 1),
    };

    public static double Relative(Tensor actual, Tensor expected) =>
        ((actual - expected).norm() / (expected.norm() + 1e-30)).to(ScalarType.Float64).ToDouble();
}
