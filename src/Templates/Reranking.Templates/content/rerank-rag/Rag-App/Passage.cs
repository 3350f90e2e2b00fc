using Microsoft.SemanticKernel.Data;

namespace Rag_App;

/// <summary>One section of a document: what is searched, ranked and cited.</summary>
/// <param name="File">The path of the document in its folder.</param>
/// <param name="Title">The heading, after that of the document.</param>
/// <param name="Body">The text below the heading.</param>
public sealed record Passage(string File, string Title, string Body)
{
    /// <summary>Gets what is searched and scored: a heading often holds the words that the body leaves out.</summary>
    [TextSearchResultValue]
    public string Text => $"{Title}\n{Body}";
}
