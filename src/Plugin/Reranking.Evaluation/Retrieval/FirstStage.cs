using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;

namespace Reranking;

/// <summary>What finds the candidates of a query before they are reranked.</summary>
public abstract class FirstStage
{
    /// <summary>Initializes a new instance of the <see cref="FirstStage"/> class.</summary>
    /// <param name="name">What reports call it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    protected FirstStage(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>Gets what reports call it.</summary>
    public string Name { get; }

    /// <summary>Takes the candidates that the queries of the set bring, in the order given.</summary>
    /// <param name="name">What reports call it.</param>
    /// <returns>The first stage.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    public static FirstStage Given(string name = "given run") =>
        new DelegateFirstStage(name, static (query, count, _) => Task.FromResult<IReadOnlyList<EvaluationDocument>>(
            query.Candidates is { } candidates ? [.. candidates.Take(count)] : throw new InvalidOperationException(
                $"Query '{query.Id}' brings no candidates. Take another first stage, such as FirstStage.Bm25, or add a run with EvaluationSet.WithRun.")));

    /// <summary>Searches the corpus of the set with BM25.</summary>
    /// <param name="documents">The corpus.</param>
    /// <param name="options">The parameters, or <see langword="null"/> for the defaults.</param>
    /// <returns>The first stage.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="documents"/> is <see langword="null"/>.</exception>
    public static FirstStage Bm25(IEnumerable<EvaluationDocument> documents, Bm25Options? options = null)
    {
        var index = new Bm25Index(documents, options);
        return new DelegateFirstStage("BM25", (query, count, _) => Task.FromResult(index.Search(query.Text, count)));
    }

    /// <summary>Searches a vector store, by the text of the query.</summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="name">What reports call it.</param>
    /// <param name="search">The search. It stays the caller's.</param>
    /// <param name="idSelector">Returns what judgments call a record.</param>
    /// <param name="textSelector">Returns what scorers read of a record.</param>
    /// <returns>The first stage.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    public static FirstStage FromVectorSearch<TRecord>(
        string name, IVectorSearchable<TRecord> search, Func<TRecord, string> idSelector, Func<TRecord, string> textSelector)
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(idSelector);
        ArgumentNullException.ThrowIfNull(textSelector);
        return new DelegateFirstStage(name, async (query, count, cancellationToken) =>
        {
            List<EvaluationDocument> found = [];
            ConfiguredCancelableAsyncEnumerable<VectorSearchResult<TRecord>> results =
                search.SearchAsync(query.Text, count, cancellationToken: cancellationToken).ConfigureAwait(false);
            await foreach (VectorSearchResult<TRecord> result in results)
            {
                found.Add(new EvaluationDocument(idSelector(result.Record), textSelector(result.Record)) { Score = result.Score });
            }

            return found;
        });
    }

    /// <summary>Takes any search.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="retrieve">Returns at most as many candidates of a query as it is asked for, the best first, each once.</param>
    /// <returns>The first stage.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    public static FirstStage FromDelegate(
        string name, Func<EvaluationQuery, int, CancellationToken, Task<IReadOnlyList<EvaluationDocument>>> retrieve)
    {
        ArgumentNullException.ThrowIfNull(retrieve);
        return new DelegateFirstStage(name, retrieve);
    }

    /// <summary>Finds the candidates of a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="count">How many candidates to return at most.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The candidates, the best first.</returns>
    public abstract Task<IReadOnlyList<EvaluationDocument>> RetrieveAsync(EvaluationQuery query, int count, CancellationToken cancellationToken);

    private sealed class DelegateFirstStage(
        string name, Func<EvaluationQuery, int, CancellationToken, Task<IReadOnlyList<EvaluationDocument>>> retrieve) : FirstStage(name)
    {
        public override Task<IReadOnlyList<EvaluationDocument>> RetrieveAsync(EvaluationQuery query, int count, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(query);
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
            return retrieve(query, count, cancellationToken);
        }
    }
}
