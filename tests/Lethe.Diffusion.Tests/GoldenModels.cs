namespace Lethe.Diffusion.Tests;

/// <summary>Model folders among the golden data, found by their shape: a <c>model_index.json</c> and recorded outputs beside it.</summary>
internal static class GoldenModels
{
    /// <summary>Paths relative to the golden data; one empty path where there is none, so that theories have a row to skip.</summary>
    public static TheoryData<string> All()
    {
        string[] found = Golden.Folder is null ? [] :
        [
            .. Directory.EnumerateFiles(Golden.Folder, "model_index.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 })
                .Select(file => Path.GetDirectoryName(file)!)
                .Where(folder => Directory.Exists(Path.Combine(folder, "expected")))
                .Select(folder => Path.GetRelativePath(Golden.Folder, folder))
                .Order(StringComparer.Ordinal),
        ];
        return [.. found.DefaultIfEmpty("")];
    }

    /// <summary>Full path of one of <see cref="All"/>; skips the calling test for the empty one.</summary>
    public static string PathOf(string model)
    {
        Assert.SkipWhen(model.Length == 0, "no golden model: set `LETHE_GOLDEN`");
        return Golden.Path(model);
    }
}
