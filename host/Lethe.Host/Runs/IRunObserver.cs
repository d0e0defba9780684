namespace Lethe.Host.Runs;

/// <summary>Who watches a run: the progress line, the menu, a test.</summary>
public interface IRunObserver
{
    /// <summary>A stage begins, for example <c>pictures before</c>.</summary>
    void Stage(string name);

    /// <summary>Work done in the current stage.</summary>
    /// <param name="done">Units finished.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="unit">What is counted, for example <c>pictures</c>.</param>
    /// <param name="detail">A value worth seeing, for example the loss; may be null.</param>
    void Progress(int done, int total, string unit, string? detail = null);

    /// <summary>Something worth a line.</summary>
    void Note(string text);
}
