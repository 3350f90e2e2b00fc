namespace Reranking.Onnx;

/// <summary>A model in the catalog: where its ONNX files are and what it was trained for.</summary>
public sealed record ModelCatalogEntry
{
    /// <summary>Gets the name of the model, such as <c>BAAI/bge-reranker-v2-m3</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the repository with the ONNX files, which can differ from that of the model.</summary>
    public required string Repository { get; init; }

    /// <summary>Gets the commit that is downloaded.</summary>
    /// <value>A commit, or <c>main</c> if none is known: the commit that the endpoint reports on the first download is then recorded.</value>
    public required string Revision { get; init; }

    /// <summary>Gets the ONNX files to choose from; the first is the default. Other files of the repository can also be named.</summary>
    /// <value>Empty if no public ONNX export is known.</value>
    public required IReadOnlyList<ModelCatalogFile> ModelFiles { get; init; }

    /// <summary>Gets the files that are downloaded beside the ONNX file.</summary>
    public required IReadOnlyList<ModelCatalogFile> Files { get; init; }

    /// <summary>Gets the activation that the authors apply to the logit, <c>identity</c> or <c>sigmoid</c>. The files of the model take precedence.</summary>
    public required string Activation { get; init; }

    /// <summary>Gets the languages it was trained for, as ISO 639 codes, or <c>multilingual</c>.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Gets the longest input in tokens.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Gets the license as its authors name it, such as <c>apache-2.0</c>. <c>cc-by-nc-4.0</c> forbids commercial use.</summary>
    public required string License { get; init; }

    /// <summary>Gets the size of the default ONNX file with its weights in millions of bytes, or <see langword="null"/> if it is not known.</summary>
    public int? ApproximateSizeMB { get; init; }
}
