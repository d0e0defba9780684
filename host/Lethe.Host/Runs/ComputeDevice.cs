using Lethe.Diffusion.Engine;
using Lethe.Host.Policies;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Runs;

/// <summary>Where a model computes, by the names of policies and commands.</summary>
internal static class ComputeDevice
{
    /// <summary>The device of a name.</summary>
    /// <param name="name">As <see cref="Policy.DevicePattern"/> says.</param>
    /// <param name="type">The number format to compute in.</param>
    /// <exception cref="RunException">This libtorch sees no such device, or it does not compute in this format.</exception>
    public static Device Find(string name, ScalarType type)
    {
        var device = new Device(name);
        if (device.type == DeviceType.CPU && type == ScalarType.Float16)
            throw Refused("device `cpu` does not compute in `float16`, expected `bfloat16` or `float32` there", "`--device cuda` computes in `float16`");
        if (device.type == DeviceType.CPU && type == ScalarType.BFloat16 && !Bfloat16.IsFast)
            throw Refused("device `cpu` would compute in `bfloat16` slower than in `float32`: this processor lacks AVX-512 BF16 and AMX", "leave `dtype` out, or give `--dtype float32`");
        if (device.type == DeviceType.CUDA && torch.cuda.device_count() is var count && Math.Max(0, device.index) >= count)
            throw count == 0
                ? Refused($"device `{name}` is not there: libtorch {torch.__version__} sees no CUDA device, expected a CUDA build and an NVIDIA GPU",
                    "`--device cpu` computes on the processor, whatever a policy says; a CUDA build is made with `-p:Cuda=true`")
                : Refused(FormattableString.Invariant($"device `{name}` is not there, expected `cuda:0` to `cuda:{count - 1}`"), "`lethe doctor` counts the devices");
        return device;
    }

    private static RunException Refused(string message, string hint) => new(ExitCode.UsageInvalid, DiagnosticId.EngineUnavailable, message, hint);
}
