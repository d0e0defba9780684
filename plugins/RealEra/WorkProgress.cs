using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.RealEra;

/// <summary>
/// Progress of the whole erasure in passes through the network, so that the time left is known from the first picture on: a step of
/// training costs as much as some sampling steps.
/// </summary>
/// <param name="context">Who is told.</param>
/// <param name="total">Passes in all.</param>
internal sealed class WorkProgress(EraserContext context, int total)
{
    private int _done;

    /// <summary>So many passes more are done.</summary>
    public void Add(int passes, IReadOnlyDictionary<string, double>? terms = null) => context.Report(_done += passes, total, terms);

    /// <summary>What a part tells as steps of its own.</summary>
    /// <param name="passesPerStep">What one of its steps costs.</param>
    public IProgress<ErasureProgress> Steps(int passesPerStep) => new Part(context, _done, passesPerStep, total);

    private sealed class Part(EraserContext context, int before, int passesPerStep, int total) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => context.Report(before + value.Step * passesPerStep, total, value.Terms);
    }
}
