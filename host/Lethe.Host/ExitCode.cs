using System.ComponentModel;

namespace Lethe.Host;

/// <summary>What the process ends with. Numbers are never reused; <c>lethe help exit-codes</c> prints the descriptions.</summary>
public enum ExitCode
{
    /// <summary>The command did what was asked, and every gate of the policy holds.</summary>
    [Description("done; every gate of the policy holds")]
    Success = 0,

    /// <summary>A run started and failed: a broken checkpoint, a full disk, a plugin that threw.</summary>
    [Description("the run failed: broken model file, full disk, error inside a plugin, a benchmark's cell that failed")]
    RunFailed = 1,

    /// <summary>The command line or the policy is wrong; nothing was written.</summary>
    [Description("the command line or the policy is invalid; nothing was written")]
    UsageInvalid = 2,

    /// <summary>A plugin that the policy needs was refused: compatibility, trust or loading.</summary>
    [Description("a plugin that is needed was refused (version, trust, loading)")]
    PluginRefused = 3,

    /// <summary>The run ended, its results are written, and at least one gate is missed.</summary>
    [Description("the run ended and its results are written, but a gate is missed")]
    GateMissed = 4,

    /// <summary>Ctrl-C or a termination signal; the same command again continues the run.</summary>
    [Description("cancelled by Ctrl-C or a signal; the same command again continues the run")]
    Cancelled = 130,
}
