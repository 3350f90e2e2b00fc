using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>The messages of a request: what was said, the passages of earlier turns, and where their numbers go on.</summary>
internal sealed partial class PassageMessages
{
    // On messages of providers; its value is the last number in them. Histories keep it.
    private const string OwnMessage = "reranking.passages";

    // In the state of the session. All providers share it, so it is not among the state keys of any one.
    private const string LastNumberKey = "reranking.lastCitation";

    // Where each call of a run reads its messages from the history, passages have to be in there, or the calls after a tool would miss them.
    private static readonly Type? PersistingClient =
        Type.GetType("Microsoft.Agents.AI.PerServiceCallChatHistoryPersistingChatClient, Microsoft.Agents.AI", throwOnError: false);

    private readonly AgentSession? _session;
    private readonly bool _isHistoryReadByEachCall;

    private PassageMessages(AgentSession? session, List<ChatMessage> request, int nextNumber, bool isHistoryReadByEachCall)
    {
        _session = session;
        _isHistoryReadByEachCall = isHistoryReadByEachCall;
        Request = request;
        Said = [.. request.Where(IsSaid)];
        NextNumber = nextNumber;
    }

    /// <summary>Gets the messages without the passages of earlier turns.</summary>
    public List<ChatMessage> Request { get; }

    /// <summary>Gets what the user and the agent said, the history included.</summary>
    public IReadOnlyList<ChatMessage> Said { get; }

    /// <summary>Gets the number of the next passage.</summary>
    public int NextNumber { get; }

    public static PassageMessages Read(AIAgent agent, AgentSession? session, IEnumerable<ChatMessage> messages)
    {
        ChatMessage[] all = [.. messages];
        bool isHistoryReadByEachCall = PersistingClient is not null && agent.GetService(PersistingClient) is not null;
        if (isHistoryReadByEachCall && session is not null)
        {
            agent.GetService<InMemoryChatHistoryProvider>()?.GetMessages(session).RemoveAll(IsOwn);
        }

        int last = all.Select(LastNumber).Append(StoredNumber(session) ?? CitedNumber(all)).Max();

        // Providers add behind what the user says: passages that something was said after are of an earlier turn.
        int lastSaid = Array.FindLastIndex(all, IsSaid);
        List<ChatMessage> request = [.. all.Where((message, index) => index > lastSaid || !IsOwn(message))];
        return new PassageMessages(session, request, last + 1, isHistoryReadByEachCall);
    }

    /// <summary>Marks a message of passages, and takes the numbers of them.</summary>
    public ChatMessage Mark(ChatMessage message, int passageCount, string sourceId)
    {
        int last = NextNumber - 1 + passageCount;
        message.AdditionalProperties = new() { [OwnMessage] = last };
        _session?.StateBag.SetValue(LastNumberKey, last.ToString(CultureInfo.InvariantCulture));

        // What comes from the history is not stored in it.
        return message.WithAgentRequestMessageSource(
            _isHistoryReadByEachCall ? AgentRequestMessageSourceType.AIContextProvider : AgentRequestMessageSourceType.ChatHistory, sourceId);
    }

    private static bool IsOwn(ChatMessage message) => message.AdditionalProperties?.ContainsKey(OwnMessage) is true;

    private static bool IsSaid(ChatMessage message) =>
        !IsOwn(message) && message.GetAgentRequestMessageSourceType() != AgentRequestMessageSourceType.AIContextProvider;

    // A history that was serialized holds its text.
    private static int LastNumber(ChatMessage message) =>
        IsOwn(message) ? Number(message.AdditionalProperties![OwnMessage]?.ToString()) ?? 0 : 0;

    private static int? StoredNumber(AgentSession? session) =>
        session?.StateBag.TryGetValue(LastNumberKey, out string? number) is true ? Number(number) : null;

    // Without a session, the caller hands over the conversation, and its answers are all that is left of earlier passages.
    private static int CitedNumber(ChatMessage[] messages) => messages
        .Where(static message => message.Role == ChatRole.Assistant)
        .SelectMany(static message => CitationPattern().Matches(message.Text))
        .Select(static citation => int.Parse(citation.ValueSpan[1..^1], CultureInfo.InvariantCulture))
        .Append(0)
        .Max();

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= int.MaxValue / 2 ? number : null;

    [GeneratedRegex(@"\[[0-9]{1,3}\]")]
    private static partial Regex CitationPattern();
}
