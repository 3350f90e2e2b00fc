using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Samples;

/// <summary>The least of an agent: asks a context provider, then the chat model, and has no memory.</summary>
/// <remarks>
/// It stands for <c>ChatClientAgent</c> of the package Microsoft.Agents.AI, which takes the provider in
/// <c>ChatClientAgentOptions.AIContextProviders</c>; this sample needs only the abstractions of Agent Framework.
/// </remarks>
internal sealed class OfflineAgent(IChatClient model, MessageAIContextProvider provider) : AIAgent
{
    protected override async Task<AgentResponse> RunCoreAsync(
        IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        IEnumerable<ChatMessage> request = await provider.InvokingAsync(
            new MessageAIContextProvider.InvokingContext(this, session, messages), cancellationToken);
        return new AgentResponse(await model.GetResponseAsync(request, cancellationToken: cancellationToken));
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
        AgentSession session, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    protected override ValueTask<AgentSession> DeserializeSessionCoreAsync(
        JsonElement serializedState, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
