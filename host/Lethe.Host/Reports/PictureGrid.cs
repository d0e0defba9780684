using System.Globalization;
using Lethe.Evaluation.Metrics;

namespace Lethe.Host.Reports;

/// <summary>Pictures before and after, prompt by prompt, as part of a page.</summary>
internal static class PictureGrid
{
    /// <summary>Bytes of pictures in a page that a browser still opens.</summary>
    public const long Budget = 24L << 20;

    /// <summary>Writes the pictures of the scores, grouped by role and concept.</summary>
    /// <param name="page">Where to write.</param>
    /// <param name="scores">They name the pictures.</param>
    /// <param name="picture">Reads one by its path; null when it is not there.</param>
    /// <param name="left">Bytes that the page may still take.</param>
    /// <returns>Bytes left; below 0 when pictures were left out.</returns>
    public static long Write(Html page, IEnumerable<PictureScore> scores, Func<string, byte[]?> picture, long left)
    {
        foreach (var group in scores.GroupBy(score => (score.Role, score.Concept)).OrderBy(group => group.Key.Role))
        {
            page.Element("h3", $"{group.Key.Concept} ({RoleName(group.Key.Role)})").Open("div", "pairs");
            foreach (var prompt in group.GroupBy(score => score.Prompt))
            {
                page.Open("figure");
                left = Strip(page, "before", prompt.Select(score => (score, score.BeforeFile)), picture, left);
                left = Strip(page, "after", prompt.Select(score => (score, score.AfterFile)), picture, left);
                page.Element("figcaption", $"“{prompt.Key}”, seeds {Number(prompt.First().Seed)} to {Number(prompt.Last().Seed)}").Close("figure");
            }
            page.Close("div");
        }
        return left;
    }

    /// <summary>A role as people read it.</summary>
    public static string RoleName(PictureRole role) => role switch
    {
        PictureRole.Erased => "erased",
        PictureRole.Synonym => "synonym of an erased concept",
        _ => "kept",
    };

    private static long Strip(
        Html page, string side, IEnumerable<(PictureScore Score, string? File)> pictures, Func<string, byte[]?> picture, long left)
    {
        page.Open("div", "strip").Element("span", side);
        foreach (var (score, file) in pictures)
        {
            if (file is null || left < 0 || picture(file) is not { } png)
                continue;
            left -= png.Length;
            if (left >= 0)
                page.Png(png, $"{side}: {score.Prompt}, seed {Number(score.Seed)}");
        }
        page.Close("div");
        return left;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
