namespace Reranking.Onnx;

/// <summary>How <see cref="OnnxRelevanceScorer"/> finds, loads and runs its cross-encoder; bound from the section <c>Reranking:Onnx</c>.</summary>
/// <remarks>Without a <see cref="OnnxModelOptions.ModelPath"/>, the model of the package <c>Reranking.Onnx.MiniLM</c> is taken from the folder of the application.</remarks>
public sealed class OnnxScorerOptions : OnnxModelOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "Reranking:Onnx";

    /// <summary>Initializes a new instance of the <see cref="OnnxScorerOptions"/> class.</summary>
    public OnnxScorerOptions() => SettingsPath = SectionName;
}
