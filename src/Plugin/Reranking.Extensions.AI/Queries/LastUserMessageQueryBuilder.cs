using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Takes the last user message as the query, as it stands.</summary>
/// <remarks>Thread-safe, costs nothing and calls nobody. Right where every question stands on its own.</remarks>
public sealed class LastUserMessageQueryBuilder : IQueryBuilder
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is <see langword="null"/>.</exception>
    public ValueTask<string> BuildAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new(UserTexts(messages).LastOrDefault(""));
    }

    /// <summary>Gives what the user said, oldest first; a message without a text, such as a picture alone, says nothing.</summary>
    internal static IEnumerable<string> UserTexts(IEnumerable<ChatMessage> messages) =>
        messages.Where(static message => message.Role == ChatRole.User && !string.IsNullOrWhiteSpace(message.Text)).Select(static message => message.Text.Trim());
}
