namespace Lethe.Host.Plugins;

/// <summary>
/// Verified copies, named by the hash of their content. Plugins are loaded from here: what was checked is what runs, and the
/// original can be replaced while it is in use.
/// </summary>
/// <param name="folder">Where the copies live.</param>
internal sealed class PluginStore(string folder)
{
    /// <summary>The user's store: <c>LETHE_DATA</c>, else the platform's data folder.</summary>
    public static PluginStore OfUser()
    {
        var data = Environment.GetEnvironmentVariable("LETHE_DATA") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "lethe");
        return new PluginStore(Path.Combine(Path.GetFullPath(data), "store"));
    }

    /// <summary>Copies a plugin, or finds the copy made earlier.</summary>
    /// <param name="source">The plugin folder.</param>
    /// <param name="files">Its files with the hashes that were judged.</param>
    /// <returns>Full path of the copy's main assembly.</returns>
    /// <exception cref="IOException">The store cannot be written, or the source changed meanwhile.</exception>
    public string Keep(PluginFolder source, IReadOnlyList<PluginFile> files)
    {
        var slot = Path.Combine(folder, PluginFolder.Fingerprint(files));
        var copy = Path.Combine(slot, source.Name);
        if (!Holds(copy, files))
            Write(source, files, slot);
        return Path.Combine(copy, source.Name + ".dll");
    }

    private static bool Holds(string copy, IReadOnlyList<PluginFile> files) =>
        Directory.Exists(copy) && PluginFolder.Files(copy).SequenceEqual(files);

    private void Write(PluginFolder source, IReadOnlyList<PluginFile> files, string slot)
    {
        var temporary = Path.Combine(folder, $".{Environment.ProcessId}-{Guid.NewGuid():n}");
        try
        {
            var copy = Path.Combine(temporary, source.Name);
            foreach (var file in files)
            {
                var target = Path.Combine(copy, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(source.FullPath, file.Path), target);
                File.SetAttributes(target, FileAttributes.ReadOnly);
            }

            if (!Holds(copy, files))
                throw new IOException($"folder `{source.FullPath}` changed while it was read");
            if (Directory.Exists(slot) && !Holds(Path.Combine(slot, source.Name), files))
                Directory.Delete(slot, recursive: true);
            if (!Directory.Exists(slot))
                Directory.Move(temporary, slot);
        }
        catch (IOException) when (Holds(Path.Combine(slot, source.Name), files))
        {
            // Another process was faster; its copy is as good.
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }
}
