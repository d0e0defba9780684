using Lethe.Sdk.Diffusion;

namespace Lethe.Sdk.Losses;

/// <summary>Mean square distance between the keys and values of two denoisers.</summary>
internal static class ProjectionDistance
{
    internal static Tensor Between(IDenoiser student, Tensor studentStates, IDenoiser teacher, Tensor teacherStates)
    {
        using var scope = torch.NewDisposeScope();
        var terms = new List<Tensor>();
        foreach (var (ours, theirs) in student.CrossAttention.Zip(teacher.CrossAttention))
        {
            terms.Add(Distance(ours.KeyWeight, theirs.KeyWeight));
            terms.Add(Distance(ours.ValueWeight, theirs.ValueWeight));
        }

        return torch.stack(terms).mean().MoveToOuterDisposeScope();

        Tensor Distance(Tensor ours, Tensor theirs) => torch.nn.functional.mse_loss(
            torch.nn.functional.linear(studentStates, ours),
            torch.nn.functional.linear(teacherStates, theirs).detach());
    }
}
