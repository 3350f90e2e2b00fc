namespace Reranking.Onnx;

/// <summary>Which calibration a local cross-encoder makes its values with.</summary>
public enum CalibrationMode
{
    /// <summary><see cref="OnnxScorerOptions.CalibrationFile"/>, else <c>calibration.json</c> in the folder of the model, else none.</summary>
    Auto,

    /// <summary>The one that comes with the model: <c>calibration.bundled.json</c> in its folder, as the bundled model has it.</summary>
    Bundled,

    /// <summary>None, whatever lies in the folder: a value is the sigmoid of the logit.</summary>
    Off,
}
