using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Changes a few bits of a copied file. The file is replaced, never written into: it may be a hard link into the package cache.</summary>
public abstract class EngineRepair : Task
{
    /// <summary>The copied file.</summary>
    [Required]
    public string Library { get; set; } = "";

    public override bool Execute()
    {
        var bytes = File.ReadAllBytes(Library);
        if (Repair(bytes) is not { } changed) return false;
        if (changed) Replace(bytes);
        return true;
    }

    /// <summary>Whether the bytes were changed; null when they are not what the repair was made for.</summary>
    protected abstract bool? Repair(byte[] bytes);

    protected bool? Refuse(string what)
    {
        Log.LogError("`{0}` {1}", Library, what);
        return null;
    }

    // The time of the original stays, so that an incremental build does not copy it again.
    private void Replace(byte[] bytes)
    {
        var (temporary, time) = (Library + ".repaired", File.GetLastWriteTimeUtc(Library));
        File.WriteAllBytes(temporary, bytes);
        File.SetLastWriteTimeUtc(temporary, time);
        File.Delete(Library);
        File.Move(temporary, Library);
        Log.LogMessage(MessageImportance.Low, "{0}: repaired", Library);
    }
}

/// <summary>
/// Lets a 64-bit ELF library load where the C++ library is older than the one it was linked against: marks one needed symbol version as weak
/// (`VER_FLG_WEAK` in `.gnu.version_r`). libLibTorchSharp.so 0.107 asks for GLIBCXX_3.4.32 for a marker that nothing uses; Debian 12 has 3.4.30.
/// </summary>
public class WeakenSymbolVersion : EngineRepair
{
    private const int VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>The version, such as `GLIBCXX_3.4.32`.</summary>
    [Required]
    public string Version { get; set; } = "";

    protected override bool? Repair(byte[] bytes)
    {
        if (bytes.Length < 64 || BitConverter.ToUInt32(bytes, 0) != 0x464c457f || bytes[4] != 2 || bytes[5] != 1)
            return Refuse("is not a little-endian 64-bit ELF file");
        var changed = false;
        foreach (var flags in FlagsOf(bytes))
        {
            changed |= (BitConverter.ToUInt16(bytes, flags) & WeakFlag) == 0;
            bytes[flags] |= (byte)WeakFlag;
        }
        return changed;
    }

    /// <summary>Where the `vna_flags` of the version lie. An Elf64_Verneed is 16 bytes, an Elf64_Vernaux too.</summary>
    private List<int> FlagsOf(byte[] elf)
    {
        var found = new List<int>();
        var sections = checked((int)BitConverter.ToInt64(elf, 0x28));
        int size = BitConverter.ToUInt16(elf, 0x3A), count = BitConverter.ToUInt16(elf, 0x3C);
        for (var i = 0; i < count; i++)
        {
            var section = sections + i * size;
            if (BitConverter.ToInt32(elf, section + 4) != VersionNeedSection) continue;
            var names = sections + BitConverter.ToInt32(elf, section + 0x28) * size;
            var strings = checked((int)BitConverter.ToInt64(elf, names + 0x18));
            var need = checked((int)BitConverter.ToInt64(elf, section + 0x18));
            for (var needs = BitConverter.ToInt32(elf, section + 0x2C); needs > 0; needs--)
            {
                var entry = need + BitConverter.ToInt32(elf, need + 8);
                for (int entries = BitConverter.ToUInt16(elf, need + 2); entries > 0; entries--)
                {
                    if (NameAt(elf, strings + BitConverter.ToInt32(elf, entry + 8)) == Version) found.Add(entry + 4);
                    entry += BitConverter.ToInt32(elf, entry + 12);
                }
                need += BitConverter.ToInt32(elf, need + 12);
            }
        }
        return found;
    }

    private static string NameAt(byte[] elf, int start) => Encoding.ASCII.GetString(elf, start, Array.IndexOf(elf, (byte)0, start) - start);
}

/// <summary>
/// Makes the runtime keep the arguments of TorchSharp's methods alive until they return, as it does in a debug build: sets `Default` and
/// `DisableOptimizations` in the assembly's `DebuggableAttribute`. TorchSharp 0.107 hands the native handle of a number (`x * 0.5`) over and lets
/// go of its owner; when the collector runs in that moment, the number is freed while libtorch reads it, and the result is wrong or an error.
/// </summary>
public class KeepArgumentsAlive : EngineRepair
{
    // A blob of 8 bytes: prolog 1, the modes as a 32-bit number, no named arguments.
    private static readonly byte[] Released = { 8, 1, 0, 2, 0, 0, 0, 0, 0 }, Kept = { 8, 1, 0, 3, 1, 0, 0, 0, 0 };

    protected override bool? Repair(byte[] bytes)
    {
        if (Occurrences(bytes, Kept).Count == 1) return false;
        var found = Occurrences(bytes, Released);
        if (found.Count != 1) return Refuse("does not hold the `DebuggableAttribute` of a release build once: is it another version of TorchSharp?");
        Kept.CopyTo(bytes, found[0]);
        return true;
    }

    private static List<int> Occurrences(byte[] bytes, byte[] blob)
    {
        var found = new List<int>();
        for (var at = 0; at <= bytes.Length - blob.Length; at++)
        {
            var same = 0;
            while (same < blob.Length && bytes[at + same] == blob[same]) same++;
            if (same == blob.Length) found.Add(at);
        }
        return found;
    }
}
