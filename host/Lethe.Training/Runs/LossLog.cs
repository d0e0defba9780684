using System.Globalization;
using System.Text.Json;
using Lethe.Diffusion;

namespace Lethe.Training.Runs;

/// <summary>One JSON line per report. Lines past the step a run continues from are dropped, so that each step occurs once.</summary>
internal sealed class LossLog
{
    private readonly string path;

    public LossLog(string path, long continueFrom)
    {
        this.path = path;
        if (!File.Exists(path))
            return;
        var kept = File.ReadAllLines(path).Where(line => StepOf(line) is { } step && step <= continueFrom).ToList();
        AtomicFile.Write(path, temporary => File.WriteAllLines(temporary, kept));
    }

    public void Add(long step, double loss, double rate, double stepsPerSecond) => File.AppendAllText(
        path,
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["step"] = step,
            ["loss"] = Math.Round(loss, 6),
            ["rate"] = rate,
            ["steps-per-second"] = Math.Round(stepsPerSecond, 1),
        }) + "\n");

    public void Note(long step, string name, double value) => File.AppendAllText(
        path, string.Create(CultureInfo.InvariantCulture, $"{{\"step\":{step},\"{name}\":{value:0.#####}}}\n"));

    // A line cut short by a kill is dropped as well.
    private static long? StepOf(string line)
    {
        try
        {
            using var entry = JsonDocument.Parse(line);
            return entry.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
