namespace Reranking.Onnx;

/// <summary>What is known about a local cross-encoder; its revision is computed when it is asked for.</summary>
internal sealed class OnnxScorerMetadata(string providerName, string modelId, int? maxInputTokens, ModelRevision revision)
    : RelevanceScorerMetadata(providerName, endpoint: null, modelId, maxInputTokens, isLocal: true)
{
    public override string? Revision => revision.Value;
}
