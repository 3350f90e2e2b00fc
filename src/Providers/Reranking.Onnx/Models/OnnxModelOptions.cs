namespace Reranking.Onnx;

/// <summary>How a local model is found, loaded and run.</summary>
public abstract class OnnxModelOptions
{
    /// <summary>Gets or sets the folder of the model, with <c>model.onnx</c>, <c>tokenizer.json</c> and <c>config.json</c>.</summary>
    /// <value>
    /// A path, relative ones to the folder of the application, or that of the ONNX file itself, with the others beside it or in the folder above
    /// <c>onnx</c>. The default is <see langword="null"/>.
    /// </value>
    public string? ModelPath { get; set; }

    /// <summary>Gets or sets the ONNX file within the folder.</summary>
    /// <value>
    /// A relative path. The default is <see langword="null"/>: <c>model.onnx</c>, <c>onnx/model.onnx</c> as on the Hugging Face hub, or the only ONNX file
    /// that is there. Of several with other names, the one that is made for this processor by its name (<c>avx512_vnni</c>, <c>avx512</c>, <c>avx2</c>,
    /// <c>arm64</c>), or, on an accelerator, <c>fp16</c>; what the names do not decide is an error.
    /// </value>
    public string? ModelFile { get; set; }

    /// <summary>Gets or sets the output of the graph that is read.</summary>
    /// <value>
    /// The name of an output. The default is <see langword="null"/>: the usual one (<c>logits</c> of a cross-encoder; <c>last_hidden_state</c>,
    /// <c>sentence_embedding</c> or <c>token_embeddings</c> of an embedding model), or the only one.
    /// </value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the name of the model in results, logs and metrics.</summary>
    /// <value>The default is <see langword="null"/>: the name of the folder.</value>
    public string? ModelId { get; set; }

    /// <summary>Gets or sets how many tokens the model reads at most, special tokens included.</summary>
    /// <value>
    /// From 8. The default is <see langword="null"/>: what <c>config.json</c> and <c>tokenizer_config.json</c> say. A lower number is faster; a
    /// higher one is refused.
    /// </value>
    public int? MaxInputTokens { get; set; }

    /// <summary>Gets or sets how many runs are under way at once.</summary>
    /// <value>
    /// From 1. The default is <see langword="null"/>: the number of processors, or 1 on an accelerator. All models of the process with the same
    /// number share the same slots, so that two models do not fight for the processors.
    /// </value>
    public int? MaxConcurrency { get; set; }

    /// <summary>Gets or sets where ONNX Runtime computes.</summary>
    /// <value>The default is <see cref="OnnxExecutionProvider.Cpu"/>.</value>
    public OnnxExecutionProvider ExecutionProvider { get; set; }

    /// <summary>Gets or sets which of several GPUs is used.</summary>
    /// <value>From 0. The default is 0. The CPU ignores it.</value>
    public int DeviceId { get; set; }

    /// <summary>Gets or sets how many tokens one batch on an accelerator holds at most, padding included.</summary>
    /// <value>From 512 to 1,048,576. The default is 16,384. The CPU does not batch: one input per run is faster there, and exact.</value>
    public int MaxBatchTokens { get; set; } = 16_384;

    /// <summary>Gets or sets the path of the configuration section that the options came from, for messages.</summary>
    internal string SettingsPath { get; set; } = "";

    /// <summary>Gets the path of the setting that says which model it is, for messages: not one that nobody has set.</summary>
    internal virtual string ModelSetting => $"{SettingsPath}:{nameof(ModelPath)}";

    internal string? FullModelPath => ModelPath is null ? null : Path.GetFullPath(ModelPath, AppContext.BaseDirectory);

    internal OnnxModelOptions Copy() => (OnnxModelOptions)MemberwiseClone();
}
