using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Diffusion.Checkpoints;
using Lethe.Host.Policies;
using Lethe.Host.Runs;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Commands.Models;

/// <summary><c>lethe models convert</c>: the same model in another layout or number format.</summary>
internal static class ConvertCommand
{
    private const string Ending = ".safetensors";

    public static Command Create()
    {
        var command = new Command("convert", "Write a model in another layout or number format");
        var choice = new ModelChoice(command);
        var output = new Argument<string>("output") { Description = "New folder, or new file that ends with .safetensors" };
        var type = new Option<string?>("--dtype") { Description = "Number format of the weights; as they came when left out" };
        type.AcceptOnlyFromAmong([.. Enum.GetNames<WeightFormat>().Select(KeyName.Of)]);
        command.Arguments.Add(output);
        command.Options.Add(type);
        command.SetRun((context, _) => RunGuard.Guard(context, () => ModelSession.Guard(() =>
        {
            var target = Path.GetFullPath(context.Parsed.GetRequiredValue(output));
            if (Path.Exists(target))
                throw new RunException(ExitCode.UsageInvalid, DiagnosticId.OutputUnwritable, $"`{target}` already exists, expected a new folder or file");
            var floatType = ModelExport.TypeOf(context.Parsed.GetValue(type));
            var layout = target.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? ModelLayout.SingleFile : ModelLayout.Folder;
            var metadata = new Dictionary<string, string> { ["lethe.version"] = Planner.HostVersion };
            using var model = DiffusionCheckpoint.Open(choice.Path(context.Parsed), choice.Options(context.Parsed));
            try
            {
                if (layout == ModelLayout.SingleFile)
                    SingleFile.Save(model, target, floatType, metadata);
                else
                    DiffusersFolder.Save(model, target, floatType, metadata);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw OutputFile.Refused(target, failure);
            }

            if (!context.Globals.Json)
                context.Streams.Out.WriteLine(target);
            return context.Finish(new JsonObject { ["output"] = target, ["layout"] = KeyName.Of(layout.ToString()), ["family"] = model.Family });
        })));
        return command;
    }
}
