using Lethe.Host.Plugins;
using Lethe.Sdk;
using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Tests.Plugins;

/// <summary>Each hazard beside a good plugin, which must stay ready.</summary>
public sealed class PluginCatalogTests : IDisposable
{
    private readonly FixtureBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Load_GoodPlugin_IsReadyAndConstructs()
    {
        _bench.AddPlugin("Good", "Good.cs");

        using var catalog = _bench.Load();

        Assert.Equal(PluginState.Ready, Assert.Single(catalog.Plugins).State);
        Assert.True(catalog.Erasers["test.good"].TryCreate(out _, out _));
    }

    [Fact]
    public void Load_ThrowingConstructor_FailsOnlyWhenUsed()
    {
        _bench.AddPlugin("Throws", "ThrowsInConstructor.cs");

        using var catalog = LoadBesideGood();

        Assert.False(catalog.Erasers["test.throws"].TryCreate(out _, out var problem));
        Assert.Equal("eraser `test.throws` of plugin `test.throws` cannot be constructed: InvalidOperationException: no licence key", problem.Message);
    }

    [Fact]
    public void Load_UnresolvedImport_IsRefused()
    {
        _bench.AddPlugin("Unresolved", "UnresolvedImport.cs");

        using var catalog = LoadBesideGood();

        Assert.Equal(DiagnosticId.CompositionFailed, Refusal(catalog, "test.unresolved").Id);
    }

    [Fact]
    public void Load_NoExports_IsRefused()
    {
        _bench.AddPlugin("Empty", "NoExports.cs");

        using var catalog = LoadBesideGood();

        Assert.Equal(DiagnosticId.NoExports, Refusal(catalog, "test.empty").Id);
    }

    [Fact]
    public void Load_ForeignExportId_IsLeftOut()
    {
        _bench.AddPlugin("WrongId", "WrongId.cs");

        using var catalog = LoadBesideGood();

        Assert.False(catalog.Erasers.ContainsKey("uce"));
        Assert.Equal(DiagnosticId.BadExportId, Assert.Single(catalog.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error).Id);
    }

    [Fact]
    public void Load_NewerMajor_IsRefusedWithBothVersions()
    {
        var sdk = FixtureBench.Compile(Path.Combine(_bench.Base, "next", "Lethe.Sdk.dll"), "Contract.cs", "MAJOR");
        _bench.AddPlugin("Newer", "UsesContract.cs", sdk: sdk);

        using var catalog = LoadBesideGood();

        var refusal = Refusal(catalog, "test.contract");
        Assert.Equal(DiagnosticId.SdkVersionMismatch, refusal.Id);
        Assert.Equal($"plugin `test.contract` was not loaded: built against SDK 99.0, this host provides {SdkVersion.Current}", refusal.Message);
    }

