using System.Text;

namespace Lethe.Host.Policies;

/// <summary>The one rule by which C# names become policy keys and flag names: a dash before every inner capital, all lower-case.</summary>
public static class KeyName
{
    /// <summary><c>PicturesPerPrompt</c> becomes <c>pictures-per-prompt</c>, <c>Float16</c> becomes <c>float16</c>.</summary>
    public static string Of(string name)
    {
        var key = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i])) key.Append('-');
            key.Append(char.ToLowerInvariant(name[i]));
        }

        return key.ToString();
    }
}
