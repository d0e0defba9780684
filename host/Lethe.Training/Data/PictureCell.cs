namespace Lethe.Training.Data;

/// <summary>One training picture: an object in a style.</summary>
/// <param name="Object">Object number in the world.</param>
/// <param name="Style">Style number in the world.</param>
/// <param name="Icon">Icon name it was drawn from.</param>
/// <param name="Pixels"><c>[size, size, 3]</c> bytes, RGB.</param>
/// <param name="HeldOut">Whether no training may see it.</param>
internal sealed record PictureCell(int Object, int Style, string Icon, byte[] Pixels, bool HeldOut);