    [Fact]
    public void Load_MemberThatTheHostLacks_IsRefusedByName()
    {
        var sdk = FixtureBench.Compile(Path.Combine(_bench.Base, "other", "Lethe.Sdk.dll"), "Contract.cs", null);
        _bench.AddPlugin("Tomorrow", "UsesContract.cs", sdk: sdk);

        using var catalog = LoadBesideGood();

        var refusal = Refusal(catalog, "test.contract");
        Assert.Equal(DiagnosticId.MissingSdkMember, refusal.Id);
        Assert.Contains("`Lethe.Sdk.SdkVersion.MemberOfTomorrow(1)`", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OwnContractCopy_UsesTheHosts()
    {
        var folder = Path.GetDirectoryName(_bench.AddPlugin("Good", "Good.cs"))!;
        File.Copy(FixtureBench.SdkAssembly, Path.Combine(folder, "Lethe.Sdk.dll"));

        using var catalog = _bench.Load();

        Assert.True(catalog.Erasers["test.good"].TryCreate(out var eraser, out _));
        Assert.Same(typeof(IEraser).Assembly, eraser.GetType().GetInterface(nameof(IEraser))!.Assembly);
    }

    // One that nobody else has, one of the host, one that the engine references and the loader would share with it.
    [Theory]
    [InlineData("Dependency")]
    [InlineData("YamlDotNet")]
    [InlineData("Google.Protobuf")]
    public void Load_TwoVersionsOfALibrary_EachPluginSeesItsOwn(string library)
    {
        foreach (var (name, define) in new[] { ("First", "FIRST"), ("Second", "SECOND") })
        {
            var dependency = FixtureBench.Compile(Path.Combine(_bench.Root, name, library + ".dll"), "Dependency.cs", define);
            _bench.AddPlugin(name, "UsesDependency.cs", define, dependency: dependency);
        }

        using var catalog = _bench.Load();

        Assert.True(catalog.Erasers["test.first"].TryCreate(out var first, out _));
        Assert.True(catalog.Erasers["test.second"].TryCreate(out var second, out _));
        Assert.Equal("first second", $"{first} {second}");
    }

    [Fact]
    public void Load_DuplicateId_KeepsTheFirst()
    {
        _bench.AddPlugin("Again", "Good.cs");

        using var catalog = LoadBesideGood();

        Assert.Equal([PluginState.Ready, PluginState.Refused], catalog.Plugins.Select(plugin => plugin.State));
        Assert.Equal(DiagnosticId.DuplicatePluginId, Assert.Single(catalog.Plugins[1].Diagnostics, d => d.Severity == Severity.Error).Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(2048)]
    public void Load_TruncatedAssembly_IsRefused(int length)
    {
        var path = _bench.AddPlugin("Broken", "NoExports.cs");
        using (var file = File.OpenWrite(path))
            file.SetLength(length);

        using var catalog = LoadBesideGood();

        Assert.Equal(PluginState.Refused, catalog.Plugins.Single(plugin => plugin.Folder.Name == "Broken").State);
    }

    [Fact]
    public void Load_TextInsteadOfAssembly_IsRefused()
    {
        Directory.CreateDirectory(Path.Combine(_bench.Root, "Text"));
        File.WriteAllText(Path.Combine(_bench.Root, "Text", "Text.dll"), "not an assembly");

        using var catalog = LoadBesideGood();

        Assert.Equal(DiagnosticId.NotAnAssembly, Refusal(catalog, "Text").Id);
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("{}")]
    [InlineData("""{ "targets": { "a": { "b": { "runtime": { "../../evil.dll": {} } } } } }""")]
    public void Load_BadDependencyFile_IsRefused(string text)
    {
        var path = _bench.AddPlugin("Bad", "NoExports.cs");
        File.WriteAllText(Path.ChangeExtension(path, ".deps.json"), text);

        using var catalog = LoadBesideGood();

        Assert.Equal(DiagnosticId.BadDependencyFile, Refusal(catalog, "test.empty").Id);
    }

    [Theory]
    [InlineData("libtorch_cpu.so")]
    [InlineData("libLibTorchSharp.so")]
    [InlineData("LibTorchSharp.dll")]
    public void Load_EngineLibraryInTheFolder_IsRefused(string library)
    {
        var path = _bench.AddPlugin("Native", "NoExports.cs");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(path)!, library), "");

        using var catalog = LoadBesideGood();

        Assert.Equal(DiagnosticId.ForbiddenNativeFile, Refusal(catalog, "test.empty").Id);
    }

    private static Diagnostic Refusal(PluginCatalog catalog, string id)
    {
        var plugin = catalog.Plugins.Single(plugin => plugin.Id == id);
        Assert.Equal(PluginState.Refused, plugin.State);
        return plugin.Diagnostics.First(diagnostic => diagnostic.Severity == Severity.Error);
    }

    private PluginCatalog LoadBesideGood()
    {
        _bench.AddPlugin("Good", "Good.cs");
        var catalog = _bench.Load();
        Assert.Contains(catalog.Plugins, plugin => plugin is { Id: "test.good", State: PluginState.Ready });
        return catalog;
    }
}
