using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Reranking;

/// <summary>Lets a chat model condense the conversation to one question that stands on its own.</summary>
/// <remarks>
/// <para>
/// As thread-safe as the chat client, which it does not own. Each query costs one call of the model, except that the first message of a conversation is used as
/// it is.
/// </para>
/// <para>
/// If the model fails, takes too long, answers nothing or more than 2,000 characters, the last user message is the query, and a warning is logged. A client
/// that ignores its token delays the query.
/// </para>
/// <para>The conversation goes to the chat client, and nowhere else: logs never hold texts, not even those of the client's errors.</para>
/// </remarks>
public sealed partial class CondensingQueryBuilder : IQueryBuilder
{
    // A model that answers the question, or does not stop, has written no query.
    private const int LongestQuery = 2_000;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    private readonly IChatClient _chatClient;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly string _instructions;
    private readonly int _messageCount;
    private readonly TimeSpan _timeout;
    private readonly ChatOptions? _chatOptions;

    /// <summary>Initializes a new instance of the <see cref="CondensingQueryBuilder"/> class.</summary>
    /// <param name="chatClient">The chat model. A small one is enough.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <param name="logger">Logs the warnings, or <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock of the timeout, or <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="chatClient"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public CondensingQueryBuilder(
        IChatClient chatClient,
        CondensingQueryBuilderOptions? options = null,
        ILogger<CondensingQueryBuilder>? logger = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(chatClient);
        options ??= new();
        if (string.IsNullOrWhiteSpace(options.Instructions))
        {
            throw new ArgumentException(
                $"{nameof(options.Instructions)} is blank; expected what the chat model is to do with the conversation.", nameof(options));
        }

        if (options.MessageCount < 2)
        {
            throw new ArgumentException($"{nameof(options.MessageCount)} is {options.MessageCount}; expected 2 or more.", nameof(options));
        }

        if (options.Timeout != Timeout.InfiniteTimeSpan && (options.Timeout <= TimeSpan.Zero || options.Timeout > LongestTimeout))
        {
            throw new ArgumentException(
                $"{nameof(options.Timeout)} is {options.Timeout}; expected more than 00:00:00 and at most {LongestTimeout}, "
                + $"or {Timeout.InfiniteTimeSpan} for no limit.",
                nameof(options));
        }

        _chatClient = chatClient;
        _logger = logger ?? NullLogger<CondensingQueryBuilder>.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _instructions = options.Instructions;
        _messageCount = options.MessageCount;
        _timeout = options.Timeout;
        _chatOptions = options.ChatOptions?.Clone();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async ValueTask<string> BuildAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();

        // A caller that hands over the conversation to an agent with a history says everything twice.
        ChatMessage[] said =
            [.. messages.Where(IsSaid).Reverse().DistinctBy(static message => (message.Role, message.Text.Trim())).Reverse()];
        string lastUserMessage = LastUserMessageQueryBuilder.UserTexts(said).LastOrDefault("");
        if (said.Length < 2 || lastUserMessage.Length == 0)
        {
            return lastUserMessage;
        }

        using var timeout = new CancellationTokenSource(_timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            ChatResponse response = await _chatClient.GetResponseAsync(Request(said), _chatOptions?.Clone(), linked.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            string query = response.Text.Trim();
            if (query.Length is > 0 and <= LongestQuery)
            {
                return query;
            }

            if (query.Length == 0)
            {
                LogNoAnswer();
            }
            else
            {
                LogTooLong(query.Length, LongestQuery);
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // The client saw a token of this method, and the caller wants to recognize its own.
            throw new OperationCanceledException("The condensing of the conversation was canceled.", exception, cancellationToken);
        }
        catch (Exception exception)
        {
            // Errors of chat clients quote what was sent or answered, so only the type is logged.
            LogFailed((timeout.IsCancellationRequested ? typeof(TimeoutException) : exception.GetType()).FullName);
        }

        return lastUserMessage;
    }

    private static bool IsSaid(ChatMessage message) =>
        (message.Role == ChatRole.User || message.Role == ChatRole.Assistant) && !string.IsNullOrWhiteSpace(message.Text);

    // The conversation comes as one message to read; as a conversation, the model would go on with it.
    private List<ChatMessage> Request(ChatMessage[] said) =>
    [
        new(ChatRole.System, _instructions),
        new(ChatRole.User, string.Join('\n', said.TakeLast(_messageCount).Select(static message => $"{message.Role}: {message.Text.Trim()}"))),
    ];

    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message =
        "The chat model failed to condense the conversation ({ErrorType}); the last user message is the query.")]
    private partial void LogFailed(string? errorType);

    [LoggerMessage(EventId = 121, Level = LogLevel.Warning, Message =
        "The chat model condensed the conversation to nothing; the last user message is the query.")]
    private partial void LogNoAnswer();

    [LoggerMessage(EventId = 122, Level = LogLevel.Warning, Message =
        "The chat model condensed the conversation to {Length} characters, more than the {Limit} of a query; the last user message is the query. "
        + "Set CondensingQueryBuilderOptions.Instructions so that it replies with the question alone.")]
    private partial void LogTooLong(int length, int limit);
}
