using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>Uses the last user message as the query, unchanged.</summary>
/// <remarks>Thread-safe and free: it calls nothing. Right if every question stands on its own.</remarks>
public sealed class LastUserMessageQueryBuilder : IQueryBuilder
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is <see langword="null"/>.</exception>
    public ValueTask<string> BuildAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new(UserTexts(messages).LastOrDefault(""));
    }

    /// <summary>Returns the texts of the user, oldest first, without messages that have none, such as a picture.</summary>
    internal static IEnumerable<string> UserTexts(IEnumerable<ChatMessage> messages) =>
        messages.Where(static message => message.Role == ChatRole.User && !string.IsNullOrWhiteSpace(message.Text))
            .Select(static message => message.Text.Trim());
}
