using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Reranking.Agents.Tests;

/// <summary>
/// The least of an agent: its history comes back marked as such, one context provider adds to the request, and all of it, once answered, becomes history.
/// </summary>
internal sealed class TestAgent(IChatClient model, MessageAIContextProvider provider) : AIAgent
{
    private readonly List<ChatMessage> _history = [];

    protected override async Task<AgentResponse> RunCoreAsync(
        IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        IEnumerable<ChatMessage> history =
            _history.Select(message => message.WithAgentRequestMessageSource(AgentRequestMessageSourceType.ChatHistory, "history"));
        var context = new MessageAIContextProvider.InvokingContext(this, session, [.. history, .. messages]);
        List<ChatMessage> request = [.. await provider.InvokingAsync(context, cancellationToken)];
        ChatResponse response = await model.GetResponseAsync(request, cancellationToken: cancellationToken);
        _history.AddRange(request.Skip(_history.Count));
        _history.AddRange(response.Messages);
        return new AgentResponse(response);
    }

    protected override async IAsyncEnumerable<AgentResponseUpdate> RunCoreStreamingAsync(
        IEnumerable<ChatMessage> messages,
        AgentSession? session = null,
        AgentRunOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (AgentResponseUpdate update in (await RunCoreAsync(messages, session, options, cancellationToken)).ToAgentResponseUpdates())
        {
            yield return update;
        }
    }

    protected override ValueTask<AgentSession> CreateSessionCoreAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    protected override ValueTask<JsonElement> SerializeSessionCoreAsync(
        AgentSession session,
        JsonSerializerOptions? jsonSerializerOptions = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    protected override ValueTask<AgentSession> DeserializeSessionCoreAsync(
        JsonElement serializedState,
        JsonSerializerOptions? jsonSerializerOptions = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
