using Lethe.Diffusion.Checkpoints;

namespace Lethe.Training.Data;

/// <summary>Writes the pictures and their labels as one safetensors file.</summary>
internal static class PictureFile
{
    public static void Write(string path, IReadOnlyList<PictureCell> cells, int size)
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor>
        {
            ["object"] = torch.tensor(cells.Select(cell => (long)cell.Object).ToArray()),
            ["style"] = torch.tensor(cells.Select(cell => (long)cell.Style).ToArray()),
            ["heldout"] = torch.tensor(cells.Select(cell => (byte)(cell.HeldOut ? 1 : 0)).ToArray()),
            ["images"] = torch.tensor(cells.SelectMany(cell => cell.Pixels).ToArray()).reshape(cells.Count, size, size, 3),
        });
    }
}
