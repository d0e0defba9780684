using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Host.Benchmarks;
using Lethe.Host.Benchmarks.Tables;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands;

/// <summary><c>lethe benchmark</c>: measures erasers side by side.</summary>
internal static class BenchmarkCommand
{
    private static readonly Argument<string?> Name = new("benchmark") { Description = "Name of a benchmark, or a file; without it, the benchmarks are listed", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Quick = new("--quick") { Description = "The quick variant: fewer pictures and steps, a few minutes" };
    private static readonly Option<string[]> Erasers = new("--eraser") { Description = "Only rows of this eraser, or of this name; may be given several times", HelpName = "id" };
    private static readonly Option<string?> Model = new("--model") { Description = "Another model than the benchmark's", HelpName = "name or folder" };
    private static readonly Option<string?> Output = new("--output", "-o") { Description = "Folder of the benchmark; `runs/benchmark-` and its name unless given", HelpName = "folder" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Print the plan; open no weights and write nothing" };
    private static readonly Option<bool> Force = new("--force") { Description = "Run finished cells again" };
    private static readonly Option<bool> TablesOnly = new("--tables-only") { Description = "Make the tables again from the scores of finished cells; draw nothing" };

    // What this program starts itself with, one process for each cell.
    private static readonly Option<string?> Cell = new("--cell") { Description = "Run one cell in this process", Hidden = true };

    public static Command Create()
    {
        var command = new Command("benchmark", "Measure erasers side by side on one model, in one table") { Name, Quick, Erasers, Model, Output, DryRun, Force, TablesOnly, Cell, GlobalOptions.Computed, GlobalOptions.Drawn };
        command.SetRun((context, cancel) => RunGuard.Guard(context, () => context.Parsed.GetValue(Name) is { } name ? Run(context, name, cancel) : List(context)));
        return command;
    }

    private static ExitCode Run(CommandContext context, string name, CancellationToken cancel)
    {
        var parsed = context.Parsed;
        var file = BenchmarkLocation.Find(name);
        var choices = new BenchmarkChoices
        {
            Quick = parsed.GetValue(Quick),
            Model = parsed.GetValue(Model),
            Device = context.Globals.Device,
            Dtype = context.Globals.Dtype,
            Erasers = parsed.GetValue(Erasers) ?? [],
        };
        using var erasers = EraserSet.Of(AskedPlugins.Load(context));
        var benchmark = BenchmarkPreparation.Of(file, choices, erasers);
        if (parsed.GetValue(DryRun))
            return Show(context, benchmark.Plan);
        // Before any cell starts, and fails one by one.
        ComputeDevice.Find(benchmark.Plan.Device, benchmark.Plan.Sampling.ComputeType);
        var root = Path.GetFullPath(parsed.GetValue(Output) ?? Path.Combine("runs", $"benchmark-{benchmark.Plan.Benchmark}{(choices.Quick ? "-quick" : "")}"));
        var threads = context.Globals.CoresToUse;
        return parsed.GetValue(Cell) is { } cell ? Work(context, benchmark, root, cell, threads, cancel) : Measure(context, benchmark, file, root, choices, threads, cancel);
    }

    private static ExitCode Measure(
        CommandContext context, PreparedBenchmark benchmark, string file, string root, BenchmarkChoices choices, int threads, CancellationToken cancel)
    {
        BenchmarkResult result;
        using (var progress = context.Progress())
        {
            result = new BenchmarkSession(benchmark, root, progress).Run(
                context.Parsed.GetValue(TablesOnly) ? null : (cell, lanes) => Worker(context, file, root, choices, cell, lanes),
                threads, context.Parsed.GetValue(Force), cancel);
        }
        if (!context.Globals.Json)
            TableText.Write(result.Table, context.Streams);
        context.Note($"table: {Path.Combine(result.Folder, "table.html")}");
        var data = (JsonObject)JsonSerializer.SerializeToNode(result.Table, RunJson.Document)!;
        data["folder"] = result.Folder;
        return context.Finish(result.ExitCode, result.Diagnostics, data);
    }

    private static ExitCode Work(CommandContext context, PreparedBenchmark benchmark, string root, string id, int threads, CancellationToken cancel)
    {
        if (benchmark.Plan.Cells.FirstOrDefault(cell => cell.Id == id) is not { } cell)
            throw new RunException(ExitCode.UsageInvalid, DiagnosticId.RunFailed, $"the benchmark has no cell `{id}`");
        WorkerLife.EndWith(context.Streams.In);
        new CellRun(BenchmarkSession.Hashed(benchmark), root, threads, new CellObserver(context.Streams.Out)).Run(cell, cancel);
        return ExitCode.Success;
    }

    private static ProcessStartInfo Worker(CommandContext context, string file, string root, BenchmarkChoices choices, BenchmarkCell cell, int threads)
    {
        List<string> arguments =
            ["benchmark", file, "--cell", cell.Id, "--output", root, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--no-color", "--no-input", "--quiet"];
        if (choices.Quick)
            arguments.Add("--quick");
        // A model's path is relative to where the command was given; workers start there too.
        if (choices.Model is not null)
            arguments.AddRange(["--model", choices.Model]);
        if (choices.Device is not null)
            arguments.AddRange(["--device", choices.Device]);
        if (choices.Dtype is not null)
            arguments.AddRange(["--dtype", choices.Dtype]);
        foreach (var eraser in choices.Erasers)
            arguments.AddRange(["--eraser", eraser]);
        return HostProcess.Of(context, arguments);
    }

    private static ExitCode Show(CommandContext context, BenchmarkPlan plan)
    {
        if (!context.Globals.Json)
            context.Streams.Out.Write(RunJson.Text(plan));
        context.Note(string.Create(CultureInfo.InvariantCulture, $"{plan.Cells.Count} cells, {plan.Cells.Sum(cell => cell.Pictures)} pictures"));
        return context.Finish((JsonObject)JsonSerializer.SerializeToNode(plan, RunJson.Document)!);
    }

    private static ExitCode List(CommandContext context)
    {
        var benchmarks = BenchmarkLocation.Names().Select(name => (Name: name, Reading: BenchmarkReader.Read(BenchmarkLocation.Find(name), quick: false))).ToList();
        foreach (var (name, reading) in benchmarks.Where(_ => !context.Globals.Json))
            context.Streams.Out.WriteLine($"{name,-18}{reading.Benchmark?.Title ?? "(cannot be read)"}");
        return context.Finish(new JsonObject
        {
            ["benchmarks"] = new JsonArray([.. benchmarks.Select(item => new JsonObject { ["name"] = item.Name, ["title"] = item.Reading.Benchmark?.Title })]),
        });
    }
}
