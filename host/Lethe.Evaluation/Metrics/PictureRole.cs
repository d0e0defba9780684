using System.Text.Json.Serialization;

namespace Lethe.Evaluation.Metrics;

/// <summary>Why a picture is drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PictureRole>))]
public enum PictureRole
{
    /// <summary>The prompt names the erased concept.</summary>
    Erased,

    /// <summary>The prompt names a synonym of the erased concept.</summary>
    Synonym,

    /// <summary>The prompt names a concept that must stay.</summary>
    Preserved,
}
