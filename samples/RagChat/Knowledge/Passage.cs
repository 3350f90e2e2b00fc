namespace RagChat.Knowledge;

/// <summary>One section of the help center: what is searched, ranked and cited.</summary>
/// <param name="Id">File and anchor, as in <c>account.md#password-reset-guide</c>.</param>
/// <param name="Title">The heading.</param>
/// <param name="Body">The text below the heading.</param>
internal sealed record Passage(string Id, string Title, string Body)
{
    /// <summary>Gets what the models read: a heading often holds the words that the body leaves out.</summary>
    public string Text => $"{Title}\n{Body}";
}
