using Lethe.Diffusion.Checkpoints;
using Lethe.Diffusion.Images;
using Lethe.Diffusion.Sampling;
using Lethe.Diffusion.Schedules;
using Lethe.Sdk.Diffusion;

namespace Lethe.Diffusion;

/// <summary>A Stable Diffusion 1.x or 2.x model, ready to draw and to be edited. Not safe for concurrent use.</summary>
public sealed class StableDiffusion : IDiffusionModel, ISampler, IDisposable
{
    private const int LatentPixelsAtOnce = 4096;

    private readonly NoiseSchedule schedule;
    private readonly Denoiser denoiser;
    private readonly PromptEncoder encoder;
    private readonly ImageAutoencoder autoencoder;
    private int batchSize;
    private SamplerKind sampler = SamplerKind.Ddim;

    /// <param name="checkpoint">Taken over.</param>
    /// <exception cref="CheckpointException">Tokenizer or schedule are unusable; the checkpoint is disposed.</exception>
    public StableDiffusion(DiffusionCheckpoint checkpoint)
    {
        Checkpoint = checkpoint;
        try
        {
            encoder = new PromptEncoder(checkpoint.OpenTokenizer(), checkpoint.TextEncoder);
            var config = checkpoint.Scheduler;
            // The denoiser turns velocities into noise, so the samplers only ever see noise.
            schedule = new NoiseSchedule(config with { Prediction = PredictionType.Epsilon }, encoder.Device);
            denoiser = new Denoiser(checkpoint.UNet, schedule, config.Prediction);
            Prediction = config.Prediction;
            autoencoder = new ImageAutoencoder(checkpoint.Autoencoder);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
        var shape = checkpoint.UNet.Config;
        LatentShape = [shape.InChannels, shape.SampleSize, shape.SampleSize];
        // Small latents gain from company, large ones only cost memory.
        batchSize = Math.Clamp(LatentPixelsAtOnce / (shape.SampleSize * shape.SampleSize), 1, 32);
    }

    /// <summary>Networks and files; saving it with weight or low-rank edits attached folds them in.</summary>
    public DiffusionCheckpoint Checkpoint { get; }

    /// <summary>What the U-Net was trained to predict; <see cref="Denoiser"/> always gives noise.</summary>
    public PredictionType Prediction { get; }

    /// <inheritdoc/>
    public ITextEncoder TextEncoder => encoder;

    /// <inheritdoc/>
    public IDenoiser Denoiser => denoiser;

    /// <inheritdoc/>
    public IAutoencoder Autoencoder => autoencoder;

    /// <inheritdoc/>
    public INoiseSchedule Schedule => schedule;

    /// <inheritdoc/>
    public IReadOnlyList<long> LatentShape { get; }

    /// <summary>How <see cref="Sample(SamplingRequest, CancellationToken)"/> denoises.</summary>
    /// <exception cref="CheckpointException">The model's schedule begins where this sampler cannot.</exception>
    public SamplerKind Sampler
    {
        get => sampler;
        set
        {
            // Both would fail at the first step; whoever chooses a sampler wants to know now.
            if (schedule.Config is { RescaleBetasZeroSnr: true, Spacing: TimestepSpacing.Trailing or TimestepSpacing.Linspace }
                && (value == SamplerKind.Pndm || (value is SamplerKind.Ddim or SamplerKind.Ddpm && Prediction == PredictionType.Epsilon)))
                throw new CheckpointException(
                    $"`{Checkpoint.Location}`: with `rescale_betas_zero_snr` nothing of the picture is left at the last timestep, where this sampler cannot start\n\nhint: choose `euler`");
            sampler = value;
        }
    }

    /// <summary>DDIM only: 0 is deterministic, 1 adds as much noise as DDPM.</summary>
    public double Eta { get; set; }

    /// <summary>Pictures denoised or decoded at once, at least 1; guidance doubles what the U-Net sees.</summary>
    public int BatchSize
    {
        get => batchSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            batchSize = value;
        }
    }

