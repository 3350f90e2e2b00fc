using System.Globalization;

namespace Reranking.Onnx;

/// <summary>How <see cref="OnnxRelevanceScorer"/> finds, loads and runs its cross-encoder.</summary>
/// <remarks>
/// Without a <see cref="OnnxModelOptions.ModelPath"/> and a <see cref="Model"/>, the model of the package <c>Reranking.Onnx.MiniLM</c> is taken from
/// the folder of the application.
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
    /// Gets or sets the name of a model that is fetched by <see cref="ModelStore"/> on the first use, instead of a
    /// <see cref="OnnxModelOptions.ModelPath"/>.
    /// </summary>
    /// <value>
    /// A name of <see cref="ModelCatalog"/>, as <c>BAAI/bge-reranker-v2-m3</c>, or any repository as <c>owner/name</c>. The default is
    /// <see langword="null"/>.
    /// </value>
    public string? Model { get; set; }

    /// <summary>Gets or sets the commit, the tag or the branch of <see cref="Model"/>.</summary>
    /// <value>The default is <see langword="null"/>: the commit of the catalog, else what <c>main</c> stands for at the first use.</value>
    public string? Revision { get; set; }

    /// <summary>Gets or sets what becomes of a document that the model can't read whole beside the query.</summary>
    /// <value>The default is <see cref="LongDocumentMode.Truncate"/>. A document that fits is scored the same, to the bit, whatever this says.</value>
    public LongDocumentMode LongDocuments { get; set; }

    /// <summary>Gets or sets how many tokens of a document a window holds at most, with <see cref="LongDocumentMode.Windows"/>.</summary>
    /// <value>
    /// From 16. The default is 160: cross-encoders are trained on passages, and what a window holds beside the answer lowers its score. A window
    /// never holds more than fits with the query.
    /// </value>
    public int WindowTokens { get; set; } = 160;

    /// <summary>Gets or sets how much of a window the next one reads again at least, with <see cref="LongDocumentMode.Windows"/>.</summary>
    /// <value>
    /// A share of the tokens that a window holds, from 0 to 0.5. The default is 0.25. A passage that is no longer than this lies whole in one window;
    /// so does every paragraph that fits, before which only whole paragraphs are read again. More is slower.
    /// </value>
    public double WindowOverlap { get; set; } = 0.25;

    /// <summary>Gets or sets how many windows of one document are read at most, with <see cref="LongDocumentMode.Windows"/>.</summary>
    /// <value>
    /// From 1 to 10,000. The default is 128, about 8,000 tokens of a document. What comes after them is not read, and the score is
    /// <see cref="RelevanceScore.IsTruncated"/>. Each window takes as long as a document of its length.
    /// </value>
    public int MaxWindows { get; set; } = 128;

    /// <summary>Gets or sets whether documents that can't be among the best leave the model early.</summary>
    /// <value>
    /// <c>Off</c>; <c>On</c> for the plan of <c>early-exit.json</c> beside the model; or a plan as <c>2:60 5:25</c>: after layer 2 the best 60 of 100
    /// documents stay, after layer 5 the best 25, when ten are wanted, and fewer or more otherwise. The default is <see langword="null"/>, the same as
    /// <c>Off</c>. Only calls with a <see cref="RelevanceScoringOptions.TopN"/> are affected, as those of a <see cref="Reranker"/> are.
    /// </value>
    /// <remarks>
    /// Who stays to the end has the score of the full model, bit for bit; the others rank behind, by an estimate (<see cref="RelevanceScore.IsEstimate"/>).
    /// The bundled model brings its file; the package <c>Reranking.Onnx.EarlyExit</c> builds it for another one. CPU only.
    /// </remarks>
    public string? EarlyExit { get; set; }

    /// <summary>Gets a value indicating whether <see cref="EarlyExit"/> is on.</summary>
    internal bool HasEarlyExit => EarlyExit is not null && !EarlyExit.Equals("Off", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets or sets the label whose probability is the score, for a model that has several.</summary>
    /// <value>
    /// A name out of <c>id2label</c> in <c>config.json</c>, or an index. The default is <see langword="null"/>: the model has one label.
    /// <see cref="RelevanceScore.Value"/> is then the softmax of the label, and <see cref="RelevanceScore.RawValue"/> its log-odds against the others.
    /// </value>
    public string? Label { get; set; }

    /// <summary>Gets or sets the file that turns raw scores into probabilities, as <see cref="ScoreCalibration.ToJson"/> writes it.</summary>
    /// <value>
    /// A path, relative ones to the folder of the application. The default is <see langword="null"/>: <c>calibration.json</c> in the folder of the model
    /// if it has one, else <see cref="RelevanceScore.Value"/> is the sigmoid of the logit. A calibration that names another model is refused.
    /// </value>
    public string? CalibrationFile { get; set; }

    /// <summary>Gets or sets the prompt that a language model was trained to rerank with.</summary>
    /// <value>
    /// <c>Qwen3</c> for Qwen3-Reranker, <c>MxbaiV2</c> for mxbai-rerank v2, or a text with the places <c>{query}</c>, <c>{document}</c> and,
    /// optionally, <c>{instruction}</c>, in which control tokens are spelled out. The default is <see langword="null"/>, the same as <c>Auto</c>:
    /// what <c>config.json</c> or the name of the model tells for certain, and none for all other models.
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
