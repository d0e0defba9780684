using System.Diagnostics;
using Lethe.Diffusion.Engine;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Menus;
using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;
using Spectre.Console;

namespace Lethe.Host.Commands;

/// <summary><c>lethe</c> without arguments: the menus, where there is a terminal for them.</summary>
internal static class MenuStart
{
    /// <summary>Shows the menus, or says why not.</summary>
    public static ExitCode Run(CommandContext context, CancellationToken cancel)
    {
        if (!context.Streams.IsInteractive || context.Globals.NoInput || context.Globals.Json)
        {
            return context.Finish(
                ExitCode.UsageInvalid,
                [Diagnostic.Error(CommandLine.UsageDiagnosticId, "no command given", hint: "`lethe --help` lists the commands; menus need a terminal")]);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Streams.Out),
            ColorSystem = context.Streams.OutColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        using var erasers = EraserSet.Of(AskedPlugins.Load(context));
        return new Menu(console, Services(context, erasers)).Run(cancel);
    }

    private static MenuServices Services(CommandContext context, EraserSet erasers) => new()
    {
        Models = () => ModelLocation.BuiltInNames() is { Count: > 0 } installed ? installed : BuiltInModels.Names,
        PolicyFiles = PolicyFiles,
        Erasers = () => [.. erasers.Sources.Keys.Order(StringComparer.Ordinal)],
        CommandOptions = string.Concat(context.Globals.Plugins.Select(folder => $" --plugins '{folder}'")) + (context.Globals.AllowUntrusted ? " --allow-untrusted" : ""),
        WritePolicy = Write,
        Apply = (file, progress, cancel) => Apply(context, erasers, file, progress, cancel),
        Open = Open,
    };

    private static IReadOnlyList<string> PolicyFiles()
    {
        var home = Environment.GetEnvironmentVariable("LETHE_HOME");
        var folder = new[] { "policies", home is null ? null : Path.Combine(home, "policies") }.FirstOrDefault(Directory.Exists);
        return folder is null ? [] : [.. Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)];
    }

    private static string Write(Policy policy)
    {
        var file = Path.Combine("runs", policy.Name + ".yaml");
        Directory.CreateDirectory("runs");
        OutputFile.WriteText(file, PolicyWriter.Write(policy));
        return file;
    }

    private static MenuOutcome Apply(CommandContext context, EraserSet erasers, string file, MenuProgress progress, CancellationToken cancel)
    {
        try
        {
            // As `RunGuard` does for the commands; part of it belongs to the thread that computes.
            TensorEngine.Start(context.Globals.CoresToUse);
            var prepared = Preparation.Of(file, new RunChoices(), erasers);
            var folder = Path.GetFullPath(Path.Combine("runs", prepared.Plan.Policy));
            var result = new RunSession(prepared, folder, startOver: false, context.Globals.CoresToUse, new MenuObserver(progress)).Run(cancel);
            return new MenuOutcome(result.ExitCode, [.. RunSummary.Lines(result)], Path.Combine(result.Folder, "report.html"));
        }
        catch (RunException fault)
        {
            return new MenuOutcome(fault.ExitCode, [.. fault.Diagnostics.SelectMany(diagnostic => diagnostic.ToString().Split('\n'))], null);
        }
    }

    private static bool Open(string path)
    {
        try
        {
            using var opened = Process.Start(new ProcessStartInfo("xdg-open", [path]) { RedirectStandardOutput = true, RedirectStandardError = true });
            return opened is not null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program here; the caller shows the path instead.
            return false;
        }
    }

    private sealed class MenuObserver(MenuProgress progress) : IRunObserver
    {
        public void Stage(string name) => progress.Stage(name);

        public void Progress(int done, int total, string unit, string? detail = null) => progress.Progress(done, total, unit, detail);

        public void Note(string text) => progress.Note(text);
    }
}
