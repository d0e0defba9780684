using System.CommandLine;

namespace Lethe.Host.Commands;

/// <summary><c>lethe policy</c>: all that can be said about a policy without running it.</summary>
public static class PolicyCommand
{
    public static Command Create() => new("policy", "Check and explain policies")
    {
        PolicyCheckCommand.Create(),
        PolicyExplainCommand.Create(),
        PolicySchemaCommand.Create(),
    };
}
