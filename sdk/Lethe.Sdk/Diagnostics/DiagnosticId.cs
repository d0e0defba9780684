namespace Lethe.Sdk.Diagnostics;

/// <summary>
/// The ids of all diagnostics: <c>01xx</c> build, <c>1xxx</c> plugin loading, <c>2xxx</c> policy, <c>3xxx</c> run,
/// <c>4xxx</c> evaluation. An id is never given a second meaning.
/// </summary>
public static class DiagnosticId
{
    /// <summary>A plugin's build would copy a contract assembly.</summary>
    public const string SharedContractCopied = "LTH0101";

    /// <summary>The file is no .NET assembly, or is truncated.</summary>
    public const string NotAnAssembly = "LTH1101";

    /// <summary>The assembly carries no <see cref="LethePluginAttribute"/> or does not reference the SDK.</summary>
    public const string NotAPlugin = "LTH1102";

    /// <summary>Built against a contract version that the host does not provide.</summary>
    public const string SdkVersionMismatch = "LTH1103";

    /// <summary>Uses a member that the host's contract assemblies lack.</summary>
    public const string MissingSdkMember = "LTH1104";

    /// <summary>Built for another tensor engine.</summary>
    public const string OtherTensorEngine = "LTH1105";

    /// <summary>The plugin's <c>deps.json</c> is missing or cannot be read.</summary>
    public const string BadDependencyFile = "LTH1106";

    /// <summary>Another plugin already has this id.</summary>
    public const string DuplicatePluginId = "LTH1107";

    /// <summary>An id, a name or a version range in the plugin is malformed.</summary>
    public const string BadPluginIdentity = "LTH1108";

    /// <summary>The plugin brings native files that belong to the engine.</summary>
    public const string ForbiddenNativeFile = "LTH1109";

    /// <summary>Built for another target framework or processor.</summary>
    public const string WrongPlatform = "LTH1110";

    /// <summary>The plugin's files differ from the lock file.</summary>
    public const string LockMismatch = "LTH1201";

    /// <summary>The plugin is not in the lock file.</summary>
    public const string NotTrusted = "LTH1202";

    /// <summary>The lock file cannot be read.</summary>
    public const string BadLockFile = "LTH1203";

    /// <summary>Plugins were loaded without asking the lock file.</summary>
    public const string LockIgnored = "LTH1204";

    /// <summary>An assembly of the plugin could not be loaded.</summary>
    public const string LoadFailed = "LTH1301";

    /// <summary>A type of the plugin could not be loaded.</summary>
    public const string TypeLoadFailed = "LTH1302";

    /// <summary>The plugin's exports could not be composed.</summary>
    public const string CompositionFailed = "LTH1303";

    /// <summary>The plugin exports nothing.</summary>
    public const string NoExports = "LTH1304";

    /// <summary>An export's id does not belong to the plugin, or is taken.</summary>
    public const string BadExportId = "LTH1305";

    /// <summary>An export's constructor threw.</summary>
    public const string ConstructorFailed = "LTH1306";

    /// <summary>The policy file cannot be read.</summary>
    public const string PolicyUnreadable = "LTH2001";

    /// <summary>The policy is no well-formed YAML.</summary>
    public const string PolicySyntax = "LTH2002";

    /// <summary>A key that the policy does not know.</summary>
    public const string PolicyUnknownKey = "LTH2003";

    /// <summary>A key that is given twice.</summary>
    public const string PolicyDuplicateKey = "LTH2004";

    /// <summary>A value of the wrong type.</summary>
    public const string PolicyWrongType = "LTH2005";

    /// <summary>A required key is missing.</summary>
    public const string PolicyMissingKey = "LTH2006";

    /// <summary>A value outside its range, or not among those allowed.</summary>
    public const string PolicyBadValue = "LTH2007";

    /// <summary>An unquoted scalar that YAML versions read differently.</summary>
    public const string PolicyAmbiguousScalar = "LTH2008";

    /// <summary>Two settings that contradict each other.</summary>
    public const string PolicyConflict = "LTH2009";

    /// <summary>No plugin provides the named eraser.</summary>
    public const string UnknownEraser = "LTH2010";

    /// <summary>The named model does not exist.</summary>
    public const string UnknownModel = "LTH2011";

    /// <summary>An eraser's options are invalid.</summary>
    public const string BadEraserOptions = "LTH2012";

    /// <summary>A run ended with an error that has no id of its own.</summary>
    public const string RunFailed = "LTH3001";

    /// <summary>A model file cannot be read.</summary>
    public const string ModelUnreadable = "LTH3002";

    /// <summary>A checkpoint lacks a tensor.</summary>
    public const string TensorMissing = "LTH3003";

    /// <summary>A tensor has an unexpected shape or type.</summary>
    public const string TensorMismatch = "LTH3004";

    /// <summary>A tensor holds a value that is not a finite number.</summary>
    public const string TensorNotFinite = "LTH3005";

    /// <summary>A file or folder cannot be written.</summary>
    public const string OutputUnwritable = "LTH3006";

    /// <summary>Two edits cannot be combined.</summary>
    public const string EditsConflict = "LTH3007";

    /// <summary>An eraser threw while it ran.</summary>
    public const string EraserFailed = "LTH3008";

    /// <summary>A run folder belongs to another policy, model or version.</summary>
    public const string RunFolderMismatch = "LTH3009";

    /// <summary>The tensor engine could not be started.</summary>
    public const string EngineUnavailable = "LTH3010";

    /// <summary>A gate of the policy was not reached.</summary>
    public const string GateMissed = "LTH4001";

    /// <summary>A metric could not be measured.</summary>
    public const string MetricFailed = "LTH4002";
}
