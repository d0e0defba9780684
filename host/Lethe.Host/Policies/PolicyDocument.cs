using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lethe.Sdk.Diagnostics;

namespace Lethe.Host.Policies;

/// <summary>A policy file as written: its bytes' hash and its syntax with places, before anything is given a meaning.</summary>
public sealed record PolicyDocument
{
    /// <summary>Larger files are no policies; refusing them early keeps a wrong argument from being parsed for minutes.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>The file as it was named.</summary>
    public required string File { get; init; }

    /// <summary>The file, word for word.</summary>
    public required string Text { get; init; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The top of the file.</summary>
    public required PolicyMapping Root { get; init; }

    /// <summary>Reads <paramref name="file"/>; null when it cannot be read as a policy at all.</summary>
    public static PolicyDocument? Load(string file, DocumentKind kind, List<Diagnostic> diagnostics)
    {
        byte[] bytes;
        try
        {
            using var stream = System.IO.File.OpenRead(file);
            if (stream.CanSeek && stream.Length > MaxBytes) return TooLarge();
            using var copy = new MemoryStream();
            var buffer = new byte[8192];
            // A pipe or device has no length; stop reading it where a file would have been refused.
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                copy.Write(buffer, 0, read);
                if (copy.Length > MaxBytes) return TooLarge();
            }

            bytes = copy.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var hint = System.IO.File.Exists(file) ? null : Directory.Exists(file) ? "name the file, not its folder" : $"`{kind.Examples}` holds examples";
            diagnostics.Refuse(DiagnosticId.PolicyUnreadable, $"{kind.Name} `{file}` cannot be read: {Reason(failure, file)}", hint: hint);
            return null;
        }

        return Parse(bytes, file, kind, diagnostics);

        PolicyDocument? TooLarge()
        {
            diagnostics.Refuse(DiagnosticId.PolicyUnreadable, string.Create(CultureInfo.InvariantCulture, $"{kind.Name} `{file}` is larger than {MaxBytes} bytes"));
            return null;
        }
    }

    /// <summary>Reads a policy from memory; <paramref name="file"/> only names it in messages.</summary>
    public static PolicyDocument? Parse(byte[] bytes, string file, DocumentKind kind, List<Diagnostic> diagnostics)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            diagnostics.Refuse(DiagnosticId.PolicyUnreadable, $"{kind.Name} `{file}` is not UTF-8 text");
            return null;
        }

        var root = PolicySyntax.Read(text, file, kind, diagnostics);
        return root is null ? null : new PolicyDocument { File = file, Text = text, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Root = root };
    }

    /// <summary>
    /// The place of the value at a path such as <c>erase[0].eraser</c>; the nearest thing around it when the file leaves it out.
    /// </summary>
    public SourceLocation LocationOf(string path) => (Find(path, out var nearest) ?? nearest).Location;

    /// <summary>The value at a path such as <c>erase[0].eraser</c>, or null when the file leaves it out.</summary>
    public PolicyNode? NodeAt(string path) => Find(path, out _);

    private PolicyNode? Find(string path, out PolicyNode nearest)
    {
        nearest = Root;
        foreach (var part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = nearest switch
            {
                PolicyMapping mapping => mapping[part],
                PolicyList list when int.TryParse(part.Trim('[', ']'), CultureInfo.InvariantCulture, out var index) && index >= 0 && index < list.Items.Count
                    => list.Items[index],
                _ => null,
            };
            if (next is null) return null;
            nearest = next;
        }

        return nearest;
    }

    private static string Reason(Exception failure, string file) => failure switch
    {
        _ when Directory.Exists(file) => "it is a folder",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "permission denied",
        _ => failure.Message.TrimEnd('.'),
    };
}