    /// <summary>Opens a folder in the layout of diffusers, or a single file with the original names.</summary>
    /// <exception cref="CheckpointException">Not a Stable Diffusion 1.x or 2.x, or malformed; the message names file and place.</exception>
    public static StableDiffusion Open(string path, string? variant = null) => Open(path, new OpenOptions { Variant = variant });

    /// <summary>As the other overload.</summary>
    public static StableDiffusion Open(string path, OpenOptions options) => new(DiffusionCheckpoint.Open(path, options));

    /// <inheritdoc/>
    public Tensor Sample(SamplingRequest request, CancellationToken cancel = default) => Sample(request, progress: null, cancel);

    /// <summary>As the interface's method, with news after each step.</summary>
    public Tensor Sample(SamplingRequest request, Action<SamplingProgress>? progress, CancellationToken cancel = default)
    {
        Check(request);
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var run = new DiffusionSampler(denoiser, schedule);
        var settings = new SamplerSettings
        {
            Kind = Sampler,
            Eta = Eta,
            Steps = request.Steps,
            GuidanceScale = request.GuidanceScale,
            StopAtTimestep = request.StopAtTimestep,
        };
        var texts = request.Prompts.Distinct().ToList();
        var states = encoder.Encode(texts);
        var negative = encoder.Encode([request.NegativePrompt]);
        Tensor[] extra = [.. (denoiser.Guidance?.ExtraPrompts ?? []).Select(prompt => encoder.Encode([prompt]))];

        var latents = new List<Tensor>();
        var batches = request.Prompts.Zip(request.Seeds).Chunk(BatchSize).ToList();
        for (var (index, pictures) = (0, 0); index < batches.Count; pictures += batches[index++].Length)
        {
            var (batch, before, done) = (batches[index], index, pictures);
            using var noise = new PictureNoise(batch.Select(picture => picture.Second), LatentShape, states.device);
            var rows = torch.tensor([.. batch.Select(picture => (long)texts.IndexOf(picture.First))], device: states.device);
            latents.Add(run.Sample(states.index_select(0, rows), negative, extra, noise.Next, settings, (step, steps) => progress?.Invoke(
                new SamplingProgress(before * steps + step, batches.Count * steps, step == steps ? done + batch.Length : done)), cancel));
        }
        return torch.cat(latents, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Draws pictures, one for each prompt and seed.</summary>
    public RgbImage[] Draw(SamplingRequest request, Action<SamplingProgress>? progress = null, CancellationToken cancel = default)
    {
        using var latents = Sample(request, progress, cancel);
        return Decode(latents, cancel);
    }

    /// <summary>The pictures of latents <c>[B, C, h, w]</c>, some at a time.</summary>
    public RgbImage[] Decode(Tensor latents, CancellationToken cancel = default)
    {
        using var noGradient = torch.no_grad();
        var pictures = new List<RgbImage>();
        for (var first = 0L; first < latents.size(0); first += BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var some = latents.narrow(0, first, Math.Min(BatchSize, latents.size(0) - first));
            pictures.AddRange(ImageTensor.ToImages(autoencoder.Decode(some)));
        }
        return [.. pictures];
    }

    public void Dispose()
    {
        denoiser.Dispose();
        schedule.Dispose();
        Checkpoint.Dispose();
    }

    private static void Check(SamplingRequest request)
    {
        if (request.Prompts.Count == 0) throw new ArgumentException("no prompt, expected at least one", nameof(request));
        if (request.Prompts.Count != request.Seeds.Count)
            throw new ArgumentException(
                $"{request.Prompts.Count} prompts with {request.Seeds.Count} seeds, expected one seed for each prompt", nameof(request));
        if (!(request.GuidanceScale >= 0) || double.IsInfinity(request.GuidanceScale))
            throw new ArgumentException($"guidance scale is {request.GuidanceScale}, expected a number of at least 0", nameof(request));
    }
}
