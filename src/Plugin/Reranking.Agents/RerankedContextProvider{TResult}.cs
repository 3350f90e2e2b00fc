using System.Globalization;
using System.Text;
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
/// If the scorer fails, the first-stage order is returned, and a query builder handles its own failures. Exceptions of the search and the cancellation of the
/// caller pass through, so that the run fails visibly. If nothing is found, there is no message.
/// </para>
/// <para>
/// As thread-safe as the search, and without state: one instance serves all sessions. Query and texts go to the search, to the scorer and to the model.
/// </para>
/// </remarks>
public sealed class RerankedContextProvider<TResult> : MessageAIContextProvider
{
    // Agents keep messages of providers in the history, where nothing else distinguishes them from other messages.
    private const string OwnMessage = "reranking.passages";

    private readonly Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<IEnumerable<TResult>>> _search;
    private readonly Func<IReadOnlyList<TResult>, string> _formatter;
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
        : base(provideInputMessageFilter: static messages => messages.Where(IsSaid))
    {
        options ??= new();
        _search = search.WithReranking(options.QueryBuilder ?? new LastUserMessageQueryBuilder(), reranker, textSelector, options.Reranking);
        _formatter = options.Formatter ?? NumberedPassages(options.ContextPrompt, textSelector, options.SourceNameSelector, options.SourceLinkSelector);
        _role = options.Role;
    }

    /// <summary>Gets the keys of the provider's state: none, so that an agent can have several.</summary>
    public override IReadOnlyList<string> StateKeys => [];

    /// <inheritdoc/>
    protected override async ValueTask<IEnumerable<ChatMessage>> ProvideMessagesAsync(InvokingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        TResult[] passages = [.. await _search([.. context.RequestMessages], cancellationToken).ConfigureAwait(false)];
        string text = passages.Length == 0 ? "" : _formatter(passages);
        return string.IsNullOrWhiteSpace(text) ? [] : [new ChatMessage(_role, text) { AdditionalProperties = new() { [OwnMessage] = true } }];
    }

    // The default filter leaves the history out, and without it a follow-up can't be understood.
    private static bool IsSaid(ChatMessage message) =>
        message.GetAgentRequestMessageSourceType() != AgentRequestMessageSourceType.AIContextProvider
            && message.AdditionalProperties?.ContainsKey(OwnMessage) is not true;

    private static Func<IReadOnlyList<TResult>, string> NumberedPassages(
        string contextPrompt,
        Func<TResult, string?> textSelector,
        Func<TResult, string?>? sourceNameSelector,
        Func<TResult, string?>? sourceLinkSelector) => passages =>
    {
        var text = new StringBuilder(contextPrompt);
        for (int i = 0; i < passages.Count; i++)
        {
            string? name = sourceNameSelector?.Invoke(passages[i]);
            string? link = sourceLinkSelector?.Invoke(passages[i]);
            text.Append(CultureInfo.InvariantCulture, $"\n\n[{i + 1}]");
            text.Append(string.IsNullOrWhiteSpace(name) ? "" : $" {name}").Append(string.IsNullOrWhiteSpace(link) ? "" : $" ({link})");
            text.Append('\n').Append(textSelector(passages[i]));
        }

        return text.ToString();
    };
}
