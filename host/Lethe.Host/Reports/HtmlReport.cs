using System.Globalization;
using Lethe.Evaluation.Metrics;
using Lethe.Host.Runs;

namespace Lethe.Host.Reports;

/// <summary>The report as one self-contained page, written for readers who are no engineers.</summary>
public static class HtmlReport
{
    /// <summary>Builds the page. <paramref name="scores"/> name the pictures, <paramref name="picture"/> reads one by its relative path.</summary>
    public static string Build(ErasureReport report, IReadOnlyList<PictureScore> scores, Func<string, byte[]> picture)
    {
        var page = new Html()
            .Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>")
            .Text($"Lethe report: {report.Plan.Policy}").Raw("</title>\n<style>\n").Raw(ReportStyle.Css).Raw("\n</style></head><body>\n");
        page.Element("h1", $"Concept erasure report: {report.Plan.Policy}");
        page.Element("p", $"Model {report.Plan.Model}, device {report.Plan.Device}, seed {Number(report.Plan.Seed)}, made by Lethe {report.Plan.Host}", "small");
        Verdict(page, report);
        Asked(page, report);
        Done(page, report);
        Gates(page, report);
        Concepts(page, report);
        Figures(page, report);
        Pictures(page, scores, picture);
        Evidence(page, report);
        Reproduce(page, report);
        return page.Raw("</body></html>\n").ToString();
    }

    private static void Verdict(Html page, ErasureReport report)
    {
        var missed = report.Gates.Count(gate => !gate.Held);
        var text = report.Gates.Count == 0 ? "The policy sets no gates; nothing was promised beyond what is measured below."
            : missed == 0 ? $"All {report.Gates.Count} gates of the policy hold."
            : $"{missed} of {report.Gates.Count} gates of the policy are missed.";
        page.Element("p", text, missed == 0 ? "verdict held" : "verdict missed");
    }

