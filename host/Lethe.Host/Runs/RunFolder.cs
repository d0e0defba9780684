using Lethe.Diffusion;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>The only memory of a run. One process at a time works in it; every file is whole or absent.</summary>
public sealed class RunFolder : IDisposable
{
    private const string PlanFile = "plan.json";
    private const string LockFile = "run.lock";

    // Everything a run may write; nothing else in the folder is ever touched.
    private static readonly string[] OwnFiles =
        [PlanFile, "events.jsonl", "scores.json", "features.safetensors", "metrics.json", "gates.json", "report.json", "report.html", "manifest.json",
        "table.json", "table.csv", "table.html"];

    private static readonly string[] OwnFolders = ["edits", "images", "adapters", "model", "work", "cells"];

    private readonly FileStream _lock;

    private RunFolder(string root, FileStream held)
    {
        Root = root;
        _lock = held;
        Events = new EventLog(InRoot("events.jsonl"));
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>What happened, and which files are finished.</summary>
    public EventLog Events { get; }

    /// <summary>Opens a folder for exactly this plan: new, or continued when it was begun with the same plan.</summary>
    /// <param name="root">The run folder; created when absent.</param>
    /// <param name="planText">Text of <c>plan.json</c>.</param>
    /// <param name="startOver">Removes what an earlier run wrote.</param>
    /// <exception cref="RunException">Unwritable, in use, of another plan, or not a run folder.</exception>
    public static RunFolder Open(string root, string planText, bool startOver)
    {
        root = Path.GetFullPath(root);
        var known = File.Exists(Path.Combine(root, PlanFile));
        if (!known && Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any(entry => !IsOwn(entry)))
            throw new RunException(ExitCode.UsageInvalid, DiagnosticId.RunFolderMismatch, $"`{root}` is not a run folder and not empty", "name an empty or new folder with `--output`");
        var held = Lock(root);
        try
        {
            RemoveTemporaries(root);
            if (startOver)
                Clear(root);
            else if (known && File.ReadAllText(Path.Combine(root, PlanFile)) is var kept && kept != planText)
                throw new RunException(ExitCode.UsageInvalid, DiagnosticId.RunFolderMismatch,
                    $"`{root}` holds a run of another plan: {PlanDifference.Between(kept, planText)}",
                    "choose another folder with `--output`, or start over with `--force`");
            OutputFile.WriteText(Path.Combine(root, PlanFile), planText);
            return new RunFolder(root, held);
        }
        catch (Exception failure)
        {
            held.Dispose();
            DiscardEmpty(root);
            if (failure is IOException or UnauthorizedAccessException)
                throw OutputFile.Refused(root, failure);
            throw;
        }
    }

    /// <summary>Full path of a file of this run.</summary>
    public string InRoot(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>Whether a file is finished and its bytes are still those that were written.</summary>
    public bool IsFinished(string relativePath) =>
        Events.FinishedHash(relativePath) is { } hash && File.Exists(InRoot(relativePath)) && FileHash.Of(InRoot(relativePath)) == hash;

    /// <summary>Writes a file atomically and remembers it as finished. Several threads may write different files.</summary>
    public void Write(string relativePath, Action<string> write)
    {
        OutputFile.Write(InRoot(relativePath), write);
        Events.File(relativePath, FileHash.Of(InRoot(relativePath)));
    }

    /// <summary>Writes a text atomically and remembers it as finished.</summary>
    public void WriteText(string relativePath, string text) => Write(relativePath, temporary => File.WriteAllText(temporary, text));

    /// <summary>Releases the folder to other processes.</summary>
    public void Dispose()
    {
        Events.Dispose();
        _lock.Dispose();
    }

    // The kernel drops the lock with the process, so a killed run never blocks the next one.
    private static FileStream Lock(string root)
    {
        var path = Path.Combine(root, LockFile);
        var existed = Directory.Exists(root);
        try
        {
            Directory.CreateDirectory(root);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw OutputFile.Refused(root, failure);
        }
        catch (IOException failure)
        {
            if (existed && File.Exists(path))
                throw new RunException(ExitCode.RunFailed, DiagnosticId.OutputUnwritable, $"another process is working in `{root}`",
                    "wait for it to end, or choose another folder with `--output`", failure);
            throw OutputFile.Refused(root, failure);
        }
    }

    private static void DiscardEmpty(string root)
    {
        if (!Directory.EnumerateFileSystemEntries(root).Any())
            Directory.Delete(root);
    }

    private static bool IsOwn(string entry) =>
        Path.GetFileName(entry) is LockFile || entry.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal);

    private static void RemoveTemporaries(string root)
    {
        // `.part*` covers writers that put a temporary name of their own behind ours.
        const string pattern = "*" + AtomicFile.TemporarySuffix + "*";
        foreach (var file in Directory.EnumerateFiles(root, pattern, SearchOption.TopDirectoryOnly))
            File.Delete(file);
        foreach (var folder in OwnFolders.Select(name => Path.Combine(root, name)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
                File.Delete(file);
        }
    }

    private static void Clear(string root)
    {
        foreach (var name in OwnFiles)
            File.Delete(Path.Combine(root, name));
        foreach (var folder in OwnFolders.Select(name => Path.Combine(root, name)).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }
}
