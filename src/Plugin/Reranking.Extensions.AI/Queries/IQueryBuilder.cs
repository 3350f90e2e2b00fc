using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Makes the query of a search out of a conversation.</summary>
/// <remarks>A follow-up such as "and for the Pro plan?" finds and ranks badly as it stands: what it is about was said before. Implementations are thread-safe.</remarks>
public interface IQueryBuilder
{
    /// <summary>Makes the query that the conversation is at.</summary>
    /// <param name="messages">The conversation, oldest message first; the last user message asks.</param>
    /// <param name="cancellationToken">Stops the building.</param>
    /// <returns>The query, or an empty text where no user message has a text.</returns>
    ValueTask<string> BuildAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken = default);
}
