using System.CommandLine;

namespace Lethe.Host.Commands.Models;

/// <summary><c>lethe models</c>: what a model is, in another layout, and whether it still computes the same.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new("models", "List, describe, convert and verify models")
    {
        ListCommand.Create(), ShowCommand.Create(), ConvertCommand.Create(), VerifyCommand.Create(),
    };
}
