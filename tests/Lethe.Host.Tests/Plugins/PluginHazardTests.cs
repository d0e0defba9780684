using System.Runtime.InteropServices;
using Lethe.EndToEnd;
using Lethe.Host.Tests.Cli;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Tests.Plugins;

/// <summary>Plugins that break in ways no <c>try</c> around a call contains: what is said, how the process ends, what is left behind.</summary>
public sealed class PluginHazardTests : IDisposable
{
    private readonly FixtureBench _bench = new();
    private readonly Studio _studio = new();

    public void Dispose()
    {
        _bench.Dispose();
        _studio.Dispose();
    }

    [Fact]
    public async Task Apply_PluginThrowsOnItsThread_EndsWithOneAndLeavesNothingHalfDone()
    {
        _bench.AddPlugin("ThrowsOnThread", "ThrowsOnThread.cs");

        var result = await Apply("test.thread");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("plugin `test.thread` failed on a thread of its own: InvalidOperationException: no more tea", Assert.Single(result.Errors), StringComparison.Ordinal);
        NothingHalfDone();
    }

    [Fact]
    public async Task Apply_NativeLibraryMissing_EndsWithOneAndNamesPluginAndLibrary()
    {
        _bench.AddPlugin("NativeDependency", "NativeDependency.cs");

        var result = await Apply("test.native");

        Assert.Equal(1, result.ExitCode);
        var error = Assert.Single(result.Errors);
        Assert.Contains("plugin `test.native`", error, StringComparison.Ordinal);
        Assert.Contains("lethe_fixture_native", error, StringComparison.Ordinal);
        Assert.Contains("lethe plugins verify test.native", result.Error, StringComparison.Ordinal);
        NothingHalfDone();
    }

