using System.Globalization;

namespace Lethe.Host.Benchmarks;

/// <summary>How far a cell is, as its worker says in one line.</summary>
/// <param name="IsTraining">Whether the number is percent of the training; otherwise it is that of finished pictures.</param>
/// <param name="Number">How far.</param>
internal readonly record struct CellProgress(bool IsTraining, int Number)
{
    private const string Training = "training ", Pictures = "pictures ";

    /// <summary>The line.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{(IsTraining ? Training : Pictures)}{Number}");

    /// <summary>What a line says; null for any other line.</summary>
    public static CellProgress? Of(string line)
    {
        var training = line.StartsWith(Training, StringComparison.Ordinal);
        return (training || line.StartsWith(Pictures, StringComparison.Ordinal))
            && int.TryParse(line.AsSpan(Training.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new CellProgress(training, number) : null;
    }
}
