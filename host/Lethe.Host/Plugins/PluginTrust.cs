namespace Lethe.Host.Plugins;

/// <summary>What the lock file decides.</summary>
public enum PluginTrust
{
    /// <summary>Only plugins whose files equal the lock file are loaded.</summary>
    Locked,

    /// <summary>The lock file refuses nothing; each plugin that it would have refused carries a warning.</summary>
    Anything,
}
