using System.Text.Json;
using Lethe.Diffusion.Networks;
using Lethe.Diffusion.Text;
using Lethe.Evaluation.Judges;
using Lethe.Training.Data;

namespace Lethe.Training.Stages;

/// <summary>Which objects are near each other, as measured: <c>neighbours.json</c> of a model.</summary>
/// <param name="Text">Per object the nearest by the cosine of the text encoder's pooled states.</param>
/// <param name="Judge">Per object those that the judge takes its real pictures for most often, by mean probability on changed pictures.</param>
internal sealed record MeasuredNeighbours(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Text, IReadOnlyDictionary<string, IReadOnlyList<string>> Judge)
{
    private const int Kept = 3;
    private const int Times = 4;
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    public static MeasuredNeighbours Of(
        World world, ClipTextModel text, ClipTokenizer tokenizer, PictureNetwork network, TrainingPictures pictures, double temperature)
    {
        var count = world.Objects.Count;
        var near = Cosines(world, text, tokenizer);
        var mistaken = new double[count * count];
        var views = JudgeViews.Of(network, pictures, [.. pictures.Trained, .. pictures.HeldOut], Times);
        for (var view = 0; view < views.Count; view++)
        {
            var shares = Calibration.Softmax(views.ObjectOutputs.AsSpan(view * count, count), temperature);
            for (var other = 0; other < count; other++)
                mistaken[(views.ObjectTruth[view] * count) + other] += shares[other];
        }

        return new MeasuredNeighbours(Nearest(world, number => near.AsSpan(number * count, count).ToArray().Select(value => (double)value).ToArray()),
            Nearest(world, number => mistaken.AsSpan(number * count, count).ToArray()));
    }

    /// <summary>The text of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        Text.ToDictionary(item => item.Key, item => new { text = item.Value, judge = Judge[item.Key] }), Format) + "\n";

    private static Dictionary<string, IReadOnlyList<string>> Nearest(World world, Func<int, double[]> closeness) =>
        world.Objects.Select((item, number) =>
        {
            var row = closeness(number);
            var others = Enumerable.Range(0, row.Length).Where(other => other != number).OrderByDescending(other => row[other]).Take(Kept);
            return KeyValuePair.Create(item.Name, (IReadOnlyList<string>)[.. others.Select(other => world.Objects[other].Name)]);
        }).ToDictionary();

    private static float[] Cosines(World world, ClipTextModel text, ClipTokenizer tokenizer)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var pooled = world.Objects.Chunk(32).Select(slice =>
        {
            var ids = torch.stack(slice.Select(item => torch.tensor(tokenizer.Encode(Captions.Plain(item.Name)))));
            return text.Pool(text.Forward(ids), ids);
        });
        var unit = torch.nn.functional.normalize(torch.cat([.. pooled]), dim: -1);
        return unit.matmul(unit.transpose(0, 1)).contiguous().data<float>().ToArray();
    }
}
