using Reranking.Conformance;

namespace Reranking.Onnx.Tests;

public sealed class OnnxRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new OnnxRelevanceScorer();
}
