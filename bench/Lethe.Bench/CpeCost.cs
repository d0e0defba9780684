using System.Diagnostics;
using System.Globalization;
using Lethe.Plugins.Cpe;
using Lethe.Sdk.Anchors;
using Lethe.Sdk.Diffusion;
using Switch = Lethe.Plugins.Cpe.Switch;

namespace Lethe.Bench;

/// <summary>
/// What CPE costs at the sizes of Stable Diffusion 1.4: 16 cross-attention layers, text states of 77 x 768. Projections and
/// text states are random; encoding prompts is not counted, as it is shared by all concepts of a run.
/// </summary>
internal static class CpeCost
{
    private const int Tokens = 77, Width = 768, Anchors = 1024, Pairs = 101;
    private static readonly (string Block, int Count, long Width)[] s_blocks =
    [
        ("down_blocks.0", 2, 320), ("down_blocks.1", 2, 640), ("down_blocks.2", 2, 1280),
        ("up_blocks.1", 3, 1280), ("up_blocks.2", 3, 640), ("up_blocks.3", 3, 320), ("mid_block", 1, 1280),
    ];

    /// <summary>Prints seconds a concept of the celebrity preset, alone and with others beside it, each the median of three; memory; the price of merging.</summary>
    /// <param name="share">Share of the steps to do, scaled up to all; 1 does all.</param>
    public static void Run(double share)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(1);
        var layers = Layers(generator);
        using var frozen = new FrozenProjections(
            new AdapterLayout(layers), torch.cat([.. layers.SelectMany(layer => new[] { layer.KeyWeight, layer.ValueWeight })]),
            [.. Enumerable.Repeat(1.0, 2 * layers.Count)], Tokens);
        var cores = Environment.ProcessorCount;
        // As CpeRun has it: one engine thread for each concept.
        torch.set_num_threads(1);
        var anchors = new AnchorSampler([.. Enumerable.Range(0, Anchors).Select(_ => States(generator).to(ScalarType.Float16))], States(generator).unsqueeze(0), 0.001, true);
        var pairs = Enumerable.Range(0, Pairs).Select(_ => (States(generator), States(generator))).ToList();
        foreach (var rare in new[] { Switch.Off, Switch.On })
        {
            var settings = CpeSettings.Of(new CpeOptions { Preset = CpePreset.Celebrity, Rare = rare }, ConceptKind.Object, Width);
            settings = settings with
            {
                FirstIterations = Part(settings.FirstIterations),
                Iterations = Part(settings.Iterations),
                AttackIterations = Part(settings.AttackIterations),
            };
            var name = $"cpe-train-rare-{(rare == Switch.On ? "on" : "off")}";
            Print(name + "-one-concept", Median(() => Train(frozen, settings, pairs, anchors)) / share);
            Print(name + "-several-concepts", Median(() => SideBySide(cores, () => Train(frozen, settings, pairs, anchors))) / share);
        }

        Print("peak-memory-gigabytes", Process.GetCurrentProcess().PeakWorkingSet64 / 1e9);
        Inference(layers, generator);

        int Part(int steps) => Math.Max(1, (int)(steps * share));
    }

    /// <summary>Seconds a concept when each core trains its own, as a run with several concepts does.</summary>
    private static double SideBySide(int cores, Func<double> train)
    {
        var watch = Stopwatch.StartNew();
        var lanes = Enumerable.Range(0, cores).Select(_ => new Thread(() =>
        {
            torch.set_num_threads(1);
            train();
        })).ToList();
        lanes.ForEach(lane => lane.Start());
        lanes.ForEach(lane => lane.Join());
        return watch.Elapsed.TotalSeconds / cores;
    }

    private static double Median(Func<double> seconds) => Enumerable.Range(0, 3).Select(_ => seconds()).Order().ElementAt(1);

    private static double Train(FrozenProjections frozen, CpeSettings settings, List<(Tensor, Tensor)> pairs, AnchorSampler anchors)
    {
        var watch = Stopwatch.StartNew();
        using var training = new ConceptTraining(frozen, settings, pairs, anchors, 1);
        while (!training.IsFinished)
            training.Step();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Seconds that 50 merged adapters add to one prompt and its empty counterpart, once for all sampling steps.</summary>
    private static void Inference(List<CrossAttentionLayer> layers, torch.Generator generator)
    {
        using var still = torch.no_grad();
        var layout = new AdapterLayout(layers);
        var concepts = Enumerable.Range(0, 50).Select(_ =>
        {
            using var fresh = TrainableAdapter.Create(layout, new AdapterShape { GateRank = 16, Rank = 1 }, generator);
            fresh.Query.normal_(0, 0.01, generator);
            fresh.Scaler.normal_(0, 0.01, generator);
            return ConceptAdapter.Of(layout, fresh.ToFile(), new Dictionary<string, string>());
        }).ToList();
        using var adapter = new CpeAdapter(concepts);
        var states = torch.stack([States(generator), States(generator)]);
        var projected = layers.ToDictionary(layer => layer.Name, layer => torch.zeros([2, Tokens, layer.KeyWeight.shape[0]]));
        var times = Enumerable.Range(0, 5).Select(_ =>
        {
            using var scope = torch.NewDisposeScope();
            var watch = Stopwatch.StartNew();
            foreach (var layer in layers)
            {
                adapter.Apply(layer, Projection.Key, states, projected[layer.Name]);
                adapter.Apply(layer, Projection.Value, states, projected[layer.Name]);
            }

            return watch.Elapsed.TotalSeconds;
        }).Order().ToList();
        Print("cpe-50-adapters-a-prompt", times[2]);
    }

    private static List<CrossAttentionLayer> Layers(torch.Generator generator) =>
        [.. s_blocks.SelectMany(block => Enumerable.Range(0, block.Count).Select(i => new CrossAttentionLayer
        {
            Name = $"{block.Block}.attentions.{i}.transformer_blocks.0.attn2",
            KeyWeight = torch.randn([block.Width, Width], generator: generator) * 0.03,
            ValueWeight = torch.randn([block.Width, Width], generator: generator) * 0.03,
        }))];

    private static Tensor States(torch.Generator generator) => torch.randn([Tokens, Width], generator: generator);

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:f2}"));
}
