using System.Diagnostics;

namespace Lethe.EndToEnd;

/// <summary>A run on a disk that is too small stops cleanly, and goes on once there is room.</summary>
public sealed class DiskFullTests : IDisposable
{
    private readonly Studio _studio = new();
    private string? _disk;

    public void Dispose()
    {
        if (_disk is not null)
            Run("umount", _disk);
        _studio.Dispose();
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(100)]
    [InlineData(200)]
    public async Task Apply_DiskFull_EndsWithOneAndGoesOnWhenThereIsRoom(int kilobytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root may mount a small disk");
        await Apply("whole");
        Mount(kilobytes);

        var full = await Apply("disk/run");
        var left = _studio.Files("disk").Keys.ToList();
        Run("mount", "-o", "remount,size=64m", _disk!);
        var resumed = await Apply("disk/run");

        Assert.Equal(1, full.ExitCode);
        Assert.Contains("No space left on device", Assert.Single(full.Errors));
        Assert.DoesNotContain(left, file => file.Contains(".part", StringComparison.Ordinal));
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(_studio.Files("whole"), _studio.Files("disk/run"));
    }

    private void Mount(int kilobytes)
    {
        var folder = Directory.CreateDirectory(_studio.In("disk")).FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", folder);
        _disk = folder;
    }

    private Task<LetheResult> Apply(string output) => LetheProcess.RunAsync(_studio.Root, "apply", "policy.yaml", "--output", output);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
