namespace Lethe.Host.Menus;

/// <summary>What a run says while it works; written by the run's thread, drawn by the menu's.</summary>
public sealed class MenuProgress(TimeProvider time)
{
    private const int NotesKept = 12;

    private readonly Lock _gate = new();
    private readonly Queue<string> _notes = new();
    private string _stage = "starting";
    private string _figures = "";
    private long _stageStarted = time.GetTimestamp();
    private int _first = -1;
    private double _share;

    /// <summary>A stage begins.</summary>
    public void Stage(string name)
    {
        lock (_gate) (_stage, _figures, _share, _first, _stageStarted) = (name, "", 0, -1, time.GetTimestamp());
    }

    /// <summary>Work done in the stage.</summary>
    public void Progress(int done, int total, string unit, string? detail)
    {
        lock (_gate)
        {
            if (_first < 0) (_first, _stageStarted) = (done, time.GetTimestamp());
            var seconds = time.GetElapsedTime(_stageStarted).TotalSeconds;
            var rate = seconds > 0.2 ? (done - _first) / seconds : 0;
            var left = rate > 0 ? $"   {rate:0.0} {unit}/s   {TimeSpan.FromSeconds(Math.Min(359_999, Math.Ceiling((total - done) / rate))):h\\:mm\\:ss} left" : "";
            _share = total > 0 ? Math.Clamp((double)done / total, 0, 1) : 0;
            _figures = $"{done}/{total} {unit}{left}{(detail is null ? "" : "   " + detail)}";
        }
    }

    /// <summary>Something worth a line.</summary>
    public void Note(string text)
    {
        lock (_gate)
        {
            _notes.Enqueue(text);
            if (_notes.Count > NotesKept) _notes.Dequeue();
        }
    }

    /// <summary>The state as lines for a screen.</summary>
    public IReadOnlyList<string> Lines()
    {
        const int width = 40;
        lock (_gate)
        {
            var filled = (int)Math.Round(_share * width);
            return [_stage, $"[{new string('#', filled)}{new string('.', width - filled)}] {100 * _share,3:0} %", _figures, "", .. _notes];
        }
    }
}
