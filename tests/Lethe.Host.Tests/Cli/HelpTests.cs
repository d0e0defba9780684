namespace Lethe.Host.Tests.Cli;

public sealed class HelpTests
{
    [Theory]
    [InlineData("help-exit-codes", "help", "exit-codes")]
    [InlineData("help-exit-codes-json", "help", "exit-codes", "--json")]
    [InlineData("help-unknown", "help", "exit-cods")]
    [InlineData("no-command")]
    [InlineData("no-command-json", "--json")]
    [InlineData("unknown-command", "polcy", "check")]
    [InlineData("unknown-option", "help", "--jsn")]
    [InlineData("threads-out-of-range", "help", "--threads", "0")]
    [InlineData("threads-no-number", "help", "--threads", "many")]
    [InlineData("device-where-none-is-used", "train", "emoji", "--device", "cpu")]
    [InlineData("device-unknown", "benchmark", "cifar10", "--device", "gpu")]
    public void Run_CommandLine_GivesTheSnapshot(string name, params string[] args) =>
        Snapshot.Check(name, CliResult.Run(args).Text(Snapshot.Folder));

    [Fact]
    public void Help_EveryCommand_HasADescription()
    {
        var pending = new Stack<System.CommandLine.Command>([Commands.CommandLine.CreateRoot()]);
        while (pending.TryPop(out var command))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), $"`{command.Name}` has no description");
            foreach (var child in command.Subcommands) pending.Push(child);
        }
    }
}