    private static void Asked(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "1. What was asked");
        page.Table(["Concept to erase", "Kind", "Also erased (synonyms)", "Drawn instead"], report.Plan.Steps.SelectMany(step => step.Erase)
            .Select(item => new[] { item.Concept, item.Kind, List(item.Synonyms), item.Surrogate.Length == 0 ? "(nothing in particular)" : item.Surrogate }));
        page.Element("p", "To be kept as they were: " + List([.. report.Plan.Steps.SelectMany(step => step.Preserve).Distinct()]) + ".");
        page.Close("section");
    }

    private static void Done(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "2. What was done");
        page.Element("p", "The model's weights were changed by the methods below, in this order. Pictures of every prompt were drawn before and after with equal "
            + $"seeds: {Number(report.Plan.Sampling.Steps)} {report.Plan.Sampling.Scheduler.ToUpperInvariant()} steps, guidance scale {Number(report.Plan.Sampling.GuidanceScale)}.");
        page.Table(["Step", "Method", "Plugin", "Options", "Concepts"], report.Plan.Steps.Select(step => new[]
        {
            Number(step.Number), step.Eraser, $"{step.Plugin} {step.PluginVersion}", step.Options.ToJsonString(RunJson.Line), List([.. step.Erase.Select(item => item.Concept)]),
        }));
        foreach (var text in report.Methods)
            page.Element("p", text);
        page.Close("section");
    }

    private static void Gates(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "3. Gates");
        if (report.Gates.Count == 0)
            page.Element("p", "None.");
        else
            page.Table(["Figure", "Must be", "Before", "Measured", "Pictures (n)", "Result"], report.Gates.Select(gate =>
            {
                var unit = report.Figures.FirstOrDefault(figure => figure.Id == gate.Figure)?.Unit ?? "fraction";
                return new[] { gate.Figure, Bounds(gate, unit), Before(gate.Before, unit), Html.Value(gate.Value, unit), Number(gate.N), gate.Held ? "held" : "MISSED" };
            }));
        page.Close("section");
    }

    private static void Concepts(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "4. Concept by concept");
        page.Element("p", "How often the judge, a network that took no part in making or editing the model, sees the concept in pictures whose prompt names it.", "small");
        page.Table(["Concept", "Role", "Before", "After", "n", "95 % interval (after)", "Pixels changed"], report.Concepts.Select(row => new[]
        {
            row.Concept, PictureGrid.RoleName(row.Role), Html.Value(row.Before.Value, "fraction"), Html.Value(row.After.Value, "fraction"), Number(row.After.N),
            Interval(row.After), Html.Value(row.Difference.Value, "fraction"),
        }));
        page.Close("section");
    }

    private static void Figures(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "5. Figures");
        var pairs = FigurePair.Of(report.Figures);
        page.Table(["Figure", "Before", "After", "95 % interval (before)", "95 % interval (after)", "n", "Better", "Definition"],
            pairs.Where(pair => pair.After.N > 0).Select(pair => new[]
            {
                pair.After.Id, Before(pair.Before?.Value, pair.After.Unit), Html.Value(pair.After.Value, pair.After.Unit), pair.Before is { } before ? Interval(before) : "",
                Interval(pair.After), Number(pair.After.N), pair.After.Better, $"{pair.After.Definition} [{pair.After.Profile}]",
            }));
        page.Element("p", "Before: the same prompts and seeds, drawn by the unedited model. How much an erasure did is the difference of the two.", "small");
        page.Element("p", "Intervals: Wilson's for shares, a bootstrap over prompts (1,000 resamples, fixed seed) for means, standard errors of a bootstrap for fid and kid. n counts pictures or pairs of pictures.", "small");
        if (pairs.Where(pair => pair.After.N == 0).Select(pair => pair.After.Id).Distinct().ToList() is { Count: > 0 } unmeasured)
            page.Element("p", $"Not measured, because no picture allows it: {List(unmeasured)}.", "small");
        foreach (var remark in report.Remarks)
            page.Element("p", remark, "small");
        page.Close("section");
    }

    private static void Pictures(Html page, IReadOnlyList<PictureScore> scores, Func<string, byte[]> picture)
    {
        page.Open("section").Element("h2", "6. Pictures before and after");
        var left = PictureGrid.Write(page, scores, picture, PictureGrid.Budget);
        if (left < 0)
            page.Element("p", "Not all pictures fit into this page; all of them are in the folder `images` beside it.", "small");
        page.Close("section");
    }

    private static void Evidence(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "7. Evidence");
        page.Element("p", "SHA-256 of everything that went in and came out. `manifest.json` in the run folder lists every file of the run.", "small");
        page.Table(["What", "SHA-256"], new[] { new[] { $"policy {report.Plan.Policy}", report.Plan.PolicySha256 }, [$"model {report.Plan.Model}", report.Plan.ModelSha256 ?? ""] }
            .Concat(report.Plan.Steps.Select(step => new[] { $"plugin {step.Plugin} {step.PluginVersion}", step.PluginSha256 }).DistinctBy(row => row[0]))
            .Concat(report.ModelFiles.Select(file => new[] { $"model file {file.Path}", file.Sha256 }))
            .Concat(report.Outputs.Select(file => new[] { $"output {file.Path}", file.Sha256 })), "hashes");
        page.Close("section");
    }

    private static void Reproduce(Html page, ErasureReport report)
    {
        page.Open("section").Element("h2", "8. How to repeat this");
        page.Element("p", "Save the policy below as `policy.yaml`, check the hashes of section 7, and run with the same Lethe on the same kind of processor:");
        page.Element("pre", $"lethe apply policy.yaml --model {report.Plan.Model} --output runs/again");
        page.Element("p", "The edits, pictures, figures and weights come out byte for byte the same; the files of both runs can be compared by their `manifest.json`.");
        page.Element("h3", "The policy").Element("pre", report.PolicyText);
        page.Close("section");
    }

    private static string Bounds(GateResult gate, string unit) => (gate.Min, gate.Max) switch
    {
        ({ } min, { } max) => $"{Html.Value(min, unit)} to {Html.Value(max, unit)}",
        ({ } min, null) => $"at least {Html.Value(min, unit)}",
        (null, { } max) => $"at most {Html.Value(max, unit)}",
        _ => "measured",
    };

    private static string Before(double? value, string unit) => value is null ? "" : Html.Value(value, unit);

    private static string Interval(Figure figure) =>
        figure is { Low: { } low, High: { } high } ? $"{Html.Value(low, figure.Unit)} to {Html.Value(high, figure.Unit)}" : "";

    private static string List(IReadOnlyList<string> items) => items.Count == 0 ? "none" : string.Join(", ", items);

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
