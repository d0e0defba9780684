using Lethe.Host.Runs;

namespace Lethe.Host.Benchmarks;

/// <summary>Tells the process that started a worker how far it is, one line on stdout for each batch of pictures and each percent of a training.</summary>
internal sealed class CellObserver(TextWriter output) : IRunObserver
{
    private readonly Lock _gate = new();
    private int _percent = -1;

    public void Stage(string name)
    {
    }

    public void Progress(int done, int total, string unit, string? detail = null)
    {
        lock (_gate)
        {
            if (unit == "pictures")
                Write(new CellProgress(IsTraining: false, done));
            else if (unit == "steps" && total > 0 && (int)(100L * done / total) is var percent && percent != _percent)
                Write(new CellProgress(IsTraining: true, _percent = percent));
        }
    }

    public void Note(string text)
    {
    }

    private void Write(CellProgress progress)
    {
        output.WriteLine(progress.Line);
        output.Flush();
    }
}
