using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Lethe.Training.Data;

/// <summary>Fetches one pinned npm package of icons and reads its <c>icons.json</c>.</summary>
internal static class IconPackage
{
    // The largest of the packages used unpacks to 104 MB; the bound keeps a hostile archive from filling memory.
    private const long LargestIconFile = 256L << 20;

    /// <summary>Makes sure the archive of <paramref name="style"/> lies in <paramref name="folder"/> with the recorded content.</summary>
    /// <returns>Path of the archive.</returns>
    /// <exception cref="InvalidDataException">The archive differs from the recorded one.</exception>
    /// <exception cref="IOException">npm is missing or failed.</exception>
    public static async Task<string> FetchAsync(WorldStyle style, string folder, Action<string> log, CancellationToken cancel)
    {
        var name = $"{style.Package.TrimStart('@').Replace('/', '-')}-{style.Version}.tgz";
        var archive = Path.Combine(folder, name);
        if (File.Exists(archive) && Integrity(archive) == style.Integrity)
        {
            return archive;
        }

        log($"fetching {style.Package}@{style.Version}");
        var incoming = Directory.CreateDirectory(Path.Combine(folder, $".incoming-{style.Name}")).FullName;
        try
        {
            await PackAsync($"{style.Package}@{style.Version}", incoming, cancel).ConfigureAwait(false);
            var fetched = Path.Combine(incoming, name);
            var found = File.Exists(fetched) ? Integrity(fetched) : "nothing";
            if (found != style.Integrity)
            {
                throw new InvalidDataException(
                    $"package `{style.Package}@{style.Version}` has integrity `{found}`, expected `{style.Integrity}`");
            }

            File.Move(fetched, archive, overwrite: true);
            return archive;
        }
        finally
        {
            Directory.Delete(incoming, recursive: true);
        }
    }

    /// <summary>Reads <c>package/icons.json</c> out of an archive.</summary>
    public static byte[] ReadIcons(string archive)
    {
        using var file = File.OpenRead(archive);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != "package/icons.json" || entry.DataStream is not { } data)
            {
                continue;
            }

            if (entry.Length > LargestIconFile)
            {
                throw new InvalidDataException($"`icons.json` in `{archive}` has {entry.Length} bytes, expected at most {LargestIconFile}");
            }

            var bytes = new byte[entry.Length];
            data.ReadExactly(bytes);
            return bytes;
        }

        throw new InvalidDataException($"archive `{archive}` holds no `package/icons.json`");
    }

    private static string Integrity(string path)
    {
        using var file = File.OpenRead(path);
        return "sha512-" + Convert.ToBase64String(SHA512.HashData(file));
    }

    private static async Task PackAsync(string package, string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("npm", ["pack", package, "--silent", "--ignore-scripts", "--pack-destination", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        try
        {
            using var npm = Process.Start(start)!;
            try
            {
                var output = npm.StandardOutput.ReadToEndAsync(cancel);
                var errors = await npm.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false);
                await output.ConfigureAwait(false);
                await npm.WaitForExitAsync(cancel).ConfigureAwait(false);
                if (npm.ExitCode != 0)
                {
                    throw new IOException($"`npm pack {package}` ended with exit code {npm.ExitCode}: {errors.Trim()}");
                }
            }
            catch (OperationCanceledException)
            {
                npm.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception error)
        {
            throw new IOException("cannot start `npm`, which fetches the icon packages\n\nhint: install it, for example `apt-get install npm`", error);
        }
    }
}
