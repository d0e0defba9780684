using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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
            torch.set_num_threads(threads);
            var speed = MultiplySpeed();
            return
            [
                new("libtorch", true, torch.__version__),
                new("blas", true, Blas() ?? "inside libtorch"),
                new("threads", true, torch.get_num_threads().ToString(CultureInfo.InvariantCulture)),
                new("speed", true, string.Create(CultureInfo.InvariantCulture, $"{speed:F0} GFLOP/s on matrices of 512 x 512")),
                new("cuda", true, torch.cuda.device_count() is > 0 and var devices ? devices.ToString(CultureInfo.InvariantCulture) : "not available"),
            ];
        }
        catch (Exception failure)
        {
            var cause = failure is TypeInitializationException { InnerException: { } inner } ? inner : failure;
            return [new("libtorch", false, cause.Message.ReplaceLineEndings(" "), "install `libtorch-dev`, or name its folder in `LIBTORCH`")];
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

    // Which library the multiplication above went to is known to the dynamic loader alone.
    private static string? Blas()
    {
        const string maps = "/proc/self/maps";
        if (!File.Exists(maps)) return null;
        string[] known = ["mkl", "openblas", "blis", "atlas", "libblas"];
        var libraries = File.ReadLines(maps)
            .Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .Where(path => path.Contains(".so", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).ToList();
        return known.Select(name => libraries.FirstOrDefault(path => Path.GetFileName(path).Contains(name, StringComparison.Ordinal))).FirstOrDefault(path => path is not null);
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
