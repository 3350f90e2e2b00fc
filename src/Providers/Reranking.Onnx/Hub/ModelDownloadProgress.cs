namespace Reranking.Onnx;

/// <summary>The progress of a model download.</summary>
/// <param name="Model">The requested name, such as <c>BAAI/bge-reranker-v2-m3</c>.</param>
/// <param name="File">The file in progress.</param>
/// <param name="BytesReceived">The bytes of all files received so far, including those of an earlier, interrupted download. It never decreases.</param>
/// <param name="TotalBytes">The total bytes of all files, or <see langword="null"/> if the endpoint does not report them.</param>
public readonly record struct ModelDownloadProgress(string Model, string File, long BytesReceived, long? TotalBytes);
