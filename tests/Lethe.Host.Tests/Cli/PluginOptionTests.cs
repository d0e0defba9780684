using System.Text.Json.Nodes;
using Lethe.Host.Tests.Plugins;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Tests.Cli;

/// <summary>A third party's plugin from a folder of its own, through every command that uses erasers without opening weights.</summary>
public sealed class PluginOptionTests : IDisposable
{
    private readonly FixtureBench _bench = new();
    private readonly string _policy;

    public PluginOptionTests()
    {
        _bench.AddPlugin("Good", "Good.cs");
        Directory.CreateDirectory(Path.Combine(_bench.Base, "model"));
        _policy = Path.Combine(_bench.Base, "policy.yaml");
        File.WriteAllText(_policy, $"""
            version: 1
            name: third-party
            model: {Path.Combine(_bench.Base, "model")}
            erase:
              - concept: bomb
                eraser: test.good
            """);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Apply_PluginOfAnotherFolder_IsPlannedAndTheIgnoredLockIsRecorded()
    {
        var result = Run("apply", _policy, "--dry-run", "--allow-untrusted");

        Assert.True(result.ExitCode == ExitCode.Success, result.Error);
        var step = JsonNode.Parse(result.Out)!["steps"]![0]!;
        Assert.Equal(("test.good", true), ((string)step["plugin"]!, (bool)step["plugin_lock_ignored"]!));
    }

    [Fact]
    public void Apply_TrustedPluginOfAnotherFolder_IsPlannedWithoutRemark()
    {
        _bench.Trust("test.good");

        var result = Run("apply", _policy, "--dry-run");

        Assert.Equal((ExitCode.Success, ""), (result.ExitCode, result.Error));
        Assert.Null(JsonNode.Parse(result.Out)!["steps"]![0]!["plugin_lock_ignored"]);
    }

    [Theory]
    [InlineData("apply")]
    [InlineData("batch")]
    public void Run_UntrustedPlugin_IsRefusedAndTheHintSaysWhatToDo(string command)
    {
        var result = Run(command, _policy, "--dry-run");

        Assert.Equal(ExitCode.PluginRefused, result.ExitCode);
        Assert.Contains(DiagnosticId.NotTrusted, result.Error, StringComparison.Ordinal);
        Assert.Contains("lethe plugins trust test.good", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_PluginOfAnotherFolder_IsPlanned()
    {
        var result = Run("batch", _policy, "--dry-run", "--allow-untrusted");

        Assert.Equal((ExitCode.Success, "third-party: test.good on 1 concepts\n"), (result.ExitCode, result.Out));
    }

    [Theory]
    [InlineData("check")]
    [InlineData("explain")]
    public void Policy_PluginOfAnotherFolder_IsKnown(string command) =>
        Assert.Equal(ExitCode.Success, Run("policy", command, _policy, "--allow-untrusted").ExitCode);

    [Fact]
    public void Schema_PluginOfAnotherFolder_HasItsOptions() =>
        Assert.Contains("\"test.good-options\"", Run("policy", "schema", "--allow-untrusted").Out, StringComparison.Ordinal);

    [Fact]
    public void Run_PluginFolderThatDoesNotExist_IsAUsageError()
    {
        var result = CliResult.Run("apply", _policy, "--plugins", Path.Combine(_bench.Base, "nowhere"));

        Assert.Equal(ExitCode.UsageInvalid, result.ExitCode);
        Assert.Contains("nowhere`, expected a folder that exists", result.Error, StringComparison.Ordinal);
    }

    private CliResult Run(params string[] arguments) => CliResult.Run([.. arguments, "--plugins", _bench.Root]);
}
