using System.Diagnostics;
using System.Reflection;

namespace Lethe.EndToEnd;

/// <summary>The real executable in a process of its own.</summary>
internal static class LetheProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The executable that this build made.</summary>
    public static string HostAssembly { get; } = typeof(LetheProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "HostAssembly").Value!;

    /// <summary>Runs to the end.</summary>
    public static Task<LetheResult> RunAsync(string folder, params string[] arguments) => RunAsync(folder, null, arguments);

    /// <summary>The same with something to read at standard input.</summary>
    public static Task<LetheResult> RunWithInputAsync(string folder, string input, params string[] arguments) => RunAsync(folder, input, arguments);

    private static async Task<LetheResult> RunAsync(string folder, string? input, string[] arguments)
    {
        using var process = Start(folder, arguments);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return new LetheResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs until <paramref name="events"/> has so many lines, then kills the process without any warning to it.</summary>
    /// <returns>False when the run ended before that.</returns>
    public static async Task<bool> KillAtAsync(string folder, string events, int lines, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await WaitForLinesAsync(process, events, lines);
        var killed = !process.HasExited;
        if (killed)
            process.Kill();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        await Task.WhenAll(output, error);
        return killed;
    }

    /// <summary>Starts the executable.</summary>
    public static Process Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [HostAssembly, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["LETHE_HOME"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(HostAssembly)!, "../../../../.."));
        return Process.Start(start)!;
    }

    /// <summary>Returns once the file has so many whole lines, or the process has ended.</summary>
    public static async Task WaitForLinesAsync(Process process, string file, int lines)
    {
        var root = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(root);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(root, Path.GetFileName(file)) { NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite | NotifyFilters.FileName };
        watcher.Created += (_, _) => Check();
        watcher.Changed += (_, _) => Check();
        watcher.EnableRaisingEvents = true;
        Check();
        using var limit = new CancellationTokenSource(Limit);
        await Task.WhenAny(reached.Task, process.WaitForExitAsync(limit.Token));

        void Check()
        {
            if (!File.Exists(file))
                return;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            if (reader.ReadToEnd().Count(letter => letter == '\n') >= lines)
                reached.TrySetResult();
        }
    }
}
