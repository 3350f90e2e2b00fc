using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.KernelMemory.AI;
using Microsoft.KernelMemory.Context;
using Microsoft.KernelMemory.MemoryStorage;
using Microsoft.KernelMemory.Prompts;

namespace Microsoft.KernelMemory.Search;

/// <summary>
/// What the real one does with its store: it neither sorts nor compares scores, fills the prompt until the budget is spent, and groups by file in order of
/// arrival.
/// </summary>
[Experimental("KMEXP05")]
public sealed class SearchClient : ISearchClient
{
    private readonly IMemoryDb _memoryDb;
    private readonly ITextGenerator _textGenerator;
    private readonly SearchClientConfig _config;

    public SearchClient(
        IMemoryDb memoryDb,
        ITextGenerator textGenerator,
        SearchClientConfig? config = null,
        IPromptProvider? promptProvider = null,
        IContentModeration? contentModeration = null,
        ILoggerFactory? loggerFactory = null)
    {
        _ = (promptProvider, contentModeration, loggerFactory);   // in the signature only
        _memoryDb = memoryDb;
        _textGenerator = textGenerator;
        _config = config ?? new();
    }

    public Task<IEnumerable<string>> ListIndexesAsync(CancellationToken cancellationToken = default) => _memoryDb.GetIndexesAsync(cancellationToken);

    public async Task<SearchResult> SearchAsync(
        string index,
        string query,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        int limit = -1,
        IContext? context = null,
        CancellationToken cancellationToken = default)
    {
        int count = limit > 0 ? limit : _config.MaxMatchesCount;
        var result = new SearchResult { Query = query };
        IAsyncEnumerable<(MemoryRecord, double)> matches = query.Length == 0
            ? ListAsync(index, filters, count, cancellationToken)
            : _memoryDb.GetSimilarListAsync(index, query, filters, minRelevance, count, withEmbeddings: false, cancellationToken);
        await foreach ((MemoryRecord record, double relevance) in matches.WithCancellation(cancellationToken))
        {
            Cite(result.Results, index, record, relevance);
            if (result.Results.Count >= count)
            {
                break;
            }
        }

        return result;
    }

    public async Task<MemoryAnswer> AskAsync(
        string index,
        string question,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        IContext? context = null,
        CancellationToken cancellationToken = default)
    {
        MemoryAnswer? answer = null;
        await foreach (MemoryAnswer part in AskStreamingAsync(index, question, filters, minRelevance, context, cancellationToken))
        {
            if (answer is null)
            {
                answer = new MemoryAnswer { Question = question, NoResult = false, Result = part.Result, RelevantSources = [.. part.RelevantSources] };
            }
            else
            {
                answer.Result += part.Result;
            }
        }

        return answer!;
    }

    public async IAsyncEnumerable<MemoryAnswer> AskStreamingAsync(
        string index,
        string question,
        ICollection<MemoryFilter>? filters = null,
        double minRelevance = 0,
        IContext? context = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var sources = new List<Citation>();
        var facts = new StringBuilder();
        int used = 0;
        int budget = _textGenerator.MaxTokenTotal - _textGenerator.CountTokens(question) - _config.AnswerTokens;
        await foreach ((MemoryRecord record, double relevance) in
            _memoryDb.GetSimilarListAsync(index, question, filters, minRelevance, _config.MaxMatchesCount, withEmbeddings: false, cancellationToken))
        {
            string fact = _config.FactTemplate
                .Replace("{{$source}}", Tag(record, "__file_id"), StringComparison.Ordinal)
                .Replace("{{$relevance}}", relevance.ToString("P1", CultureInfo.CurrentCulture), StringComparison.Ordinal)
                .Replace("{{$content}}", record.Payload["text"].ToString(), StringComparison.Ordinal) + "\n";
            int size = _textGenerator.CountTokens(fact);
            if (size >= budget)
            {
                break;   // the first that does not fit ends it, however small the next ones are
            }

            facts.Append(fact);
            budget -= size;
            used++;
            Cite(sources, index, record, relevance);
            if (used >= _config.MaxMatchesCount)
            {
                break;
            }
        }

        string prompt = $"Facts:\n{facts}======\nQuestion: {question}\nAnswer: ";
        await foreach (GeneratedTextContent part in _textGenerator.GenerateTextAsync(prompt, new TextGenerationOptions(), cancellationToken))
        {
            yield return new MemoryAnswer { Question = question, NoResult = false, Result = part.Text, RelevantSources = sources };
            sources = [];   // they ride on the first part only
        }
    }

    private static string Tag(MemoryRecord record, string name) => record.Tags[name][0]!;

    private static void Cite(List<Citation> citations, string index, MemoryRecord record, double relevance)
    {
        string link = $"{index}/{Tag(record, "__document_id")}/{Tag(record, "__file_id")}";
        Citation? citation = citations.Find(citation => citation.Link == link);
        if (citation is null)
        {
            citations.Add(citation = new Citation { Link = link });
        }

        citation.Partitions.Add(new Citation.Partition { Text = record.Payload["text"].ToString()!, Relevance = (float)relevance });
    }

    private async IAsyncEnumerable<(MemoryRecord, double)> ListAsync(
        string index, ICollection<MemoryFilter>? filters, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (MemoryRecord record in _memoryDb.GetListAsync(index, filters, limit, withEmbeddings: false, cancellationToken))
        {
            yield return (record, double.MinValue);
        }
    }
}
