namespace Lethe.Training.Runs;

/// <summary>
/// The randomness of one lane of one step. It follows from the seed, the step and the lane alone, so a run that
/// was killed and continued draws the same numbers as one that was not.
/// </summary>
public sealed class StepRandom : IDisposable
{
    public StepRandom(int seed, long step, int lane)
    {
        var mixed = Mix(Mix(Mix((ulong)seed) ^ (ulong)step) ^ (ulong)lane);
        Tensors = new torch.Generator(mixed >> 1);
        Choices = new Random((int)(Mix(mixed) >> 33));
        Lane = lane;
        Step = step;
    }

    /// <summary>For tensor operators.</summary>
    public torch.Generator Tensors { get; }

    /// <summary>For choices made in plain code.</summary>
    public Random Choices { get; }

    public int Lane { get; }

    public long Step { get; }

    /// <summary>Standard normal numbers.</summary>
    public Tensor Normal(params long[] shape) => torch.randn(shape, generator: Tensors);

    /// <summary>Uniform numbers in <c>[low, high)</c>.</summary>
    public Tensor Uniform(double low, double high, params long[] shape) => torch.rand(shape, generator: Tensors).mul(high - low).add(low);

    /// <summary>1 with the given chance, else 0.</summary>
    public Tensor Chance(double chance, params long[] shape) => torch.rand(shape, generator: Tensors).lt(chance).to(torch.float32);

    public void Dispose() => Tensors.Dispose();

    // SplitMix64: neighbouring seeds and steps give unrelated streams.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
