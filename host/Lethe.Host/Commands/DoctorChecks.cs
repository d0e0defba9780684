using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Lethe.Diffusion.Engine;
using Lethe.Diffusion.Text;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Plugins;
using Lethe.Host.Policies;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands;

/// <summary>What must work before a run can: engine, plugins, models. No check throws.</summary>
internal static class DoctorChecks
{
    /// <summary>All checks in the order in which a run meets their objects.</summary>
    public static IEnumerable<DoctorCheck> All(CommandContext context)
    {
        yield return new DoctorCheck("system", true, $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)} processors");
        yield return ClipTokenizer.ReadsUnicode
            ? new DoctorCheck("unicode", true, "ICU")
            : new DoctorCheck("unicode", false, "no ICU: prompts in other than Latin letters are refused", "install `libicu` (Debian 12: `libicu72`)");
        foreach (var check in Engine(context.Globals.CoresToUse)) yield return check;
        foreach (var check in Plugins(context)) yield return check;
        foreach (var model in BuiltInModels.Names) yield return Model(model);
    }

    private static List<DoctorCheck> Engine(int threads)
    {
        try
        {
            TensorEngine.Start(threads);
            var speed = MultiplySpeed();
            return
            [
                new("libtorch", true, torch.__version__),
                ConvolutionKernels.AreRight()
                    ? new("convolutions", true, "right")
                    : new("convolutions", false, "oneDNN computes wrong numbers on this processor", "set `ONEDNN_MAX_CPU_ISA=AVX`"),
                new("threads", true, torch.get_num_threads().ToString(CultureInfo.InvariantCulture)),
                new("speed", true, string.Create(CultureInfo.InvariantCulture, $"{speed:F0} GFLOP/s on matrices of 512 x 512")),
                new("bfloat16", true, string.Create(CultureInfo.InvariantCulture, $"{Bfloat16.Cost:F1} times as long as float32{(Bfloat16.IsFast ? "" : ", so refused for pictures")}")),
                new("cuda", true, torch.cuda.device_count() is > 0 and var devices ? devices.ToString(CultureInfo.InvariantCulture) : "not available"),
            ];
        }
        catch (EngineException failure)
        {
            return [new("libtorch", false, failure.Message, "build again with `./lethe`; a CUDA build needs `-p:Cuda=true` and NVIDIA's driver")];
        }
    }

    private static double MultiplySpeed()
    {
        const int size = 512;
        const int rounds = 8;
        using var scope = torch.NewDisposeScope();
        using var unrecorded = torch.no_grad();
        var matrix = torch.ones([size, size]);
        torch.matmul(matrix, matrix);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++) torch.matmul(matrix, matrix);
        return 2.0 * size * size * size * rounds / watch.Elapsed.TotalSeconds / 1e9;
    }

    private static List<DoctorCheck> Plugins(CommandContext context)
    {
        using var catalog = AskedPlugins.Load(context);
        var checks = catalog.Plugins.Select(plugin => plugin.State == PluginState.Ready
            ? new DoctorCheck($"plugin {plugin.Id}", true, $"ready: {string.Join(", ", plugin.Erasers.Select(eraser => eraser.Id))}")
            : new DoctorCheck($"plugin {plugin.Id}", false, plugin.Diagnostics.Count > 0 ? plugin.Diagnostics[0].Message : "refused", plugin.Diagnostics.Count > 0 ? plugin.Diagnostics[0].Hint : null)).ToList();
        if (checks.Count == 0) checks.Add(new DoctorCheck("plugins", false, "none installed", "build the folders of `plugins/`, or name a folder with `--plugins` or in `LETHE_PLUGINS`"));
        return checks;
    }

    private static DoctorCheck Model(string name)
    {
        try
        {
            return new DoctorCheck($"model {name}", true, ModelLocation.Find(name));
        }
        catch (RunException fault)
        {
            return new DoctorCheck($"model {name}", false, fault.Diagnostics[0].Message, fault.Diagnostics[0].Hint);
        }
    }
}
