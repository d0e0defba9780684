using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>Tells the process that started a worker how far it is, one line on stdout for each batch of pictures.</summary>
internal sealed class CellObserver(TextWriter output) : IRunObserver
{
    /// <summary>What such a line begins with; the number of finished pictures follows.</summary>
    public const string Mark = "pictures ";

    private readonly Lock _gate = new();

    public void Stage(string name)
    {
    }

    public void Progress(int done, int total, string unit, string? detail = null)
    {
        if (unit != "pictures")
            return;
        lock (_gate)
        {
            output.WriteLine(FormattableString.Invariant($"{Mark}{done}"));
            output.Flush();
        }
    }

    public void Note(string text)
    {
    }
}
