using Lethe.Sdk.Diagnostics;
using Lethe.Sdk.Diffusion;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Runs;

/// <summary>Runs the erasers one after the other; each sees the model with the edits of all earlier steps attached.</summary>
internal sealed class EraseStage(RunFolder folder, IReadOnlyList<PreparedStep> steps, long seed, int threads, IRunObserver observer)
{
    /// <summary>Makes or loads every edit, in order. The model is left as it was; the caller owns the edits.</summary>
    public IReadOnlyList<ModelEdit> Erase(IDiffusionModel model, CancellationToken cancel)
    {
        var edits = new List<ModelEdit>();
        var attached = new Stack<IDisposable>();
        try
        {
            foreach (var step in steps)
            {
                cancel.ThrowIfCancellationRequested();
                observer.Stage($"step {step.Planned.Number} of {steps.Count}: {step.Planned.Eraser}");
                var made = Step(step, model, cancel);
                edits.AddRange(made);
                foreach (var edit in made)
                    attached.Push(Guard(step, "attach", () => model.Denoiser.Attach(edit)));
            }
        }
        catch
        {
            Detach();
            edits.ForEach(edit => edit.Dispose());
            throw;
        }
        Detach();
        return edits;

        void Detach()
        {
            while (attached.TryPop(out var attachment))
                attachment.Dispose();
        }
    }

    private List<ModelEdit> Step(PreparedStep step, IDiffusionModel model, CancellationToken cancel)
    {
        var eraser = new Lazy<IEraser>(() => Guard(step, "construct", step.Eraser));
        var requests = step.OneConceptAtATime ? step.Concepts.Select(concept => new[] { concept }).ToList() : [[.. step.Concepts]];
        var edits = new List<ModelEdit>();
        var attached = new Stack<IDisposable>();
        for (var i = 0; i < requests.Count; i++)
        {
            var number = i;
            var file = requests.Count == 1 ? step.Planned.EditFile : Path.ChangeExtension(step.Planned.EditFile, $"{i + 1:000}.safetensors");
            if (!EditFile.IsFinished(folder, file))
            {
                var work = Path.Combine(folder.Root, "work", Slug.Of(Path.GetFileNameWithoutExtension(file)));
                using var edit = Guard(step, "run", () => eraser.Value.Erase(
                    new ErasureRequest { Model = model, Concepts = requests[number], Preserve = step.Preserve, Options = step.Options },
                    Context(step, number, work, cancel)));
                EditFile.Save(folder, file, edit, step.Planned, model);
                if (Directory.Exists(work))
                    Directory.Delete(work, recursive: true);
            }
            // Read back even when just written: a resumed run and an undisturbed one go on from the same bytes.
            foreach (var edit in EditFile.Load(folder, file, model, () => eraser.Value, step.Planned))
            {
                edits.Add(edit);
                if (i < requests.Count - 1)
                    attached.Push(Guard(step, "attach", () => model.Denoiser.Attach(edit)));
            }
        }
        while (attached.TryPop(out var attachment))
            attachment.Dispose();
        folder.Events.Note("step", $"{step.Planned.Number} {step.Planned.Eraser}");
        return edits;
    }

    private EraserContext Context(PreparedStep step, int request, string work, CancellationToken cancel)
    {
        var own = seed + 1000L * step.Planned.Number + request;
        return new EraserContext
        {
            Seed = own,
            Generator = new torch.Generator((ulong)own),
            Checkpoints = new CheckpointFolder(work),
            Threads = threads,
            Progress = new StepProgress(observer),
            Cancel = cancel,
        };
    }

    // A plugin is somebody else's code: whatever it throws is a fault of this run that names the plugin.
    private static T Guard<T>(PreparedStep step, string phase, Func<T> call)
    {
        try
        {
            var result = call();
            PluginFaults.ThrowIfAny();
            return result;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or RunException or OutOfMemoryException))
        {
            var inner = failure is System.Reflection.TargetInvocationException or TypeInitializationException ? failure.InnerException ?? failure : failure;
            throw new RunException(ExitCode.RunFailed, DiagnosticId.EraserFailed,
                $"eraser `{step.Planned.Eraser}` of plugin `{step.Planned.Plugin}` {step.Planned.PluginVersion} failed ({phase}): "
                + $"{inner.GetType().Name}: {inner.Message.Split('\n')[0].TrimEnd('.', '\r')}",
                inner is DllNotFoundException ? $"`lethe plugins verify {step.Planned.Plugin}` names the native libraries that are missing" : "`--verbose` shows where; the plugin's author can help",
                failure);
        }
    }

    private sealed class StepProgress(IRunObserver observer) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value) => observer.Progress(value.Step, value.Total, "steps",
            value.Terms.Count == 0 ? null : string.Join("  ", value.Terms.Select(term => FormattableString.Invariant($"{term.Key} {term.Value:G4}"))));
    }
}
