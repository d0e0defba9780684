using System.Reflection;
using System.Text;

namespace Lethe.Sdk.Tests;

/// <summary>
/// The contract's surface is a text file that a review sees. A change needs a line in <c>sdk/CHANGELOG.md</c> and, unless it only adds what
/// no plugin must implement, a new major version. <c>LETHE_UPDATE_PUBLIC_API=1</c> rewrites the file.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly string FilePath = Path.Combine(SourceTree.Root, "sdk", "PublicApi.txt");

    [Fact]
    public void PublicApi_OfTheSdk_IsTheFile()
    {
        var surface = Surface();
        if (Environment.GetEnvironmentVariable("LETHE_UPDATE_PUBLIC_API") == "1")
            File.WriteAllText(FilePath, surface);

        Assert.Equal(File.ReadAllText(FilePath), surface);
    }

    [Fact]
    public void Changelog_NamesTheVersion() =>
        Assert.Contains($"| {SdkVersion.Current} |", File.ReadAllText(Path.Combine(SourceTree.Root, "sdk", "CHANGELOG.md")), StringComparison.Ordinal);

    private static string Surface()
    {
        var text = new StringBuilder($"# Lethe.Sdk {SdkVersion.Current}\n");
        foreach (var type in typeof(SdkVersion).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append(Parents(type)).Append('\n');
            const BindingFlags own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            var members = type.GetMembers(own).Select(Describe).OfType<string>().Distinct().Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        _ => "class",
    };

    private static string Parents(Type type)
    {
        var parents = type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(Enum))
            parents.Insert(0, Name(parent));
        return type.IsEnum || parents.Count == 0 ? "" : " : " + string.Join(", ", parents);
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"{Name(field.FieldType)} {field.Name}" + (field.IsLiteral ? $" = {field.GetRawConstantValue()}" : ""),
        PropertyInfo property when Visible(property.GetMethod) =>
            $"{Name(property.PropertyType)} {property.Name} {{ get;{(Visible(property.SetMethod) ? " set;" : "")} }}",
        ConstructorInfo constructor when Visible(constructor) => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when Visible(method) => $"{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => null,
    };

    private static bool Visible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "&";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        var name = type.IsGenericParameter ? type.Name : (type.FullName ?? $"{type.Namespace}.{type.Name}").Split('[')[0];
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
