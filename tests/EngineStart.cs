using System.Runtime.CompilerServices;
using Lethe.Diffusion.Engine;

namespace Lethe.Tests;

/// <summary>What the host does before its first tensor, as far as results depend on it.</summary>
internal static class EngineStart
{
    [ModuleInitializer]
    internal static void FitThisMachine() => ConvolutionKernels.FitThisMachine();
}
