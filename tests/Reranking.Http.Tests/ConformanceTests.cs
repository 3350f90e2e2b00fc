using Reranking.Conformance;

namespace Reranking.Http.Tests;

/// <summary>The laws of every scorer, over a server that scores by the words that query and document share.</summary>
public abstract class StubConformanceTests(RerankApi dialect) : RelevanceScorerConformanceTests, IAsyncLifetime
{
    private readonly StubServer _server = new(request => Contract.Of(dialect).Score(request, WordOverlap));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    // Three documents a request, so that splitting is under the laws too.
    protected override IRelevanceScorer CreateScorer() => TestScorers.Create(_server, options => (options.Api, options.MaxDocumentsPerRequest) = (dialect, 3));

    private static double WordOverlap(string query, string document)
    {
        string[] words = query.Split(' ');
        return words.Count(word => document.Contains(word, StringComparison.OrdinalIgnoreCase)) / (double)words.Length;
    }
}

public sealed class CohereConformanceTests() : StubConformanceTests(RerankApi.Cohere);

public sealed class VoyageConformanceTests() : StubConformanceTests(RerankApi.Voyage);

public sealed class TextEmbeddingsInferenceConformanceTests() : StubConformanceTests(RerankApi.TextEmbeddingsInference);

public sealed class LlamaCppConformanceTests() : StubConformanceTests(RerankApi.LlamaCpp);
