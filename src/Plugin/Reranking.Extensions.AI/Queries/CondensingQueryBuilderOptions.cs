using Microsoft.Extensions.AI;

namespace Reranking;

/// <summary>How <see cref="CondensingQueryBuilder"/> asks the chat model.</summary>
/// <remarks>They are read when the builder is made: later changes have no effect.</remarks>
public sealed class CondensingQueryBuilderOptions
{
    /// <summary>Gets or sets what the chat model is told to do with the conversation.</summary>
    /// <value>
    /// The system message. The default asks for the last question in the language of the user, so that it can be understood without the conversation.
    /// </value>
    public string Instructions { get; set; } =
        """
        You rewrite the last question of a conversation for a search engine. Reply with one question that can be understood without the conversation: put in
        what words such as "it" or "that" stand for. Keep names, numbers and codes as they are, and the language of the user. Do not answer the question.
        Reply with the question alone.
        """;

    /// <summary>Gets or sets how many messages of the conversation the chat model reads at most, the last ones.</summary>
    /// <value>From 2. The default is 10. Only what user and assistant said counts.</value>
    public int MessageCount { get; set; } = 10;

    /// <summary>Gets or sets how long the chat model can take.</summary>
    /// <value>
    /// More than zero and at most 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. The default is 5 seconds; after that, the last user
    /// message is the query.
    /// </value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the options of the call, such as a small model.</summary>
    /// <value>The default is <see langword="null"/>: those of the chat client.</value>
    public ChatOptions? ChatOptions { get; set; }
}
