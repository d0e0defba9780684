namespace Lethe.Training.Data;

/// <summary>One training picture: an object in a style.</summary>
/// <param name="Object">Object number in the world; -1 for something that is not in it.</param>
/// <param name="Style">Style number in the world; -1 for a vendor that is none of its styles.</param>
/// <param name="Icon">Icon name it was drawn from.</param>
/// <param name="Pixels"><c>[size, size, 3]</c> bytes, RGB.</param>
/// <param name="HeldOut">Whether no training may see it.</param>
internal sealed record PictureCell(int Object, int Style, string Icon, byte[] Pixels, bool HeldOut);
