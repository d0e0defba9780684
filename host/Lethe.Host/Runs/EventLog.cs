using System.Text;
using System.Text.Json;

namespace Lethe.Host.Runs;

/// <summary>
/// Append-only <c>events.jsonl</c>. It is the memory of what is finished: a file counts as done only when its event is here
/// and its bytes still have the hash written there.
/// </summary>
public sealed class EventLog : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _finished = new(StringComparer.Ordinal);

    /// <summary>Opens or creates the log; a line cut short by a crash is dropped.</summary>
    public EventLog(string path)
    {
        _path = path;
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw OutputFile.Refused(path, failure);
        }
        ReadBack();
    }

    /// <summary>Whether earlier lines exist.</summary>
    public bool Resumed { get; private set; }

    /// <summary>Hash that the log remembers for a file, or null when the file was never finished.</summary>
    public string? FinishedHash(string relativePath)
    {
        lock (_gate)
            return _finished.GetValueOrDefault(relativePath);
    }

    /// <summary>Records a finished file.</summary>
    public void File(string relativePath, string sha256)
    {
        Append(new RunEvent { Time = DateTimeOffset.UtcNow, Event = "file", Path = relativePath, Sha256 = sha256 });
        lock (_gate)
            _finished[relativePath] = sha256;
    }

    /// <summary>Records anything else.</summary>
    public void Note(string name, string? note = null) =>
        Append(new RunEvent { Time = DateTimeOffset.UtcNow, Event = name, Note = note });

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Append(RunEvent entry)
    {
        try
        {
            lock (_gate)
                _stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, RunJson.Line) + "\n"));
        }
        catch (IOException failure)
        {
            throw OutputFile.Refused(_path, failure);
        }
    }

    private void ReadBack()
    {
        var bytes = new byte[_stream.Length];
        _stream.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        Resumed = whole > 0;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(line) is { Event: "file", Path: { } path, Sha256: { } hash })
                _finished[path] = hash;
        }
        _stream.SetLength(whole);
        _stream.Position = whole;
    }

    // A line that is no event (the file is open to anybody) only means that its piece is made again.
    private static RunEvent? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, RunJson.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
