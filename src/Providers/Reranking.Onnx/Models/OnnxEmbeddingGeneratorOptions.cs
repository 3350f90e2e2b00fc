namespace Reranking.Onnx;

/// <summary>
/// Options for finding, loading and running the bi-encoder of <see cref="OnnxEmbeddingGenerator"/>; bound from the section <c>Embeddings:Onnx</c>.
/// </summary>
public sealed class OnnxEmbeddingGeneratorOptions : OnnxModelOptions
{
    /// <summary>The configuration section that these options are bound from.</summary>
    public const string SectionName = "Embeddings:Onnx";

    /// <summary>Initializes a new instance of the <see cref="OnnxEmbeddingGeneratorOptions"/> class.</summary>
    public OnnxEmbeddingGeneratorOptions() => SettingsPath = SectionName;

    /// <summary>Gets or sets how the token embeddings of the last layer are pooled into one embedding.</summary>
    /// <value>
    /// The default is <see cref="EmbeddingPooling.Cls"/>. An output with one embedding per text, such as <c>sentence_embedding</c>, is used as it is.
    /// </value>
    public EmbeddingPooling Pooling { get; set; }

    /// <summary>Gets or sets a value indicating whether embeddings are scaled to length 1, so that their dot product is the cosine.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Normalize { get; set; } = true;

    /// <summary>Gets or sets the prefix for queries.</summary>
    /// <value>The prefix that the model was trained with, often ending in a space. The default is empty.</value>
    public string QueryPrefix { get; set; } = "";

    /// <summary>Gets or sets the prefix for passages.</summary>
    /// <value>The prefix that the model was trained with, often ending in a space. The default is empty.</value>
    public string PassagePrefix { get; set; } = "";
}
