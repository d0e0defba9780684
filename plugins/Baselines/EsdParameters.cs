using Lethe.Sdk.Diffusion;

namespace Lethe.Plugins.Baselines;

/// <summary>The parameters of each variant, by diffusers name.</summary>
internal static class EsdParameters
{
    public static ParameterSelection Of(EsdVariant variant) => variant switch
    {
        EsdVariant.X => ParameterSelection.CrossAttention,
        EsdVariant.Strict => ParameterSelection.CrossAttentionKeysAndValues,
        EsdVariant.U => ParameterSelection.ByName(name => !InCrossAttention(name) && !IsNormalisation(name)),
        EsdVariant.NoCrossAttention => ParameterSelection.ByName(name => !InCrossAttention(name) && !IsHeadOrTime(name)),
        EsdVariant.SelfAttention => ParameterSelection.ByName(name => name.Contains(".attn1.", StringComparison.Ordinal)),
        _ => ParameterSelection.All,
    };

    private static bool InCrossAttention(string name) => name.Contains(".attn2.", StringComparison.Ordinal);

    // `norm`, `norm1` .. `norm3`, `conv_norm_out`: nothing else has the word in its name.
    private static bool IsNormalisation(string name) => name.Contains("norm", StringComparison.Ordinal);

    // Each block's own `time_emb_proj` stays in; only the MLP that all share is left out.
    private static bool IsHeadOrTime(string name) =>
        name.StartsWith("time_embedding.", StringComparison.Ordinal) || name.StartsWith("conv_norm_out.", StringComparison.Ordinal)
        || name.StartsWith("conv_out.", StringComparison.Ordinal);
}
