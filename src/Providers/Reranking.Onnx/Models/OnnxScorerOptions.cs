using System.Globalization;

namespace Reranking.Onnx;

/// <summary>Options for finding, loading and running the cross-encoder of <see cref="OnnxRelevanceScorer"/>.</summary>
/// <remarks>
/// If neither <see cref="OnnxModelOptions.ModelPath"/> nor <see cref="Model"/> is set, the model of the package <c>Reranking.Onnx.MiniLM</c> is used from the
/// folder of the application.
/// </remarks>
public sealed class OnnxScorerOptions : OnnxModelOptions
{
    /// <summary>Initializes a new instance of the <see cref="OnnxScorerOptions"/> class.</summary>
    public OnnxScorerOptions() => SettingsPath = nameof(OnnxScorerOptions);

    /// <summary>Gets the settings that change a score.</summary>
    internal IEnumerable<string?> ScoreSettings => new object?[]
    {
        Label, Prompt, Instruction, YesToken, NoToken, LongDocuments, WindowTokens, WindowOverlap, MaxWindows, Output,
    }.Select(static value => value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture));

    internal string? FullCalibrationFile => CalibrationFile is null ? null : Path.GetFullPath(CalibrationFile, AppContext.BaseDirectory);

    internal override string ModelSetting => Model is null ? base.ModelSetting : $"{SettingsPath}:{nameof(Model)}";

    /// <summary>
    /// Gets or sets the name of a model that <see cref="ModelStore"/> downloads on first use, instead of a <see cref="OnnxModelOptions.ModelPath"/>.
    /// </summary>
    /// <value>
    /// A name from <see cref="ModelCatalog"/>, such as <c>BAAI/bge-reranker-v2-m3</c>, or any repository as <c>owner/name</c>. The default is
    /// <see langword="null"/>.
    /// </value>
    public string? Model { get; set; }

    /// <summary>Gets or sets the commit, tag or branch of <see cref="Model"/>.</summary>
    /// <value>The default is <see langword="null"/>: the commit in the catalog, or else the one that <c>main</c> pointed to on first use.</value>
    public string? Revision { get; set; }

    /// <summary>Gets or sets what happens to a document that does not fit into the model's input together with the query.</summary>
    /// <value>The default is <see cref="LongDocumentMode.Truncate"/>. A document that fits gets the same score, bit for bit, with every setting.</value>
    public LongDocumentMode LongDocuments { get; set; }

    /// <summary>Gets or sets the maximum number of document tokens in a window, with <see cref="LongDocumentMode.Windows"/>.</summary>
    /// <value>
    /// From 16. The default is 160: cross-encoders are trained on passages, and text other than the answer in a window lowers its score. A window never
    /// contains more than fits with the query.
    /// </value>
    public int WindowTokens { get; set; } = 160;

    /// <summary>Gets or sets the minimum share of a window that the next one repeats, with <see cref="LongDocumentMode.Windows"/>.</summary>
    /// <value>
    /// A share of the tokens of a window, from 0 to 0.5. The default is 0.25. A passage that is no longer than this is complete in at least one window; so is
    /// every paragraph that fits, before which only whole paragraphs are repeated. Higher values are slower.
    /// </value>
    public double WindowOverlap { get; set; } = 0.25;

    /// <summary>Gets or sets the maximum number of windows read per document, with <see cref="LongDocumentMode.Windows"/>.</summary>
    /// <value>
    /// From 1 to 10,000. The default is 128, about 8,000 tokens of a document. Text beyond them is not read, and the score is
    /// <see cref="RelevanceScore.IsTruncated"/>. Each window takes as long as a document of its length.
    /// </value>
    public int MaxWindows { get; set; } = 128;

    /// <summary>Gets or sets whether documents that can't be among the best exit the model early.</summary>
    /// <value>
    /// <c>Off</c>; <c>On</c> for the plan in <c>early-exit.json</c> beside the model; or a custom plan such as <c>2:60 5:25</c>: if ten documents are wanted,
    /// the best 60 of 100 stay after layer 2 and the best 25 after layer 5; for other numbers, fewer or more stay. The default is <see langword="null"/>, the
    /// same as <c>Off</c>. This affects only calls with a <see cref="RelevanceScoringOptions.TopN"/>, such as those of a <see cref="Reranker"/>.
    /// </value>
    /// <remarks>
    /// Documents that stay to the end have the score of the full model, bit for bit; the others rank after them, by an estimate
    /// (<see cref="RelevanceScore.IsEstimate"/>). The bundled model includes its file; the package <c>Reranking.Onnx.EarlyExit</c> builds it for other models.
    /// CPU only.
    /// </remarks>
    public string? EarlyExit { get; set; }

    /// <summary>Gets a value indicating whether <see cref="EarlyExit"/> is on.</summary>
    internal bool HasEarlyExit => EarlyExit is not null && !EarlyExit.Equals("Off", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets or sets the label whose probability is the score, for a model that has several.</summary>
    /// <value>
    /// A name in <c>id2label</c> of <c>config.json</c>, or an index. The default is <see langword="null"/>: the model has one label.
    /// <see cref="RelevanceScore.Value"/> is then the softmax probability of the label, and <see cref="RelevanceScore.RawValue"/> its log-odds against the
    /// others.
    /// </value>
    public string? Label { get; set; }

    /// <summary>Gets or sets which calibration is applied to <see cref="RelevanceScore.Value"/>.</summary>
    /// <value>
    /// The default is <see cref="CalibrationMode.Auto"/>. With <see cref="CalibrationMode.Bundled"/> the values of the bundled model are probabilities, and
    /// existing thresholds have another meaning. Rankings do not change.
    /// </value>
    public CalibrationMode Calibration { get; set; }

    /// <summary>Gets or sets the file that turns raw scores into probabilities, in the format of <see cref="ScoreCalibration.ToJson"/>.</summary>
    /// <value>
    /// A path, relative to the folder of the application. The default is <see langword="null"/>: <c>calibration.json</c> in the folder of the model if there is
    /// one; otherwise <see cref="RelevanceScore.Value"/> is the sigmoid of the logit. A calibration for another model is rejected.
    /// </value>
    public string? CalibrationFile { get; set; }

    /// <summary>Gets or sets the prompt that a language model was trained to rerank with.</summary>
    /// <value>
    /// <c>Qwen3</c> for Qwen3-Reranker, <c>MxbaiV2</c> for mxbai-rerank v2, or a template with the placeholders <c>{query}</c>, <c>{document}</c> and,
    /// optionally, <c>{instruction}</c>, in which control tokens are written out. The default is <see langword="null"/>, the same as <c>Auto</c>: derived from
    /// <c>config.json</c> or the name of the model if these are unambiguous, and no prompt for all other models.
    /// </value>
    public string? Prompt { get; set; }

    /// <summary>Gets or sets the instruction for a model with a prompt, which says what to look for.</summary>
    /// <value>
    /// A sentence. The default is <see langword="null"/>: the published one of Qwen3-Reranker, and none for mxbai-rerank v2. A call can override it with
    /// <see cref="OnnxRelevanceScorer.InstructionProperty"/>.
    /// </value>
    public string? Instruction { get; set; }

    /// <summary>Gets or sets the token with which a language model answers for a relevant document.</summary>
    /// <value>One token. The default is <see langword="null"/>: that of the prompt, which is <c>1</c> for <c>MxbaiV2</c> and otherwise <c>yes</c>.</value>
    public string? YesToken { get; set; }

    /// <summary>Gets or sets the token with which a language model answers for any other document.</summary>
    /// <value>One token. The default is <see langword="null"/>: that of the prompt, which is <c>0</c> for <c>MxbaiV2</c> and otherwise <c>no</c>.</value>
    public string? NoToken { get; set; }
}
