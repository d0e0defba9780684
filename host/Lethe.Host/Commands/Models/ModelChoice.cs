using System.CommandLine;
using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Schedules;
using Lethe.Host.Runs;

namespace Lethe.Host.Commands.Models;

/// <summary>The model that a command is about, and what its files leave open.</summary>
internal sealed class ModelChoice
{
    private readonly Argument<string> model = new("model") { Description = "Built-in model, diffusers folder or single file", HelpName = "name or path" };
    private readonly Option<string?> variant = new("--variant") { Description = "Which weight files of a folder, such as fp16", HelpName = "word" };
    private readonly Option<string?> config = new("--config") { Description = "Diffusers folder whose configuration holds for a single file", HelpName = "folder" };
    private readonly Option<string?> prediction = new("--prediction") { Description = "What the U-Net of a single file predicts: epsilon or v" };

    public ModelChoice(Command command)
    {
        prediction.AcceptOnlyFromAmong("epsilon", "v");
        command.Arguments.Add(model);
        foreach (var option in (Option[])[variant, config, prediction])
            command.Options.Add(option);
    }

    /// <summary>The model as it was named.</summary>
    public string Name(ParseResult parsed) => parsed.GetRequiredValue(model);

    /// <summary>Where it lies.</summary>
    public string Path(ParseResult parsed) => ModelLocation.Find(Name(parsed));

    /// <summary>How to open it.</summary>
    public OpenOptions Options(ParseResult parsed) => new()
    {
        Variant = parsed.GetValue(variant),
        ConfigFolder = parsed.GetValue(config),
        Prediction = parsed.GetValue(prediction) switch { "v" => PredictionType.Velocity, "epsilon" => PredictionType.Epsilon, _ => null },
    };
}
