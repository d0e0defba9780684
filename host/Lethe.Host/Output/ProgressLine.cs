using System.Globalization;

namespace Lethe.Host.Output;

/// <summary>
/// Progress with rate and time left on stderr. On a terminal one line is redrawn at most ten times a second;
/// elsewhere a line is written every half minute, so that logs stay readable. Safe to call from several threads.
/// </summary>
public sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(30);

    private readonly ConsoleStreams _streams;
    private readonly bool _quiet;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private string _label = "";
    private string _unit = "steps";
    private long _total;
    private long _first = -1;
    private long _started;
    private long _lastShown;
    private bool _drawn;

    /// <param name="streams">Where to write.</param>
    /// <param name="quiet">Write nothing at all.</param>
    /// <param name="time">The clock; the system's unless a test brings its own.</param>
    public ProgressLine(ConsoleStreams streams, bool quiet, TimeProvider? time = null)
    {
        _streams = streams;
        _quiet = quiet;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Starts a stage of <paramref name="total"/> units; 0 when the number is not known.</summary>
    public void Begin(string label, long total, string unit = "steps")
    {
        lock (_gate)
        {
            (_label, _total, _unit, _first) = (label, total, unit, -1);
            _started = _lastShown = _time.GetTimestamp();
            if (_streams.ErrorIsTerminal) Show($"{label} …");
        }
    }

    /// <summary>Says that <paramref name="done"/> units of the stage are done; <paramref name="note"/> is a short figure such as a loss.</summary>
    public void Report(long done, string? note = null)
    {
        lock (_gate)
        {
            // Units finished before the first report (a resumed run) say nothing about the speed of this one.
            if (_first < 0) (_first, _started) = (done, _time.GetTimestamp());
            var every = _streams.ErrorIsTerminal ? RedrawEvery : LogEvery;
            if (_time.GetElapsedTime(_lastShown) < every) return;
            _lastShown = _time.GetTimestamp();
            Show(Format(done, note));
        }
    }

    /// <summary>Writes a line that stays, above the progress line.</summary>
    public void WriteLine(string text)
    {
        lock (_gate)
        {
            if (_quiet) return;
            Erase();
            _streams.Error.WriteLine(text);
        }
    }

    /// <summary>Removes the line, so that whatever is printed next starts on a clean one.</summary>
    public void Dispose()
    {
        lock (_gate) Erase();
    }

    private string Format(long done, string? note)
    {
        var text = _total > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{_label}  {done}/{_total} {_unit}  {100 * done / _total} %")
            : string.Create(CultureInfo.InvariantCulture, $"{_label}  {done} {_unit}");
        var seconds = _time.GetElapsedTime(_started).TotalSeconds;
        var moved = done - _first;
        if (moved > 0 && seconds > 0.2)
        {
            var rate = moved / seconds;
            text += string.Create(CultureInfo.InvariantCulture, $"  {rate:G3} {_unit}/s");
            if (_total > done) text += $"  {Clock((_total - done) / rate)} left";
        }

        return note is null ? text : $"{text}  {note}";
    }

    private void Show(string text)
    {
        if (_quiet) return;
        if (!_streams.ErrorIsTerminal)
        {
            _streams.Error.WriteLine(text);
            return;
        }

        var room = Math.Max(10, _streams.Width - 1);
        _streams.Error.Write("\r\u001b[K" + (text.Length > room ? text[..(room - 1)] + "…" : text));
        _streams.Error.Flush();
        _drawn = true;
    }

    private void Erase()
    {
        if (!_drawn) return;
        _streams.Error.Write("\r\u001b[K");
        _streams.Error.Flush();
        _drawn = false;
    }

    private static string Clock(double seconds)
    {
        var left = TimeSpan.FromSeconds(Math.Min(Math.Ceiling(seconds), TimeSpan.FromDays(99).TotalSeconds));
        return left.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{left.Minutes}:{left.Seconds:00}");
    }
}
