using System.Globalization;

namespace Lethe.Plugins.Cpe;

/// <summary>
/// One concept's adapter as it is stored: tensors under the names and in the shapes of the authors' files. The tensors belong to
/// whoever holds the dictionary.
/// </summary>
internal sealed class ConceptAdapter
{
    private const string Gate = "attention_gate.encoder_layer.slf_attn.";
    public const string QueryName = Gate + "attention_module1.w_qs.weight";
    public const string KeyName = Gate + "attention_module1.w_ks.weight";
    public const string ScalerName = Gate + "gate.scaler.weight";

    private const int LargestRank = 1024;

    private readonly IReadOnlyDictionary<string, Tensor> _tensors;

    private ConceptAdapter(IReadOnlyDictionary<string, Tensor> tensors) => _tensors = tensors;

    /// <summary>Low rank r.</summary>
    public required long Rank { get; init; }

    /// <summary>Strength; the addition is multiplied by <c>alpha / r</c>.</summary>
    public required double Alpha { get; init; }

    /// <summary>How the gate compares tokens.</summary>
    public AttentionForm Attention { get; init; }

    /// <summary>False leaves the gate out: the addition acts on every token of every prompt.</summary>
    public bool Gated { get; init; } = true;

    /// <summary>Projections that it adds to; each has three tensors, beside the three of the gate.</summary>
    public int ProjectionCount => (_tensors.Count - 3) / 3;

    /// <summary><c>A [D, g]</c>; a new view each time, in the current dispose scope.</summary>
    public Tensor Query => _tensors[QueryName][0];

    /// <summary><c>A' [D, g]</c>, or null when the queries serve as keys.</summary>
    public Tensor? Key => Attention == AttentionForm.QueryKey ? _tensors[KeyName][0] : null;

    /// <summary><c>b [D, 1]</c>.</summary>
    public Tensor Scaler => _tensors[ScalerName][0];

    /// <summary><c>Dn [D, r]</c> of one projection.</summary>
    public Tensor Down(string projection) => _tensors[DownName(projection)][0];

    /// <summary><c>Up [r, d]</c> of one projection.</summary>
    public Tensor Up(string projection) => _tensors[UpName(projection)][0];

    public static string DownName(string projection) => projection + ".lora_down.weight";

    public static string UpName(string projection) => projection + ".lora_up.weight";

    public static string AlphaName(string projection) => projection + ".alpha";

    /// <summary>Settings under which an adapter is saved; the authors' three, and ours only where they differ from theirs.</summary>
    public static IReadOnlyDictionary<string, string> Settings(long rank, double alpha, string prompts, AttentionForm attention, bool gated)
    {
        var settings = new Dictionary<string, string>
        {
            ["rank"] = rank.ToString(CultureInfo.InvariantCulture),
            ["alpha"] = alpha.ToString("0.0#######", CultureInfo.InvariantCulture),
            ["prompts"] = prompts,
        };
        if (attention == AttentionForm.QueryKey)
            settings["attention"] = "query-key";
        if (!gated)
            settings["gate"] = "off";
        return settings;
    }

    /// <summary>Checks that tensors are an adapter for a model: exactly the expected names, shapes and finite values.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public static ConceptAdapter Of(AdapterLayout layout, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> settings)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var rank = Shape(tensors, DownName(layout.Projections[0].Name)) is [_, _, var r] ? r : 0;
        var gateRank = Shape(tensors, QueryName) is [_, _, var g] ? g : 0;
        Within("low rank", rank);
        Within("gate rank", gateRank);
        Agrees(settings, "rank", rank.ToString(CultureInfo.InvariantCulture));
        var expected = Expected(layout, gateRank, rank);
        if (tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } stranger)
            throw new InvalidDataException($"the adapter holds `{stranger}`, which the model has no place for");
        foreach (var (name, shape) in expected)
        {
            if (!Shape(tensors, name).SequenceEqual(shape))
                throw new InvalidDataException($"tensor `{name}` has shape `[{string.Join(", ", Shape(tensors, name))}]`, expected `[{string.Join(", ", shape)}]`");
            if (tensors[name].dtype != ScalarType.Float32 || !torch.isfinite(tensors[name]).all().item<bool>())
                throw new InvalidDataException($"tensor `{name}` is `{tensors[name].dtype}` or holds NaN or infinity, expected finite float32");
        }

        var alphas = layout.Projections.Select(projection => tensors[AlphaName(projection.Name)].item<float>()).Distinct().ToList();
        if (alphas.Count != 1)
            throw new InvalidDataException($"the adapter has {alphas.Count} different values of `alpha`, expected one");
        if (settings.TryGetValue("alpha", out var text) && (!double.TryParse(text, CultureInfo.InvariantCulture, out var alpha) || (float)alpha != alphas[0]))
            throw new InvalidDataException($"setting `alpha` is `{text}`, the tensors say `{alphas[0]}`");
        return new ConceptAdapter(tensors)
        {
            Rank = rank,
            Alpha = alphas[0],
            Attention = Choice(settings, "attention", "query-key") ? AttentionForm.QueryKey : AttentionForm.Shared,
            Gated = !Choice(settings, "gate", "off"),
        };
    }

    private static SortedDictionary<string, long[]> Expected(AdapterLayout layout, long gateRank, long rank)
    {
        var width = layout.TextWidth;
        var expected = new SortedDictionary<string, long[]>(StringComparer.Ordinal)
        {
            [QueryName] = [1, width, gateRank],
            [KeyName] = [1, width, gateRank],
            [ScalerName] = [1, width, 1],
        };
        foreach (var projection in layout.Projections)
        {
            expected[AlphaName(projection.Name)] = [];
            expected[DownName(projection.Name)] = [1, width, rank];
            expected[UpName(projection.Name)] = [1, rank, projection.Width];
        }

        return expected;
    }

    private static long[] Shape(IReadOnlyDictionary<string, Tensor> tensors, string name) =>
        tensors.TryGetValue(name, out var tensor) ? tensor.shape : throw new InvalidDataException($"the adapter lacks tensor `{name}`");

    private static void Within(string what, long rank)
    {
        if (rank is < 1 or > LargestRank)
            throw new InvalidDataException($"the adapter has {what} `{rank}`, expected 1 to {LargestRank}");
    }

    private static void Agrees(IReadOnlyDictionary<string, string> settings, string key, string value)
    {
        if (settings.TryGetValue(key, out var text) && text != value)
            throw new InvalidDataException($"setting `{key}` is `{text}`, the tensors say `{value}`");
    }

    private static bool Choice(IReadOnlyDictionary<string, string> settings, string key, string value)
    {
        if (!settings.TryGetValue(key, out var text))
            return false;
        return text == value ? true : throw new InvalidDataException($"setting `{key}` is `{text}`, expected `{value}` or nothing");
    }
}
