using Lethe.Evaluation.Judges;
using Lethe.Training.Runs;

namespace Lethe.Training.Stages;

/// <summary>What a judge's heads say to pictures that were changed afresh, with numbers that training never draws.</summary>
internal sealed class JudgeViews
{
    private const int Slice = 64;

    private JudgeViews(IReadOnlyList<int> numbers, float[] objects, float[] styles, TrainingPictures pictures)
    {
        (Numbers, ObjectOutputs, StyleOutputs) = (numbers, objects, styles);
        ObjectTruth = [.. numbers.Select(i => (int)pictures.Objects[i])];
        StyleTruth = [.. numbers.Select(i => (int)pictures.Styles[i])];
    }

    /// <summary>The picture of each view.</summary>
    public IReadOnlyList<int> Numbers { get; }

    public int Count => Numbers.Count;

    /// <summary>Outputs of the object head, one row per view.</summary>
    public float[] ObjectOutputs { get; }

    /// <summary>Outputs of the style head, one row per view.</summary>
    public float[] StyleOutputs { get; }

    public IReadOnlyList<int> ObjectTruth { get; }

    public IReadOnlyList<int> StyleTruth { get; }

    /// <summary>Looks at each picture so many times, each time moved, scaled, mirrored, blurred and toned anew.</summary>
    public static JudgeViews Of(PictureNetwork network, TrainingPictures pictures, IReadOnlyList<int> numbers, int times)
    {
        var all = Enumerable.Repeat(numbers, times).SelectMany(n => n).ToList();
        var (objects, styles) = (new List<float>(), new List<float>());
        using var noGrad = torch.no_grad();
        foreach (var (slice, step) in all.Chunk(Slice).Select((slice, step) => (slice, step)))
        {
            using var scope = torch.NewDisposeScope();
            using var random = new StepRandom(int.MaxValue, step, 0);
            var outputs = JudgeOutputs.Of(network, Changed(pictures.Pick(slice), random), JudgeStage.Mirrored);
            objects.AddRange(outputs.Objects.contiguous().data<float>().ToArray());
            styles.AddRange(outputs.Styles.contiguous().data<float>().ToArray());
        }

        return new JudgeViews(all, [.. objects], [.. styles], pictures);
    }

    /// <summary>Outputs of the object head to pictures of nothing known, one list per kind, <c>[count, objects]</c> each.</summary>
    public static IReadOnlyList<float[]> OfUnknown(PictureNetwork network, TrainingPictures pictures, int count)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var random = new StepRandom(int.MaxValue, 0, 1);
        var every = Math.Max(1, pictures.Trained.Count / count);
        var real = Changed(pictures.Pick([.. pictures.Trained.Where((_, i) => i % every == 0).Take(count)]), random);
        return [.. Enumerable.Range(0, UnknownPictures.Kinds).Select(kind =>
        {
            var made = torch.cat([.. Enumerable.Range(0, count).Select(i => UnknownPictures.Make(kind, real, i % real.size(0), random))]);
            return JudgeOutputs.Of(network, made, JudgeStage.Mirrored).Objects.contiguous().data<float>().ToArray();
        })];
    }

    private static Tensor Changed(Tensor real, StepRandom random)
    {
        using var scope = torch.NewDisposeScope();
        var placed = Augmentation.Place(real, random, shift: 5, scale: 0.15, mirror: 0.5);
        var soft = Augmentation.Blur(placed, random, chance: 0.5);
        return Augmentation.Tone(soft, random, contrast: 0.12, brightness: 0.05, noise: 0.1).MoveToOuterDisposeScope();
    }
}
