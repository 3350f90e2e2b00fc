namespace Reranking;

/// <summary>The shape of a <see cref="ScoreCalibration"/>.</summary>
public enum ScoreCalibrationKind
{
    /// <summary>A sigmoid with a slope and an intercept; fits on few pairs.</summary>
    Platt,

    /// <summary>A curve through points; needs a few thousand pairs.</summary>
    Isotonic,
}
