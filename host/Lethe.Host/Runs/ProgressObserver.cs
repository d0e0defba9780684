using Lethe.Host.Output;

namespace Lethe.Host.Runs;

/// <summary>Shows a run on the progress line; safe to call from several lanes.</summary>
public sealed class ProgressObserver(ProgressLine line) : IRunObserver
{
    private readonly Lock _gate = new();
    private string _stage = "";
    private bool _begun;

    /// <inheritdoc/>
    public void Stage(string name) => (_stage, _begun) = (name, false);

    /// <inheritdoc/>
    public void Progress(int done, int total, string unit, string? detail = null)
    {
        lock (_gate)
        {
            if (!_begun)
                line.Begin(_stage, total, unit);
            _begun = true;
            line.Report(done, detail);
        }
    }

    /// <inheritdoc/>
    public void Note(string text) => line.WriteLine(text);
}
