using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using Reranking.Onnx;

namespace RagChat.Retrieval;

/// <summary>The first stage: every passage embedded beforehand, searched by cosine, or by cosine and BM25 fused.</summary>
/// <remarks>A small stand-in for a vector database, behind the same interfaces, so that everything downstream is as it would be with one.</remarks>
internal sealed class PassageIndex : IVectorSearchable<Passage>, IKeywordHybridSearchable<Passage>, IDisposable
{
    // The usual constant of reciprocal rank fusion.
    private const double FusionConstant = 60;

    private readonly IReadOnlyList<Passage> _passages;
    private readonly ReadOnlyMemory<float>[] _vectors;
    private readonly IEmbeddingGenerator<string, Embedding<float>> _queries;
    private readonly KeywordIndex _keywords;

    private PassageIndex(IReadOnlyList<Passage> passages, ReadOnlyMemory<float>[] vectors, IEmbeddingGenerator<string, Embedding<float>> queries)
    {
        _passages = passages;
        _vectors = vectors;
        _queries = queries;
        _keywords = new KeywordIndex(passages);
    }

    /// <summary>Embeds the passages, or reads the vectors that an earlier start kept (<see cref="VectorFile"/>).</summary>
    public static async Task<PassageIndex> BuildAsync(
        IReadOnlyList<Passage> passages, OnnxEmbeddingGenerator generator, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. passages.Select(passage => passage.Text)];
        var file = VectorFile.For(generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId ?? "", texts);
        ReadOnlyMemory<float>[]? vectors = file.Read();
        if (vectors is null)
        {
            GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(texts, cancellationToken: cancellationToken);
            vectors = [.. embeddings.Select(embedding => embedding.Vector)];
            file.Write(vectors);
        }

        return new PassageIndex(passages, vectors, generator.ForQueries());
    }

    public async IAsyncEnumerable<VectorSearchResult<Passage>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<Passage>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        double[] cosines = await CosinesAsync(searchValue, cancellationToken);
        IEnumerable<int> found = Matching(options?.Filter?.Compile())
            .OrderByDescending(i => cosines[i])
            .Where(i => options?.ScoreThreshold is not { } threshold || cosines[i] >= threshold);
        foreach (int i in found.Skip(options?.Skip ?? 0).Take(top))
        {
            yield return new VectorSearchResult<Passage>(_passages[i], cosines[i]);
        }
    }

    public async IAsyncEnumerable<VectorSearchResult<Passage>> HybridSearchAsync<TInput>(
        TInput searchValue,
        ICollection<string> keywords,
        int top,
        HybridSearchOptions<Passage>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        double[] cosines = await CosinesAsync(searchValue, cancellationToken);
        int[] byCosine = [.. Matching(options?.Filter?.Compile()).OrderByDescending(i => cosines[i])];
        HashSet<int> matching = [.. byCosine];
        int[] byKeyword = [.. _keywords.Search(keywords, _passages.Count).Where(matching.Contains)];

        var fused = new double[_passages.Count];
        foreach (int[] ranking in new[] { byCosine, byKeyword })
        {
            for (int rank = 0; rank < ranking.Length; rank++)
            {
                fused[ranking[rank]] += 1 / (FusionConstant + rank + 1);
            }
        }

        IEnumerable<int> found = byCosine
            .OrderByDescending(i => fused[i])
            .Where(i => options?.ScoreThreshold is not { } threshold || fused[i] >= threshold);
        foreach (int i in found.Skip(options?.Skip ?? 0).Take(top))
        {
            yield return new VectorSearchResult<Passage>(_passages[i], fused[i]);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => _keywords.Dispose();

    private IEnumerable<int> Matching(Func<Passage, bool>? filter) => Enumerable.Range(0, _passages.Count).Where(i => filter is null || filter(_passages[i]));

    private async Task<double[]> CosinesAsync<TInput>(TInput searchValue, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<float> query = searchValue switch
        {
            string text => (await _queries.GenerateAsync([text], cancellationToken: cancellationToken))[0].Vector,
            ReadOnlyMemory<float> vector => vector,
            _ => throw new NotSupportedException($"Search by text or vector, not by {searchValue?.GetType().Name}."),
        };

        // Embeddings have length 1, so the dot product is the cosine.
        return [.. _vectors.Select(vector => (double)TensorPrimitives.Dot(vector.Span, query.Span))];
    }
}
