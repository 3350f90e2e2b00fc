using Reranking.Conformance;

namespace Reranking.Onnx.Tests;

public sealed class OnnxRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new OnnxRelevanceScorer();
}

/// <summary>The same laws hold where most documents are read in windows.</summary>
public sealed class WindowedRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() =>
        new OnnxRelevanceScorer(new OnnxScorerOptions { LongDocuments = LongDocumentMode.Windows, MaxInputTokens = 16, WindowTokens = 16 });
}
