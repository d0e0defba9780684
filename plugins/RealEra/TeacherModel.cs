namespace Lethe.Plugins.RealEra;

/// <summary>Whose noise the training imitates; the paper's text and its algorithm contradict each other.</summary>
public enum TeacherModel
{
    /// <summary>The model before the closed form, as the paper's loss text says.</summary>
    Original,

    /// <summary>The model after the closed form.</summary>
    ClosedForm,
}
