using System.Runtime.InteropServices;

namespace Lethe.Torch;

/// <summary>An error that libtorch reported.</summary>
/// <param name="operation">The operator that failed, e.g. <c>aten::conv2d</c>.</param>
/// <param name="reason">libtorch's own words.</param>
/// <remarks>Derives from what TorchSharp throws, so that handlers compile and work with either engine.</remarks>
public sealed class TorchException(string operation, string reason) : ExternalException($"`{operation}` failed: {reason}")
{
    /// <summary>The operator that failed, e.g. <c>aten::conv2d</c>.</summary>
    public string Operation { get; } = operation;
}
