namespace RagChat.Chat;

/// <summary>Bound from the section <c>Chat</c>: any endpoint that speaks OpenAI's chat completions.</summary>
internal sealed class ChatOptions
{
    /// <summary>Gets or sets the base address, as in <c>http://localhost:11434/v1</c>; empty for OpenAI's own.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Gets or sets the model; empty for none: then the passages and the prompt are shown.</summary>
    public string Model { get; set; } = "";

    public string ApiKey { get; set; } = "";
}
