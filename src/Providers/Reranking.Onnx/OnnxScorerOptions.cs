namespace Reranking.Onnx;

/// <summary>How <see cref="OnnxRelevanceScorer"/> finds, loads and runs its cross-encoder; bound from the section <c>Reranking:Onnx</c>.</summary>
/// <remarks>Without a <see cref="OnnxModelOptions.ModelPath"/> and a <see cref="Model"/>, the model of the package <c>Reranking.Onnx.MiniLM</c> is taken from the folder of the application.</remarks>
public sealed class OnnxScorerOptions : OnnxModelOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "Reranking:Onnx";

    /// <summary>Initializes a new instance of the <see cref="OnnxScorerOptions"/> class.</summary>
    public OnnxScorerOptions() => SettingsPath = SectionName;

    /// <summary>Gets or sets the name of a model that is fetched by <see cref="ModelStore"/> on the first use, instead of a <see cref="OnnxModelOptions.ModelPath"/>.</summary>
    /// <value>A name of <see cref="ModelCatalogue"/>, as <c>BAAI/bge-reranker-v2-m3</c>, or any repository as <c>owner/name</c>. The default is <see langword="null"/>.</value>
    public string? Model { get; set; }

    /// <summary>Gets or sets the commit, the tag or the branch of <see cref="Model"/>.</summary>
    /// <value>The default is <see langword="null"/>: the commit of the catalogue, else what <c>main</c> stands for at the first use.</value>
    public string? Revision { get; set; }
}
