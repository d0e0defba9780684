namespace Lethe.Training.Stages;

/// <summary>How well the judge knows one set of real pictures.</summary>
internal sealed record JudgeSplitFigures
{
    private JudgeSplitFigures()
    {
    }

    /// <summary>Object-style cells, each one picture.</summary>
    public required int Cells { get; init; }

    /// <summary>Pictures looked at: every cell, changed afresh each time.</summary>
    public required int Views { get; init; }

    /// <summary>Share of views whose object comes first, named or not.</summary>
    public required double ObjectAccuracy { get; init; }

    /// <summary>Share of views whose object is among the first five.</summary>
    public required double ObjectTopFive { get; init; }

    /// <summary>Share of views whose style comes first.</summary>
    public required double StyleAccuracy { get; init; }

    /// <summary>Share of views that are named at all.</summary>
    public required double Answered { get; init; }

    /// <summary>Share of the named views that are named rightly.</summary>
    public required double AnsweredRightly { get; init; }

    /// <summary>Object accuracy by the picture's style.</summary>
    public required IReadOnlyList<double?> ObjectAccuracyByStyle { get; init; }

    /// <summary>Views by true style (row) and the judge's first choice (column).</summary>
    public required IReadOnlyList<IReadOnlyList<int>> StyleConfusion { get; init; }

    public static JudgeSplitFigures Of(JudgeViews views, int styles, double temperature, double threshold)
    {
        var objects = Calibration.Choices(views.ObjectOutputs, views.Count, temperature);
        var seenStyles = Calibration.Choices(views.StyleOutputs, views.Count, 1);
        var right = objects.Select((seen, i) => seen.Choice == views.ObjectTruth[i]).ToList();
        var named = Enumerable.Range(0, views.Count).Where(i => objects[i].Confidence >= threshold).ToList();
        var confusion = new int[styles][];
        for (var style = 0; style < styles; style++)
            confusion[style] = new int[styles];
        for (var i = 0; i < views.Count; i++)
            confusion[views.StyleTruth[i]][seenStyles[i].Choice]++;
        return new JudgeSplitFigures
        {
            Cells = views.Numbers.Distinct().Count(),
            Views = views.Count,
            ObjectAccuracy = Share(right),
            ObjectTopFive = Share(Enumerable.Range(0, views.Count).Select(i => AmongFive(views, i))),
            StyleAccuracy = Share(seenStyles.Select((seen, i) => seen.Choice == views.StyleTruth[i])),
            Answered = (double)named.Count / Math.Max(1, views.Count),
            AnsweredRightly = Share(named.Select(i => right[i])),
            ObjectAccuracyByStyle = [.. Enumerable.Range(0, styles).Select(style => Enumerable.Range(0, views.Count).Where(i => views.StyleTruth[i] == style).ToList())
                .Select(rows => rows.Count == 0 ? (double?)null : Math.Round(Share(rows.Select(i => right[i])), 4))],
            StyleConfusion = confusion,
        };
    }

    private static bool AmongFive(JudgeViews views, int view)
    {
        var width = views.ObjectOutputs.Length / views.Count;
        var row = views.ObjectOutputs.AsSpan(view * width, width);
        var ahead = 0;
        foreach (var output in row)
            ahead += output > row[views.ObjectTruth[view]] ? 1 : 0;
        return ahead < 5;
    }

    private static double Share(IEnumerable<bool> answers)
    {
        var all = answers.ToList();
        return all.Count == 0 ? 0 : (double)all.Count(right => right) / all.Count;
    }
}