    [Fact]
    public async Task Apply_DependencyMissing_EndsWithThreeAndWritesNothing()
    {
        AddForgetful("Dependency");

        var result = await Apply("test.second");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("plugin `test.second` was not loaded: it needs `Dependency` 0.0.0.0, which its folder does not hold", Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_studio.In("run")));
    }

    [Fact]
    public void Load_DependencyThatOnlyTheHostHas_IsRefused()
    {
        AddForgetful("Spectre.Console");

        using var catalog = _bench.Load();

        Assert.Equal(
            "plugin `test.second` was not loaded: it needs `Spectre.Console` 0.0.0.0, which belongs to the host and is not shared with plugins",
            Assert.Single(catalog.Plugins[0].Diagnostics, diagnostic => diagnostic.Severity == Severity.Error).Message);
    }

    [Fact]
    public void Load_LibraryOfThePluginNeedsWhatOnlyTheHostHas_IsRefused()
    {
        var hidden = FixtureBench.Compile(Path.Combine(_bench.Base, "elsewhere", "Spectre.Console.dll"), "Dependency.cs", "HIDDEN");
        var library = FixtureBench.Compile(Path.Combine(_bench.Root, "Forgetful", "Dependency.dll"), "Dependency.cs", "PASSES_ON", hidden);
        _bench.AddPlugin("Forgetful", "UsesDependency.cs", dependency: library);

        using var catalog = _bench.Load();

        Assert.Equal(
            "plugin `test.second` was not loaded: its `Dependency.dll` needs `Spectre.Console` 0.0.0.0, which belongs to the host and is not shared with plugins",
            Assert.Single(catalog.Plugins[0].Diagnostics, diagnostic => diagnostic.Severity == Severity.Error).Message);
    }

    [Fact]
    public void Load_EngineOfSdk1_IsRefused()
    {
        var engine = FixtureBench.Compile(Path.Combine(_bench.Root, "OtherEngine", "Lethe.Torch.dll"), "OtherEngine.cs", "ENGINE");
        _bench.AddPlugin("OtherEngine", "OtherEngine.cs", dependency: engine);

        using var catalog = _bench.Load();

        var refusal = Assert.Single(catalog.Plugins[0].Diagnostics);
        Assert.Equal(DiagnosticId.OtherTensorEngine, refusal.Id);
        Assert.Equal("plugin `test.engine` was not loaded: it was built for the tensor engine `Lethe.Torch`, this host runs `TorchSharp`", refusal.Message);
    }

    [Fact]
    public void Load_OwnCopyOfTheEngine_UsesTheHosts()
    {
        AddOwnEngine();

        using var catalog = _bench.Load();

        Assert.True(catalog.Erasers.ContainsKey("test.uses-engine"), string.Join("\n", catalog.Diagnostics));
        Assert.True(catalog.Erasers["test.uses-engine"].TryCreate(out var eraser, out _));
        Assert.Equal(typeof(torch).Assembly.Location, eraser.ToString());
    }

    // The loader asks the host with the version that the plugin names, and takes the plugin's copy when the host's is older.
    [Fact]
    public void Load_OwnCopyOfANewerEngine_UsesTheHosts()
    {
        FixtureBench.RaiseReference(AddOwnEngine(), "TorchSharp");

        using var catalog = _bench.Load();

        Assert.True(catalog.Erasers.ContainsKey("test.uses-engine"), string.Join("\n", catalog.Diagnostics));
        Assert.True(catalog.Erasers["test.uses-engine"].TryCreate(out var eraser, out _));
        Assert.Equal(typeof(torch).Assembly.Location, eraser.ToString());
    }

    // A native library that was only copied into the folder, so that `.deps.json` does not know it.
    [Fact]
    public void Verify_NativeFileThatDepsJsonDoesNotList_IsFound()
    {
        var path = _bench.AddPlugin("NativeDependency", "NativeDependency.cs");
        var extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        File.Copy(
            Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*System.Native" + extension).First(),
            Path.Combine(Path.GetDirectoryName(path)!, "lethe_fixture_native" + extension));
        File.WriteAllText(Path.ChangeExtension(path, ".deps.json"), """
            {
              "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0" },
              "targets": { ".NETCoreApp,Version=v10.0": { "NativeDependency/1.0.0": { "runtime": { "NativeDependency.dll": {} } } } },
              "libraries": { "NativeDependency/1.0.0": { "type": "project", "serviceable": false, "sha512": "" } }
            }
            """);

        var result = CliResult.Run("plugins", "verify", "test.native", "--plugins", _bench.Root, "--allow-untrusted");

        Assert.Equal((ExitCode.Success, "test.native  ok\n"), (result.ExitCode, result.Out));
    }

    [Theory]
    [InlineData("CrashesProcess", "plugin `test.crash` ended the process that verified it", "out of tea")]
    [InlineData("ThrowsInConstructor", "eraser `test.throws` of plugin `test.throws` cannot be constructed", "no licence key")]
    [InlineData("NativeDependency", "plugin `test.native` needs the native library `lethe_fixture_native`", "neither in its folder nor on this machine")]
    public void Verify_BrokenPlugin_EndsWithThreeAndStillVerifiesTheOthers(string fixture, string message, string reason)
    {
        _bench.AddPlugin("Good", "Good.cs");
        _bench.AddPlugin(fixture, fixture + ".cs");

        var result = CliResult.Run("plugins", "verify", "--plugins", _bench.Root, "--allow-untrusted");

        Assert.Equal(ExitCode.PluginRefused, result.ExitCode);
        Assert.Contains("test.good  ok\n", result.Out, StringComparison.Ordinal);
        var error = Assert.Single(result.Error.Split('\n'), line => line.StartsWith("error[", StringComparison.Ordinal));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_GoodPlugin_EndsWithZero()
    {
        _bench.AddPlugin("Good", "Good.cs");
        _bench.Trust("test.good");

        var result = CliResult.Run("plugins", "verify", "test.good", "--plugins", _bench.Root);

        Assert.Equal((ExitCode.Success, "test.good  ok\n", ""), (result.ExitCode, result.Out, result.Error));
    }

    // The library is there when the plugin is compiled and is not shipped with it.
    private void AddForgetful(string library)
    {
        var dependency = FixtureBench.Compile(Path.Combine(_bench.Base, "elsewhere", library + ".dll"), "Dependency.cs", null);
        _bench.AddPlugin("Forgetful", "UsesDependency.cs", dependency: dependency);
    }

    private string AddOwnEngine()
    {
        var engine = typeof(torch).Assembly.Location;
        var path = _bench.AddPlugin("UsesEngine", "UsesEngine.cs", dependency: engine);
        File.Copy(engine, Path.Combine(_bench.Root, "UsesEngine", Path.GetFileName(engine)));
        return path;
    }

    private Task<LetheResult> Apply(string eraser)
    {
        File.AppendAllText(_studio.In("policy.yaml"), $"\ndefaults:\n  eraser: {eraser}\n");
        return LetheProcess.RunAsync(_studio.Root, "apply", "policy.yaml", "--output", "run", "--plugins", _bench.Root, "--allow-untrusted");
    }

    private void NothingHalfDone() => Assert.DoesNotContain(_studio.Files("run").Keys, file =>
        file.Contains(".part", StringComparison.Ordinal) || file is "manifest.json" or "report.html"
        || file.StartsWith("edits", StringComparison.Ordinal) || file.StartsWith("model", StringComparison.Ordinal));
}
