namespace Reranking.Onnx;

/// <summary>Options for finding, loading and running a local model.</summary>
public abstract class OnnxModelOptions
{
    /// <summary>Gets or sets the folder of the model, with <c>model.onnx</c>, <c>tokenizer.json</c> and <c>config.json</c>.</summary>
    /// <value>
    /// A path, relative to the folder of the application. It can also be that of the ONNX file itself, with the other files beside it or in the folder above
    /// <c>onnx</c>. The default is <see langword="null"/>.
    /// </value>
    public string? ModelPath { get; set; }

    /// <summary>Gets or sets the ONNX file within the folder.</summary>
    /// <value>
    /// A relative path. The default is <see langword="null"/>: <c>model.onnx</c>, <c>onnx/model.onnx</c> as on the Hugging Face Hub, or the only ONNX file in
    /// the folder. If there are several with other names, the one whose name matches this processor is used (<c>avx512_vnni</c>, <c>avx512</c>, <c>avx2</c>,
    /// <c>arm64</c>), or, on an accelerator, <c>fp16</c>; if the names do not decide, that is an error.
    /// </value>
    public string? ModelFile { get; set; }

    /// <summary>Gets or sets the output of the graph to read.</summary>
    /// <value>
    /// The name of an output. The default is <see langword="null"/>: the usual one (<c>logits</c> of a cross-encoder; <c>last_hidden_state</c>,
    /// <c>sentence_embedding</c> or <c>token_embeddings</c> of an embedding model), or the only one.
    /// </value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the name of the model in results, logs and metrics.</summary>
    /// <value>The default is <see langword="null"/>: the name of the folder.</value>
    public string? ModelId { get; set; }

    /// <summary>Gets or sets the maximum number of tokens that the model reads, including special tokens.</summary>
    /// <value>
    /// From 8. The default is <see langword="null"/>: the limit in <c>config.json</c> and <c>tokenizer_config.json</c>. A lower number is faster; a higher one
    /// is rejected.
    /// </value>
    public int? MaxInputTokens { get; set; }

    /// <summary>Gets or sets the number of concurrent runs.</summary>
    /// <value>
    /// From 1. The default is <see langword="null"/>: the number of processors, or 1 on an accelerator. All models in the process with the same number share
    /// the same slots, so that two models do not compete for the processors.
    /// </value>
    public int? MaxConcurrency { get; set; }

    /// <summary>Gets or sets the device that ONNX Runtime uses.</summary>
    /// <value>The default is <see cref="OnnxExecutionProvider.Cpu"/>.</value>
    public OnnxExecutionProvider ExecutionProvider { get; set; }

    /// <summary>Gets or sets which of several GPUs to use.</summary>
    /// <value>From 0. The default is 0. Ignored on the CPU.</value>
    public int DeviceId { get; set; }

    /// <summary>Gets or sets the maximum number of tokens in a batch on an accelerator, including padding.</summary>
    /// <value>From 512 to 1,048,576. The default is 16,384. There is no batching on the CPU: one input per run is faster there, and exact.</value>
    public int MaxBatchTokens { get; set; } = 16_384;

    /// <summary>Gets or sets the path of the configuration section that the options came from, for messages.</summary>
    internal string SettingsPath { get; set; } = "";

    /// <summary>Gets the path of the setting that says which model it is, for messages: not one that nobody has set.</summary>
    internal virtual string ModelSetting => $"{SettingsPath}:{nameof(ModelPath)}";

    internal string? FullModelPath => ModelPath is null ? null : Path.GetFullPath(ModelPath, AppContext.BaseDirectory);

    internal OnnxModelOptions Copy() => (OnnxModelOptions)MemberwiseClone();
}
