using System.Text.Json;
using Lethe.Evaluation.Judges;

namespace Lethe.Training.Stages;

/// <summary>
/// What the judge can do on cells it trained on and on cells it never saw, and the settings that make its confidence honest:
/// temperatures and the threshold of its "none" answer, both from the held-out cells and from pictures of nothing known.
/// </summary>
internal sealed record JudgeReport
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private const int HeldOutTimes = 16;
    private const int UnknownCount = 128;
    // Of each kind of picture of nothing known, this share must stay unnamed.
    private const double Unnamed = 0.95;
    // What is measured bounds most pictures of a kind, not each: below this, a plain grey picture is still given a name.
    private const double LowestThreshold = 0.35;
    private const double HighestThreshold = 0.8;

    private JudgeReport()
    {
    }

    public required JudgeSplitFigures Trained { get; init; }

    public required JudgeSplitFigures HeldOut { get; init; }

    /// <summary>Divides the object head's outputs.</summary>
    public required double Temperature { get; init; }

    /// <summary>Divides the style head's outputs.</summary>
    public required double StyleTemperature { get; init; }

    /// <summary>Below this confidence the judge recognises nothing.</summary>
    public required double Threshold { get; init; }

    /// <summary>Expected calibration error of objects on the held-out cells as trained.</summary>
    public required double CalibrationErrorBefore { get; init; }

    /// <summary>The same behind the temperature that was fitted to the other half of the held-out cells.</summary>
    public required double CalibrationErrorAfter { get; init; }

    /// <summary>Looks at all pictures of a world.</summary>
    public static JudgeReport Of(PictureNetwork network, TrainingPictures pictures)
    {
        var styles = network.Config.Heads[EmojiJudge.StyleHead];
        var trained = JudgeViews.Of(network, pictures, pictures.Trained, 1);
        var heldOut = JudgeViews.Of(network, pictures, pictures.HeldOut, HeldOutTimes);
        var all = Enumerable.Range(0, heldOut.Count).ToList();
        var temperature = Calibration.Fit(heldOut.ObjectOutputs, heldOut.ObjectTruth, all);
        var threshold = ThresholdFor(JudgeViews.OfUnknown(network, pictures, UnknownCount), temperature);
        return new JudgeReport
        {
            Trained = JudgeSplitFigures.Of(trained, styles, temperature, threshold),
            HeldOut = JudgeSplitFigures.Of(heldOut, styles, temperature, threshold),
            Temperature = Math.Round(temperature, 4),
            StyleTemperature = Math.Round(Calibration.Fit(heldOut.StyleOutputs, heldOut.StyleTruth, all), 4),
            Threshold = threshold,
            CalibrationErrorBefore = Calibration.Error(Answers(heldOut, all, 1)),
            CalibrationErrorAfter = Calibration.Error(Halves(pictures, heldOut).SelectMany(halves =>
                Answers(heldOut, halves.Measured, Calibration.Fit(heldOut.ObjectOutputs, heldOut.ObjectTruth, halves.Fitted)))),
        };
    }

    /// <summary>The text of <c>judge/measured.json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format) + "\n";

    /// <summary>The main figures by the names they have in the log.</summary>
    public IEnumerable<(string Name, double Value)> Notes()
    {
        yield return ("object", Trained.ObjectAccuracy);
        yield return ("style", Trained.StyleAccuracy);
        yield return ("answered", Trained.Answered);
        yield return ("threshold", Threshold);
        if (HeldOut.Cells == 0)
            yield break;
        yield return ("object-held-out", HeldOut.ObjectAccuracy);
        yield return ("object-top5-held-out", HeldOut.ObjectTopFive);
        yield return ("style-held-out", HeldOut.StyleAccuracy);
        yield return ("answered-held-out", HeldOut.Answered);
        yield return ("temperature", Temperature);
        yield return ("calibration-error-before", CalibrationErrorBefore);
        yield return ("calibration-error-after", CalibrationErrorAfter);
    }

    /// <summary>Either half of the held-out cells is measured with what was fitted to the other: no cell judges itself.</summary>
    private static IEnumerable<(List<int> Fitted, List<int> Measured)> Halves(TrainingPictures pictures, JudgeViews views)
    {
        var even = pictures.HeldOut.Where((_, i) => i % 2 == 0).ToHashSet();
        var (first, second) = (Views(true), Views(false));
        return [(first, second), (second, first)];

        List<int> Views(bool inFirst) => [.. Enumerable.Range(0, views.Count).Where(i => even.Contains(views.Numbers[i]) == inFirst)];
    }

    private static IEnumerable<(double Confidence, bool Right)> Answers(JudgeViews views, List<int> rows, double temperature)
    {
        var choices = Calibration.Choices(views.ObjectOutputs, views.Count, temperature);
        return rows.Select(i => (choices[i].Confidence, choices[i].Choice == views.ObjectTruth[i]));
    }

    private static double ThresholdFor(IReadOnlyList<float[]> unknown, double temperature)
    {
        var needed = unknown
            .Where((_, kind) => kind != UnknownPictures.TwoAtOnce)
            .Max(outputs => Calibration.Choices(outputs, UnknownCount, temperature).Select(seen => seen.Confidence).Order().ElementAt((int)(UnknownCount * Unnamed)));
        return Math.Round(Math.Clamp(needed, LowestThreshold, HighestThreshold), 3);
    }
}
