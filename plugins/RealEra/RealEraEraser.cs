using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.RealEra;

/// <summary>RealEra (arXiv 2410.09140): erases a concept with the random points around it and keeps those beyond.</summary>
[Eraser("realera", "Closed form and low-rank training on the concept's random neighbours; keeps what lies beyond (RealEra)", Options = typeof(RealEraOptions))]
internal sealed class RealEraEraser : IEraser
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        using var run = new RealEraRun(request, context);
        return run.Erase();
    }
}
