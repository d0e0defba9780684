using System.Diagnostics;
using System.Globalization;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Schedules;

namespace Lethe.Bench;

/// <summary>The networks of Stable Diffusion 1.4 with random weights, at full size or small. bench/runtime.py does the same in plain PyTorch.</summary>
internal static class RuntimeWork
{
    /// <summary>Does one kind of work, and prints <c>name seconds megabytes</c>: the median of the repetitions and the process's peak memory.</summary>
    /// <param name="work"><c>unet</c>, <c>text</c>, <c>decode</c> or <c>train</c>.</param>
    /// <param name="small">About a tenth of the widths and a quarter of the sides: whether it runs, not how fast.</param>
    /// <param name="repeats">Measured repetitions, after one that is not.</param>
    /// <param name="type">What the network computes in; float32 or bfloat16.</param>
    /// <param name="file">Holds the network's weights, as <see cref="MakeWeights"/> wrote them; null: random ones in float32.</param>
    public static void Run(string work, bool small, int repeats, string? file, ScalarType type)
    {
        using var generator = new torch.Generator(1);
        using var opened = file is null ? null : SafetensorsFile.Open(file);
        var weights = opened?.ReadAll();
        var body = work switch
        {
            "unet" => UNet(small, generator, weights, type),
            "text" => Text(small, generator, weights, type),
            "decode" => Decode(small, generator, weights, type),
            "train" => Train(small, generator, weights),
            _ => throw NoWork(work),
        };
        body();
        var seconds = Enumerable.Range(0, repeats).Select(_ => Time(body)).Order().ToList();
        Print(work, seconds[repeats / 2]);
    }

    /// <summary>Writes the random weights of the network that a kind of work needs as float16.</summary>
    public static void MakeWeights(string work, string path, bool small)
    {
        using var generator = new torch.Generator(1);
        var weights = work switch
        {
            "unet" or "train" => Network(small, generator).Network.Weights,
            "text" => TextEncoder(small, generator).Weights,
            "decode" => Autoencoder(small, generator).Weights,
            _ => throw NoWork(work),
        };
        SafetensorsWriter.Write(path, weights, floatType: torch.float16);
    }

    /// <summary>Writes a whole Stable Diffusion 1.4 of random float32 weights as one file, 4.3 GB unless it is <paramref name="small"/>.</summary>
    public static void Make(string path, bool small)
    {
        using var generator = new torch.Generator(1);
        using var model = Checkpoint(small, path, generator);
        SingleFile.Save(model, path);
    }

    /// <summary>A whole Stable Diffusion 1.4 of random weights.</summary>
    /// <param name="small">About a tenth of the widths and a quarter of the sides.</param>
    /// <param name="location">What it calls itself.</param>
    /// <param name="generator">Draws it.</param>
    /// <param name="sampleSize">Side of its latents; null for the usual one.</param>
    public static DiffusionCheckpoint Checkpoint(bool small, string location, torch.Generator generator, int? sampleSize = null) => new()
    {
        Location = location,
        Layout = ModelLayout.SingleFile,
        UNet = Network(small, generator, sampleSize).Network,
        Autoencoder = Autoencoder(small, generator),
        TextEncoder = TextEncoder(small, generator),
        Scheduler = new SchedulerConfig { BetaStart = 0.00085, BetaEnd = 0.012, ScaledBetas = true },
        TokenizerFolder = null,
        Metadata = new Dictionary<string, string>(),
        Files = [],
    };

