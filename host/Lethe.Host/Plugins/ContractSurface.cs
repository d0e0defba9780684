using System.Collections.Frozen;
using System.Composition;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Lethe.Sdk.Erasers;

namespace Lethe.Host.Plugins;

/// <summary>
/// The members of the contract assemblies, keyed by type, name and number of arguments. Asking it before loading turns a
/// <see cref="MissingMethodException"/> in the middle of a run into a refusal that names the member. Argument types are not compared.
/// </summary>
internal sealed class ContractSurface
{
    private static readonly Lazy<ContractSurface> HostSurface = new(() => new ContractSurface(
        [typeof(IEraser).Assembly.Location, typeof(torch).Assembly.Location, typeof(ExportAttribute).Assembly.Location]));

    private readonly Dictionary<string, string?> _baseOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);

    private ContractSurface(IEnumerable<string> assemblies)
    {
        foreach (var path in assemblies)
        {
            using var pe = new PEReader(File.OpenRead(path));
            Read(pe.GetMetadataReader());
        }
    }

    /// <summary>Simple names of the assemblies that plugins share with the host.</summary>
    public static FrozenSet<string> Assemblies { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        typeof(IEraser).Assembly.GetName().Name!, typeof(torch).Assembly.GetName().Name!, typeof(ExportAttribute).Assembly.GetName().Name!);

    /// <summary>This host's own contract assemblies.</summary>
    public static ContractSurface OfHost => HostSurface.Value;

    /// <summary>What a plugin uses of the contract assemblies that is not there, as readable names.</summary>
    public IReadOnlyList<string> MissingFor(MetadataReader plugin)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in plugin.TypeReferences)
        {
            if (TypeName(plugin, handle) is { } type && !_baseOf.ContainsKey(type))
                missing.Add(type);
        }

        foreach (var handle in plugin.MemberReferences)
        {
            var member = plugin.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference
                && TypeName(plugin, (TypeReferenceHandle)member.Parent) is { } type
                && _baseOf.ContainsKey(type)
                && !Has(type, plugin.GetString(member.Name) + Arguments(plugin.GetBlobReader(member.Signature))))
                missing.Add($"{type}.{plugin.GetString(member.Name)}{Arguments(plugin.GetBlobReader(member.Signature))}");
        }

        return [.. missing];
    }

    private bool Has(string type, string member)
    {
        // A member may have moved to a base type; what a base of the framework offers is the framework's affair.
        for (string? owner = type; owner is not null; owner = _baseOf.GetValueOrDefault(owner, null))
        {
            if (_members.Contains($"{owner}.{member}"))
                return true;
            if (!_baseOf.ContainsKey(owner))
                return owner is not ("System.Object" or "System.ValueType" or "System.Enum" or "System.MulticastDelegate");
        }

        return false;
    }

    private void Read(MetadataReader reader)
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            var definition = reader.GetTypeDefinition(handle);
            var type = TypeName(reader, handle);
            _baseOf[type] = definition.BaseType switch
            {
                { IsNil: true } => null,
                { Kind: HandleKind.TypeDefinition } parent => TypeName(reader, (TypeDefinitionHandle)parent),
                { Kind: HandleKind.TypeReference } parent => RawName(reader, (TypeReferenceHandle)parent),
                _ => null,
            };
            foreach (var method in definition.GetMethods().Select(reader.GetMethodDefinition))
                _members.Add($"{type}.{reader.GetString(method.Name)}{Arguments(reader.GetBlobReader(method.Signature))}");
            foreach (var field in definition.GetFields().Select(reader.GetFieldDefinition))
                _members.Add($"{type}.{reader.GetString(field.Name)}");
        }

        foreach (var forwarded in reader.ExportedTypes.Select(reader.GetExportedType))
            _baseOf[Join(reader.GetString(forwarded.Namespace), reader.GetString(forwarded.Name))] = "forwarded";
    }

    private static string Arguments(BlobReader signature)
    {
        var header = signature.ReadSignatureHeader();
        if (header.Kind == SignatureKind.Field)
            return "";
        if (header.IsGeneric)
            signature.ReadCompressedInteger();
        return $"({signature.ReadCompressedInteger()})";
    }

    private static string TypeName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var outer = type.GetDeclaringType();
        return outer.IsNil
            ? Join(reader.GetString(type.Namespace), reader.GetString(type.Name))
            : TypeName(reader, outer) + "+" + reader.GetString(type.Name);
    }

    /// <summary>The name of a type reference into a contract assembly; null when it leads elsewhere.</summary>
    private static string? TypeName(MetadataReader reader, TypeReferenceHandle handle)
    {
        // A nested type's scope is its declaring type: walk up, or all of `torch.nn.functional` would go unchecked.
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference when TypeName(reader, (TypeReferenceHandle)type.ResolutionScope) is { } outer =>
                outer + "+" + reader.GetString(type.Name),
            HandleKind.AssemblyReference when Assemblies.Contains(AssemblyName(reader, (AssemblyReferenceHandle)type.ResolutionScope)) =>
                Join(reader.GetString(type.Namespace), reader.GetString(type.Name)),
            _ => null,
        };
    }

    private static string RawName(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return Join(reader.GetString(type.Namespace), reader.GetString(type.Name));
    }

    private static string AssemblyName(MetadataReader reader, AssemblyReferenceHandle handle) =>
        reader.GetString(reader.GetAssemblyReference(handle).Name);

    private static string Join(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";
}
