using System.Globalization;
using Lethe.Diffusion.Schedules;

namespace Lethe.Diffusion.Verification;

/// <summary>What the U-Net predicts, and the gradients of its training loss.</summary>
internal static class RecordedDenoiser
{
    // A noise, or whatever the network predicts.
    private static readonly string[] AtTimestep = ["eps.t", "output.t"];

    public static IEnumerable<OutputDifference> Predictions(StableDiffusion model, string path)
    {
        var expected = RecordedOutputs.ReadAll(path);
        var network = model.Checkpoint.UNet;
        using var noGradient = torch.no_grad();
        var (sample, states) = (expected.Of("sample", path), expected.Of("encoder_hidden_states", path));
        foreach (var (name, tensor) in expected)
        {
            var timesteps = name == "eps.per_sample_timesteps" ? expected.Of("per_sample_timesteps", path)
                : AtTimestep.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix
                    && long.TryParse(name[prefix.Length..], CultureInfo.InvariantCulture, out var t)
                    ? torch.tensor([t]) : null;
            if (timesteps is not null)
                yield return OutputDifference.Absolute($"unet: {name}", tensor, network.Forward(sample, timesteps, states), 5e-5);
        }

        if (expected.TryGetValue("odd.eps", out var odd))
            yield return OutputDifference.Absolute("unet: odd.eps", odd, network.Forward(
                expected.Of("odd.sample", path), expected.Of("odd.timestep", path), expected.Of("odd.encoder_hidden_states", path)), 5e-5);
    }

    public static IEnumerable<OutputDifference> Gradients(StableDiffusion model, string path)
    {
        var expected = RecordedOutputs.ReadAll(path);
        var network = model.Checkpoint.UNet;
        var encoder = model.Checkpoint.TextEncoder;
        var weights = network.CrossAttentionProjections.Where(projection => expected.ContainsKey($"grad.{projection.Name}.weight")).ToList();
        try
        {
            foreach (var projection in weights)
                projection.Weight.Value.requires_grad = true;
            // Without token ids the pass begins at the text states.
            var embeddings = expected.TryGetValue("text_input_ids", out var ids) ? encoder.Embed(ids).detach().requires_grad_() : null;
            var states = embeddings is null ? expected.Of("encoder_hidden_states", path) : encoder.ForwardEmbeddings(embeddings);
            if (embeddings is not null)
                yield return OutputDifference.Absolute("grads: encoder_hidden_states", expected.Of("encoder_hidden_states", path), states, 2e-5);

            var leaf = states.detach().requires_grad_();
            var wanted = expected.TryGetValue("target", out var target) ? target
                : expected.Of(model.Prediction == PredictionType.Velocity ? "velocity" : "noise", path);
            var loss = torch.nn.functional.mse_loss(network.Forward(expected.Of("noisy", path), expected.Of("timesteps", path), leaf), wanted);
            loss.backward();
            yield return OutputDifference.Relative("grads: loss", expected.Of("loss", path).reshape(1), loss.reshape(1), 1e-6);
            yield return OutputDifference.Relative("grads: grad.encoder_hidden_states", expected.Of("grad.encoder_hidden_states", path), leaf.grad!, 1e-4);
            if (embeddings is not null)
            {
                (states * leaf.grad!).sum().backward();
                yield return OutputDifference.Relative(
                    "grads: grad.text_input_embeddings", expected.Of("grad.text_input_embeddings", path), embeddings.grad!, 1e-4);
            }

            foreach (var projection in weights)
            {
                var name = $"grad.{projection.Name}.weight";
                yield return OutputDifference.Relative($"grads: {name}", expected[name], projection.Weight.Value.grad!, 1e-4);
            }
        }
        finally
        {
            foreach (var projection in weights)
            {
                projection.Weight.Value.requires_grad = false;
                projection.Weight.Value.grad = null;
            }
        }
    }
}
