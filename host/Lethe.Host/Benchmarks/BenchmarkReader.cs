using System.Text;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Benchmarks;

/// <summary>From a file to a typed benchmark, with every mistake at once. It opens no model and needs no plugin.</summary>
public static class BenchmarkReader
{
    private const string QuickKey = "quick";

    // What makes two tables comparable, or the file itself, cannot differ between the quick variant and the whole.
    private static readonly string[] FixedKeys = ["version", "name", "title", "description", "model", QuickKey, "published", "columns", "plot"];

    /// <summary>Reads the benchmark in <paramref name="path"/>; <paramref name="quick"/> lays the values of `quick` over the others.</summary>
    public static BenchmarkReading Read(string path, bool quick)
    {
        var diagnostics = new List<Diagnostic>();
        return Read(PolicyDocument.Load(path, DocumentKind.Benchmark, diagnostics), quick, diagnostics);
    }

    /// <summary>Reads a benchmark from memory; <paramref name="file"/> names it in messages.</summary>
    public static BenchmarkReading ReadText(string text, string file, bool quick)
    {
        var diagnostics = new List<Diagnostic>();
        return Read(PolicyDocument.Parse(Encoding.UTF8.GetBytes(text), file, DocumentKind.Benchmark, diagnostics), quick, diagnostics);
    }

    private static BenchmarkReading Read(PolicyDocument? document, bool quick, List<Diagnostic> diagnostics)
    {
        if (document is null)
            return new BenchmarkReading(null, diagnostics, null);
        var whole = Bind(document.Root, document, diagnostics);
        var brief = whole;
        if (whole.Quick.Entries.Count > 0)
        {
            foreach (var (key, _) in whole.Quick.Entries.Where(entry => FixedKeys.Contains(entry.Key.Text)))
                diagnostics.Refuse(DiagnosticId.PolicyUnknownKey, $"`{key.Text}` cannot differ under `{QuickKey}`", key.Location, "remove it there");
            brief = Bind(Merge(whole.Quick with { Entries = [.. whole.Quick.Entries.Where(entry => !FixedKeys.Contains(entry.Key.Text))] }, document.Root), document, diagnostics);
        }
        // What is wrong outside of `quick` is found twice.
        var inOrder = diagnostics.DistinctBy(diagnostic => (diagnostic.Id, diagnostic.Message, diagnostic.Location))
            .OrderBy(diagnostic => diagnostic.Location?.Line ?? 0).ThenBy(diagnostic => diagnostic.Location?.Column ?? 0).ToList();
        var chosen = quick ? brief : whole;
        return new BenchmarkReading(inOrder.HasErrors() ? null : chosen with { Model = BuiltInModels.Resolve(chosen.Model, document.File) }, inOrder, document);
    }

    private static Benchmark Bind(PolicyMapping root, PolicyDocument document, List<Diagnostic> diagnostics)
    {
        var found = new List<Diagnostic>();
        var benchmark = (Benchmark)new RecordBinder(found, whole: "the benchmark").Bind(typeof(Benchmark), root, "");
        // Rules across keys read misleadingly when the keys themselves are broken.
        if (!found.HasErrors())
            new BenchmarkRules(benchmark, document with { Root = root }, found).Check();
        diagnostics.AddRange(found);
        return benchmark;
    }

    /// <summary><paramref name="over"/> laid over <paramref name="below"/>; keys inside of keys are merged too, lists are replaced.</summary>
    private static PolicyMapping Merge(PolicyMapping over, PolicyMapping below) => new PolicyMapping(
        [.. over.Entries.Select(entry => entry.Value is PolicyMapping inner && below[entry.Key.Text] is PolicyMapping old
            ? (entry.Key, (PolicyNode)Merge(inner, old))
            : entry)],
        over.Location).Over(below) with
    { Location = below.Location };
}
