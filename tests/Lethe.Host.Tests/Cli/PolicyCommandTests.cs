using System.Text.Json.Nodes;
using Lethe.Host.Output;
using Lethe.Host.Plugins;
using Lethe.Host.Policies;

namespace Lethe.Host.Tests.Cli;

/// <summary>Wrong policies through the whole command line, and the schema that editors use.</summary>
public sealed class PolicyCommandTests
{
    [Theory]
    [InlineData("unknown-key")]
    [InlineData("wrong-type")]
    [InlineData("duplicate-key")]
    [InlineData("unknown-eraser")]
    [InlineData("unknown-model")]
    [InlineData("many-mistakes")]
    [InlineData("bad-option")]
    [InlineData("no-such-file")]
    public void Check_WrongPolicy_GivesTheSnapshot(string name)
    {
        var file = Path.Combine(Snapshot.Folder, name + ".yaml");

        Snapshot.Check("check-" + name, CliResult.Run("policy", "check", file).Text(Snapshot.Folder));
        Snapshot.Check("check-" + name + "-json", CliResult.Run("policy", "check", file, "--json").Text(Snapshot.Folder));
    }

    [Fact]
    public void Check_BundledPolicies_AreValid()
    {
        var result = CliResult.Run(["policy", "check", .. Directory.GetFiles(Repository.PathOf("policies"), "*.yaml")]);

        Assert.Equal(("", ExitCode.Success), (result.Error, result.ExitCode));
    }

    [Fact]
    public void Explain_Policy_GivesTheSnapshot() =>
        Snapshot.Check("explain", CliResult.Run("policy", "explain", Path.Combine(Snapshot.Folder, "valid.yaml")).Text(Snapshot.Folder));

    [Fact]
    public void Explain_Resolved_ReadsBackToItself()
    {
        var file = Path.GetTempFileName();
        try
        {
            var first = CliResult.Run("policy", "explain", "--resolved", Path.Combine(Snapshot.Folder, "valid.yaml")).Out;
            File.WriteAllText(file, first);

            Assert.Equal(first, CliResult.Run("policy", "explain", "--resolved", file).Out);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Json_OfEveryCommand_HasTheSameFrame()
    {
        var document = JsonNode.Parse(CliResult.Run("policy", "check", "nowhere.yaml", "--json").Out)!.AsObject();

        Assert.Equal(["version", "command", "exit-code", "data", "diagnostics"], document.Select(field => field.Key));
        Assert.Equal(2, (int)document["exit-code"]!);
        Assert.Equal("policy check", (string?)document["command"]);
    }

    [Fact]
    public void Schema_BundledErasers_DescribeEveryOption()
    {
        using var catalog = PluginCatalog.Load(PluginRoots.For([]));

        Assert.NotEmpty(catalog.Erasers);
        Assert.All(catalog.Erasers.Values, eraser => Assert.All(
            SchemaWriter.WriteOptions(eraser.Metadata)["properties"]!.AsObject(),
            option => Assert.False(string.IsNullOrEmpty((string?)option.Value!["description"]), $"option `{option.Key}` of `{eraser.Id}` has no description")));
    }

    [Fact]
    public void Show_BundledPlugin_ListsOptionsWithDefaultAndDescription() => Assert.Contains(
        "option   ridge                Pull towards the old weights (default 0.5)\n",
        CliResult.Run("plugins", "show", "baselines").Out, StringComparison.Ordinal);

    [Fact]
    public void Schema_CheckedInFile_IsWhatTheCommandPrints()
    {
        var file = Repository.PathOf("docs", "policy.schema.json");
        using var catalog = PluginCatalog.Load(PluginRoots.For([]));
        var schema = JsonOutput.Text(SchemaWriter.Write(catalog.Erasers.Values.Select(eraser => eraser.Metadata))) + "\n";
        if (Environment.GetEnvironmentVariable("LETHE_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(file, schema);

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), schema);
    }
}
