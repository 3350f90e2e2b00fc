using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Builds the query of a search from a conversation.</summary>
/// <remarks>
/// A follow-up such as "and for the Pro plan?" finds and ranks badly on its own: what it is about was said before. Implementations are thread-safe.
/// </remarks>
public interface IQueryBuilder
{
    /// <summary>Builds the query for the last question of the conversation.</summary>
    /// <param name="messages">The conversation, oldest message first; the last user message asks.</param>
    /// <param name="cancellationToken">Stops the building.</param>
    /// <returns>The query, or an empty text if no user message has a text.</returns>
    ValueTask<string> BuildAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken = default);
}
