using System.Buffers.Binary;
using System.Text;

namespace Lethe.Diffusion.Tests.Checkpoints;

/// <summary>Makes safetensors files byte by byte, well-formed or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Make(string header, int dataLength, ulong? announced = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, announced ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }
}
