using System.Globalization;
using System.Text.Json;
using Lethe.Diffusion;
using Lethe.Diffusion.Images;
using Lethe.Evaluation.Judges;
using Lethe.Sdk.Diffusion;
using Lethe.Training.Data;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>Lets the judge look at what the exported model draws: how often is it what was asked for?</summary>
public static class MeasureStage
{
    public const string Name = "measure";
    private const int Steps = 30;
    private const double Guidance = 5;
    private const int FirstSeed = 1000;
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>A prompt with what it asks for; null where it leaves that open.</summary>
    private sealed record Question(string Set, string Prompt, string? Object, string? Style);

    public static void Run(StageContext context)
    {
        var folder = context.Options.Export ?? throw new ArgumentException("stage `measure` needs a model folder\n\nhint: name it with `--export`");
        using var model = StableDiffusion.Open(folder);
        var step = TrainingRun.StepsDone(context.RunFolder, DenoiserStage.Name);
        using var judge = EmojiJudge.Open(Path.Combine(folder, "judge"));
        var results = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var set in Questions(context.World).GroupBy(question => question.Set))
        {
            var questions = set.ToList();
            var pictures = model.Draw(
                new SamplingRequest
                {
                    Prompts = [.. questions.Select(q => q.Prompt)],
                    Seeds = [.. questions.Select((_, i) => (long)(FirstSeed + i))],
                    Steps = Steps,
                    GuidanceScale = Guidance,
                },
                cancel: context.Cancel);
            var samples = Directory.CreateDirectory(Path.Combine(context.Options.WorkFolder, "samples")).FullName;
            ImageFile.Write(Path.Combine(samples, string.Create(CultureInfo.InvariantCulture, $"measure-{set.Key}-{step:000000}.png")), ImageGrid.Compose(pictures, context.World.Styles.Count * 2));
            using var scope = torch.NewDisposeScope();
            var answers = judge.Judge(ImageTensor.FromImages(pictures));
            var objects = questions.Zip(answers).Where(pair => pair.First.Object is not null).ToList();
            var styles = questions.Zip(answers).Where(pair => pair.First.Style is not null).ToList();
            var (objectShare, styleShare) = (
                objects.Count == 0 ? double.NaN : objects.Average(pair => pair.First.Object == pair.Second.Object ? 1.0 : 0),
                styles.Count == 0 ? double.NaN : styles.Average(pair => pair.First.Style == pair.Second.Style ? 1.0 : 0));
            results[set.Key] = new { pictures = questions.Count, @object = Text(objectShare), style = Text(styleShare) };
            context.Log($"{set.Key}: {questions.Count} pictures, object right {Text(objectShare)}, style right {Text(styleShare)}");
        }

        AtomicFile.WriteText(Path.Combine(context.RunFolder, "measure.json"), JsonSerializer.Serialize(results, Format) + "\n");
    }

    private static string Text(double share) => double.IsNaN(share) ? "not asked" : share.ToString("0.000", CultureInfo.InvariantCulture);

    private static IEnumerable<Question> Questions(World world)
    {
        foreach (var name in world.Cifar10)
        {
            yield return new("cifar10", Captions.Plain(name), name, null);
            foreach (var style in world.Styles)
                yield return new("cifar10-styled", Captions.Styled(name, style.Name), name, style.Name);
        }

        foreach (var name in world.AgeRating)
            yield return new("age-rating", Captions.Plain(name), name, null);
        foreach (var (item, i) in world.Objects.Select((o, i) => (o, i)))
        {
            yield return new("objects", Captions.Plain(item.Name), item.Name, null);
            var style = world.Styles[i % world.Styles.Count].Name;
            yield return new("objects-styled", Captions.Styled(item.Name, style), item.Name, style);
        }
    }
}
