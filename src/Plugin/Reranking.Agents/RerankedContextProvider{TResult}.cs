using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Searches before an agent answers, reranks, and passes the best passages to the model as a message with numbered sources.</summary>
/// <typeparam name="TResult">The type of the results.</typeparam>
/// <remarks>
/// <para>
/// Add it to the context providers of an agent. The query is made of what the user and the agent said, with the history if the agent passes it on; messages
/// of context providers are left out, this one's of earlier turns too. The search decides how much it fetches: let it fetch
/// <see cref="RerankingOptions.CandidateCount"/> results, of which <see cref="RerankingOptions.TopN"/> become passages.
/// </para>
/// <para>
/// The passages are for one turn: histories do not store them, and those of earlier turns are left out of the request. Their numbers go on through the
/// session, for several providers together, so that what an earlier answer cites is never the number of another passage. Passages are written by
/// <see cref="CitationFormat"/>: none can pass for another.
/// </para>
/// <para>
/// If the scorer fails, the first-stage order is returned, and a query builder handles its own failures. Exceptions of the search and the cancellation of the
/// caller pass through, so that the run fails visibly. If nothing is found, there is no message.
/// </para>
/// <para>
/// As thread-safe as the search; the last number is in the session, so one instance serves all sessions. Query and texts go to the search, to the scorer and
/// to the model.
/// </para>
/// </remarks>
public sealed class RerankedContextProvider<TResult> : MessageAIContextProvider
{
    private readonly Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<IEnumerable<TResult>>> _search;
    private readonly Func<TResult, string?> _textSelector;
    private readonly Func<TResult, string?>? _sourceNameSelector;
    private readonly Func<TResult, string?>? _sourceLinkSelector;
    private readonly Func<IReadOnlyList<TResult>, string>? _formatter;
    private readonly string _contextPrompt;
    private readonly ChatRole _role;

    /// <summary>Initializes a new instance of the <see cref="RerankedContextProvider{TResult}"/> class.</summary>
    /// <param name="search">The first stage, the same delegate that <c>TextSearchProvider</c> takes.</param>
    /// <param name="reranker">Reorders what the first stage finds.</param>
    /// <param name="textSelector">Returns the text of a result. A result without text is not scored and comes last.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="search"/>, <paramref name="reranker"/> or <paramref name="textSelector"/> is <see langword="null"/>.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RerankedContextProvider(
        Func<string, CancellationToken, Task<IEnumerable<TResult>>> search,
        Reranker reranker,
        Func<TResult, string?> textSelector,
        RerankedContextProviderOptions<TResult>? options = null)
    {
        options ??= new();
        if (options.ContextPrompt is null)
        {
            throw new ArgumentException($"{nameof(options.ContextPrompt)} is null; expected a text, which may be empty.", nameof(options));
        }

        _search = search.WithReranking(options.QueryBuilder ?? new LastUserMessageQueryBuilder(), reranker, textSelector, options.Reranking);
        _textSelector = textSelector;
        _sourceNameSelector = options.SourceNameSelector;
        _sourceLinkSelector = options.SourceLinkSelector;
        _formatter = options.Formatter;
        _contextPrompt = options.ContextPrompt;
        _role = options.Role;
    }

    /// <summary>Gets the keys of the provider's state: none, so that an agent can have several, which number their passages together.</summary>
    public override IReadOnlyList<string> StateKeys => [];

    /// <inheritdoc/>
    protected override async ValueTask<AIContext> InvokingCoreAsync(AIContextProvider.InvokingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        AIContext request = context.AIContext;
        return new AIContext
        {
            Instructions = request.Instructions,
            Messages = await AddPassagesAsync(context.Agent, context.Session, request.Messages ?? [], cancellationToken).ConfigureAwait(false),
            Tools = request.Tools,
        };
    }

    /// <inheritdoc/>
    protected override async ValueTask<IEnumerable<ChatMessage>> InvokingCoreAsync(
        MessageAIContextProvider.InvokingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await AddPassagesAsync(context.Agent, context.Session, context.RequestMessages, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<ChatMessage>> AddPassagesAsync(
        AIAgent agent, AgentSession? session, IEnumerable<ChatMessage> messages, CancellationToken cancellationToken)
    {
        PassageMessages conversation = PassageMessages.Read(agent, session, messages);
        TResult[] results = [.. await _search(conversation.Said, cancellationToken).ConfigureAwait(false)];
        string text = results.Length == 0 ? "" : _formatter?.Invoke(results) ?? Write(results, conversation.NextNumber);
        return string.IsNullOrWhiteSpace(text)
            ? conversation.Request
            : [.. conversation.Request, conversation.Mark(new ChatMessage(_role, text), _formatter is null ? results.Length : 0, GetType().FullName!)];
    }

    private string Write(TResult[] results, int firstNumber) => string.Join(
        "\n\n",
        results
            .Select((result, index) => CitationFormat.Write(
                firstNumber + index,
                new ContextPassage(_textSelector(result) ?? "") { Title = _sourceNameSelector?.Invoke(result), Link = _sourceLinkSelector?.Invoke(result) }))
            .Prepend(_contextPrompt));
}
