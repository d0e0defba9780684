using Lethe.Sdk.Erasers;

namespace Lethe.Plugins.AdvPreserve;

/// <summary>Erases by fine-tuning and keeps, at every step, the concept that suffers most (NeurIPS 2024).</summary>
[Eraser("adv-preserve", "Fine-tuning that protects the concept which suffers most; minutes of training (Adversarial Preservation)",
    Options = typeof(AdvPreserveOptions))]
internal sealed class AdvPreserveEraser : IEraser
{
    public ModelEdit Erase(ErasureRequest request, EraserContext context)
    {
        using var scope = torch.NewDisposeScope();
        using var run = new AdvPreserveRun(request, context);
        return run.Train();
    }
}
