namespace Reranking.Onnx;

/// <summary>How <see cref="OnnxRelevanceScorer"/> finds, loads and runs its cross-encoder; bound from the section <c>Reranking:Onnx</c>.</summary>
/// <remarks>Without a <see cref="OnnxModelOptions.ModelPath"/>, the model of the package <c>Reranking.Onnx.MiniLM</c> is taken from the folder of the application.</remarks>
public sealed class OnnxScorerOptions : OnnxModelOptions
{
    /// <summary>The section of the configuration that these options are bound from.</summary>
    public const string SectionName = "Reranking:Onnx";

    /// <summary>Initializes a new instance of the <see cref="OnnxScorerOptions"/> class.</summary>
    public OnnxScorerOptions() => SettingsPath = SectionName;

    /// <summary>Gets or sets the label whose probability is the score, for a model that has several.</summary>
    /// <value>
    /// A name out of <c>id2label</c> in <c>config.json</c>, or an index. The default is <see langword="null"/>: the model has one label. <see cref="RelevanceScore.Score"/> is then the softmax of the label,
    /// and <see cref="RelevanceScore.RawScore"/> its log-odds against the others.
    /// </value>
    public string? Label { get; set; }

    /// <summary>Gets or sets the prompt that a language model was trained to rerank with.</summary>
    /// <value>
    /// <c>Qwen3</c> for Qwen3-Reranker, <c>MxbaiV2</c> for mxbai-rerank v2, or a text with the places <c>{query}</c>, <c>{document}</c> and, optionally, <c>{instruction}</c>, in which control tokens are
    /// spelled out. The default is <see langword="null"/>, the same as <c>Auto</c>: what <c>config.json</c> or the name of the model tells for certain, and none for all other models.
    /// </value>
    public string? Prompt { get; set; }

    /// <summary>Gets or sets what a model with a prompt is told to look for.</summary>
    /// <value>
    /// A sentence. The default is <see langword="null"/>: the published one of Qwen3-Reranker, none for mxbai-rerank v2. A call may bring its own under
    /// <see cref="OnnxRelevanceScorer.InstructionProperty"/>.
    /// </value>
    public string? Instruction { get; set; }

    /// <summary>Gets or sets the token that a language model answers a relevant document with.</summary>
    /// <value>One token. The default is <see langword="null"/>: that of the prompt, which is <c>1</c> for <c>MxbaiV2</c> and otherwise <c>yes</c>.</value>
    public string? YesToken { get; set; }

    /// <summary>Gets or sets the token that a language model answers any other document with.</summary>
    /// <value>One token. The default is <see langword="null"/>: that of the prompt, which is <c>0</c> for <c>MxbaiV2</c> and otherwise <c>no</c>.</value>
    public string? NoToken { get; set; }
}
