using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Diffusion.Images;
using Lethe.Host.Commands.Plugins;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands;

/// <summary><c>lethe generate</c>: draws pictures, with edits attached where asked.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "Model to draw with", DefaultValueFactory = _ => ModelLocation.Default, HelpName = "name or folder" };
        var prompt = new Option<string[]>("--prompt") { Description = "What to draw; may be given several times", Required = true, HelpName = "text" };
        var seed = new Option<long>("--seed") { Description = "Seed of the first picture; the next ones count up", DefaultValueFactory = _ => 0 };
        var count = Bounded("--count", "Pictures per prompt", 1, 1, 10_000);
        var steps = Bounded("--steps", "Sampling steps", 30, 1, 1000);
        var guidance = new Option<double>("--guidance-scale") { Description = "Classifier-free guidance; 1 is none", DefaultValueFactory = _ => 5 };
        var scheduler = new Option<string>("--scheduler") { Description = "Sampler", DefaultValueFactory = _ => "ddim" };
        scheduler.AcceptOnlyFromAmong([.. PlannedSampling.Schedulers]);
        var eta = new Option<double>("--eta") { Description = "Noise that ddim adds between steps: 0 none, 1 as much as ddpm" };
        eta.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) && number is not (>= 0 and <= 1))
                result.AddError($"`--eta` is `{result.Tokens[0].Value}`, expected a number from 0 to 1");
        });
        var edits = new Option<string[]>("--edit") { Description = "Edit of a run to attach, in the order given", HelpName = "file" };
        var output = new Option<string>("--output", "-o") { Description = "Folder for the pictures", DefaultValueFactory = _ => "pictures", HelpName = "folder" };
        var command = new Command("generate", "Draw pictures with a model, with or without edits")
        {
            model, prompt, seed, count, steps, guidance, scheduler, eta, edits, output, GlobalOptions.Computed, GlobalOptions.Drawn,
        };
        command.SetRun((context, cancel) => RunGuard.Guard(context, () => Run(context, new Request
        {
            Model = context.Parsed.GetValue(model)!,
            Prompts = context.Parsed.GetValue(prompt)!,
            Seed = context.Parsed.GetValue(seed),
            Count = context.Parsed.GetValue(count),
            Edits = context.Parsed.GetValue(edits) ?? [],
            Output = Path.GetFullPath(context.Parsed.GetValue(output)!),
            Sampling = new PlannedSampling
            {
                Scheduler = context.Parsed.GetValue(scheduler)!,
                Eta = context.Parsed.GetValue(eta) is > 0 and var noise ? noise : null,
                Steps = context.Parsed.GetValue(steps),
                GuidanceScale = context.Parsed.GetValue(guidance),
                Dtype = PlannedSampling.Drawn(context.Globals.Dtype),
                Batch = 16,
            },
        }, cancel)));
        return command;
    }

    internal static Option<int> Bounded(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && (number < least || number > most))
                result.AddError(FormattableString.Invariant($"`{name}` is `{number}`, expected a number from {least} to {most}"));
        });
        return option;
    }

    private static ExitCode Run(CommandContext context, Request request, CancellationToken cancel)
    {
        using var progress = context.Progress();
        using var model = ModelSession.Open(ModelLocation.Find(request.Model), context.Globals.Device ?? "cpu", request.Sampling, context.Globals.CoresToUse);
        var erasers = new Lazy<EraserSet>(() => EraserSet.Of(AskedPlugins.Load(context)));
        var attached = new Stack<IDisposable>();
        var pictures = new List<(string Prompt, long Seed, string File, RgbImage Image)>();
        try
        {
            foreach (var file in request.Edits)
                attached.Push(model.Denoiser.Attach(EditFile.Load(file, model, erasers.Value.Create)));
            var wanted = request.Prompts.SelectMany((prompt, number) => Enumerable.Range(0, request.Count)
                .Select(i => (Prompt: prompt, Seed: request.Seed + i, File: FormattableString.Invariant($"{number + 1:00}-{Slug.Of(prompt)}-{request.Seed + i}.png")))).ToList();
            progress.Begin("pictures", wanted.Count, "pictures");
            foreach (var batch in wanted.Chunk(request.Sampling.Batch))
            {
                cancel.ThrowIfCancellationRequested();
                var drawn = Drawing.Draw(model, [.. batch.Select(item => item.Prompt)], [.. batch.Select(item => item.Seed)], request.Sampling, cancel);
                for (var i = 0; i < batch.Length; i++)
                {
                    Write(Path.Combine(request.Output, batch[i].File), drawn[i]);
                    pictures.Add((batch[i].Prompt, batch[i].Seed, batch[i].File, drawn[i]));
                }
                progress.Report(pictures.Count);
            }
        }
        finally
        {
            while (attached.TryPop(out var attachment))
                attachment.Dispose();
            if (erasers.IsValueCreated)
                erasers.Value.Dispose();
        }
        if (pictures.Count > 1)
            Write(Path.Combine(request.Output, "grid.png"), ImageGrid.Compose([.. pictures.Select(picture => picture.Image)], Columns(request)));
        return Finish(context, request, pictures, progress);
    }

    private static ExitCode Finish(
        CommandContext context, Request request, List<(string Prompt, long Seed, string File, RgbImage Image)> pictures, Output.ProgressLine progress)
    {
        progress.Dispose();
        if (!context.Globals.Json)
        {
            foreach (var picture in pictures)
                context.Streams.Out.WriteLine(Path.Combine(request.Output, picture.File));
        }
        return context.Finish(new JsonObject
        {
            ["output"] = request.Output,
            ["grid"] = pictures.Count > 1 ? "grid.png" : null,
            ["pictures"] = new JsonArray([.. pictures.Select(picture => new JsonObject
            {
                ["file"] = picture.File, ["prompt"] = picture.Prompt, ["seed"] = picture.Seed,
            })]),
        });
    }

    private static int Columns(Request request) =>
        request.Prompts.Length > 1 && request.Count > 1 ? request.Count : (int)Math.Ceiling(Math.Sqrt(request.Prompts.Length * request.Count));

    private static void Write(string path, RgbImage image)
    {
        var png = ImageFile.Encode(image);
        OutputFile.Write(path, temporary => File.WriteAllBytes(temporary, png));
    }

    private sealed record Request
    {
        public required string Model { get; init; }

        public required string[] Prompts { get; init; }

        public required long Seed { get; init; }

        public required int Count { get; init; }

        public required string[] Edits { get; init; }

        public required string Output { get; init; }

        public required PlannedSampling Sampling { get; init; }
    }
}