    /// <summary>Reads all files of a model once, then opens it: prints <c>read</c> and <c>open</c>.</summary>
    public static void Open(string path)
    {
        var files = File.Exists(path) ? [path] : Directory.GetFiles(path, "*", SearchOption.AllDirectories);
        var buffer = new byte[4 << 20];
        Print("read", Time(() =>
        {
            foreach (var file in files)
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
                while (stream.Read(buffer) > 0)
                {
                }
            }
        }));
        // Loading libtorch, a third of a second, is no part of opening a file.
        torch.zeros([1]).Dispose();
        DiffusionCheckpoint? model = null;
        Print("open", Time(() => model = DiffusionCheckpoint.Open(path)));
        model?.Dispose();
    }

    private static Action UNet(bool small, torch.Generator generator, StateDict? weights, ScalarType type)
    {
        var (network, side, width) = Network(small, generator, weights: weights);
        network.Weights.Move(torch.CPU, type);
        var (latents, states) = (torch.randn([2, 4, side, side], generator: generator), torch.randn([2, 77, width], generator: generator));
        // As in a sampling run: keys and values of the prompt once, then step after step.
        var text = network.PrecomputeKeysValues(states);
        var timestep = torch.tensor([500L]);
        return () =>
        {
            using var still = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            network.Forward(latents, timestep, text);
        };
    }

    private static Action Train(bool small, torch.Generator generator, StateDict? weights)
    {
        var (network, side, width) = Network(small, generator, weights: weights);
        var (latents, states) = (torch.randn([1, 4, side / 2, side / 2], generator: generator), torch.randn([1, 77, width], generator: generator));
        foreach (var projection in network.CrossAttentionProjections)
            projection.Weight.Value.requires_grad = true;
        var timestep = torch.tensor([500L]);
        return () =>
        {
            using var scope = torch.NewDisposeScope();
            network.Forward(latents, timestep, states).square().mean().backward();
            foreach (var projection in network.CrossAttentionProjections)
                projection.Weight.Value.grad = null;
        };
    }

    private static Action Text(bool small, torch.Generator generator, StateDict? weights, ScalarType type)
    {
        var network = TextEncoder(small, generator, weights);
        network.Weights.Move(torch.CPU, type);
        var ids = torch.tensor([.. Enumerable.Range(0, 2 * 77).Select(i => (long)i)], [2, 77]);
        return () =>
        {
            using var still = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            network.Forward(ids);
        };
    }

    private static Action Decode(bool small, torch.Generator generator, StateDict? weights, ScalarType type)
    {
        var network = Autoencoder(small, generator, weights);
        network.Weights.Move(torch.CPU, type);
        var latents = torch.randn([1, 4, small ? 16 : 64, small ? 16 : 64], generator: generator);
        return () =>
        {
            using var still = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            network.Decode(latents);
        };
    }

    private static (UNet2DConditionModel Network, long Side, long Width) Network(bool small, torch.Generator generator, int? sampleSize = null, StateDict? weights = null)
    {
        var config = new UNet2DConfig
        {
            SampleSize = sampleSize ?? (small ? 16 : 64),
            CrossAttentionWidth = small ? 96 : 768,
            BlockOutChannels = small ? [32, 64, 128, 128] : [320, 640, 1280, 1280],
        };
        return (new UNet2DConditionModel(config, weights ?? UNetInit.Create(config, generator)), config.SampleSize, config.CrossAttentionWidth);
    }

    private static AutoencoderKL Autoencoder(bool small, torch.Generator generator, StateDict? weights = null)
    {
        var config = new AutoencoderKLConfig { BlockOutChannels = small ? [32, 32, 64, 64] : [128, 256, 512, 512], LayersPerBlock = 2 };
        return new AutoencoderKL(config, weights ?? AutoencoderInit.Create(config, generator));
    }

    private static ClipTextModel TextEncoder(bool small, torch.Generator generator, StateDict? weights = null)
    {
        var width = small ? 96 : 768;
        var config = new ClipTextConfig { Width = width, FeedForwardWidth = 4 * width, Heads = small ? 1 : 12 };
        return new ClipTextModel(config, weights ?? ClipInit.CreateText(config, generator));
    }

    private static ArgumentException NoWork(string work) => new($"`{work}` is no work, expected `unet`, `text`, `decode` or `train`", nameof(work));

    private static double Time(Action body)
    {
        var watch = Stopwatch.StartNew();
        body();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Prints <c>name seconds megabytes</c>, the latter the process's peak.</summary>
    public static void Print(string name, double seconds)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {seconds:f4} {process.PeakWorkingSet64 / 1e6:f0}"));
    }
}
