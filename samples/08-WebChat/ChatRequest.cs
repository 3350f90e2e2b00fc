using Microsoft.Extensions.AI;

namespace WebChat;

/// <summary>A conversation, whose last message is the question.</summary>
internal sealed record ChatRequest(IReadOnlyList<ChatTurn> Messages)
{
    /// <summary>Gets whether there is a question, and nothing that a user must not say: system messages are the server's.</summary>
    public bool IsValid => Messages is [.., { Role: "user" }] && Messages.All(static turn => turn is { Role: "user" or "assistant", Text.Length: > 0 });
}

/// <summary>What was said.</summary>
/// <param name="Role"><c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">The words.</param>
internal sealed record ChatTurn(string Role, string Text)
{
    public ChatMessage ToMessage() => new(Role == "user" ? ChatRole.User : ChatRole.Assistant, Text);
}
