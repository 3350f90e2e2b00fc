using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Reranking.Extensions.AI.Tools;

namespace Reranking;

/// <summary>A search that a chat model calls as a tool: it fetches wide, reranks, and answers with the best passages.</summary>
/// <typeparam name="TResult">The type of the results.</typeparam>
/// <remarks>
/// <para>
/// Put it into <see cref="ChatOptions.Tools"/> of any <see cref="IChatClient"/> that invokes functions. The model passes a <c>query</c> and, optionally, a
/// <c>count</c>; it gets a JSON array of objects with <c>text</c>, <c>source</c>, <c>link</c> and <c>score</c> (the relevance from 0 to 1, a probability
/// where the scorer is calibrated, and never above the one before), without those that are unknown. No <see cref="IQueryBuilder"/> is needed: the model writes
/// the query, and it knows the conversation.
/// </para>
/// <para>
/// As thread-safe as the search. Query and texts go to the search, to the scorer and to the chat model. If the scorer fails, the first-stage order is returned
/// without scores; exceptions of the search pass through.
/// </para>
/// </remarks>
public sealed class RerankedSearchTool<TResult> : AIFunction
{
    private const string QueryName = "query";
    private const string CountName = "count";

    private readonly Func<string, int, CancellationToken, Task<IEnumerable<TResult>>> _search;
    private readonly Reranker _reranker;
    private readonly Func<TResult, string?> _textSelector;
    private readonly Func<TResult, string?>? _sourceNameSelector;
    private readonly Func<TResult, string?>? _sourceLinkSelector;
    private readonly int _maxCount;
    private readonly FallbackOptions _options;

    /// <summary>Initializes a new instance of the <see cref="RerankedSearchTool{TResult}"/> class.</summary>
    /// <param name="search">The first stage: takes the query and how many results to fetch, and returns them best first.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="textSelector">Returns the text of a result. A result without text is left out.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="search"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RerankedSearchTool(
        Func<string, int, CancellationToken, Task<IEnumerable<TResult>>> search,
        Reranker reranker,
        Func<TResult, string?> textSelector,
        RerankedSearchToolOptions<TResult>? options = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(textSelector);
        options ??= new();
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            throw new ArgumentException($"{nameof(options.Name)} is blank; expected the name that the model calls the tool by.", nameof(options));
        }

        if (options.Description is null)
        {
            throw new ArgumentException($"{nameof(options.Description)} is null; expected a text, which may be empty.", nameof(options));
        }

        if (options.MaxCount < 1)
        {
            throw new ArgumentException($"{nameof(options.MaxCount)} is {options.MaxCount}; expected 1 or more.", nameof(options));
        }

        _search = search;
        _reranker = reranker;
        _textSelector = textSelector;
        _sourceNameSelector = options.SourceNameSelector;
        _sourceLinkSelector = options.SourceLinkSelector;
        _maxCount = options.MaxCount;
        _options = new FallbackOptions(reranker, options.Reranking);
        Name = options.Name;
        Description = options.Description;
        JsonSchema = Schema(Math.Min(_options.Create().TopN, _maxCount), _maxCount);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override JsonElement JsonSchema { get; }

    /// <inheritdoc/>
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string query = Query(arguments);
        RerankingOptions options = _options.Create();
        options.TopN = Count(arguments, Math.Min(options.TopN, _maxCount));

        IEnumerable<TResult> found = await _search(query, Math.Max(options.CandidateCount, options.TopN), cancellationToken).ConfigureAwait(false);
        TResult[] candidates = [.. found.Where(result => !string.IsNullOrWhiteSpace(_textSelector(result)))];
        RerankingResult<TResult> result = await _reranker.RerankAsync(query, candidates, _textSelector, options, cancellationToken).ConfigureAwait(false);
        double lowest = 1;
        List<ToolPassage> passages = [];
        foreach (RankedCandidate<TResult> ranked in result.Ranking)
        {
            // An estimate, or a score of an earlier stage, is on another scale: a model must not read it as better than what ranks before it.
            lowest = Math.Min(ranked.Relevance?.Value ?? lowest, lowest);
            passages.Add(new ToolPassage(
                _textSelector(ranked.Candidate)!,
                _sourceNameSelector?.Invoke(ranked.Candidate),
                _sourceLinkSelector?.Invoke(ranked.Candidate),
                ranked.Relevance is null ? null : Math.Round(lowest, 3)));
        }

        return JsonSerializer.SerializeToElement([.. passages], ToolJsonContext.Passages);
    }

    private static JsonElement Schema(int defaultCount, int maxCount)
    {
        // The range is told in words, since not every model takes "maximum".
        using JsonDocument schema = JsonDocument.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "type": "object",
              "properties": {
                "{{QueryName}}": {
                  "type": "string",
                  "description": "What to look for: a question or a statement that can be understood without the conversation."
                },
                "{{CountName}}": { "type": "integer", "description": "How many passages to return, from 1 to {{maxCount}}. Left out: {{defaultCount}}." }
              },
              "required": ["{{QueryName}}"]
            }
            """));
        return schema.RootElement.Clone();
    }

    private string Query(AIFunctionArguments arguments)
    {
        arguments.TryGetValue(QueryName, out object? value);
        string? query = value is JsonElement json ? TextOf(json) : value as string;
        return string.IsNullOrWhiteSpace(query)
            ? throw new ArgumentException($"The tool '{Name}' was called without a text for '{QueryName}'; expected what to look for.", nameof(arguments))
            : query;
    }

    private static string? TextOf(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;   // half of a surrogate pair
        }
    }

    private int Count(AIFunctionArguments arguments, int defaultCount)
    {
        if (!arguments.TryGetValue(CountName, out object? value) || value is null or JsonElement { ValueKind: JsonValueKind.Null })
        {
            return defaultCount;
        }

        // Models write 3, 3.0 and "3".
        return double.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out double count)
            && !double.IsNaN(count)
            ? (int)Math.Clamp(count, 1, _maxCount)
            : throw new ArgumentException(
                $"The tool '{Name}' was called with a '{CountName}' that is not a number; expected one from 1 to {_maxCount}.", nameof(arguments));
    }
}
