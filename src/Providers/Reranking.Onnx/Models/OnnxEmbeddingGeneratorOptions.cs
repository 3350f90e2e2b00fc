namespace Reranking.Onnx;

/// <summary>How <see cref="OnnxEmbeddingGenerator"/> finds, loads and runs its bi-encoder; bound from the section <c>Embeddings:Onnx</c>.</summary>
public sealed class OnnxEmbeddingGeneratorOptions : OnnxModelOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "Embeddings:Onnx";

    /// <summary>Initializes a new instance of the <see cref="OnnxEmbeddingGeneratorOptions"/> class.</summary>
    public OnnxEmbeddingGeneratorOptions() => SettingsPath = SectionName;

    /// <summary>Gets or sets how the rows of the last layer become one embedding.</summary>
    /// <value>
    /// The default is <see cref="EmbeddingPooling.Cls"/>. An output with one embedding per text, as <c>sentence_embedding</c>, is taken as it is.
    /// </value>
    public EmbeddingPooling Pooling { get; set; }

    /// <summary>Gets or sets a value indicating whether embeddings are scaled to length 1, so that their dot product is the cosine.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Normalize { get; set; } = true;

    /// <summary>Gets or sets what is put before a query.</summary>
    /// <value>The text that the model was trained with, often ending in a space. The default is empty.</value>
    public string QueryPrefix { get; set; } = "";

    /// <summary>Gets or sets what is put before a passage.</summary>
    /// <value>The text that the model was trained with, often ending in a space. The default is empty.</value>
    public string PassagePrefix { get; set; } = "";
}
