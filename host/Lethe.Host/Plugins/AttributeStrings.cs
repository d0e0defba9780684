using System.Reflection.Metadata;

namespace Lethe.Host.Plugins;

/// <summary>Decodes attribute values without resolving any type: types are their names.</summary>
internal sealed class AttributeStrings : ICustomAttributeTypeProvider<string>
{
    /// <summary>The arguments of an assembly attribute, positional ones by index, or null when the assembly does not carry it.</summary>
    /// <exception cref="BadImageFormatException">The blob is broken.</exception>
    public static IReadOnlyDictionary<string, object?>? Of(MetadataReader reader, string space, string name)
    {
        foreach (var attribute in reader.GetAssemblyDefinition().GetCustomAttributes().Select(reader.GetCustomAttribute))
        {
            if (attribute.Constructor.Kind != HandleKind.MemberReference)
                continue;
            var parent = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
            if (parent.Kind != HandleKind.TypeReference)
                continue;
            var type = reader.GetTypeReference((TypeReferenceHandle)parent);
            if (!reader.StringComparer.Equals(type.Name, name) || !reader.StringComparer.Equals(type.Namespace, space))
                continue;

            var value = attribute.DecodeValue(new AttributeStrings());
            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
            for (var i = 0; i < value.FixedArguments.Length; i++)
                arguments[i.ToString(System.Globalization.CultureInfo.InvariantCulture)] = value.FixedArguments[i].Value;
            foreach (var named in value.NamedArguments)
                arguments[named.Name!] = named.Value;
            return arguments;
        }

        return null;
    }

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSystemType() => "Type";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        reader.GetString(reader.GetTypeDefinition(handle).Name);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        reader.GetString(reader.GetTypeReference(handle).Name);

    public string GetTypeFromSerializedName(string name) => name;

    public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

    public bool IsSystemType(string type) => type == "Type";
}
