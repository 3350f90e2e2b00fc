using Reranking.Onnx;

[assembly: AssemblyFixture(typeof(Reranking.KernelMemory.Tests.BundledModel))]

namespace Reranking.KernelMemory.Tests;

/// <summary>The real model, loaded once for all tests.</summary>
public sealed class BundledModel : IDisposable
{
    private readonly OnnxRelevanceScorer _scorer = new();

    public BundledModel() =>
        Reranker = new Reranker(_scorer, new RerankingOptions { OnFailure = RerankingFailureMode.Throw, Timeout = TimeSpan.FromMinutes(5) });

    public Reranker Reranker { get; }

    public void Dispose() => _scorer.Dispose();
}
