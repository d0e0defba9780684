using Lethe.Host.Plugins;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Tests.Plugins;

public sealed class PluginLockTests : IDisposable
{
    private readonly FixtureBench _bench = new();
    private readonly string _assembly;

    public PluginLockTests()
    {
        _assembly = _bench.AddPlugin("Good", "Good.cs");
        File.WriteAllText(Path.Combine(_bench.Root, "Good", "data.txt"), "data");
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Load_NotInTheLockFile_IsRefused() => Assert.Equal(DiagnosticId.NotTrusted, Refusal());

    [Fact]
    public void Load_Trusted_IsReady()
    {
        _bench.Trust("test.good");

        using var catalog = _bench.Load(PluginTrust.Locked);

        Assert.Empty(catalog.Diagnostics);
        Assert.Equal(PluginState.Ready, catalog.Plugins[0].State);
    }

    [Fact]
    public void Load_Trusted_RunsTheVerifiedCopy()
    {
        _bench.Trust("test.good");

        using var catalog = _bench.Load(PluginTrust.Locked);

        Assert.True(catalog.Erasers["test.good"].TryCreate(out var eraser, out _));
        Assert.StartsWith(Path.Combine(_bench.Base, "store"), eraser.GetType().Assembly.Location, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ChangedByte_IsRefused()
    {
        _bench.Trust("test.good");
        var bytes = File.ReadAllBytes(_assembly);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_assembly, bytes);

        Assert.Equal(DiagnosticId.LockMismatch, Refusal());
    }

    [Fact]
    public void Load_ExtraFile_IsRefused()
    {
        _bench.Trust("test.good");
        File.WriteAllText(Path.Combine(_bench.Root, "Good", "extra.dll"), "");

        Assert.Equal(DiagnosticId.LockMismatch, Refusal());
    }

    [Fact]
    public void Load_MissingFile_IsRefused()
    {
        _bench.Trust("test.good");
        File.Delete(Path.Combine(_bench.Root, "Good", "data.txt"));

        Assert.Equal(DiagnosticId.LockMismatch, Refusal());
    }

    [Fact]
    public void Load_LinkInTheFolder_IsRefused()
    {
        _bench.Trust("test.good");
        File.CreateSymbolicLink(Path.Combine(_bench.Root, "Good", "link.dll"), _assembly);

        Assert.Equal(DiagnosticId.LoadFailed, Refusal());
    }

    [Fact]
    public void Load_BrokenLockFile_TrustsNothingAndSaysSo()
    {
        File.WriteAllText(Path.Combine(_bench.Root, PluginLock.FileName), "{ broken");

        using var catalog = _bench.Load(PluginTrust.Locked);

        Assert.Equal([DiagnosticId.BadLockFile, DiagnosticId.NotTrusted], catalog.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void Load_CopyInTheStoreIsDamaged_IsRepaired()
    {
        _bench.Trust("test.good");
        _bench.Load(PluginTrust.Locked).Dispose();
        var copy = Directory.EnumerateFiles(Path.Combine(_bench.Base, "store"), "data.txt", SearchOption.AllDirectories).Single();
        File.Delete(copy);

        using var catalog = _bench.Load(PluginTrust.Locked);

        Assert.Equal(PluginState.Ready, catalog.Plugins[0].State);
        Assert.True(File.Exists(copy));
    }

    private string Refusal()
    {
        using var catalog = _bench.Load(PluginTrust.Locked);
        var plugin = Assert.Single(catalog.Plugins);
        Assert.Equal(PluginState.Refused, plugin.State);
        return Assert.Single(plugin.Diagnostics).Id;
    }
}
