using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Joins the last user messages to one query, a line each, oldest first; what the user repeats is joined once.</summary>
/// <remarks>
/// Thread-safe and free: it calls nothing. The answers of the chat model are left out: they are long, and a cross-encoder reads query and document in one
/// input of often 512 tokens. After a change of topic the old one is still in the query; <see cref="CondensingQueryBuilder"/> handles that.
/// </remarks>
public sealed class JoinedMessagesQueryBuilder : IQueryBuilder
{
    private readonly int _count;

    /// <summary>Initializes a new instance of the <see cref="JoinedMessagesQueryBuilder"/> class.</summary>
    /// <param name="count">How many user messages are joined at most, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public JoinedMessagesQueryBuilder(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _count = count;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is <see langword="null"/>.</exception>
    public ValueTask<string> BuildAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);

        // What is said again is not a second topic: it counts once, where it was said last.
        return new(string.Join('\n', LastUserMessageQueryBuilder.UserTexts(messages).Reverse().Distinct(StringComparer.Ordinal).Take(_count).Reverse()));
    }
}
