using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Reranking.Extensions.AI.Tests;

/// <summary>A chat model that answers what a test says, and remembers what it was asked.</summary>
internal sealed class FakeChatClient(Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<ChatMessage>> answer) : IChatClient
{
    public FakeChatClient(string answer)
        : this((_, _) => Task.FromResult(new ChatMessage(ChatRole.Assistant, answer)))
    {
    }

    public List<IReadOnlyList<ChatMessage>> Requests { get; } = [];

    public List<ChatOptions?> Options { get; } = [];

    /// <summary>A model that calls the tool <c>search</c> once with the arguments, then says what it found.</summary>
    public static FakeChatClient Calling(Dictionary<string, object?> arguments) => new((messages, _) => Task.FromResult(
        messages[^1].Contents.OfType<FunctionResultContent>().SingleOrDefault() is { } found
            ? new ChatMessage(ChatRole.Assistant, $"Found: {found.Result}")
            : new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("call-1", "search", arguments)])));

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Requests.Add([.. messages]);
        Options.Add(options);
        return new ChatResponse(await answer(Requests[^1], cancellationToken));
    }

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
