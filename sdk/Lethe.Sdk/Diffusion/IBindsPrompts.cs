namespace Lethe.Sdk.Diffusion;

/// <summary>Optional power of an <see cref="IDenoiser"/>: what depends on the prompts alone is computed once and serves many predictions.</summary>
public interface IBindsPrompts
{
    /// <summary>The network as it is now, with the prompts filled in.</summary>
    /// <param name="textStates"><c>[B, L, D]</c>; not disposed, and not needed afterwards.</param>
    /// <returns>Valid until a parameter or an attachment changes; the caller disposes it.</returns>
    IBoundDenoiser Bind(Tensor textStates);
}
