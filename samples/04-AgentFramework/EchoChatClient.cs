using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Samples;

/// <summary>A chat model without a model: its answer is what it was asked, so that you see what a real one would read.</summary>
internal sealed class EchoChatClient : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Join("\n\n", messages.Select(message => $"{message.Role}: {message.Text}")))));

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
