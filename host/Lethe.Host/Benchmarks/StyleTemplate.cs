using Lethe.Host.Policies;

namespace Lethe.Host.Benchmarks;

/// <summary>Prompts that name an object and a style.</summary>
internal static class StyleTemplate
{
    private const string Style = "{style}";

    /// <summary>Whether both have a place, and nothing else.</summary>
    public static bool IsValid(string template) =>
        template.Contains(Style, StringComparison.Ordinal) && PromptTemplate.IsValid(template.Replace(Style, "", StringComparison.Ordinal));

    /// <summary>The prompt for an object in a style.</summary>
    public static string Fill(string template, string item, string style) =>
        PromptTemplate.Fill(template.Replace(Style, style, StringComparison.Ordinal), item);
}
