namespace Lethe.Diffusion.Checkpoints;

/// <summary>A checkpoint that cannot be used; the message names the file, the place and what was expected, ready to be shown to the user.</summary>
public sealed class CheckpointException : Exception
{
    public CheckpointException()
    {
    }

    public CheckpointException(string message)
        : base(message)
    {
    }

    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
